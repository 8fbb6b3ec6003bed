# Sourced by the scripts beside this folder, with $root and $script set. Installs what is missing and
# calls no package manager when everything is there. Exit code 4: something is missing and may not be installed.

bun_version=1.4.5
tools="$root/.tools"

say() { printf '%s\n' "$@" >&2; }

give_up() {
  say "$@"
  exit 4
}

has() { command -v "$1" >/dev/null 2>&1; }

# Sets $bun to a Bun that is new enough: the one on PATH, ours from before, or one installed now.
ensure_bun() {
  for bun in "$(command -v bun)" "$tools/bun/node_modules/bun/bin/bun.exe"; do
    if is_wanted_bun "$bun"; then return; fi
  done
  locked install_bun
  is_wanted_bun "$bun" || give_up "$script: the Bun that was installed in .tools/bun does not start."
}

is_wanted_bun() {
  [ -n "$1" ] && [ -x "$1" ] || return 1
  found=$("$1" --version 2>/dev/null) || return 1
  at_least "$found" "$bun_version"
}

at_least() {
  oldIFS=$IFS
  IFS=.-+
  # shellcheck disable=SC2086
  set -- $1 - $2
  IFS=$oldIFS
  major=$1 minor=$2 patch=$3
  while [ "$1" != - ]; do shift; done
  [ "$major" -eq "$2" ] || return 1
  [ "$minor" -gt "$3" ] || { [ "$minor" -eq "$3" ] && [ "$patch" -ge "$4" ]; }
}

# npm may be told to ignore install scripts, and Bun's own then leaves a placeholder: so it is run here by hand.
install_bun() {
  if is_wanted_bun "$tools/bun/node_modules/bun/bin/bun.exe"; then return; fi
  has bun || { has npm && has node; } ||
    give_up "$script needs Node with npm, or Bun $bun_version or newer: https://nodejs.org or https://bun.sh"
  say "Installing Bun $bun_version into .tools/bun …"
  new="$tools/bun.$$"
  rm -rf "$new"
  mkdir -p "$new"
  echo '{"private":true}' >"$new/package.json"
  if has npm && has node; then
    npm install --prefix "$new" --ignore-scripts --include=optional --no-save --no-package-lock --no-audit \
      --no-fund --loglevel=error "bun@$bun_version" >&2 &&
      node "$new/node_modules/bun/install.js" >&2
  else
    bun add --cwd "$new" --ignore-scripts "bun@$bun_version" >&2 &&
      bun "$new/node_modules/bun/install.js" >&2
  fi || {
    rm -rf "$new"
    give_up "$script: Bun could not be installed from npm; npm's message is above."
  }
  rm -rf "$tools/bun"
  mv "$new" "$tools/bun"
}

# node_modules as bun.lock says; a copy of the lock file tells what was installed.
ensure_packages() {
  packages_are_installed || locked install_packages
}

packages_are_installed() {
  cmp -s "$root/bun.lock" "$root/node_modules/.installed-bun.lock"
}

install_packages() {
  if packages_are_installed; then return; fi
  say "Installing the packages of bun.lock …"
  (cd "$root" && "$bun" install --frozen-lockfile --ignore-scripts >&2) ||
    give_up "$script: 'bun install --frozen-lockfile' failed; its message is above."
  cp "$root/bun.lock" "$root/node_modules/.installed-bun.lock"
}

# One at a time: two scripts started together must not install into the same folder.
locked() {
  mkdir -p "$tools"
  until mkdir "$tools/lock" 2>/dev/null; do
    holder=$(cat "$tools/lock/pid" 2>/dev/null) || holder=
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -rf "$tools/lock"; fi
    sleep 1
  done
  echo $$ >"$tools/lock/pid"
  trap 'rm -rf "$tools/lock"' EXIT
  trap 'exit 130' HUP INT TERM
  "$@"
  rm -rf "$tools/lock"
  trap - EXIT HUP INT TERM
}

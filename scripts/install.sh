#!/bin/sh
# Installs mcp-ssh-interactive for this account, without root: curl -fsSL URL/install.sh | sh
# With arguments: curl -fsSL URL/install.sh | sh -s -- --help
set -eu
version=
repository=

usage() {
  cat <<END
Usage: install.sh [--dir DIR] [--version VERSION] [--from URL] [--uninstall]

  --dir DIR          where the executable goes; \$HOME/.local/bin without it
  --version VERSION  this release instead of $version
  --from URL         the folder with the archives and SHA256SUMS, instead of the release's
  --uninstall        takes the executable and its manual page out again
END
}

main() {
  dir=${HOME:?HOME is not set}/.local/bin from=''
  action=install
  while [ $# -gt 0 ]; do
    case $1 in
      --dir) dir=$(absolute "${2:?--dir needs a folder}") && shift ;;
      --version) version=${2:?--version needs a version} && shift ;;
      --from) from=${2:?--from needs an address} && shift ;;
      --uninstall) action=uninstall ;;
      --help | -h) usage && exit 0 ;;
      *) fail 2 "unknown argument: $1" "See install.sh --help." ;;
    esac
    shift
  done
  program=$dir/mcp-ssh-interactive
  manual=$HOME/.local/share/man/man1/mcp-ssh-interactive.1
  "$action"
}

install() {
  from=${from:-$repository/releases/download/v$version}
  target=$(detect_target)
  archive=mcp-ssh-interactive-$target.tar.gz
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' HUP INT TERM
  say "Downloading $archive from $from"
  download SHA256SUMS
  download "$archive"
  check_sum
  tar -xzf "$work/$archive" -C "$work" || fail 1 "$archive cannot be unpacked" "Is the disk full? $work"
  set -- "$work"/*/mcp-ssh-interactive
  said=$("$1" --version 2>&1) || fail 1 "the executable for $target does not start on this machine" \
    "$(cannot_start)" "Nothing was installed. What this machine is: $(uname -a)"
  place "$1" "$program" 755
  place "$1.1" "$manual" 644
  say "Installed $("$program" --version) as $program, its manual page as $manual"
  missing_programs
  on_path || say "$dir is not in your PATH. Put this into your shell's start-up file:" "  export PATH=\"$dir:\$PATH\""
  say "Next: mcp-ssh-interactive init    To take it out again: install.sh --uninstall"
}

uninstall() {
  if [ ! -e "$program" ] && [ ! -e "$manual" ]; then
    say "Nothing to take out: there is no $program"
    return
  fi
  if [ -x "$program" ]; then
    say "MCP clients may still name it: mcp-ssh-interactive uninstall, before this, takes it out of them."
  fi
  rm -f "$program" "$manual"
  say "Removed $program and $manual. Your configuration, notes and logs stay in $HOME/.mcp-ssh-interactive."
}

# Moved over the old one in one step, since that may be running.
place() {
  mkdir -p "$(dirname "$2")" || fail 1 "$(dirname "$2") cannot be made" "Choose another folder with --dir."
  cp "$1" "$2.new.$$" && chmod "$3" "$2.new.$$" && mv -f "$2.new.$$" "$2" || {
    rm -f "$2.new.$$"
    fail 1 "$2 cannot be written" "Choose another folder with --dir."
  }
}

detect_target() {
  case $(uname -m) in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) fail 1 "there is no build for processors of the kind $(uname -m)" "Build it yourself: $repository" ;;
  esac
  case $(uname -s) in
    Darwin)
      # A shell under Rosetta believes that it runs on Intel.
      [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" != 1 ] || cpu=arm64
      echo "darwin-$cpu"
      ;;
    Linux)
      libc=''
      if is_musl; then libc=-musl; fi
      baseline=''
      if [ "$cpu" = x64 ] && ! grep -qw avx2 /proc/cpuinfo 2>/dev/null; then baseline=-baseline; fi
      echo "linux-$cpu$libc$baseline"
      ;;
    *) fail 1 "there is no build for $(uname -s)" "There are builds for Linux and macOS." ;;
  esac
}

# Alpine and its kin; a glibc system may have musl's loader beside its own.
is_musl() {
  case $(ldd --version 2>&1) in *musl*) return 0 ;; *GLIBC* | *glibc* | *"GNU libc"*) return 1 ;; esac
  for loader in /lib/ld-musl-*.so.1; do [ -e "$loader" ] && return 0; done
  return 1
}

cannot_start() {
  case $said in
    *libstdc++*) echo "It needs libstdc++, which is not here: install it with your package manager (apk add libstdc++)." ;;
    *) printf '%s\n' "$said" | head -n 3 ;;
  esac
}

download() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 2 -o "$work/$1" "$from/$1" || fail 1 "$from/$1 cannot be had" "Is the network there, and is $version a release? $repository/releases"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$work/$1" "$from/$1" || fail 1 "$from/$1 cannot be had" "Is the network there, and is $version a release? $repository/releases"
  else
    fail 4 "neither curl nor wget is here" "Install one of them first."
  fi
}

check_sum() {
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$work/SHA256SUMS")
  [ -n "$expected" ] || fail 1 "SHA256SUMS does not name $archive" "This release has no build for this machine."
  if command -v sha256sum >/dev/null 2>&1; then
    found=$(sha256sum "$work/$archive")
  elif command -v shasum >/dev/null 2>&1; then
    found=$(shasum -a 256 "$work/$archive")
  else
    fail 4 "neither sha256sum nor shasum is here, so nothing can be checked" "Install one of them first."
  fi
  [ "${found%% *}" = "$expected" ] ||
    fail 1 "$archive is not what SHA256SUMS says" "Nothing was installed. Try again; if it stays so, report it."
}

missing_programs() {
  for needed in tmux ssh; do
    command -v "$needed" >/dev/null 2>&1 || say "It needs $needed, which is not in PATH: install it with your package manager."
  done
}

on_path() {
  case ":$PATH:" in *":$dir:"*) return 0 ;; *) return 1 ;; esac
}

absolute() {
  case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac
}

say() { printf '%s\n' "$@" >&2; }

fail() {
  code=$1
  shift
  printf 'install.sh: %s\n' "$1" >&2
  shift
  printf '  %s\n' "$@" >&2
  exit "$code"
}

# Read whole before anything is done, since a download may be cut off.
main "$@"

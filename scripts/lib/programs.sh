# Sourced after bootstrap.sh: programs of the operating system, through its own package manager.

# Each argument is a program that must be there: ensure_programs tmux ssh sshd bash …
ensure_programs() {
  missing=
  for program in "$@"; do
    has_program "$program" || missing="$missing $program"
  done
  [ -z "$missing" ] || locked install_programs
}

# Programs that tests use where they can be had. What cannot be installed is named once and left out from then on.
want_programs() {
  missing=
  for program in "$@"; do
    has_program "$program" || grep -qx "$program" "$tools/unavailable" 2>/dev/null || missing="$missing $program"
  done
  [ -z "$missing" ] || locked install_wanted
}

install_wanted() {
  manager=$(package_manager) && as_root=$(elevation "$manager") || {
    say "These may not be installed, so tests leave them out:$missing"
    return 0
  }
  for program in $missing; do
    command="$(install_words "$manager") $(package_of "$manager" "$program")"
    say "Installing $program: ${as_root:+$as_root }$command"
    if run_install "$manager" && has_program "$program"; then continue; fi
    say "Tests leave out $program, which could not be installed."
    echo "$program" >>"$tools/unavailable"
  done
}

# sshd lives where an ordinary user's PATH does not lead.
has_program() {
  has "$1" || [ -x "/usr/sbin/$1" ] || [ -x "/usr/local/sbin/$1" ] || [ -x "/sbin/$1" ]
}

install_programs() {
  manager=$(package_manager) ||
    give_up "$script needs:$missing. No package manager that it knows was found; install them and start it again."
  packages=
  for program in $missing; do
    package=$(package_of "$manager" "$program")
    case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
  done
  command="$(install_words "$manager")$packages"
  as_root=$(elevation "$manager") ||
    give_up "$script needs:$missing. This account may not install them; run" \
      "  $(by_hand "$manager")" "and start $script again."
  say "Installing$missing: ${as_root:+$as_root }$command"
  case "$missing " in *" sshd "*) keep_sshd_from_starting ;; esac
  run_install "$manager" || give_up "$script: this failed, its message is above:" "  ${as_root:+$as_root }$command"
  case "$missing " in *" sshd "*) leave_sshd_stopped ;; esac
  for program in $missing; do
    has_program "$program" || give_up "$script: $program is still missing after: $command"
  done
}

package_manager() {
  for candidate in apt-get dnf pacman apk brew; do
    if has "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

package_of() {
  case "$1:$2" in
    apt-get:ssh | apt-get:ssh-keygen) echo openssh-client ;;
    apt-get:sshd) echo openssh-server ;;
    dnf:ssh | dnf:ssh-keygen) echo openssh-clients ;;
    dnf:sshd) echo openssh-server ;;
    *:ssh | *:ssh-keygen | *:sshd) echo openssh ;;
    apt-get:ps | apk:ps) echo procps ;;
    *:ps) echo procps-ng ;;
    apt-get:qemu-aarch64-static) echo qemu-user-static ;;
    *:dpkg-deb) echo dpkg ;;
    apt-get:bsdtar) echo libarchive-tools ;;
    pacman:bsdtar) echo libarchive ;;
    pacman:makepkg) echo pacman ;;
    apt-get:dropbear) echo dropbear-bin ;;
    apt-get:google-authenticator | pacman:google-authenticator) echo libpam-google-authenticator ;;
    pacman:oathtool) echo oath-toolkit ;;
    apk:oathtool) echo oath-toolkit-oathtool ;;
    brew:oathtool) echo oath-toolkit ;;
    brew:google-authenticator) echo google-authenticator-libpam ;;
    brew:ksh93) echo ksh93 ;;
    *:ksh93) echo ksh ;;
    apt-get:faketime) echo faketime ;;
    *:faketime) echo libfaketime ;;
    *:mkfs.exfat) echo exfatprogs ;;
    *:mount.exfat-fuse) echo exfat-fuse ;;
    *) echo "$2" ;;
  esac
}

install_words() {
  case "$1" in
    apt-get) echo "apt-get install -y --no-install-recommends" ;;
    dnf) echo "dnf install -y --setopt=install_weak_deps=False" ;;
    pacman) echo "pacman -S --noconfirm --needed" ;;
    apk) echo "apk add --no-progress --update-cache" ;;
    brew) echo "brew install" ;;
  esac
}

# The command as a person types it, on a machine that has no lists of packages yet.
by_hand() {
  case "$1" in
    apt-get) echo "sudo apt-get update && sudo $command" ;;
    brew) echo "$command" ;;
    *) echo "sudo $command" ;;
  esac
}

# What to put before a command that needs root; fails where nothing gives that right without a question.
elevation() {
  if [ "$1" = brew ] || [ "$(id -u)" = 0 ]; then return; fi
  has sudo && sudo -n true 2>/dev/null && echo sudo -n
}

# The lists of packages may be missing or old, so they are fetched when the first attempt fails.
run_install() {
  case "$1" in
    apt-get) try_install 2>/dev/null || { $as_root apt-get update -qq >&2 && try_install; } ;;
    pacman) try_install 2>/dev/null || { $as_root pacman -Sy --noconfirm >&2 && try_install; } ;;
    *) try_install ;;
  esac
}

try_install() {
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive $command </dev/null >&2
}

# Packages of OpenSSH start a server for the whole network; this checkout wants the program alone.
keep_sshd_from_starting() {
  if [ -d /run/systemd/system ]; then
    $as_root systemctl mask --runtime --quiet ssh.service ssh.socket sshd.service 2>/dev/null
  fi
}

leave_sshd_stopped() {
  if [ -d /run/systemd/system ]; then
    $as_root systemctl unmask --runtime --quiet ssh.service ssh.socket sshd.service 2>/dev/null
    $as_root systemctl disable --quiet ssh.service ssh.socket sshd.service 2>/dev/null
    say "sshd was installed, and neither started nor enabled: 'systemctl enable --now ssh' does that if you want it."
  elif [ -x /usr/sbin/update-rc.d ] && [ -x /etc/init.d/ssh ]; then
    $as_root /usr/sbin/update-rc.d ssh disable >/dev/null 2>&1
    $as_root /etc/init.d/ssh stop >/dev/null 2>&1
  fi
  return 0
}

# Sourced after programs.sh: what a linux-arm64 executable needs to run under qemu-user, where apt has it.

# Fills .tools/arm64-root with the C library of Debian's arm64; apt's own lists and packages stay as they are.
want_arm64_root() {
  foreign="$tools/arm64-root"
  [ ! -d "$foreign" ] && has apt-get && has dpkg-deb && has_program qemu-aarch64-static || return 0
  locked install_arm64_root || say "Tests leave out the executable for arm64: its C library could not be had."
}

install_arm64_root() {
  new="$foreign.$$"
  mkdir -p "$new/lists/partial" "$new/cache/archives/partial" "$new/packages" "$new/root"
  if (
    cd "$new/packages" || exit 1
    aside="-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root"
    aside="$aside -o Dir::State::lists=$new/lists -o Dir::Cache=$new/cache -o Dir::State::status=/dev/null"
    # shellcheck disable=SC2086
    apt-get $aside -qq update && apt-get $aside -qq download libc6 && dpkg-deb -x ./*.deb "$new/root"
  ) >/dev/null 2>&1; then
    mv "$new/root" "$foreign"
  fi
  rm -rf "$new"
  [ -d "$foreign" ]
}

# Sourced after programs.sh: C libraries that are not this machine's, for executables of other targets, where apt has them.

debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg

# What a linux-arm64 executable needs to run under qemu-user: Debian's C library, in .tools/arm64-root.
want_arm64_root() {
  [ ! -d "$tools/arm64-root" ] && has apt-get && has dpkg-deb && has_program qemu-aarch64-static || return 0
  locked install_root arm64-root fetch_arm64 ||
    say "Tests leave out the executable for arm64: its C library could not be had."
}

# What a linux-x64-musl executable needs, as a layer over /lib: Debian 13's musl, the first that knows RELR, and the
# libstdc++ of a wheel of PyPI that was built on Alpine, in .tools/musl-root.
want_musl_root() {
  [ ! -d "$tools/musl-root" ] && [ "$(id -u) $(uname -sm)" = "0 Linux x86_64" ] &&
    [ -e "$debian_keys" ] && has unzip && has pip3 || return 0
  locked install_root musl-root fetch_musl ||
    say "Tests leave out the executables for musl: musl or its libstdc++ could not be had."
}

# Makes .tools/$1, all or nothing, of what the function $2 puts into $new/root.
install_root() {
  new="$tools/$1.$$"
  mkdir -p "$new/lists/partial" "$new/cache/archives/partial" "$new/root"
  if (cd "$new" && "$2") >/dev/null 2>&1; then mv "$new/root" "$tools/$1"; fi
  rm -rf "$new"
  [ -d "$tools/$1" ]
}

fetch_arm64() {
  apt_aside libc6 -o APT::Architecture=arm64 -o APT::Architectures=arm64 && dpkg-deb -x ./libc6*.deb root
}

fetch_musl() {
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  site=$(apt-get indextargets "Codename: $codename" --format '$(SITE)' | head -n 1)
  echo "deb [signed-by=$debian_keys] $site trixie main" >sources.list
  apt_aside musl -o Dir::Etc::SourceList="$new/sources.list" -o Dir::Etc::SourceParts=/dev/null &&
    dpkg-deb -x ./musl*.deb unpacked && mv unpacked/usr/lib root/libc || return 1
  echo 'contourpy==1.4.0 --hash=sha256:3863ef2e2b13fe93f8c0ebb08ee400cb07153b8b0e91c5acb26e4537f283634f' >wheel.txt
  libraries=root/libstdc++
  mkdir -p "$libraries"
  pip3 download --require-hashes --no-deps --only-binary=:all: --platform musllinux_1_2_x86_64 --python-version 3.12 \
    --requirement wheel.txt &&
    unzip -j ./contourpy*.whl 'contourpy.libs/*' -d "$libraries" &&
    mv "$libraries"/libstdc++-* "$libraries/libstdc++.so.6"
}

# Downloads package $1 with lists of its own: those of apt, and its packages, stay as they are.
apt_aside() {
  package=$1
  shift
  set -- -qq -o APT::Sandbox::User=root -o Dir::State::lists="$new/lists" -o Dir::Cache="$new/cache" \
    -o Dir::State::status=/dev/null -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
  apt-get "$@" update && apt-get "$@" download "$package"
}

#!/usr/bin/env bash
# Installs what the tests use beside npm's packages; running it again does nothing. Debian packages are installed; what
# this release has not is only unpacked, beside the system's own: the kernel of the virtual machine, where
# tools/kernel-guest looks for it, and Docker Compose, where tools/container does.
set -euo pipefail
umask 022 # everybody runs the tests

packages=(chromium-headless-shell) # the tests that run in a browser
packages+=(systemd) # systemd-analyze, for the tests of units
packages+=(podman runc netavark aardvark-dns iptables) # the tests of the image,
packages+=(mmdebstrap)                                 # whose base is made of Debian's packages
packages+=(postgresql)                                 # the tests of databases, which start their own
packages+=(nginx-light)                                # the tests of services behind a proxy, likewise
packages+=(radosgw ceph-mon ceph-osd ceph-common)      # a real S3 service, with its store in memory
packages+=(aria2 transmission-cli python3-libtorrent)  # BitTorrent clients that transfer through the tracker
architecture=$(dpkg --print-architecture 2>/dev/null || uname -m)
if [ "$architecture" = amd64 ]; then
  packages+=(qemu-system-x86 busybox-static) # the tests in a virtual machine
  packages+=(gcc make)                       # its kernel module, with the libelf that QEMU brings along
fi
# The series whose tsm.ko the tests expect; later ones have another interface for modules.
series=6.12
kernel=/var/cache/assay/kernel
compose=/var/cache/assay/compose
# Whose package is Compose 2; bookworm's is Compose 1.
compose_suite=trixie

say() {
  echo "setup:system: $*"
}

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
unpack=no
if [ "$architecture" != amd64 ]; then
  say "no kernel for the virtual machine: it is for amd64, this is $architecture"
elif [ ! -e "$kernel/release" ]; then
  unpack=yes
fi
unpack_compose=no
[ -e "$compose/docker-compose" ] || unpack_compose=yes

if [ ${#missing[@]} -eq 0 ] && [ "$unpack" = no ] && [ "$unpack_compose" = no ]; then
  say "nothing to do, already there: ${packages[*]}, compose$([ ! -e "$kernel/release" ] || echo ", kernel $(cat "$kernel/release")")"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  say "no apt-get on this system; install yourself: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  say "needs root; run: sudo bash tools/setup-system.sh (installs: ${missing[*]:-no package}; unpacks a kernel: $unpack, Compose: $unpack_compose)" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
install=()
for package in "${missing[@]}"; do
  if apt-cache show "$package" >/dev/null 2>&1; then
    install+=("$package")
  else
    say "this system has no package $package; the tests that need it will be skipped" >&2
  fi
done
if [ ${#install[@]} -gt 0 ]; then
  say "installing ${install[*]}"
  # The tests start clusters and proxies of their own; the system shall not get any that run.
  if ! dpkg-query --show postgresql-common >/dev/null 2>&1; then
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/assay.conf
  fi
  if ! dpkg-query --show nginx-common >/dev/null 2>&1; then
    mkdir -p /etc/systemd/system
    ln -sfn /dev/null /etc/systemd/system/nginx.service
  fi
  apt-get install -y -qq --no-install-recommends "${install[@]}"
  say "installed ${install[*]}"
fi
[ "$unpack" = yes ] || [ "$unpack_compose" = yes ] || exit 0

# From the mirror that the system itself uses; the system's own lists stay as they are.
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
  awk -v codename="$codename" '$2 == codename && $3 == "main" { print $1; exit }')
if [ -z "$mirror" ]; then
  say "this is no Debian, whose kernel and Compose the tests need; those in a virtual machine and of Compose will be skipped" >&2
  exit 0
fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# On the file system of its place, so that what is made there gets to it in one step; what a run that was killed has
# left goes.
begin() { # PLACE SUITE…
  local place=$1
  shift
  rm -rf "$place".new.*
  mkdir -p "$(dirname "$place")"
  work=$(mktemp -d "$place.new.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/debs" "$work/tree"
  printf "deb [signed-by=$keyring] $mirror %s main\n" "$@" >"$work/sources.list"
  apt=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update || true # a release may have no backports (yet)
}

unpack_packages() { # PACKAGE…
  (cd "$work/debs" && apt-get "${apt[@]}" download "$@")
  for deb in "$work"/debs/*.deb; do
    dpkg -x "$deb" "$work/tree"
  done
}

finish() { # FOLDER PLACE
  rm -rf "$2"
  mv "$1" "$2"
  rm -rf "$work"
}

if [ "$unpack_compose" = yes ]; then
  begin "$compose" "$compose_suite"
  if unpack_packages docker-compose; then
    finish "$work/tree/usr/libexec/docker/cli-plugins" "$compose"
    say "unpacked Compose to $compose"
  else
    rm -rf "$work"
    say "no Compose in $compose_suite; the tests that need it will be skipped" >&2
  fi
fi
[ "$unpack" = yes ] || exit 0

begin "$kernel" "$codename" "$codename-backports"
release=$(apt-cache "${apt[@]}" pkgnames "linux-image-$series." |
  sed -n "s/^linux-image-\(.*-cloud-amd64\)$/\1/p" | sort -V | tail -n 1)
if [ -z "$release" ]; then
  say "neither $codename nor its backports have a kernel $series for clouds" >&2
  exit 1
fi
version=${release%-cloud-amd64}

say "unpacking the kernel $release to $kernel"
unpack_packages "linux-image-$release" "linux-headers-$release" "linux-headers-$version-common" "linux-kbuild-$version"
# The headers name each other by the place where they would be installed.
sed -i "s|/usr/src/|$kernel/usr/src/|" "$work/tree/usr/src/linux-headers-$release/Makefile"
echo "$release" >"$work/tree/release"
finish "$work/tree" "$kernel"
say "unpacked the kernel $release"

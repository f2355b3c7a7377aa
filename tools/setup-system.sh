#!/usr/bin/env bash
# Installs what the tests use beside npm's packages; running it again does nothing. Debian packages are installed; the
# kernel of the virtual machine is only unpacked, beside the system's own, where tools/kernel-guest looks for it.
set -euo pipefail

packages=(
  chromium-headless-shell        # the tests that run in a browser
  qemu-system-x86 busybox-static # the tests in a virtual machine
  gcc make                       # its kernel module
)
# The series whose tsm.ko the tests expect; later ones have another interface for modules.
series=6.12
kernel=/var/cache/assay/kernel

say() {
  echo "setup:system: $*"
}

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
architecture=$(dpkg --print-architecture 2>/dev/null || uname -m)
unpack=no
if [ "$architecture" != amd64 ]; then
  say "no kernel for the virtual machine: it is for amd64, this is $architecture"
elif [ ! -e "$kernel/release" ]; then
  unpack=yes
fi

if [ ${#missing[@]} -eq 0 ] && [ "$unpack" = no ]; then
  say "nothing to do, already there: ${packages[*]}$([ ! -e "$kernel/release" ] || echo ", kernel $(cat "$kernel/release")")"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  say "no apt-get on this system; install yourself: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  say "needs root; run: sudo bash tools/setup-system.sh (installs: ${missing[*]:-no package}; unpacks a kernel: $unpack)" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]}"
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
  say "installed ${missing[*]}"
fi
[ "$unpack" = yes ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/debs" "$work/root"

# The release and its backports, from the mirror that the system itself uses; the system's own lists stay as they are.
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
  awk -v codename="$codename" '$2 == codename && $3 == "main" { print $1; exit }')
if [ -z "$mirror" ]; then
  say "this is no Debian, whose kernel the tests in a virtual machine need; they will be skipped" >&2
  exit 0
fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$codename" "$keyring" "$mirror" "$codename-backports" \
  >"$work/sources.list"
apt=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$work/lists"
  -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
release=$(apt-cache "${apt[@]}" pkgnames "linux-image-$series." |
  sed -n "s/^linux-image-\(.*-cloud-amd64\)$/\1/p" | sort -V | tail -n 1)
if [ -z "$release" ]; then
  say "neither $codename nor its backports have a kernel $series for clouds" >&2
  exit 1
fi
version=${release%-cloud-amd64}

say "unpacking the kernel $release to $kernel"
(cd "$work/debs" && apt-get "${apt[@]}" download "linux-image-$release" "linux-headers-$release" \
  "linux-headers-$version-common" "linux-kbuild-$version")
for deb in "$work"/debs/*.deb; do
  dpkg -x "$deb" "$work/root"
done
# The headers name each other by the place where they would be installed.
sed -i "s|/usr/src/|$kernel/usr/src/|" "$work/root/usr/src/linux-headers-$release/Makefile"
echo "$release" >"$work/root/release"
chmod 755 "$work/root"
mkdir -p "$(dirname "$kernel")"
rm -rf "$kernel"
mv "$work/root" "$kernel"
say "unpacked the kernel $release"

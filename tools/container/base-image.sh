#!/usr/bin/env bash
# Makes docker.io/library/node:24-slim where no registry is reached: Debian's packages, and Node and npm of this machine.
# Does nothing when the image is there.
set -euo pipefail
cd "$(dirname "$0")"
export CONTAINERS_CONF=$PWD/containers.conf CONTAINERS_STORAGE_CONF=$PWD/storage.conf
image=docker.io/library/node:24-slim

if podman image exists "$image"; then
  exit 0
fi
node=$(cd ../.. && node -p 'require.resolve(`node-linux-${process.arch}/bin/node`)')
npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# From the mirror that the system itself uses. Unpacked, not configured: the image runs Node, npm and a shell only.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
  awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
mmdebstrap --quiet --variant=extract --include=base-files,coreutils,dash,findutils,libstdc++6 bookworm "$work/root" \
  "${mirror:-http://deb.debian.org/debian}"
install -D "$node" "$work/root/usr/local/bin/node"
mkdir -p "$work/root/usr/local/lib/node_modules"
cp -a "$npm" "$work/root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
echo 'root:x:0:0:root:/root:/bin/sh' >"$work/root/etc/passwd"
# What the packages do when they are configured.
ln -sf dash "$work/root/bin/sh"
rm -rf "$work/root/var/run"
ln -s /run "$work/root/var/run"

tar -C "$work/root" -c . |
  podman import --quiet --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'CMD ["node"]' - "$image"

#!/usr/bin/env bash
# Installs the Debian packages that the tests use beside npm's; running it again does nothing.
set -euo pipefail

packages=(
  chromium-headless-shell # the tests that run in a browser
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
  echo "setup:system: nothing to install, already there: ${packages[*]}"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "setup:system: no apt-get on this system; install yourself: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "setup:system: needs root; run: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "setup:system: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
echo "setup:system: installed ${missing[*]}"

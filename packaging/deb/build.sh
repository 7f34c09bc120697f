#!/usr/bin/env bash
# Builds dist/public-payment-kiosk_*.deb and …-demo_*.deb for Debian 12 (amd64).
# The same commit gives the same bytes: times come from SOURCE_DATE_EPOCH, else from the commit.
# VERSION=… builds under another version, COMPRESSION=zstd faster and larger, as tests do.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*" >&2; }

# dh_shlibdeps asks this machine which package a library comes from: it needs Qt's, too.
TOOLS=(debhelper dpkg-dev po-debconf binutils)
missing=()
for tool in "${TOOLS[@]}"; do dpkg -s "$tool" >/dev/null 2>&1 || missing+=("$tool"); done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    say "Please run this, then try again:"
    say "    sudo apt-get install -y --no-install-recommends ${missing[*]}"
    exit 1
  fi
  apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
fi
dpkg -s libxcb-cursor0 libwayland-cursor0 >/dev/null 2>&1 || bash packaging/prepare.sh libraries
bash packaging/prepare.sh pcsc      # with the compiler that builds it again for the package

version=${VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y pyproject.toml)}
export SOURCE_DATE_EPOCH DEB_BUILD_OPTIONS=noautodbgsym PYTHONHASHSEED=0 TZ=UTC LC_ALL=C.UTF-8
umask 022

work=out/package
rm -rf "$work"
mkdir -p "$work/source" dist
cp -a packaging/debian "$work/source/debian"
mkdir -p "$work/source/packaging"
cp -a packaging/debian "$work/source/packaging/debian"
cp -a README.md CHANGELOG.md config "$work/source/"
cat >"$work/source/debian/changelog" <<EOF
public-payment-kiosk ($version) bookworm; urgency=medium

  * See CHANGELOG.md.

 -- Public Payment Kiosk maintainers <maintainers@public-payment-kiosk.invalid>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
EOF

.venv/bin/python packaging/deb/tree.py "$work/base" "$work/demo"
(cd "$work/source" && dpkg-buildpackage --build=binary --unsigned-changes --no-pre-clean -d) \
  >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" | cut -c -400 >&2; exit 1; }
rm -f dist/*_"${version}"_amd64.deb
mv "$work"/*.deb dist/
for package in dist/*_"${version}"_amd64.deb; do
  say "$package: $(($(stat -c %s "$package") / 1048576)) MiB, installed $(($(dpkg-deb -f "$package" Installed-Size) / 1024)) MiB"
done

#!/usr/bin/env bash
# Makes .venv from requirements.lock, on Debian 12, Ubuntu or anything with Python 3.11 to 3.13.
# As root it installs what the system lacks; otherwise it prints the command that does.
# `prepare.sh` makes everything, `prepare.sh libraries` sees to the system's libraries alone,
# `prepare.sh pcsc` adds the extra for chip cards, `prepare.sh test-tools` what only tests need,
# `prepare.sh contract-tools` what `make contract` needs, `prepare.sh postgres-tools` what
# `make postgres` does.
set -euo pipefail
cd "$(dirname "$0")/.."

LIBRARIES=(
  # Qt itself
  libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libbrotli1 libxkbcommon0 libx11-6
  libgssapi-krb5-2
  # a window on X11 and on Wayland
  libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0
  libxcb-util1 libxcb-xkb1 libxkbcommon-x11-0 libwayland-cursor0
)

# The tests start a real pcscd with a virtual card reader, and print the rarest hanzi.
TEST_TOOLS=(pcscd vsmartcard-vpcd fonts-hanazono)

# pyscard has no wheel for Linux: it is built here, against the machine's own PC/SC library.
PCSC_BUILD=(gcc libc6-dev libpcsclite-dev swig)

say() { printf '%s\n' "$*" >&2; }

# Install packages as root; otherwise say how, and fail.
need() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
  else
    say "Please run this, then try again:"
    say "    sudo apt-get install -y --no-install-recommends $*"
    return 1
  fi
}

is_right_python() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && is_right_python "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  say "Python 3.11, 3.12 or 3.13 is needed; name it with PYTHON=/path/to/python3"
  return 1
}

make_venv() {
  if [ -x .venv/bin/python ] && is_right_python .venv/bin/python \
    && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    return
  fi
  local python
  python=$(find_python)
  rm -rf .venv
  if "$python" -m venv .venv >/dev/null 2>&1; then return; fi
  rm -rf .venv # what a Python without ensurepip leaves behind
  if command -v uv >/dev/null; then
    UV_PYTHON_DOWNLOADS=never uv venv --quiet --seed --python "$python" .venv
    return
  fi
  need python3-venv
  "$python" -m venv .venv
}

install_packages() {
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
  .venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
  # The build backend is one of the locked packages, so that nothing unlocked is fetched.
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
}

has_test_tools() {
  command -v pcscd >/dev/null && [ -e /etc/reader.conf.d/vpcd ] \
    && [ -e /usr/share/fonts/truetype/hanazono/HanaMinB.ttf ]
}

pcsc_starts() { .venv/bin/python -c 'import smartcard.scard' 2>/dev/null; }

has_python_headers() {
  .venv/bin/python -c '
import pathlib, sys, sysconfig
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())'
}

install_pcsc() {
  if pcsc_starts; then return; fi
  if ! { command -v gcc && command -v swig && [ -e /usr/include/PCSC/winscard.h ]; } >/dev/null; then
    need "${PCSC_BUILD[@]}"
  fi
  has_python_headers || need python3-dev
  # setuptools, which builds it, comes from requirements.lock.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --require-hashes --no-build-isolation --no-deps -r requirements-pcsc.lock
  pcsc_starts
}

qt_starts() {
  QT_QPA_PLATFORM=offscreen .venv/bin/python -c '
from PySide6.QtGui import QGuiApplication
import PySide6.QtQml, PySide6.QtQuick
QGuiApplication([])' >/dev/null 2>&1
}

xcb_is_there() {
  [ -z "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ] || .venv/bin/python -c '
import ctypes
ctypes.CDLL("libxcb-cursor.so.0"), ctypes.CDLL("libxkbcommon-x11.so.0")' 2>/dev/null
}

see_to_libraries() {
  if qt_starts && xcb_is_there; then return; fi
  say "Qt lacks some of the system's libraries."
  need "${LIBRARIES[@]}"
  if ! qt_starts; then
    say "Qt still does not start:"
    QT_QPA_PLATFORM=offscreen .venv/bin/python -c 'import PySide6.QtQuick' >&2 || true
    return 1
  fi
}

case "${1:-all}" in
  all)
    make_venv
    install_packages
    see_to_libraries
    touch .venv/.ready
    ;;
  libraries)
    need "${LIBRARIES[@]}"
    ;;
  pcsc)
    install_pcsc
    ;;
  test-tools)
    # Without them everything but the tests of chip cards still runs; those say what is missing.
    has_test_tools || need "${TEST_TOOLS[@]}" || true
    install_pcsc || say "The chip card driver could not be installed; its tests will fail."
    ;;
  contract-tools)
    { command -v node && command -v npm; } >/dev/null || need nodejs npm
    ;;
  postgres-tools)
    { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 || need postgresql
    ;;
  *)
    say "usage: $0 [libraries|pcsc|test-tools|contract-tools|postgres-tools]"
    exit 2
    ;;
esac

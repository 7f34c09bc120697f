"""Lays out the files of both packages: `python packaging/deb/tree.py BASE DEMO`.

BASE and DEMO are the roots of public-payment-kiosk and public-payment-kiosk-demo. The kiosk
lies in a virtual environment over Debian's Python 3.11, so that nothing that somebody
installs with pip or apt beside it can change what it imports.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from py_compile import PycInvalidationMode

sys.path.insert(0, str(Path(__file__).parent))
import sbom
from closure import PROJECT, closure, excerpt
from prune import prune

ROOT = Path(__file__).parents[2]
HOME = Path("usr/lib/public-payment-kiosk")
SITE_PACKAGES = HOME / "lib/python3.11/site-packages"
# Of the demonstration alone: a kiosk in service does not have it.
DEMO_PARTS = ("kiosk/sandbox", "kiosk/demo")
NOT_PACKED = ("kiosk/ui/gallery.py", "kiosk/ui/sample_screens.py", "kiosk/demo/tour*.py")
DRIVERS = frozenset({"usb"})  # extras that drivers need; chip cards have a lock of their own
PYTHON = (3, 11)


def main() -> int:
    if sys.version_info[:2] != PYTHON:
        sys.stderr.write("The package is for Debian 12: build it with Python 3.11\n")
        return 1
    base, demo = (Path(argument) for argument in sys.argv[1:3])
    needed = closure(PROJECT, DRIVERS)
    only_demo = closure(PROJECT, DRIVERS | {"sandbox"}) - needed
    site = base / SITE_PACKAGES
    demo_site = demo / SITE_PACKAGES
    with tempfile.TemporaryDirectory() as scratch:
        _install_locked(needed, ROOT / "requirements.lock", site, Path(scratch))
        _install_chip_cards(site)
        _install_locked(only_demo, ROOT / "requirements.lock", demo_site, Path(scratch))
        _install_project(site, Path(scratch))
    prune(site)
    prune_build_traces(site)
    prune_build_traces(demo_site)
    _move_demo(site, demo_site)
    doc = Path("usr/share/doc")
    sbom.write(site, PROJECT, base / doc / "public-payment-kiosk/sbom.cdx.json")
    sbom.write(demo_site, PROJECT, demo / doc / "public-payment-kiosk-demo/sbom.cdx.json")
    _lay_environment(base)
    _compile(base)
    _compile(demo)
    return 0


def _pip(*arguments: str) -> None:
    quiet = {
        "PIP_QUIET": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    subprocess.run([sys.executable, "-m", "pip", *arguments], env=os.environ | quiet, check=True)


def _install_locked(names: set[str], lock: Path, target: Path, scratch: Path) -> None:
    wanted = scratch / "wanted.lock"
    wanted.write_text(excerpt(lock, names), "utf-8")
    _pip("install", "--no-deps", "--require-hashes", "--no-compile", "--only-binary=:all:",
         "--target", str(target), "-r", str(wanted))  # fmt: skip


def _install_chip_cards(target: Path) -> None:
    """From source, against Debian's libpcsclite; the same bytes wherever it is built."""
    same = f"-ffile-prefix-map={tempfile.gettempdir()}=. -g0"
    os.environ["CFLAGS"] = f"{os.environ.get('CFLAGS', '')} {same}".strip()
    _pip("install", "--no-deps", "--require-hashes", "--no-compile", "--no-build-isolation",
         "--no-cache-dir", "--target", str(target),
         "-r", str(ROOT / "requirements-pcsc.lock"))  # fmt: skip


def _install_project(target: Path, scratch: Path) -> None:
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(scratch), str(ROOT))
    wheel = next(scratch.glob("public_payment_kiosk-*.whl"))
    _pip("install", "--no-deps", "--no-compile", "--target", str(target), str(wheel))
    for pattern in NOT_PACKED:
        for path in target.glob(pattern):
            path.unlink()


def prune_build_traces(site: Path) -> None:
    """What pip notes of where and how it installed: not the same twice, and of no use."""
    for pattern in ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json"):
        for path in site.glob(f"*.dist-info/{pattern}"):
            path.unlink()
    for path in list(site.rglob("__pycache__")):
        shutil.rmtree(path)
    shutil.rmtree(site / "bin", ignore_errors=True)


def _move_demo(site: Path, demo_site: Path) -> None:
    for part in DEMO_PARTS:
        (demo_site / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(site / part, demo_site / part)


def _lay_environment(base: Path) -> None:
    home = base / HOME
    (home / "bin").mkdir(parents=True, exist_ok=True)
    (home / "bin/python3").symlink_to("/usr/bin/python3.11")
    (home / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")


def _compile(root: Path) -> None:
    """Ahead of time, and never looked at again: nothing is written at run time."""
    done = compileall.compile_dir(
        root / SITE_PACKAGES,
        quiet=2,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        workers=1,
    )
    if not done:
        raise RuntimeError("a module could not be compiled")


if __name__ == "__main__":
    sys.exit(main())

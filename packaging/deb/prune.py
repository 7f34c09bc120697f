"""Leaves out of the Qt wheel what the kiosk does not use; what is kept drags in its libraries.

The tables name roots: modules that are imported, plugins and QML types that are loaded by
name. Shared libraries stay when a kept file names them (ELF NEEDED).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

MODULES = ("QtCore", "QtGui", "QtNetwork", "QtOpenGL", "QtQml", "QtQuick", "QtSvg")
PLUGINS = (
    "platforms/libqoffscreen.so",
    "platforms/libqwayland.so",
    "platforms/libqxcb.so",
    "wayland-shell-integration/libxdg-shell.so",
    "imageformats/libqsvg.so",
)
QML = (
    "QtQml/qmldir",
    "QtQml/libqmlplugin.so",
    "QtQml/Models",
    "QtQml/WorkerScript",
    "QtQuick/qmldir",
    "QtQuick/libqtquick2plugin.so",
    "QtQuick/Layouts",
    "QtQuick/Templates",
    "QtQuick/Window",
)
PYTHON = ("__init__.py", "_config.py", "_git_pyside_version.py", "support", "Qt")
USELESS_EVERYWHERE = ("*.pyi", "py.typed", "*.qmltypes", "*.h", "*.pyx", "*.pxd", "*.c")

USELESS_FOLDERS = ("bin", "docs", "tests", "apsw/sqlite_extra_binaries")


def prune(site_packages: Path) -> None:
    """Delete, in a tree that pip has filled, what is not reached from the tables above."""
    pyside = site_packages / "PySide6"
    qt = pyside / "Qt"
    kept = {pyside / f"{name}.abi3.so" for name in MODULES}
    kept |= {qt / "plugins" / name for name in PLUGINS}
    for name in QML:
        place = qt / "qml" / name
        kept |= set(_files(place)) if place.is_dir() else {place}
    missing = sorted(str(path) for path in kept if not path.is_file())
    if missing:
        raise FileNotFoundError(f"the wheel of Qt changed, these are not in it: {missing}")
    kept |= _libraries(kept, [qt / "lib", pyside, site_packages / "shiboken6"])
    for path in _files(pyside):
        top = path.relative_to(pyside).parts[0]
        if path not in kept and (top == "Qt" or top not in PYTHON):
            path.unlink()
    for path in [path for pattern in USELESS_EVERYWHERE for path in site_packages.rglob(pattern)]:
        path.unlink()
    for folder in USELESS_FOLDERS:
        shutil.rmtree(site_packages / folder, ignore_errors=True)
    _remove_empty_directories(site_packages)


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() or path.is_symlink()]


def _libraries(roots: set[Path], places: list[Path]) -> set[Path]:
    """Every shared library in `places` that the roots need, directly or not."""
    there = {path.name: path for place in places for path in place.glob("*.so*")}
    found: set[Path] = set()
    waiting = [path for path in roots if ".so" in path.name]
    while waiting:
        for name in _needed(waiting.pop()):
            library = there.get(name)
            if library is not None and library not in found:
                found.add(library)
                waiting.append(library)
    return found


def _needed(path: Path) -> list[str]:
    said = subprocess.run(
        ["readelf", "-d", str(path)], check=True, capture_output=True, text=True
    ).stdout
    return re.findall(r"\(NEEDED\).*\[(.+?)\]", said)


def _remove_empty_directories(root: Path) -> None:
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()

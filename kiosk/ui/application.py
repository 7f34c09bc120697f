"""The Qt application: software rendering and our fonts."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from kiosk.paths import assets_directory

MAX_SAID_CHARS = 4096
NEED_NO_DISPLAY = frozenset({"offscreen", "minimal", "vnc", "eglfs", "linuxfb"})
FAMILY = "Noto Sans SC"
FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


class NoDisplay(Exception):
    """No window can be opened here; the message says why."""


def require_display() -> None:
    """Raises NoDisplay where Qt would end the process with SIGABRT. Call it before any thread."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if QGuiApplication.instance() or platform in NEED_NO_DISPLAY or not hasattr(os, "fork"):
        return
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _try_display(writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8", errors="replace") as said:
        words = said.read(MAX_SAID_CHARS)
    _, status = os.waitpid(child, 0)
    if status != 0:
        unset = not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
        why = "neither DISPLAY nor WAYLAND_DISPLAY is set" if unset else words.strip()
        raise NoDisplay(why.split("\n")[0] or "Qt cannot open a window here")


def _try_display(writer: int) -> NoReturn:
    """In a copy of the process: what Qt says goes to the pipe, and nothing is left behind."""
    import resource  # noqa: PLC0415 not on Windows, where nothing forks

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(writer, 2)
    QGuiApplication(sys.argv[:1])
    os._exit(0)


def application() -> QGuiApplication:
    """The one application of the process, made at the first call."""
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        app = existing
    else:
        os.environ.setdefault("QT_QUICK_BACKEND", "software")
        app = QGuiApplication(sys.argv[:1])
    _load_fonts(app)
    return app


def _load_fonts(app: QGuiApplication) -> None:
    loaded = FAMILY in QFontDatabase.families()
    for name in () if loaded else FONTS:
        path = assets_directory() / "fonts" / name
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(f"the font {path} cannot be loaded")
    app.setFont(QFont(FAMILY))

"""The Qt application: software rendering and our fonts."""

from __future__ import annotations

import os
import sys

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from kiosk.paths import assets_directory

FAMILY = "Noto Sans SC"
FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


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
    if FAMILY in QFontDatabase.families():
        return
    for name in FONTS:
        path = assets_directory() / "fonts" / name
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(f"the font {path} cannot be loaded")
    app.setFont(QFont(FAMILY))

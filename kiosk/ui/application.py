"""The Qt application: software rendering, our fonts, and no survivor of a bug."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from kiosk.paths import assets_directory

FAMILY = "Noto Sans SC"
FONTS = ("NotoSansSC-Regular.woff2", "NotoSansSC-Bold.woff2")
EXIT_BUG = 70


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


def end_on_bugs() -> None:
    """An exception nobody expected ends the process: the supervisor starts a fresh one.

    Without this, Qt prints an exception of a slot and carries on with half a screen.
    """

    def end(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            os._exit(130)
        traceback.print_exception(kind, error, trace)
        sys.stderr.flush()
        os._exit(EXIT_BUG)

    def end_of_thread(args: threading.ExceptHookArgs) -> None:
        end(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = end
    threading.excepthook = end_of_thread

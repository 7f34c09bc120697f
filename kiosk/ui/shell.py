"""The window of the kiosk: view models, engine, and pictures of what is on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from kiosk.domain.fee_item import FeeItem
from kiosk.maintenance.desk import Desk
from kiosk.ui.application import application
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.images import IconProvider, QrProvider, warm_up
from kiosk.ui.key_filter import KeyFilter, Press
from kiosk.ui.viewmodels.attract import AttractViewModel
from kiosk.ui.viewmodels.bills import BillsViewModel
from kiosk.ui.viewmodels.checking import CheckingViewModel
from kiosk.ui.viewmodels.code_entry import CodeEntryViewModel
from kiosk.ui.viewmodels.confirm import ConfirmViewModel
from kiosk.ui.viewmodels.details import DetailsViewModel
from kiosk.ui.viewmodels.done import DoneViewModel
from kiosk.ui.viewmodels.fee import FeeViewModel
from kiosk.ui.viewmodels.header import HeaderViewModel
from kiosk.ui.viewmodels.help import HelpViewModel
from kiosk.ui.viewmodels.look import USUAL, Look, LookViewModel
from kiosk.ui.viewmodels.maintenance import MaintenanceViewModel
from kiosk.ui.viewmodels.maintenance_office import Places
from kiosk.ui.viewmodels.open_code import OpenCodeViewModel
from kiosk.ui.viewmodels.out_of_service import OutOfServiceViewModel
from kiosk.ui.viewmodels.pay import PayViewModel
from kiosk.ui.viewmodels.printing import PrintingViewModel
from kiosk.ui.viewmodels.screen import ScreenViewModel
from kiosk.ui.viewmodels.searching import SearchingViewModel
from kiosk.ui.viewmodels.swap import SwapViewModel
from kiosk.ui.viewmodels.touch import TouchViewModel
from kiosk.ui.viewmodels.trouble import TroubleViewModel
from kiosk.ui.viewmodels.warning import WarningViewModel

QML = Path(__file__).with_name("qml")
PORTRAIT = (1080, 1920)
FREE_SPACE = 0.92
"""Of the desktop that a demo window may fill, title bar included."""


class Shell:
    """The kiosk's window over a bridge; make it, and close it, on the main thread.

    `size` is what the pages are laid out for, in px; on a smaller desktop the window is
    scaled down. `full_screen` fills the screen instead, and shows no pointer. `fee_items` are told to readers of
    English by their English names, beside the official ones. `press` gets every key that is
    typed into the window, for a scanner that types. `desk` is what the maintenance screen
    works with (without one it never opens), `places` where it may write files.
    """

    def __init__(
        self,
        bridge: CoreBridge,
        size: tuple[int, int] = PORTRAIT,
        window_title: str = "",
        help_phone: str = "",
        site_name: str = "",
        district: str = "",
        *,
        full_screen: bool = False,
        usual: Look = USUAL,
        reduced_motion: bool = False,
        fee_items: Sequence[FeeItem] = (),
        press: Press | None = None,
        desk: Desk | None = None,
        places: Places = tuple,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = application()
        self.look = LookViewModel(bridge, usual, reduced_motion=reduced_motion, fee_items=fee_items)
        site = " ".join(part for part in (district, site_name) if part)
        self.maintenance = MaintenanceViewModel(
            bridge, self.look, desk, places, monotonic_s, help_phone
        )
        self._view_models = {
            "maintenance": self.maintenance,
            **_view_models(bridge, self.look, site, help_phone, monotonic_s, fee_items),
        }
        self._engine = QQmlApplicationEngine()
        self._engine.addImageProvider("icon", IconProvider())
        self._engine.addImageProvider("qr", QrProvider())
        self._engine.setInitialProperties(
            {**self._view_models, "design": QSize(*size), "title": window_title}
        )
        self._engine.load(QUrl.fromLocalFile(str(QML / "Main.qml")))
        self.window = _root_window(self._engine)
        self.window.resize(_fitting(QSize(*size)))
        self._key_filter = KeyFilter(self.window, press) if press else None
        self.window.frameSwapped.connect(warm_up, Qt.ConnectionType.SingleShotConnection)
        if full_screen:
            self._fill_the_screen()
        else:
            self.window.show()

    def _fill_the_screen(self) -> None:
        # A screen for fingers: a mouse that is there has nothing to point at.
        self.window.setCursor(Qt.CursorShape.BlankCursor)
        # Without a window manager nobody else would make it as large as the screen.
        self.window.setGeometry(self.window.screen().geometry())
        self.window.showFullScreen()

    def grab(self) -> QImage:
        """What is on the window now, pixel by pixel."""
        return self.window.grabWindow()

    def close(self) -> None:
        """Close the window; the pages go before the view models they are bound to."""
        if shiboken6.isValid(self._engine):
            self.window.close()
            shiboken6.delete(self._engine)


def _view_models(
    bridge: CoreBridge,
    look: LookViewModel,
    site: str,
    phone: str,
    monotonic_s: Callable[[], float],
    fee_items: Sequence[FeeItem] = (),
) -> dict[str, QObject]:
    """Every view model by the name of Main.qml's property; the one that chooses the page
    comes last, so that a page finds its own facts when it appears."""
    code_entry = CodeEntryViewModel(bridge, look)
    return {
        "look": look,
        "touch": TouchViewModel(bridge, monotonic_s),
        "head": HeaderViewModel(bridge, look, site),
        "attract": AttractViewModel(bridge, look, code_entry),
        "outOfService": OutOfServiceViewModel(bridge, look),
        "codeEntry": code_entry,
        "searching": SearchingViewModel(bridge, look),
        "bills": BillsViewModel(bridge, look),
        "details": DetailsViewModel(bridge, look),
        "confirm": ConfirmViewModel(bridge, look),
        "pay": PayViewModel(bridge, look),
        "checking": CheckingViewModel(bridge, look),
        "printing": PrintingViewModel(bridge, look),
        "done": DoneViewModel(bridge, look),
        "trouble": TroubleViewModel(bridge, look),
        "swap": SwapViewModel(bridge, look),
        "fee": FeeViewModel(bridge, look, fee_items),
        "openCode": OpenCodeViewModel(bridge, look, fee_items),
        "warning": WarningViewModel(bridge, look),
        "help": HelpViewModel(bridge, look, phone),
        "current": ScreenViewModel(bridge, look),
    }


def _root_window(engine: QQmlApplicationEngine) -> QQuickWindow:
    for root in engine.rootObjects():
        if isinstance(root, QQuickWindow):
            return root
    raise RuntimeError("Main.qml could not be loaded: see the messages above")


def _fitting(size: QSize) -> QSize:
    """This size, or smaller with the same shape where the desktop is smaller."""
    screen = QGuiApplication.primaryScreen()
    if QGuiApplication.platformName() == "offscreen" or screen is None:
        return size
    room = screen.availableSize() * FREE_SPACE
    if size.width() <= room.width() and size.height() <= room.height():
        return size
    factor = min(room.width() / size.width(), room.height() / size.height())
    return size * factor

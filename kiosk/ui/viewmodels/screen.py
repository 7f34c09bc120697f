"""Which page is on the screen: a pure function of the snapshot."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain import visit as v
from kiosk.domain.kiosk import Kiosk, Service
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


class Screen(StrEnum):
    ATTRACT = "attract"
    OUT_OF_SERVICE = "out_of_service"
    CODE_ENTRY = "code_entry"
    SEARCHING = "searching"
    BILLS = "bills"
    CONFIRM = "confirm"
    PAY = "pay"
    CHECKING = "checking"
    PRINTING = "printing"
    DONE = "done"
    TROUBLE = "trouble"
    SWAP = "swap"
    FEE = "fee"
    OPEN_CODE = "open_code"


def screen(kiosk: Kiosk) -> Screen:
    """A halted kiosk shows nothing else: nothing more could be committed."""
    if kiosk.service is Service.HALTED:
        return Screen.OUT_OF_SERVICE
    if kiosk.visit is None:
        in_service = kiosk.service is Service.IN_SERVICE
        return Screen.ATTRACT if in_service else Screen.OUT_OF_SERVICE
    if kiosk.visit.swap is not None:
        return Screen.SWAP
    return _of_page(kiosk.visit.page)


def _of_page(page: v.Page) -> Screen:
    match page:
        case v.EnteringCode():
            return Screen.CODE_ENTRY
        case v.Searching():
            return Screen.SEARCHING
        case v.Choosing():
            return Screen.BILLS
        case v.Confirming():
            return Screen.CONFIRM
        case v.Paying():
            return Screen.PAY
        case v.Checking():
            return Screen.CHECKING
        case v.Printing():
            return Screen.PRINTING
        case v.Done():
            return Screen.DONE
        case v.Trouble():
            return Screen.TROUBLE
        case v.ChoosingFee():
            return Screen.FEE
        case v.ShowingCode():
            return Screen.OPEN_CODE
        case _:
            assert_never(page)


@QmlElement
class ScreenViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._screen = screen(self.kiosk)

    def refresh(self) -> None:
        now = screen(self.kiosk)
        if now != self._screen:
            self._screen = now
            self.changed.emit()

    @Property(str, notify=changed)
    def name(self) -> str:
        return self._screen.value

"""The top line: where am I, whose session is it, how do I leave."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import LeaveTouched
from kiosk.domain.kiosk import Kiosk
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.privacy import is_veiled
from kiosk.ui.viewmodels.screen import Screen, screen

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

LEAVABLE = frozenset(
    {
        Screen.CODE_ENTRY,
        Screen.SEARCHING,
        Screen.BILLS,
        Screen.CONFIRM,
        Screen.PAY,
        Screen.TROUBLE,
        Screen.FEE,
    }
)
"""Not while paper or money is moving, and not where leaving is the page's own action."""


@dataclass(frozen=True, slots=True)
class Header:
    clock: str = ""
    visitor: str = ""
    can_leave: bool = False
    site: str = ""


def header(kiosk: Kiosk, texts: Texts, name: str = "") -> Header:
    """`name` is the kiosk's own, such as its office's; told where it says more than the title."""
    page = screen(kiosk)
    is_private = is_veiled(kiosk) or page in (Screen.SWAP, Screen.OUT_OF_SERVICE)
    subject = kiosk.visit.subject if kiosk.visit and not is_private else None
    return Header(
        clock=wording.clock(kiosk.wall),
        visitor=wording.visitor(texts, subject),
        can_leave=page in LEAVABLE,
        site="" if name == texts.of("chrome.product") else name,
    )


@QmlElement
class HeaderViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel, name: str) -> None:
        super().__init__(core, look)
        self._page = Header()
        self._name = name
        self.refresh()

    def refresh(self) -> None:
        page = header(self.kiosk, self.texts, self._name)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def clock(self) -> str:
        return self._page.clock

    @Property(str, notify=changed)
    def visitor(self) -> str:
        return self._page.visitor

    @Property(bool, notify=changed)
    def canLeave(self) -> bool:
        return self._page.can_leave

    @Property(str, notify=changed)
    def site(self) -> str:
        return self._page.site

    @Slot()
    def leave(self) -> None:
        self.core.post(LeaveTouched())

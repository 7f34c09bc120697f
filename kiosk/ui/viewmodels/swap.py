"""Another card is on the reader: one question, and nothing of the first visit."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import SwapAnswered
from kiosk.domain.kiosk import Kiosk
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class SwapPage:
    seconds: int = 0


def swap_page(kiosk: Kiosk, _texts: Texts) -> SwapPage:
    visit = kiosk.visit
    if visit is None or visit.swap is None:
        return SwapPage()
    return SwapPage(
        seconds=wording.seconds_left(visit.swap_asked_s + kiosk.rules.swap_s, kiosk.now_s)
    )


@QmlElement
class SwapViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = SwapPage()
        self.refresh()

    def refresh(self) -> None:
        page = swap_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(int, notify=changed)
    def seconds(self) -> int:
        return self._page.seconds

    @Slot()
    def accept(self) -> None:
        self.core.post(SwapAnswered(accept=True))

    @Slot()
    def refuse(self) -> None:
        self.core.post(SwapAnswered(accept=False))

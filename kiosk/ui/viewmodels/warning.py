"""Are you still here? Shown before a visit ends by itself."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import Touched
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visits import TIMES_OUT, idle_s_of
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Warning:
    is_shown: bool = False
    seconds: int = 0


def warning(kiosk: Kiosk, _texts: Texts) -> Warning:
    visit = kiosk.visit
    if visit is None or visit.swap is not None or not isinstance(visit.page, TIMES_OUT):
        return Warning()
    ends_at_s = visit.touched_s + idle_s_of(kiosk.rules, visit.page)
    seconds = wording.seconds_left(ends_at_s, kiosk.now_s)
    if ends_at_s - kiosk.now_s > kiosk.rules.warn_s:
        return Warning()
    return Warning(is_shown=True, seconds=seconds)


@QmlElement
class WarningViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = Warning()
        self.refresh()

    def refresh(self) -> None:
        page = warning(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(bool, notify=changed)
    def isShown(self) -> bool:
        return self._page.is_shown

    @Property(int, notify=changed)
    def seconds(self) -> int:
        return self._page.seconds

    @Slot()
    def stay(self) -> None:
        self.core.post(Touched())

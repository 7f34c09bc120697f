"""What every view model does: derive its page afresh when the kiosk or the language changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from kiosk.domain.kiosk import Kiosk
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels.look import LookViewModel


class Follower(QObject):
    """Calls `refresh` at once for every snapshot and every change of the look."""

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__()
        self.core = core
        self._look = look
        core.kiosk_changed.connect(self._follow_kiosk)
        look.changed.connect(self._follow_look)

    @property
    def kiosk(self) -> Kiosk:
        return self.core.kiosk

    @property
    def texts(self) -> Texts:
        return self._look.texts

    # Each slot has its signal's exact signature: PySide would add a missing one to this
    # object's own QMetaObject, and QML caches those by an address that is used again.
    @Slot(object)
    def _follow_kiosk(self, _snapshot: object) -> None:
        self.refresh()

    @Slot()
    def _follow_look(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        raise NotImplementedError

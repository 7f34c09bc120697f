"""The one object between the core's thread and the screen: snapshots in, events out."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from PySide6.QtCore import QObject, Qt, Signal, Slot

from kiosk.domain.events import Event
from kiosk.domain.kiosk import Kiosk


class CoreBridge(QObject):
    """Holds the last snapshot for the screen and passes the resident's touches on.

    `publish` may be called from any thread; only the newest snapshot is kept, so a slow
    screen never makes a queue grow. Everything else belongs to the thread of the screen.
    """

    kiosk_changed = Signal(object)  # Kiosk
    _arrived = Signal()

    def __init__(self, post: Callable[[Event], None], initial: Kiosk) -> None:
        super().__init__()
        self.kiosk = initial
        self._post = post
        self._lock = Lock()
        self._newest = initial
        self._is_announced = False
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Event) -> None:
        self._post(event)

    def publish(self, kiosk: Kiosk) -> None:
        """Show this snapshot soon; callable from any thread."""
        with self._lock:
            self._newest = kiosk
            if self._is_announced:
                return
            self._is_announced = True
        self._arrived.emit()

    @Slot()
    def _take(self) -> None:
        with self._lock:
            self.kiosk = self._newest
            self._is_announced = False
        self.kiosk_changed.emit(self.kiosk)

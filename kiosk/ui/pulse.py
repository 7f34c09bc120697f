"""The kiosk's sign of life: told only while frames are drawn and the engine's time passes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtQuick import QQuickWindow

from kiosk import sd_notify

EVERY_MS = 1000


class Pulse(QObject):
    """Asks for a frame every second, and tells of life when it came and the engine moved too.

    A frozen screen, a dead engine and a blocked event loop all end the signs of life; the
    guardian then kills the process. A window that nobody can see (its output is switched off)
    gets no frames from a compositor: there the engine alone decides, and where a screen
    `is_plugged_in` all the same the sign of life says so, for it is not the kiosk that fails.
    """

    def __init__(
        self,
        window: QQuickWindow,
        beats: Callable[[], int],
        notify: Callable[..., bool],
        is_plugged_in: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._beats, self._notify = window, beats, notify
        self._is_plugged_in = is_plugged_in
        self._frames = self._told_frames = 0
        self._told_beats = beats()
        self._was_ready = False
        window.frameSwapped.connect(self._count)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.feel)

    def start(self) -> None:
        self._timer.start(EVERY_MS)

    @Slot()
    def feel(self) -> None:
        """Once a second: tell what moved since the last sign of life, and ask for a frame."""
        frames, beats = self._frames, self._beats()
        drawn = frames > self._told_frames
        if (drawn or not self._window.isExposed()) and beats > self._told_beats:
            self._told_frames, self._told_beats = frames, beats
            lines = [] if self._was_ready else [sd_notify.READY]
            self._was_ready = True
            unseen = [] if drawn or not self._is_plugged_in() else [sd_notify.UNSEEN]
            self._notify(*lines, sd_notify.WATCHDOG, *unseen)
        self._window.update()

    @Slot()
    def _count(self) -> None:
        self._frames += 1

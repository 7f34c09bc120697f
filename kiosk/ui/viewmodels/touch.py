"""Tells the core that somebody is there; at most once a second."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import Touched
from kiosk.ui.core_bridge import CoreBridge

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

GAP_S = 1.0


@QmlElement
class TouchViewModel(QObject):
    """`monotonic_s` says the time: a finger needs no snapshot to be counted."""

    def __init__(self, core: CoreBridge, monotonic_s: Callable[[], float]) -> None:
        super().__init__()
        self._core = core
        self._monotonic_s = monotonic_s
        self._told_at_s = float("-inf")

    @Slot()
    def touched(self) -> None:
        now_s = self._monotonic_s()
        if now_s - self._told_at_s >= GAP_S:
            self._told_at_s = now_s
            self._core.post(Touched())

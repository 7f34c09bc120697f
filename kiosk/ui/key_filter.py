"""Tells the keys of a scanner that types from those of fingers, before any page sees them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

ALONE_MS = 40  # a scanner leaves under ten between two keys, a finger hardly ever under sixty
MAX_HELD = 16
MODIFIERS = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
    }
)

Press = Callable[[str, float], None]
"""Gets what every key types, and when, in seconds on the clock of the key events."""


class KeyFilter(QObject):
    """Every key goes to `press`; only one that came alone also goes on to the page.

    A key is held until nothing follows it within ALONE_MS; of a burst nothing reaches a page:
    no digit in a field, no Enter on the button that has the focus, no shortcut that a hostile
    code types. Keys repeated by holding one down are a finger's.
    """

    def __init__(self, watched: QObject, press: Press) -> None:
        super().__init__(watched)
        self._watched = watched
        self._press = press
        self._held: list[QKeyEvent] = []
        self._last_ms = -ALONE_MS
        self._in_burst = False
        self._handing_on = False
        self._alone = QTimer(self, singleShot=True, interval=ALONE_MS)
        self._alone.timeout.connect(self._rest)
        watched.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or self._handing_on or event.isAutoRepeat():
            return False
        if event.type() == QEvent.Type.KeyPress:
            return self._pressed(event)
        if event.type() == QEvent.Type.KeyRelease:
            return self._released(event)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        self._press(event.text(), event.timestamp() / 1000)
        if event.key() in MODIFIERS:
            return False
        # By the events' own times: a screen that was busy sees fast and slow keys alike.
        if event.timestamp() - self._last_ms < ALONE_MS:
            self._in_burst = True
            self._held.clear()
        else:
            self._rest()
            self._held.append(event.clone())
        self._last_ms = event.timestamp()
        self._alone.start()
        return True

    def _released(self, event: QKeyEvent) -> bool:
        if event.key() in MODIFIERS:
            return False
        if self._held and len(self._held) < MAX_HELD:
            self._held.append(event.clone())
            return True
        return self._in_burst

    def _rest(self) -> None:
        """Nothing followed: what is held was a finger's."""
        held, self._held = self._held, []
        self._in_burst = False
        self._handing_on = True
        try:
            for event in held:
                QCoreApplication.sendEvent(self._watched, event)
        finally:
            self._handing_on = False

"""Keys on their way from the screen to a scanner that types."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

MAX_WAITING_KEYS = 4096


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """`text` is what the key types (empty for Shift and the like); `at_s` is when."""

    text: str
    at_s: float


class Keyboard:
    """Thread-safe: the screen presses, the scanner's thread takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: deque[Key] = deque(maxlen=MAX_WAITING_KEYS)

    def press(self, text: str, at_s: float) -> None:
        """One key; times of all keys come from one clock, best that of the key event itself."""
        with self._lock:
            self._keys.append(Key(text, at_s))

    def take(self) -> tuple[Key, ...]:
        """Every key since the last call, oldest first."""
        with self._lock:
            keys = tuple(self._keys)
            self._keys.clear()
            return keys

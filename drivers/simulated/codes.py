"""The window of the code scanner."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from drivers.simulated.cable import Cable

MAX_CODE_LENGTH = 512
MAX_WAITING_CODES = 16  # as in a serial buffer: what nobody fetches is lost, oldest first


class CodeWindow:
    """Thread-safe."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.cable = Cable(self._on_cable)
        self._changed = changed
        self._lock = threading.Lock()
        self._waiting: deque[str] = deque(maxlen=MAX_WAITING_CODES)

    def scan(self, text: str) -> None:
        """Hold a code up; a scanner without cable sees nothing. Raises ValueError."""
        if not 0 < len(text) <= MAX_CODE_LENGTH:
            raise ValueError(f"a code has 1 to {MAX_CODE_LENGTH} characters, not {len(text)}")
        if self.cable.plugged:
            with self._lock:
                self._waiting.append(text)
        self._changed()

    def fetch(self) -> str | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _on_cable(self) -> None:
        with self._lock:
            self._waiting.clear()
        self._changed()

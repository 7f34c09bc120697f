"""A cable that can be pulled."""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.api import DeviceLost


class Cable:
    """Pulling it ends every connection for good, also when it is plugged in again at once."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._plugged = True
        self._connection = 0

    @property
    def plugged(self) -> bool:
        return self._plugged

    def connect(self) -> int:
        """A new connection's number. Raises DeviceLost while unplugged."""
        with self._lock:
            if not self._plugged:
                raise DeviceLost("unplugged", "the device is not there")
            self._connection += 1
            return self._connection

    def check(self, connection: int) -> None:
        """Raises DeviceLost unless this connection still holds."""
        with self._lock:
            if not self._plugged or connection != self._connection:
                raise DeviceLost("unplugged", "the device is gone")

    def unplug(self) -> None:
        with self._lock:
            self._plugged = False
            self._connection += 1
        self._changed()

    def plug(self) -> None:
        with self._lock:
            self._plugged = True
        self._changed()

"""A disk whose size and health a test decides; its files are real."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from kiosk.journal.files import Disk

GIBIBYTE = 1 << 30


class BrokenDisk(Disk):
    """Refuses the calls named in `refused` with `number`; says that `free` bytes are left."""

    def __init__(self, *, free: int = GIBIBYTE, number: int = errno.EIO) -> None:
        self.free = free
        self.number = number
        self.refused: set[str] = set()

    def free_bytes(self, directory: Path) -> int:
        self._meet("free_bytes")
        return self.free

    def allocate(self, descriptor: int, size: int) -> None:
        self._meet("allocate")
        super().allocate(descriptor, size)

    def write(self, descriptor: int, content: bytes) -> None:
        self._meet("write")
        super().write(descriptor, content)

    def write_at(self, descriptor: int, content: bytes, offset: int) -> None:
        self._meet("write_at")
        super().write_at(descriptor, content, offset)

    def sync(self, descriptor: int) -> None:
        self._meet("sync")
        super().sync(descriptor)

    def _meet(self, call: str) -> None:
        if call in self.refused:
            raise OSError(self.number, os.strerror(self.number))

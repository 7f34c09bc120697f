"""An SQLite VFS over the real disk whose n-th write, sync, truncate or read fails."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import apsw

NUMBERS = itertools.count(1)


class Operation(StrEnum):
    WRITE = "write"
    TORN_WRITE = "torn_write"  # half of it reaches the disk
    SYNC = "sync"
    READ = "read"


class FailingDisk(apsw.VFS):
    def __init__(self) -> None:
        self.name = f"failing-{next(NUMBERS)}"
        self._operation: Operation | None = None
        self._left = 0
        self._error: type[apsw.Error] = apsw.FullError
        self._for_ever = False
        super().__init__(self.name, base="")

    def fail(
        self, operation: Operation, nth: int, error: type[apsw.Error], *, for_ever: bool = False
    ) -> None:
        self._operation, self._left = operation, nth
        self._error, self._for_ever = error, for_ever

    def mend(self) -> None:
        self._operation = None

    def meet(self, operation: Operation) -> None:
        if operation is not self._operation:
            return
        self._left -= 1
        if self._left == 0 or (self._left < 0 and self._for_ever):
            raise self._error("the disk says no")

    def xOpen(self, name, flags):
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name, flags) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data, offset) -> None:
        self._disk.meet(Operation.WRITE)
        try:
            self._disk.meet(Operation.TORN_WRITE)
        except apsw.Error:
            super().xWrite(data[: len(data) // 2], offset)
            raise
        super().xWrite(data, offset)

    def xSync(self, flags) -> None:
        self._disk.meet(Operation.SYNC)
        super().xSync(flags)

    def xRead(self, amount, offset):
        self._disk.meet(Operation.READ)
        return super().xRead(amount, offset)


@contextmanager
def failing_disk() -> Iterator[FailingDisk]:
    disk = FailingDisk()
    try:
        yield disk
    finally:
        disk.unregister()

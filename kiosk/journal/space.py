"""Room on the disk: kept back while there is plenty, given up when outcomes need it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import apsw

from kiosk.journal.files import Disk

Opened = TypeVar("Opened")

RESERVE_NAME = "journal.reserve"
LOW_BYTES = 64 * 1024 * 1024
AMPLE_BYTES = 80 * 1024 * 1024  # to begin again: a log that grows and is cut must not flicker


@dataclass(frozen=True, slots=True)
class Space:
    """What is left on the journal's disk."""

    free_bytes: int  # without the reserve
    is_reserve_whole: bool  # also true when none is wanted

    @property
    def is_low(self) -> bool:
        """No new payment may be begun; outcomes of those under way still find room."""
        return self.free_bytes < LOW_BYTES or not self.is_reserve_whole

    @property
    def is_ample(self) -> bool:
        """Enough to begin payments again after it was low."""
        return self.free_bytes >= AMPLE_BYTES and self.is_reserve_whole


class Reserve:
    """A file that holds blocks of the disk; `size_bytes` 0 wants none."""

    def __init__(self, directory: Path, size_bytes: int, disk: Disk) -> None:
        self._path = directory / RESERVE_NAME
        self._size_bytes = size_bytes
        self._disk = disk

    @property
    def is_whole(self) -> bool:
        if not self._size_bytes:
            return True
        return self._path.exists() and self._path.stat().st_size >= self._size_bytes

    def space(self) -> Space:
        """Raises OSError when the disk cannot be asked."""
        return Space(self._disk.free_bytes(self._path.parent), self.is_whole)

    def hold(self) -> None:
        """Take the blocks, if as much stays free besides; otherwise change nothing.

        Raises OSError for a disk that fails for another reason than being full.
        """
        free_bytes = self._disk.free_bytes(self._path.parent)
        if self.is_whole or free_bytes < self._size_bytes + LOW_BYTES:
            return
        descriptor = self._disk.open(self._path, os.O_WRONLY | os.O_CREAT)
        try:
            self._disk.allocate(descriptor, self._size_bytes)
        except OSError as error:
            if not is_full(error):
                raise
            self.release()
        finally:
            self._disk.close(descriptor)

    def release(self) -> bool:
        """Give the blocks back; whether there were any."""
        was_there = self._path.exists()
        self._disk.remove(self._path)
        return was_there


def with_room(opened: Callable[[], Opened], reserve: Reserve) -> Opened:
    """Try once more with the reserve's room when the disk is full."""
    try:
        return opened()
    except (apsw.FullError, OSError) as error:
        if not is_full(error) or not reserve.release():
            raise
    return opened()


def is_full(error: Exception) -> bool:
    """Whether SQLite or the system says that the disk, or this user's share, is full."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, apsw.FullError)

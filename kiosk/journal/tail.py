"""The tail: a small file that says after every commit how far the journal has grown.

The head is written when the kiosk is idle; a log of SQLite that is deleted or damaged before
would take its last rows with it unseen. The tail is overwritten in place after each commit,
one sector, without a flush of its own: it costs microseconds where a flush would double the
commit. It never names a row that is not durable, because it is written after the commit's
flush; after a power cut it may be older than the journal, or torn, which proves nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.journal.errors import JournalDamaged, WrongKey
from kiosk.journal.files import DISK, Disk, sync_directory
from kiosk.journal.head import Head, decode_head, encode_head

TAIL_NAME = "journal.tail"
SECTOR_BYTES = 512  # what a disk writes whole or not at all


class Tail:
    """The open file; `note` after every commit."""

    def __init__(self, directory: Path, key: bytes, disk: Disk = DISK) -> None:
        """Raises OSError."""
        self._key = key
        self._disk = disk
        path = directory / TAIL_NAME
        is_new = not path.exists()
        self._descriptor = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW)
        try:
            if is_new:
                sync_directory(directory, disk)
        except OSError:
            self.close()
            raise

    def note(self, head: Head) -> None:
        """Name the last durable row; raises OSError."""
        content = encode_head(self._key, head).ljust(SECTOR_BYTES)
        assert len(content) == SECTOR_BYTES
        self._disk.write_at(self._descriptor, content, 0)

    def close(self) -> None:
        self._disk.close(self._descriptor)


def read_tail(directory: Path, key: bytes) -> Head | None:
    """The row that the tail names; None where it is missing, torn, or of another key."""
    try:
        with (directory / TAIL_NAME).open("rb") as file:
            return decode_head(key, file.read(SECTOR_BYTES))
    except (OSError, JournalDamaged, WrongKey):
        return None

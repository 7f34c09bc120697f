"""Small files that must be there, whole, after a power cut; and the lock of a directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from kiosk.journal.errors import JournalError, JournalInUse

LOCK_NAME = "journal.lock"


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace `path` so that any crash leaves the old content or the new, never a mix."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        os.fchmod(descriptor, mode)
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make a created, renamed or removed name in `directory` survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DirectoryLock:
    """The right to be the only process on a journal; the kernel gives it back at exit."""

    def __init__(self, directory: Path) -> None:
        """Raises JournalInUse, or JournalError where the lock file cannot be opened."""
        path = directory / LOCK_NAME
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(f"{path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise JournalInUse(directory) from error

    def release(self) -> None:
        os.close(self._descriptor)

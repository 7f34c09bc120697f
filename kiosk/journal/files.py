"""Files that must be there, whole, after a power cut; and the lock of a directory."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from kiosk.journal.errors import JournalError, JournalInUse

LOCK_NAME = "journal.lock"


class Disk:
    """The calls that change files other than SQLite's; tests record them or make them fail."""

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        return os.open(path, flags, mode)

    def write(self, descriptor: int, content: bytes) -> None:
        """Write all of `content`; a regular file takes it in one call or raises OSError."""
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]

    def write_at(self, descriptor: int, content: bytes, offset: int) -> None:
        """Overwrite a few bytes in place; a regular file takes them in one call or raises OSError."""
        written = os.pwrite(descriptor, content, offset)
        if written < len(content):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def replace(self, old: Path, new: Path) -> None:
        old.replace(new)

    def link(self, old: Path, new: Path) -> None:
        """Give the file `old` a second name; raises OSError where there is one of that name."""
        new.hardlink_to(old)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700)

    def allocate(self, descriptor: int, size: int) -> None:
        """Give the file `size` bytes of the disk, whatever they hold."""
        os.posix_fallocate(descriptor, 0, size)

    def free_bytes(self, directory: Path) -> int:
        """What this user may still write to the disk of `directory`."""
        status = os.statvfs(directory)
        return status.f_bavail * status.f_frsize


DISK = Disk()


def write_atomically(path: Path, content: bytes, mode: int = 0o600, disk: Disk = DISK) -> None:
    """Replace `path` so that any crash leaves the old content or the new, never a mix."""
    temporary = path.with_name(path.name + ".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = disk.open(temporary, flags, mode)
    try:
        os.fchmod(descriptor, mode)  # a file that was left behind may have another
        disk.write(descriptor, content)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    disk.replace(temporary, path)
    sync_directory(path.parent, disk)


def sync_directory(directory: Path, disk: Disk = DISK) -> None:
    """Make a created, renamed or removed name in `directory` survive a power cut."""
    descriptor = disk.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)


def make_directories(directory: Path, disk: Disk = DISK) -> None:
    """Make `directory` and its missing parents, so that they survive a power cut."""
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    for each in reversed(missing):
        disk.make_directory(each)
        sync_directory(each.parent, disk)


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

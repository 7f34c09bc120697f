"""SQLite, set up so that a committed row is on the disk and one process owns the file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from kiosk.journal.errors import JournalError, JournalInUse
from kiosk.journal.files import DISK, Disk, sync_directory, write_atomically

FILE_NAME = "journal.sqlite3"
OLDEST_SQLITE = (3, 51, 3)  # 3.7.0 to 3.51.2 can lose pages when a WAL is reset
WAL_PAGES_KEPT = 4096  # 16 MiB, should nobody find time for a checkpoint
LOG_SUFFIX = "-wal"
# Where SQLite locks its files; see os.h of SQLite. Closing the file gives the lock back.
LOCK_START, LOCK_BYTES = 0x40000000, 512


def connect(path: Path, vfs: str | None = None, disk: Disk = DISK) -> apsw.Connection:
    """The owner's connection to the journal at `path`, made when it is new.

    Raises JournalInUse while another program has it open, OSError for a failing disk, and
    apsw.Error when the file cannot be opened or is no SQLite file.
    """
    assert_sqlite_is_safe(apsw.sqlite_lib_version())
    if not path.exists():
        disk.close(disk.open(path, os.O_WRONLY | os.O_CREAT))
        sync_directory(path.parent, disk)
    _renew_log(path, disk)
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    with _closed_on_failure(connection):
        _set_up(connection)
    return connection


@contextmanager
def _closed_on_failure(connection: apsw.Connection) -> Iterator[None]:
    """One that is only dropped is closed some time later, where nobody hears of its errors."""
    try:
        yield
    except BaseException:
        connection.close(True)
        raise


def _set_up(connection: apsw.Connection) -> None:
    _harden(connection)
    connection.pragma("locking_mode", "EXCLUSIVE")
    # Before the switch to WAL: with less, the unlink of the first rollback journal is not
    # synced, and a power cut brings it back to undo the new database.
    connection.pragma("synchronous", "EXTRA")
    mode = connection.pragma("journal_mode", "WAL")
    assert mode == "wal", f"SQLite keeps journal mode {mode!r}"
    connection.wal_autocheckpoint(WAL_PAGES_KEPT)
    connection.pragma("foreign_keys", 1)
    connection.pragma("temp_store", "MEMORY")


def connect_to_read(path: Path) -> apsw.Connection:
    """A connection that changes nothing, for a journal that no kiosk is running on.

    Raises apsw.Error, of which apsw.BusyError means that somebody else holds the file.
    """
    assert_sqlite_is_safe(apsw.sqlite_lib_version())
    # SQLite must be able to lock the file to read its WAL without a shared-memory file.
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    with _closed_on_failure(connection):
        _harden(connection)
        connection.pragma("query_only", 1)
        connection.pragma("locking_mode", "EXCLUSIVE")
        connection.pragma("schema_version")  # the first read: takes the lock, looks at the WAL
    return connection


def connect_to_archive(path: Path) -> apsw.Connection:
    """A connection to a volume that nobody writes to any more; makes no file beside it.

    Raises apsw.Error.
    """
    assert_sqlite_is_safe(apsw.sqlite_lib_version())
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=flags)
    _harden(connection)
    return connection


def assert_sqlite_is_safe(version: str) -> None:
    """Raise JournalError for SQLite versions with the WAL reset bug."""
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise JournalError(f"SQLite {version} can corrupt a WAL; install {oldest} or newer")


def _renew_log(path: Path, disk: Disk) -> None:
    """Put a durable copy in the place of the WAL.

    After a failed flush the kernel may hold pages of the WAL that it takes for written
    though they never reached the disk. A checkpoint of such pages, cut by a power failure,
    would leave half of them in the journal's file and no WAL to repair it from.
    """
    log = path.with_name(path.name + LOG_SUFFIX)
    if not log.exists() or not log.stat().st_size:
        return
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCK_BYTES, LOCK_START)
        write_atomically(log, log.read_bytes(), disk=disk)
    except BlockingIOError as error:
        raise JournalInUse(path.parent) from error
    finally:
        os.close(descriptor)


def _harden(connection: apsw.Connection) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    # Closing must never move or delete a WAL: after a failed commit it is the evidence.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.pragma("cell_size_check", 1)
    connection.pragma("mmap_size", 0)

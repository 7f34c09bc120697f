"""Begins a new volume of the journal: written beside it, checked, then put in its place.

The old volume gets a second name in the archive, then the new one takes its place in one
rename. Before that rename the next start undoes everything, after it everything is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from kiosk.domain.carried import pieces, plain
from kiosk.domain.ledger import Ledger, rebuild
from kiosk.domain.record_rows import BadRecord
from kiosk.domain.records import CarriedForward, Record
from kiosk.journal import chain
from kiosk.journal.chain import Row
from kiosk.journal.connection import FILE_NAME, LOG_SUFFIX, connect
from kiosk.journal.errors import JournalError, NotCarried
from kiosk.journal.files import Disk, make_directories, sync_directory
from kiosk.journal.head import Head
from kiosk.journal.migrate import Migrations, migrate
from kiosk.journal.volumes import LOGS, NEXT_NAME, Volume, drop_next

ROWS_PER_BATCH = 512
GAPLESS = "entry_is_gapless"
INSERT = (
    "INSERT INTO entry (seq, batch, at_us, mono_ms, kind, body, mac) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def first_rows(
    key: bytes, last: Head, archive_name: str, ledger: Ledger, at_us: int, mono_ms: int
) -> list[Row]:
    """What a volume after the row `last` begins with."""
    carried = tuple(pieces(ledger))
    records: tuple[Record, ...] = (
        CarriedForward(archive_name, last.seq, last.mac.hex(), len(carried)),
        *carried,
    )
    rows: list[Row] = []
    for start in range(0, len(records), ROWS_PER_BATCH):
        # No batch that is committed can have a point in its id.
        stamp = (f"carried.{last.seq + start}", at_us, mono_ms)
        chunk = records[start : start + ROWS_PER_BATCH]
        rows += chain.chained(key, (last.seq, last.mac), chunk, stamp)
        last = Head(rows[-1].seq, rows[-1].mac)
    return rows


def write_next(
    directory: Path, rows: Sequence[Row], steps: Migrations, vfs: str | None, disk: Disk
) -> Path:
    """A durable file beside the journal that holds `rows`; raises OSError or apsw.Error."""
    drop_next(directory, disk)
    path = directory / NEXT_NAME
    connection = connect(path, vfs, disk)
    try:
        migrate(connection, steps, directory, disk)
        with connection, beginning_anywhere(connection):
            connection.executemany(INSERT, [row.columns for row in rows])
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        connection.close(True)
    return path


@contextmanager
def beginning_anywhere(connection: apsw.Connection) -> Iterator[None]:
    """Without the trigger that asks for row 1 in an empty table; inside a transaction."""
    trigger = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (GAPLESS,)).get
    connection.execute(f"DROP TRIGGER {GAPLESS}")
    yield
    connection.execute(str(trigger))


def assert_carries(path: Path, rows: Sequence[Row], ledger: Ledger) -> None:
    """Raise NotCarried unless the file holds `rows`, and they give `ledger`, in its order."""
    written = tuple(Volume(rows[0].seq, rows[-1].seq, path).rows())
    if written != tuple(rows):
        raise NotCarried("the new volume does not hold what was written to it")
    try:
        folded = rebuild(row.record() for row in written)
    except BadRecord as error:
        raise NotCarried(f"the new volume cannot be read: {error}") from error
    if folded != ledger or plain(folded) != plain(ledger):
        raise NotCarried("the new volume does not give what the kiosk knows")


def prepare(
    directory: Path,
    rows: Sequence[Row],
    ledger: Ledger,
    steps: Migrations,
    vfs: str | None,
    disk: Disk,
) -> None:
    """Write and check the new volume; raises NotCarried, then nothing of it is left behind."""
    try:
        assert_carries(write_next(directory, rows, steps, vfs, disk), rows, ledger)
    except (OSError, apsw.Error, JournalError) as error:
        try:
            drop_next(directory, disk)
        except OSError as second:
            raise NotCarried(f"{error}; {second}") from error
        raise NotCarried(f"no new volume of the journal: {error}") from error


def switch(directory: Path, old: Volume, disk: Disk) -> None:
    """Put the prepared volume in the journal's place and the journal into the archive.

    Nobody may have either open, and the journal's log must have been moved into it. Raises
    OSError; whatever was done by then, the next open finishes or undoes it.
    """
    make_directories(old.path.parent, disk)
    for name in (FILE_NAME + LOG_SUFFIX, *(NEXT_NAME + suffix for suffix in LOGS)):
        disk.remove(directory / name)
    # A log that came back after a power cut would be taken for the new volume's.
    sync_directory(directory, disk)
    disk.link(directory / FILE_NAME, old.path)
    sync_directory(old.path.parent, disk)
    disk.replace(directory / NEXT_NAME, directory / FILE_NAME)
    sync_directory(directory, disk)

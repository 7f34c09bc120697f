"""The volumes of a journal: one that is written to, and earlier ones in the archive.

All volumes are one chain. The first row of each but the very first is a `CarriedForward`,
which names the row that it continues; the number and the mac go on from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from kiosk.domain.record_rows import BadRecord
from kiosk.domain.records import Carried, CarriedForward, VolumeRemoved
from kiosk.journal import chain
from kiosk.journal.chain import Row
from kiosk.journal.connection import connect_to_archive
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.files import Disk, sync_directory
from kiosk.journal.head import Head

ARCHIVE_NAME = "archive"
NEXT_NAME = "journal.next.sqlite3"
LOGS = ("-wal", "-journal")
VOLUME_NAME = re.compile(r"journal-([0-9]{10})-([0-9]{10})\.sqlite3")
SELECT = "SELECT seq, batch, at_us, mono_ms, kind, body, mac FROM entry "
COLUMN_TYPES = (int, str, int, int, str, str, bytes)


@dataclass(frozen=True, slots=True, order=True)
class Volume:
    """One file of the archive, and the rows that its name says it holds."""

    first: int
    last: int
    path: Path

    def rows(self, first: int = 0, limit: int = -1) -> Iterator[Row]:
        """At most `limit` rows from number `first` on, unchecked; raises JournalDamaged."""
        try:
            connection = connect_to_archive(self.path)
            try:
                rest = "WHERE seq >= ? ORDER BY seq LIMIT ?"
                for values in connection.execute(SELECT + rest, (first, limit)):
                    yield row_of(values)
            finally:
                connection.close(True)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise JournalDamaged(f"{self.path} cannot be read: {error}") from error


def volume(directory: Path, first: int, last: int) -> Volume:
    """What the rows `first` to `last` are called in the archive of the journal in `directory`."""
    path = directory / ARCHIVE_NAME / f"journal-{first:010}-{last:010}.sqlite3"
    return Volume(first, last, path)


def archived(directory: Path) -> tuple[Volume, ...]:
    """The volumes in the archive, oldest first."""
    place = directory / ARCHIVE_NAME
    if not place.is_dir():
        return ()
    named = (VOLUME_NAME.fullmatch(path.name) for path in place.iterdir())
    return tuple(sorted(volume(directory, int(n[1]), int(n[2])) for n in named if n))


def archived_rows(directory: Path, first: int, limit: int = -1) -> Iterator[Row]:
    """At most `limit` rows of the archive from number `first` on, unchecked.

    Raises JournalDamaged.
    """
    for each in archived(directory):
        if each.last < first or limit == 0:
            continue
        for row in each.rows(first, limit):
            limit -= 1
            yield row


def row_of(values: tuple[object, ...]) -> Row:
    """Raises JournalDamaged for values of other types than a row's."""
    if tuple(map(type, values)) != COLUMN_TYPES:
        raise JournalDamaged(
            f"what stands in the place of row {values[0]!r} is no row: run kiosk journal verify"
        )
    return Row(*values)  # type: ignore[arg-type]  # just checked


def opening_of(key: bytes, row: Row | None) -> Head:
    """The row before a volume whose first row is `row`; raises JournalDamaged."""
    if row is None or row.kind != CarriedForward.__name__:
        return Head(0, chain.first_mac(key))
    try:
        record = row.record()
        assert isinstance(record, CarriedForward)
        return Head(int(record.last_seq), bytes.fromhex(record.last_mac))
    except (BadRecord, ValueError, TypeError) as error:
        raise JournalDamaged(f"row {row.seq} does not say which row it continues") from error


def removable(directory: Path, before_us: int, ids: frozenset[str]) -> VolumeRemoved | None:
    """The oldest volume, if its last row is older than that and none names one of `ids`.

    Raises JournalDamaged.
    """
    oldest = next(iter(archived(directory)), None)
    if oldest is None:
        return None
    last = next(oldest.rows(oldest.last), None)
    if last is None:
        raise JournalDamaged(f"{oldest.path} lacks its last row: run kiosk journal verify")
    if last.at_us >= before_us:
        return None
    for row in oldest.rows():
        if row.kind != Carried.__name__ and not ids.isdisjoint(_texts(row)):
            return None
    return VolumeRemoved(oldest.path.name, last.seq, last.mac.hex())


def _texts(row: Row) -> list[str]:
    try:
        return [value for value in row.values.values() if isinstance(value, str)]
    except BadRecord as error:
        raise JournalDamaged(f"{error}: run kiosk journal verify") from error


def remove(directory: Path, record: VolumeRemoved, disk: Disk) -> None:
    """Remove what the record names; raises OSError."""
    place = directory / ARCHIVE_NAME
    disk.remove(place / record.volume)
    sync_directory(place, disk)


def drop_next(directory: Path, disk: Disk) -> None:
    """Remove a volume that was begun and never became the journal."""
    for suffix in (*LOGS, ""):
        path = directory / (NEXT_NAME + suffix)
        if path.exists():
            disk.remove(path)


def undo(directory: Path, live: Volume, disk: Disk) -> None:
    """Take back a change of volumes that a crash cut short before the new one was the journal.

    `live` is what the archive would call the journal as it is: only a change that was cut
    short can have put that there.
    """
    drop_next(directory, disk)
    if live.path.exists():
        disk.remove(live.path)
        sync_directory(live.path.parent, disk)

"""Makes a journal anew from its mirror, after damage; an operator's explicit act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from kiosk.journal import chain
from kiosk.journal.carry import INSERT, beginning_anywhere
from kiosk.journal.chain import Row
from kiosk.journal.connection import FILE_NAME, LOG_SUFFIX, connect, connect_to_read
from kiosk.journal.errors import JournalDamaged, JournalError, WrongKey
from kiosk.journal.files import DISK, DirectoryLock, Disk, make_directories, sync_directory
from kiosk.journal.head import Head, read_head, write_head
from kiosk.journal.migrate import migrate, migrations
from kiosk.journal.mirror import mirrored_rows
from kiosk.journal.tail import TAIL_NAME, read_tail
from kiosk.journal.volumes import SELECT, Volume, archived, archived_rows, opening_of

REBUILT_NAME = "rebuilt.sqlite3"
MAX_PUT_ASIDE = 9


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came back, and where the damaged files lie now."""

    rows: int
    salvaged_rows: int  # of `rows`: read from the damaged journal, which was ahead
    put_aside: Path
    lost_rows: int = 0  # that the tail names and nothing holds any more


def rebuild(
    directory: Path, mirror: Path, key: bytes, *, vfs: str | None = None, disk: Disk = DISK
) -> Rebuilt:
    """Put a journal of the mirror's rows in the place of the one in `directory`.

    Rows that the damaged journal holds beyond the mirror are taken over as far as they
    continue the chain. A rebuild that was cut short can be made again. `vfs` and `disk` are
    for tests. Raises JournalInUse, WrongKey, JournalDamaged when the mirror itself is
    damaged or older than what is known to have been committed, and OSError; then nothing
    has changed.
    """
    lock = DirectoryLock(directory)
    try:
        new = directory / REBUILT_NAME
        disk.remove(new)  # what an interrupted rebuild left
        _remove_log(new, disk)
        connection = connect(new, vfs, disk)
        try:
            head, salvaged, taken_back = _filled(connection, directory, mirror, key)
        finally:
            connection.close(True)
        known = _known(directory, key)
        if known > head.seq:
            raise JournalDamaged(
                f"the mirror and what is left of the journal end at row {head.seq}, but row "
                f"{known} was committed: find a newer copy of the mirror"
            )
        tail = read_tail(directory, key)
        lost = max(0, tail.seq - head.seq) if tail is not None else 0
        put_aside = _put_aside(directory, disk)
        if taken_back is not None:
            disk.replace(taken_back.path, put_aside / taken_back.path.name)
            sync_directory(taken_back.path.parent, disk)
        _remove_log(new, disk)
        disk.replace(new, directory / FILE_NAME)
        write_head(directory, key, head, disk)  # makes the names durable too
        return Rebuilt(head.seq, salvaged, put_aside, lost)
    finally:
        lock.release()


def _filled(
    connection: apsw.Connection, directory: Path, mirror: Path, key: bytes
) -> tuple[Head, int, Volume | None]:
    """The new journal's last row, how many rows the damaged one gave, and the archived volume
    that the new journal takes back, because nothing that followed it is left."""
    migrate(connection, migrations(), directory)
    newest = next(reversed(archived(directory)), None)
    after = newest.last if newest is not None else 0
    if newest is not None and _end(directory, mirror) <= newest.last:
        after = newest.first - 1
    else:
        newest = None
    head, salvaged = _before(mirror, key), 0
    with connection, beginning_anywhere(connection):
        for row in mirrored_rows(mirror):
            if not _continues(head, row, key):
                raise _refusal(head.seq)
            if row.seq > after:
                connection.execute(INSERT, row.columns)
            head = Head(row.seq, row.mac)
        for row in _left_over(directory, head.seq):
            if not _continues(head, row, key):
                break
            head = Head(row.seq, row.mac)
            if row.seq > after:
                connection.execute(INSERT, row.columns)
                salvaged += 1
    if head.seq < after:
        raise JournalDamaged(
            f"what is left of the journal and its mirror ends at row {head.seq}, but the archive "
            f"held rows up to {after}: put its volumes back, or find a newer copy of the mirror"
        )
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    return head, salvaged, newest


def _before(mirror: Path, key: bytes) -> Head:
    """What stands before the mirror's first row; raises JournalDamaged."""
    return opening_of(key, next(mirrored_rows(mirror), None))


def _end(directory: Path, mirror: Path) -> int:
    """The last row that the mirror or the damaged journal holds."""
    last = max((row.seq for row in mirrored_rows(mirror)), default=0)
    return max((row.seq for row in _left_in_file(directory, last)), default=last)


def _continues(head: Head, row: Row, key: bytes) -> bool:
    return row.seq == head.seq + 1 and row.mac == chain.mac_of(key, head.mac, row)


def _refusal(sound_rows: int) -> JournalError:
    if sound_rows == 0:
        return WrongKey(
            "the first row of the mirror does not fit the key: put the key file back that "
            "belongs to this mirror"
        )
    return JournalDamaged(
        f"row {sound_rows + 1} of the mirror is not what was committed: find a sound copy of it"
    )


def _left_over(directory: Path, after: int) -> Iterator[Row]:
    """Rows beyond the mirror, of the archive and of the damaged journal, as far as they can
    be read."""
    try:
        yield from archived_rows(directory, after + 1)
    except JournalDamaged:
        return  # what follows cannot continue the chain
    yield from _left_in_file(directory, after)


def _left_in_file(directory: Path, after: int) -> Iterator[Row]:
    try:
        connection = connect_to_read(directory / FILE_NAME)
    except (apsw.Error, JournalError):
        return  # that it cannot be read is why it is rebuilt
    try:
        for values in connection.execute(SELECT + "WHERE seq > ? ORDER BY seq", (after,)):
            yield Row(*values)
    except (apsw.Error, UnicodeDecodeError):
        return
    finally:
        connection.close(True)


def _known(directory: Path, key: bytes) -> int:
    """The last row that the head names; 0 when the head is lost too."""
    try:
        head = read_head(directory, key)
    except (JournalDamaged, WrongKey):
        return 0  # the mirror's rows have shown that the key is right
    return head.seq if head is not None else 0


def _put_aside(directory: Path, disk: Disk) -> Path:
    for number in range(1, MAX_PUT_ASIDE + 1):
        place = directory / f"damaged-{number}"
        if not place.exists():
            break
    else:
        raise JournalError(f"{directory} holds {MAX_PUT_ASIDE} damaged journals: move some away")
    make_directories(place, disk)
    for name in (TAIL_NAME, FILE_NAME + LOG_SUFFIX, FILE_NAME):  # a log never without its file
        if (directory / name).exists():
            disk.replace(directory / name, place / name)
    sync_directory(place, disk)
    return place


def _remove_log(new: Path, disk: Disk) -> None:
    for suffix in (LOG_SUFFIX, "-journal"):
        disk.remove(new.with_name(new.name + suffix))

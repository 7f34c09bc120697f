"""The kiosk's diary: what was committed is there after any crash, unchanged.

One process owns it, through one connection, on one thread. A batch of records is one
transaction: wholly there or not at all.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from kiosk.domain.ledger import Ledger
from kiosk.domain.records import Record, VolumeRemoved
from kiosk.journal import carry, chain, volumes
from kiosk.journal.carry import INSERT
from kiosk.journal.chain import Row
from kiosk.journal.connection import FILE_NAME, connect
from kiosk.journal.errors import (
    CheckpointFailed,
    CommitFailed,
    JournalDamaged,
    JournalInUse,
    NotCarried,
)
from kiosk.journal.files import DISK, DirectoryLock, Disk, make_directories, sync_directory
from kiosk.journal.head import HEAD_NAME, Head, read_head, write_head
from kiosk.journal.migrate import Migrations, migrate, migrations
from kiosk.journal.second_copy import SecondCopy
from kiosk.journal.space import Reserve, Space, is_full, with_room
from kiosk.journal.tail import TAIL_NAME, Tail, read_tail
from kiosk.journal.volumes import SELECT, Volume

MAX_BATCH_RECORDS = 512
ANOTHER_ROW = ", (?, ?, ?, ?, ?, ?, ?)"
BATCH_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Journal:
    """An open journal; made by `Journal.open`."""

    def __init__(
        self,
        directory: Path,
        key: bytes,
        connection: apsw.Connection,
        lock: DirectoryLock,
        disk: Disk,
        copy: SecondCopy,
        reserve: Reserve,
        vfs: str | None,
        steps: Migrations,
    ) -> None:
        self._vfs = vfs
        self._steps = steps
        self.directory = directory
        self._key = key
        self._connection = connection
        self._lock = lock
        self._disk = disk
        self._copy = copy
        self._reserve = reserve
        self._thread = threading.get_ident()
        self._failed = ""
        self._closed = False
        self._head: Head
        self._opening: Head  # the row before this volume's first
        self._first_at_us: int
        self._anchored_seq: int
        self._recover()

    @classmethod
    def open(
        cls,
        directory: Path,
        key: bytes,
        *,
        vfs: str | None = None,
        steps: Migrations | None = None,
        disk: Disk = DISK,
        mirror: Path | None = None,
        reserve_bytes: int = 0,
    ) -> Journal:
        """Open the journal in `directory`, made when there is none, and recover it.

        `mirror` is a directory on another disk for a second copy. `reserve_bytes` are kept
        back on this one while there is room, for the outcomes of what was begun. `vfs` names
        an SQLite VFS, `disk` does everything else to files, `steps` replaces the shipped
        migrations; all three are for tests.

        Raises JournalInUse, WrongKey, JournalNewer, JournalDamaged or OSError.
        """
        make_directories(directory, disk)
        lock = DirectoryLock(directory)
        reserve = Reserve(directory, reserve_bytes, disk)
        scripts = migrations() if steps is None else steps

        def opened() -> Journal:
            if (directory / volumes.ARCHIVE_NAME).is_dir():
                sync_directory(directory, disk)  # the last start may have ended in a switch
            connection = connect(directory / FILE_NAME, vfs, disk)
            try:
                migrate(connection, scripts, directory, disk)
                copy = SecondCopy(mirror, disk)
                return cls(directory, key, connection, lock, disk, copy, reserve, vfs, scripts)
            except BaseException:
                connection.close(True)
                raise

        try:
            return with_room(opened, reserve)
        except BaseException as error:
            lock.release()
            if isinstance(error, apsw.BusyError):
                raise JournalInUse(directory) from error
            if isinstance(error, (apsw.Error, UnicodeDecodeError)):
                raise JournalDamaged(f"the journal in {directory} is refused: {error}") from error
            raise

    @property
    def is_usable(self) -> bool:
        return not (self._closed or self._failed)

    @property
    def last_seq(self) -> int:
        """Number of the last row; 0 in an empty journal."""
        return self._head.seq

    @property
    def volume(self) -> Volume:
        """The rows of the volume that is written to, as the archive would name it."""
        return volumes.volume(self.directory, self._opening.seq + 1, self._head.seq)

    @property
    def begun_us(self) -> int:
        """When the volume was begun, microseconds since 1970; 0 while it is empty."""
        return self._first_at_us

    @property
    def mirror_trouble(self) -> str:
        """Why the second copy is behind; empty while all is well, or none is wanted."""
        return self._copy.trouble

    def space(self) -> Space:
        """What is left on the disk; while it is low, begin no payment. Raises OSError.

        Takes the reserve back first, where there is room again.
        """
        self._reserve.hold()
        return self._reserve.space()

    def commit(
        self,
        records: Sequence[Record],
        at: datetime,
        mono_s: float,
        batch_id: str | None = None,
    ) -> int:
        """Append a batch in one transaction and return the number of its last row.

        When this returns, the batch is on the disk. `batch_id` must be new (letters,
        digits, - and _); one is made when it is left out. Raises ValueError for a batch
        that cannot be stored, and CommitFailed when the outcome is UNKNOWN: then close,
        open again and ask `has_batch` with the id that the error carries.
        """
        self._assert_usable()
        batch = secrets.token_hex(16) if batch_id is None else batch_id
        if not 1 <= len(records) <= MAX_BATCH_RECORDS:
            raise ValueError(f"a batch holds 1 to {MAX_BATCH_RECORDS} records, not {len(records)}")
        if not BATCH_ID.fullmatch(batch):
            raise ValueError("a batch id holds 1 to 64 letters, digits, - and _")
        stamp = (batch, chain.microseconds(at), round(mono_s * 1000))
        rows = chain.chained(self._key, (self._head.seq, self._head.mac), records, stamp)
        try:
            # One statement is one transaction.
            self._connection.execute(
                INSERT + ANOTHER_ROW * (len(rows) - 1),
                [value for row in rows for value in row.columns],
            )
        except apsw.Error as error:
            self._fail(error)
            raise CommitFailed(batch, str(error)) from error
        self._head = Head(rows[-1].seq, rows[-1].mac)
        try:
            self._tail.note(self._head)
        except OSError as error:  # The disk fails: what it holds is looked up, as ever.
            self._fail(error)
            raise CommitFailed(batch, str(error)) from error
        self._first_at_us = self._first_at_us or rows[0].at_us
        self._copy.append(rows)
        return self._head.seq

    def carry_forward(self, ledger: Ledger, at: datetime, mono_s: float) -> None:
        """Begin a new volume with `ledger`, which the rows up to now give.

        Raises NotCarried, and the journal goes on as it is; raises CheckpointFailed or OSError
        where the disk fails. Otherwise, and after an OSError, this journal is closed: open it
        again, which finishes the change of volumes or takes it back.
        """
        if self._head == self._opening:
            raise NotCarried("an empty journal has nothing to carry forward")
        self.checkpoint()
        old, last = self.volume, self._head
        at_us, mono_ms = chain.microseconds(at), round(mono_s * 1000)
        rows = carry.first_rows(self._key, last, old.path.name, ledger, at_us, mono_ms)
        carry.prepare(self.directory, rows, ledger, self._steps, self._vfs, self._disk)
        self._give_up_files()
        try:
            carry.switch(self.directory, old, self._disk)
        finally:
            self._lock.release()

    def has_batch(self, batch_id: str) -> bool:
        """Whether a batch was committed; the answer after a reopen is final."""
        self._assert_usable()
        found = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM entry WHERE batch = ?)", (batch_id,)
        ).get
        return bool(found)

    def removable(self, before_us: int, ids: frozenset[str]) -> VolumeRemoved | None:
        """The oldest archived volume, if it ended before and tells of nothing in `ids`.

        Raises JournalDamaged when it is not the volume that its name says.
        """
        self._assert_usable()
        return volumes.removable(self.directory, before_us, ids)

    def remove(self, record: VolumeRemoved) -> None:
        """Remove a volume, from the mirror too; the record of it must be committed.

        Raises CheckpointFailed.
        """
        self._assert_usable()
        try:
            volumes.remove(self.directory, record, self._disk)
        except OSError as error:
            self._fail(error)
            raise CheckpointFailed(f"{record.volume} cannot be removed: {error}") from error
        self._copy.remove(record.last_seq)

    def records(self) -> Iterator[Row]:
        """Every row of this volume in order, each checked against the chain; raises JournalDamaged."""
        self._assert_usable()
        before = self._opening.mac
        try:
            for number, row in enumerate(self._select("ORDER BY seq"), self._opening.seq + 1):
                if row.seq != number or row.mac != chain.mac_of(self._key, before, row):
                    raise JournalDamaged(
                        f"row {number} is not what was committed: run kiosk journal verify"
                    )
                before = row.mac
                yield row
        except (apsw.Error, UnicodeDecodeError) as error:
            raise JournalDamaged(f"the journal cannot be read: {error}") from error

    def rows_from(self, seq: int) -> Iterator[Row]:
        """The rows numbered `seq` and above, of any volume, unchecked; raises JournalDamaged."""
        if seq <= self._opening.seq:
            yield from volumes.archived_rows(self.directory, seq)
        yield from self._select("WHERE seq >= ? ORDER BY seq", (seq,))

    def rows(self, first: int, limit: int) -> Sequence[Row]:
        """At most `limit` rows from number `first` on, of any volume, unchecked.

        Raises JournalDamaged.
        """
        self._assert_usable()
        found: list[Row] = []
        if first <= self._opening.seq:
            found += volumes.archived_rows(self.directory, first, limit)
        limit -= len(found)
        try:
            return (*found, *self._select("WHERE seq >= ? ORDER BY seq LIMIT ?", (first, limit)))
        except (apsw.Error, UnicodeDecodeError) as error:
            raise JournalDamaged(f"the journal cannot be read: {error}") from error

    def checkpoint(self) -> None:
        """Move committed rows from the WAL into the file, then anchor the head.

        For idle moments: takes some flushes of the disk. Raises CheckpointFailed.
        """
        self._assert_usable()
        if self._anchored_seq == self._head.seq:
            return
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            write_head(self.directory, self._key, self._head, self._disk)
            self._reserve.hold()
            self._copy.begin(self, self._head.seq)
        except (apsw.Error, OSError) as error:
            self._fail(error)
            raise CheckpointFailed(f"the journal cannot be tidied: {error}") from error
        self._anchored_seq = self._head.seq

    def close(self) -> None:
        """Checkpoint, anchor the head and give the journal back; twice does no harm.

        After a failed commit nothing more is written. Raises CheckpointFailed (closed
        all the same).
        """
        if self._closed:
            return
        try:
            if not self._failed:
                self.checkpoint()
        finally:
            self._give_up_files()
            self._lock.release()

    def _give_up_files(self) -> None:
        self._closed = True
        self._copy.close()
        self._tail.close()
        self._connection.close(True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _recover(self) -> None:
        # Makes durable what was read back: after a failed flush the kernel may hold clean
        # pages that never reached the disk, a checkpoint writes them anew.
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        anchor = read_head(self.directory, self._key)
        begun = self._connection.execute("SELECT seq, at_us FROM entry ORDER BY seq LIMIT 1").get
        seq, self._first_at_us = begun or (1, 0)
        # Row 1 continues nothing: what it holds is looked at when it is read.
        first = next(self._select("ORDER BY seq LIMIT 1")) if seq != 1 else None
        last = next(iter(self._select("ORDER BY seq DESC LIMIT 1")), None)
        self._opening = self._head = volumes.opening_of(self._key, first)
        if last is not None:
            self._head = Head(last.seq, last.mac)
        if anchor is None:
            if last is not None:
                raise JournalDamaged(
                    f"{HEAD_NAME} is missing beside a journal of {self._head.seq} rows, so "
                    "cut-off rows would go unseen: run kiosk journal verify"
                )
            anchor = self._head
            write_head(self.directory, self._key, anchor, self._disk)
        self._compare(anchor, HEAD_NAME)
        known = read_tail(self.directory, self._key)
        if known is not None and known.seq >= self._opening.seq:  # it may be late
            self._compare(known, TAIL_NAME)
        volumes.undo(self.directory, self.volume, self._disk)
        self._anchored_seq = anchor.seq
        self._reserve.hold()
        self._copy.begin(self, self._head.seq)
        self._tail = self._noted_tail()

    def _noted_tail(self) -> Tail:
        tail = Tail(self.directory, self._key, self._disk)
        try:
            tail.note(self._head)
        except OSError:
            tail.close()
            self._copy.close()
            raise
        return tail

    def _fail(self, error: Exception) -> None:
        self._failed = str(error)
        if is_full(error):
            self._reserve.release()  # the next start needs room to recover

    def _compare(self, anchor: Head, name: str) -> None:
        if anchor.seq > self._head.seq:
            raise JournalDamaged(
                f"the journal ends at row {self._head.seq}, but row {anchor.seq} was "
                "committed: rows were cut off, or an old copy was put back"
            )
        if anchor.seq == self._opening.seq:
            named_mac = self._opening.mac
        else:
            named = next(iter(self._select("WHERE seq = ?", (anchor.seq,))), None)
            named_mac = b"" if named is None else named.mac
        if named_mac != anchor.mac:
            raise JournalDamaged(f"row {anchor.seq} is not the one that {name} names")

    def _select(self, rest: str, values: tuple[int, ...] = ()) -> Iterator[Row]:
        for found in self._connection.execute(SELECT + rest, values):
            yield volumes.row_of(found)

    def _assert_usable(self) -> None:
        assert threading.get_ident() == self._thread, "the journal belongs to another thread"
        assert not self._closed, "the journal is closed"
        assert not self._failed, f"the journal must be reopened first: {self._failed}"

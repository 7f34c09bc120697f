"""The journal as the engine wants it: records in, records out, one kind of bad news."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from kiosk.domain.events import DiskSeen
from kiosk.domain.ledger import Ledger, open_ids
from kiosk.domain.record_rows import BadRecord, from_row
from kiosk.domain.records import Record
from kiosk.engine.engine import Answer, CommitUncertain, Diary, Entry, Take
from kiosk.event_ids import EventId
from kiosk.journal.chain import microseconds
from kiosk.journal.errors import CommitFailed, JournalDamaged, JournalError, NotCarried
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Reader

log = structlog.get_logger(__name__)

SALVAGED_ROWS = 1000  # at once
OLD_ROWS = 1000  # a kiosk that records less in a year needs no new volume


MICROSECONDS_A_YEAR = 365 * 86400 * 1_000_000
AGAIN_AFTER_S = 86400.0  # when no volume could be begun


@dataclass(frozen=True, slots=True)
class Volumes:
    """When a new volume of the journal begins, and how long earlier ones are kept."""

    rows: int = 200_000  # a year begins one, too
    keep_years: int = 0  # 0: for ever


class JournalDiary:
    """Belongs to the thread that opened the journal."""

    def __init__(self, open_journal: Callable[[], Journal], volumes: Volumes = Volumes()) -> None:
        """Opens the journal; raises what `open_journal` raises."""
        self._open = open_journal
        self._volumes = volumes
        self._not_before_s = 0.0
        self._journal = open_journal()

    def records(self) -> Sequence[Record]:
        """Every record, checked against the chain; raises JournalDamaged or BadRecord."""
        return tuple(from_row(row.kind, json.loads(row.body)) for row in self._journal.records())

    def commit(self, records: Sequence[Record], at: datetime, mono_s: float, batch: str) -> None:
        try:
            self._journal.commit(records, at, mono_s, batch)
        except CommitFailed as error:
            raise CommitUncertain(error.reason) from error

    def reopen(self) -> Sequence[Record]:
        """Close without another write, open, check the whole chain."""
        try:
            self._journal.close()
            self._journal = self._open()
            return self.records()
        except (JournalError, BadRecord, OSError) as error:
            raise CommitUncertain(str(error)) from error

    def has_batch(self, batch: str) -> bool:
        return self._journal.has_batch(batch)

    def entries(self, first: int, limit: int) -> Sequence[Entry]:
        try:
            rows = self._journal.rows(first, limit)
            return tuple(Entry(row.seq, row.at, row.kind, row.values) for row in rows)
        except (JournalError, BadRecord) as error:
            raise CommitUncertain(str(error)) from error

    def salvage(self, take: Take[Answer]) -> Answer:
        if not self._journal.is_usable:
            self._journal.close()  # writes nothing after a failure, and gives the lock back
            return _salvaged(self._journal.directory, take)
        return take(self._backward())

    def _backward(self) -> Iterator[Entry]:
        for last in range(self.last_seq, 0, -SALVAGED_ROWS):
            first = max(last - SALVAGED_ROWS, 0) + 1
            yield from reversed(self.entries(first, last - first + 1))

    @property
    def last_seq(self) -> int:
        return self._journal.last_seq

    def tidy(self) -> None:
        """Checkpoint and anchor the head; for idle moments."""
        try:
            self._journal.checkpoint()
        except JournalError as error:
            raise CommitUncertain(str(error)) from error

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:
        """Begin a new volume where it is time; remove the oldest where its time has passed.

        At most one volume is removed with each that begins, so that a wrong clock costs no
        more. Raises CommitUncertain.
        """
        if not self._is_due(at) or mono_s < self._not_before_s:
            return False
        # Also where the disk fails: a kiosk that halts and resumes must not try again at once.
        self._not_before_s = mono_s + AGAIN_AFTER_S
        try:
            self._remove_oldest(ledger, at, mono_s)
            self._journal.carry_forward(ledger, at, mono_s)
            self._journal = self._open()
        except NotCarried as error:
            log.error(EventId.JOURNAL_NOT_CARRIED, reason=str(error))
            return False
        except (JournalError, OSError) as error:
            raise CommitUncertain(str(error)) from error
        log.info(EventId.JOURNAL_CARRIED, rows=self._journal.last_seq)
        return True

    def _is_due(self, at: datetime) -> bool:
        live = self._journal.volume
        rows = live.last - live.first + 1
        is_old = microseconds(at) - self._journal.begun_us > MICROSECONDS_A_YEAR
        # What is carried counts too, so a volume must have grown beyond it.
        return rows >= self._volumes.rows or (is_old and rows >= OLD_ROWS)

    def _remove_oldest(self, ledger: Ledger, at: datetime, mono_s: float) -> None:
        if not self._volumes.keep_years:
            return
        before_us = microseconds(at) - self._volumes.keep_years * MICROSECONDS_A_YEAR
        try:
            record = self._journal.removable(before_us, open_ids(ledger))
        except JournalDamaged as error:
            log.error(EventId.JOURNAL_NOT_REMOVED, reason=str(error))
            return
        if record is not None:
            self._journal.commit([record], at, mono_s)
            self._journal.remove(record)

    def look(self, *, was_low: bool) -> DiskSeen:
        try:
            space = self._journal.space()
        except OSError as error:
            raise CommitUncertain(f"the disk does not answer: {error.strerror}") from error
        low = not space.is_ample if was_low else space.is_low
        return DiskSeen(low, self._journal.mirror_trouble)

    def close(self) -> None:
        self._journal.close()


def _salvaged(directory: Path, take: Take[Answer]) -> Answer:
    try:
        with Reader(directory) as reader:
            return take(Entry(row.seq, row.at, row.kind, row.values) for row in reader.backward())
    except (JournalError, BadRecord, OSError) as error:
        raise CommitUncertain(str(error)) from error


class NoDiary:
    """In place of a journal that is refused: nothing is known and nothing can be committed.

    For whoever salvages what can be read of it: `directory` is where it lies, `refused` is it
    where it could be opened, whose lock keeps others away.
    """

    def __init__(self, directory: Path, refused: Diary | None = None) -> None:
        self._directory = directory
        self._refused = refused

    def records(self) -> Sequence[Record]:
        return ()

    def commit(self, records: Sequence[Record], at: datetime, mono_s: float, batch: str) -> None:  # noqa: ARG002
        raise CommitUncertain("there is no journal")

    def reopen(self) -> Sequence[Record]:
        raise CommitUncertain("there is no journal")

    def has_batch(self, batch: str) -> bool:  # noqa: ARG002
        return False

    def entries(self, first: int, limit: int) -> Sequence[Entry]:  # noqa: ARG002
        raise CommitUncertain("there is no journal")

    def salvage(self, take: Take[Answer]) -> Answer:
        if self._refused is not None:
            return self._refused.salvage(take)
        return _salvaged(self._directory, take)

    @property
    def last_seq(self) -> int:
        return 0

    def tidy(self) -> None:
        """Nothing to move."""

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:  # noqa: ARG002
        return False

    def look(self, *, was_low: bool) -> DiskSeen:
        return DiskSeen(was_low)

    def close(self) -> None:
        """Nothing is held open."""

"""The journal as the engine wants it: records in, records out, one kind of bad news."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from kiosk.domain.events import DiskSeen
from kiosk.domain.records import BadRecord, Record, from_row
from kiosk.engine.engine import CommitUncertain, Entry
from kiosk.journal.errors import CommitFailed, JournalError
from kiosk.journal.journal import Journal


class JournalDiary:
    """Belongs to the thread that opened the journal."""

    def __init__(self, open_journal: Callable[[], Journal]) -> None:
        """Opens the journal; raises what `open_journal` raises."""
        self._open = open_journal
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

    @property
    def last_seq(self) -> int:
        return self._journal.last_seq

    def tidy(self) -> None:
        """Checkpoint and anchor the head; for idle moments."""
        try:
            self._journal.checkpoint()
        except JournalError as error:
            raise CommitUncertain(str(error)) from error

    def look(self, *, was_low: bool) -> DiskSeen:
        try:
            space = self._journal.space()
        except OSError as error:
            raise CommitUncertain(f"the disk does not answer: {error.strerror}") from error
        low = not space.is_ample if was_low else space.is_low
        return DiskSeen(low, self._journal.mirror_trouble)

    def close(self) -> None:
        self._journal.close()


class NoDiary:
    """In place of a journal that is refused: nothing is known and nothing can be committed."""

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

    @property
    def last_seq(self) -> int:
        return 0

    def tidy(self) -> None:
        """Nothing to move."""

    def look(self, *, was_low: bool) -> DiskSeen:
        return DiskSeen(was_low)

    def close(self) -> None:
        """Nothing is held open."""

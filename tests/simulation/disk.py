"""The journal in memory: rows as text, like the real one; it can fail in every way it can."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from kiosk.domain.carried import pieces
from kiosk.domain.events import DiskSeen
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Ledger, open_ids, rebuild
from kiosk.domain.payment import State
from kiosk.domain.record_rows import from_row, to_row
from kiosk.domain.records import (
    OpenCodeHandedOut,
    PaperMoved,
    PaperState,
    PaymentIntended,
    PaymentMoved,
    PrintMoved,
    PrintState,
    Record,
    SlipMoved,
    VolumeRemoved,
)
from kiosk.engine.engine import CommitUncertain, Entry


class PowerCut(Exception):
    """The power went, in the middle of a turn."""


class Mishap(StrEnum):
    CUT_BEFORE = "cut_before"  # the power goes, nothing of the batch is durable
    CUT_AFTER = "cut_after"  # the batch is durable, nobody heard of it
    LOST = "lost"  # the commit fails and the batch is not there
    KEPT = "kept"  # the commit fails and the batch is there


class Disk:
    """A `Diary`; `rows` is what survives."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.volume_from = 0  # the rows before are in the archive
        self.volume_rows = 10**9  # beyond what is carried, then a new volume begins
        self._carried_to = 0
        self.volumes = self.volume_tries = 0
        self.volume_fails = False  # the next change of volumes is taken back
        self._archive: list[int] = []  # the last rows of volumes that are kept
        self._removed_to = 0  # the rows before are gone for good
        self.is_calm = False
        self._read: list[Record] = []
        self.batches: set[str] = set()
        self.intended: set[str] = set()
        self.jobs: set[str] = set()
        self.recalled: str | None = None  # the last job whose strip may be drawn in
        self.retracted = 0  # strips that are said to be
        self.handed_out: dict[str, str] = {}  # open codes that are durable, and their visits
        self.states: dict[str, State] = {}  # of payments, as far as they are durable
        self.commits = 0
        self.failed = False
        self.full = False  # every commit fails, and opening again too
        self.dead = False  # remounted read-only, or pulled: nothing works, also no look at it
        self.mirror_trouble = ""
        self.slow_s = 0.0  # that each commit takes
        self.low = False  # so full that no payment may be begun; commits still work
        self.told_low = False  # and the kiosk has been told
        self.fills_up = False  # the next commit that fails is the last for a while
        self.on_record: Callable[[Record], None] = lambda record: None
        self._next: tuple[Mishap, int] | None = None

    def plan(self, mishap: Mishap, commits_from_now: int = 1) -> None:
        self._next = (mishap, self.commits + commits_from_now)

    def calm(self) -> None:
        """No more mishaps; the disk is mended."""
        self._next = None
        self.is_calm = True
        self.full = self.fills_up = self.dead = self.volume_fails = False
        self.mirror_trouble, self.slow_s = "", 0.0

    def has_news(self, kiosk: Kiosk) -> bool:
        """Whether the engine's next look at the disk can matter."""
        return (
            self.dead
            or self.low is not kiosk.low_space
            or self.low
            is not self.told_low  # a journal that is used again forgets what it was told
            or self.mirror_trouble != kiosk.mirror_trouble
        )

    # --- Diary -----------------------------------------------------------------------------

    def records(self) -> Sequence[Record]:
        """Every row of this volume."""
        return self.history()[self.volume_from :]

    def history(self) -> Sequence[Record]:
        """Every row of every volume, read back by the production's codec, once for each row."""
        for row in self.rows[len(self._read) :]:
            kind, body = json.loads(row)
            self._read.append(from_row(kind, body))
        return self._read

    @property
    def is_volume_full(self) -> bool:
        return len(self.rows) - self._carried_to >= self.volume_rows

    @property
    def is_of_use(self) -> bool:
        """Opening the journal again can succeed."""
        return not self.full and not self.dead

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:
        """The production's pieces through the production's codec; the power may go at the switch."""
        if not self.is_volume_full:
            return False
        known = rebuild(self.records())
        assert _is_same(known, ledger), "the ledger is not the fold of its volume"
        self.volume_tries += 1
        if self.dead or self.volume_fails:
            self.volume_fails = False
            raise CommitUncertain("the disk fails: the next start takes the switch back")
        if self.volume_tries % 4 == 1 and not self.is_calm:
            raise PowerCut  # before the switch: the next start takes it back
        if self.volume_tries % 3 == 0:
            self._remove_oldest(ledger)
        last = len(self.rows)
        rows = [json.dumps(to_row(record)) for record in pieces(ledger)]
        folded = rebuild(from_row(*json.loads(row)) for row in rows)
        assert _is_same(folded, ledger), "what is carried is not what the kiosk knows"
        self.rows += rows
        self._carried_to = len(self.rows)
        self._archive.append(last)
        self.volume_from = last
        self.volumes += 1
        if self.volume_tries % 4 == 3 and not self.is_calm:
            raise PowerCut  # after it: the next start goes on from the new volume
        return True

    def _remove_oldest(self, ledger: Ledger) -> None:
        """As the production does: never what tells of something open, and with a word."""
        if not self._archive:
            return
        oldest = self.rows[self._removed_to : self._archive[0]]
        told = [json.loads(row) for row in oldest]
        ids = open_ids(ledger)
        if any(not ids.isdisjoint(_texts(body)) for kind, body in told if kind != "Carried"):
            return
        last = self._archive.pop(0)
        self.rows.append(json.dumps(to_row(VolumeRemoved(f"journal-{last}", last, ""))))
        self._removed_to = last

    def commit(self, records: Sequence[Record], at: datetime, mono_s: float, batch: str) -> None:
        assert not self.failed, "the journal must be reopened first"
        assert batch not in self.batches, "a batch id is used once"
        self.commits += 1
        mishap = self._take()
        if mishap is Mishap.LOST and self.fills_up:
            self.full = True
        if self.full or self.dead:
            mishap = Mishap.LOST
        if mishap is Mishap.CUT_BEFORE:
            raise PowerCut
        if mishap is not Mishap.LOST:
            self._keep(records, batch)
        if mishap is Mishap.CUT_AFTER:
            raise PowerCut
        if mishap is not None:
            self.failed = True
            raise CommitUncertain(f"disk error, {mishap}")

    def has_batch(self, batch: str) -> bool:
        return batch in self.batches

    def reopen(self) -> Sequence[Record]:
        if not self.is_of_use:
            raise CommitUncertain("the disk is full, or gone")
        self.failed = False
        return self.records()

    def look(self, *, was_low: bool) -> DiskSeen:
        if self.dead:
            raise CommitUncertain("the disk does not answer")
        self.told_low = self.low
        return DiskSeen(self.low, self.mirror_trouble)

    def entries(self, first: int, limit: int) -> Sequence[Entry]:
        """Rows without their times: no life reads its journal by them."""
        first = max(first, self._removed_to + 1)
        found = self.rows[first - 1 : first - 1 + limit]
        at = datetime(1970, 1, 1, tzinfo=UTC)
        return tuple(Entry(seq, at, *json.loads(row)) for seq, row in enumerate(found, start=first))

    @property
    def last_seq(self) -> int:
        return len(self.rows)

    def tidy(self) -> None:
        """Nothing to move in memory."""

    def close(self) -> None:
        """Nothing is held open."""

    def _take(self) -> Mishap | None:
        if self._next is None or self.commits < self._next[1]:
            return None
        mishap, self._next = self._next[0], None
        return mishap

    def _keep(self, records: Sequence[Record], batch: str) -> None:
        self.batches.add(batch)
        for record in records:
            begins = isinstance(record, PaymentIntended)
            assert not (begins and self.told_low), "D5: a payment is begun on a disk that is low"
            self.rows.append(json.dumps(to_row(record)))
            self.on_record(record)
            if isinstance(record, PaymentIntended):
                self.intended.add(record.payment_id)
                self.states[record.payment_id] = State.INTENT
            elif isinstance(record, PaymentMoved):
                self.states[record.payment_id] = record.state
            elif isinstance(record, PaperMoved):
                self._keep_paper(record)
            elif isinstance(record, OpenCodeHandedOut):
                self.handed_out[record.code] = record.visit_id
            elif isinstance(record, PrintMoved | SlipMoved) and record.state is PrintState.INTENDED:
                self.jobs.add(record.job_id)

    def _keep_paper(self, record: PaperMoved) -> None:
        if record.state is PaperState.RECALLED:
            self.recalled = record.job_id
        self.retracted += record.state is PaperState.RETRACTED

    def power_back(self) -> None:
        """A new process opens the journal."""
        self.failed = self.told_low = False


def _is_same(one: Ledger, other: Ledger) -> bool:
    """Equal, and in the same order."""
    return one == other and _orders(one) == _orders(other)


def _orders(ledger: Ledger) -> list[list[Any]]:
    wholes: tuple[Any, ...] = (ledger, ledger.code_book, ledger.office)
    parts = (getattr(whole, each.name) for whole in wholes for each in fields(whole))
    return [list(part) for part in parts if isinstance(part, Mapping)]


def _texts(body: dict[str, Any]) -> list[str]:
    return [value for value in body.values() if isinstance(value, str)]

"""Reading the running kiosk's journal in slices, so that it never waits for more than a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol, TypeVar

from kiosk.engine.engine import CommitUncertain, Engine, Entry
from kiosk.maintenance.trouble import DeskTrouble

SLICE_ROWS = 1000
EARLIER_ROWS = 2 * SLICE_ROWS  # one row of each slice is looked at, and its clock may be wrong
ANSWER_S = 30.0  # the core answers within milliseconds; more is a bug or a dying disk

Answer = TypeVar("Answer")


class Ask(Protocol):
    """`Core.ask`, or the same without a thread."""

    def __call__(self, question: Callable[[Engine], Answer]) -> Future[Answer]: ...


class DiaryReader:
    """Rows of the journal through the core thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def ask(self, question: Callable[[Engine], Answer]) -> Answer:
        """Raises DeskTrouble (halted)."""
        try:
            return self._ask(question).result(ANSWER_S)
        except CommitUncertain as error:
            raise DeskTrouble("halted", f"the journal cannot be used: {error}") from error

    @property
    def last_seq(self) -> int:
        return self.ask(lambda engine: engine.last_seq)

    def slice(self, first: int, limit: int = SLICE_ROWS) -> Sequence[Entry]:
        return self.ask(lambda engine: engine.entries(first, limit))

    @property
    def first_seq(self) -> int:
        """The number of the oldest row that is kept; 1 in an empty journal."""
        return next((row.seq for row in self.slice(1, 1)), 1)

    def forward(self, first: int, max_rows: int) -> Iterator[Entry]:
        """At most `max_rows` rows from `first` on, in order."""
        while max_rows > 0:
            rows = self.slice(first, min(SLICE_ROWS, max_rows))
            yield from rows
            if not rows:
                return
            first, max_rows = rows[-1].seq + 1, max_rows - len(rows)

    def backward(self, last: int) -> Iterator[Entry]:
        """From row `last` to the first, newest first."""
        oldest = self.first_seq
        while last >= oldest:
            first = max(oldest, last - SLICE_ROWS + 1)
            yield from reversed(self.slice(first, last - first + 1))
            last = first - 1

    def first_at(self, at: datetime) -> int:
        """A row before which none is of this time or later; it may be some slices too early.

        Times do not only rise: a clock can be lost or set, so a search by halves would go astray.
        """
        first, last = self.first_seq, self.last_seq
        for seq in range(first, last + 1, SLICE_ROWS):
            if any(row.at >= at for row in self.slice(seq, 1)):
                return max(first, seq - EARLIER_ROWS)
        return max(first, last - EARLIER_ROWS)

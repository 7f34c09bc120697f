"""One turn of `step`: the state as it changes, and what the change records and wants."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any

from kiosk.domain.effects import Effect
from kiosk.domain.events import Stamp
from kiosk.domain.frozen import replace
from kiosk.domain.hours import business_day
from kiosk.domain.kiosk import Chore, Kiosk, Rules
from kiosk.domain.ledger import Ledger
from kiosk.domain.records import Record
from kiosk.domain.visit import Page, Visit

MAX_IN_FLIGHT = 24
"""Chores asked at once: a day without receipts must not flood the link when it ends."""


class Turn:
    """Collects records and effects while the flows change the kiosk; lives for one event."""

    def __init__(self, kiosk: Kiosk, stamp: Stamp) -> None:
        self.kiosk = kiosk  # what changes rarely; ledger, visit and chores are beside it
        self.ledger: Ledger = kiosk.ledger
        self.visit: Visit | None = kiosk.visit
        self.now_s = stamp.mono_s
        self.wall = stamp.wall
        self.records: list[Record] = []
        self.effects: list[Effect] = []
        self._before = kiosk
        self._chores = kiosk.chores
        self._in_flight = (
            sum(chore.in_flight for chore in kiosk.chores.values()) if kiosk.chores else 0
        )
        self._fresh = stamp.fresh
        self._ids_made = 0

    def end(self) -> tuple[Kiosk, bool]:
        """The kiosk after the turn, and whether more than the time has changed."""
        before = self._before
        changed = not (
            self.kiosk is before
            and self.ledger is before.ledger
            and self.visit is before.visit
            and self._chores is before.chores
        )
        after = replace(
            self.kiosk,
            ledger=self.ledger,
            visit=self.visit,
            chores=self._chores,
            now_s=self.now_s,
            wall=self.wall,
        )
        return after, changed

    @property
    def kiosk_now(self) -> Kiosk:
        """The kiosk as it is at this point of the turn."""
        return replace(self.kiosk, ledger=self.ledger, visit=self.visit, wall=self.wall)

    @property
    def today(self) -> date:
        return business_day(self.wall)

    @property
    def rules(self) -> Rules:
        return self.kiosk.rules

    @property
    def page(self) -> Page | None:
        return self.visit.page if self.visit else None

    def new_id(self, prefix: str) -> str:
        """A unique id; the first of a turn carries the engine's fresh id bare."""
        self._ids_made += 1
        suffix = "" if self._ids_made == 1 else f"{self._ids_made}"
        return f"{prefix}-{self._fresh}{suffix}"

    def record(self, record: Record) -> None:
        """Put a record on the way to the journal and into the ledger, which is its fold."""
        self.ledger = self.ledger.apply(record)
        self.records.append(record)

    def want(self, effect: Effect) -> None:
        self.effects.append(effect)

    def change(self, **fields: Any) -> None:
        """Change what is not ledger, visit or chores."""
        self.kiosk = replace(self.kiosk, **fields)

    def change_desk(self, **fields: Any) -> None:
        """Change the operator's side of the kiosk."""
        self.change(desk=replace(self.kiosk.desk, **fields))

    def hand_seen(self) -> None:
        """An operator who is logged in is there: the idle time of the session starts again."""
        session = self.kiosk.desk.session
        if session is not None:
            self.change_desk(session=replace(session, touched_s=self.now_s))

    def show(self, page: Page) -> None:
        """Put a page on the screen of the running visit; a new one gets its own reading time."""
        visit = self.visit
        assert visit is not None, "a page needs a visit"
        touched_s = visit.touched_s if type(page) is type(visit.page) else self.now_s
        self.visit = replace(visit, page=page, touched_s=touched_s)

    def touched(self) -> None:
        """Somebody is there: the idle time of the visit starts again."""
        assert self.visit is not None, "only a visit times out"
        self.visit = replace(self.visit, touched_s=self.now_s)

    # --- chores: what is asked about until it is settled -------------------------------------

    def chore(self, key: str) -> Chore:
        return self._chores.get(key) or Chore(due_s=self.now_s, since_s=self.now_s)

    def set_chore(self, key: str, chore: Chore) -> None:
        self._in_flight += chore.in_flight - self._is_in_flight(key)
        self._chores = MappingProxyType({**self._chores, key: chore})

    def drop_chore(self, key: str) -> None:
        if key in self._chores:
            self._in_flight -= self._is_in_flight(key)
            chores = {name: chore for name, chore in self._chores.items() if name != key}
            self._chores = MappingProxyType(chores)

    def hurry_chores(self) -> None:
        """The link is back: what waits for its turn is asked now."""
        self._chores = MappingProxyType(
            {
                key: chore if chore.in_flight else replace(chore, due_s=self.now_s)
                for key, chore in self._chores.items()
            }
        )

    def _is_in_flight(self, key: str) -> bool:
        chore = self._chores.get(key)
        return chore is not None and chore.in_flight

    @property
    def is_busy(self) -> bool:
        """Enough is being asked at once; the rest waits for its next tick."""
        return self._in_flight >= MAX_IN_FLIGHT

    def is_awaited(self, payment_id: str) -> bool:
        """Somebody stands before the page of this payment: it never waits behind chores.

        One payment is on the screen and one call of a chore is out at a time, so this adds
        at most one to `MAX_IN_FLIGHT`.
        """
        return bool(payment_id) and getattr(self.page, "payment_id", "") == payment_id

    def postpone(self, key: str) -> None:
        """Ask again later, by the janitor's schedule, whose last step repeats."""
        schedule, chore = self.rules.janitor_s, self.chore(key)
        gap_s = schedule[min(chore.attempt, len(schedule) - 1)]
        self.set_chore(key, Chore(chore.attempt + 1, self.now_s + gap_s, chore.since_s))

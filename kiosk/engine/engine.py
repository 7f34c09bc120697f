"""The core loop: take an event, step, commit, start the effects, publish the state.

The order is the promise: nothing is done and nothing is shown that is not durable.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

import structlog

from kiosk.domain.effects import DeskEffect, Effect
from kiosk.domain.events import (
    AccountSaved,
    DeviceDown,
    DeviceUp,
    DiskSeen,
    Event,
    Ordered,
    PrinterSeen,
    PrintFinished,
    Stamp,
    Started,
    Tick,
    Touch,
)
from kiosk.domain.kiosk import Kiosk, Rules
from kiosk.domain.ledger import Ledger, rebuild
from kiosk.domain.operator import LogOut, StillThere
from kiosk.domain.operator_desk import OperatorDesk
from kiosk.domain.records import Record
from kiosk.domain.step import step
from kiosk.engine.clock import Clock
from kiosk.event_ids import EventId

log = structlog.get_logger(__name__)

TICK_S = 0.25
MAX_INBOX = 4096
MAX_TOUCHES = MAX_INBOX // 2  # waiting; what is touched after that is as good as not touched
STUCK_S = 30.0  # evidence that finds no room for so long means that the core has stopped: a bug
LOOK_S = 10.0  # between two looks at the disks
RESUME_S = 60.0  # between two tries to use a journal that failed


class CommitUncertain(Exception):
    """A commit failed; whether its records are durable is not known."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal, for whoever only reads."""

    seq: int
    at: datetime
    kind: str
    values: Mapping[str, Any]


Answer = TypeVar("Answer")
Take = Callable[[Iterator[Entry]], Answer]


class Diary(Protocol):
    """What the engine needs of the journal."""

    def records(self) -> Sequence[Record]:
        """Every record so far, in order."""

    def commit(self, records: Sequence[Record], at: datetime, mono_s: float, batch: str) -> None:
        """Make the records durable together; raises CommitUncertain, then only `reopen` helps."""

    def reopen(self) -> Sequence[Record]:
        """Close, open and check everything again; every record there is. Raises CommitUncertain."""

    def has_batch(self, batch: str) -> bool:
        """Whether a batch is durable; final after `reopen`."""

    def entries(self, first: int, limit: int) -> Sequence[Entry]:
        """At most `limit` rows from row `first` on; raises CommitUncertain."""

    def salvage(self, take: Take[Answer]) -> Answer:
        """Give `take` the rows of a journal that failed, newest first, as far as they can be
        read; changes no byte of it. Raises CommitUncertain where there is nothing to read."""

    @property
    def last_seq(self) -> int:
        """The number of the last row, 0 when there is none."""

    def tidy(self) -> None:
        """Move durable rows to their place, while nobody waits; raises CommitUncertain."""

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:
        """Begin a new volume where it is time, with what the ledger knows; whether it was.

        For idle moments; raises CommitUncertain.
        """

    def look(self, *, was_low: bool) -> DiskSeen:
        """How the disks are; raises CommitUncertain when they do not say.

        To come back from `was_low` takes more room, so that the answer does not flicker.
        """

    def close(self) -> None: ...


class Engine:
    """Owns the kiosk's state and the journal; lives on the core thread."""

    def __init__(
        self,
        rules: Rules,
        diary: Diary,
        clock: Clock,
        start_effect: Callable[[Effect], None],
        publish: Callable[[Kiosk], None],
    ) -> None:
        self._diary = diary
        self._clock = clock
        self._start_effect = start_effect
        self._publish = publish
        self._rules = rules
        self._started: Started | None = None
        self._resume_at_s = 0.0
        self.look_at_s = 0.0
        self.kiosk = Kiosk(rules=rules, ledger=rebuild(diary.records()))

    def handle(self, event: Event) -> None:
        """One turn. A halted kiosk takes no events, it only notes time, devices and who leaves."""
        stamp = self._clock.stamp()
        if isinstance(event, Started):
            self._started = event
        if self.kiosk.halted:
            self._while_halted(event, stamp)
            return
        if self._rules.maintenance_only:
            self._serve_operators(event, stamp)
            return
        self._turn(event, stamp)

    def _serve_operators(self, event: Event, stamp: Stamp) -> None:
        """After repeated failures nothing is done but what operators order of the kiosk itself."""
        match event:
            case Started() | Ordered() | AccountSaved() | DiskSeen():
                self._turn(event, stamp)
            case Tick():
                self.kiosk = replace(self.kiosk, now_s=stamp.mono_s, wall=stamp.wall)
                session = self.kiosk.desk.session
                if session and stamp.mono_s - session.touched_s >= self._rules.desk_idle_s:
                    self._turn(Ordered(LogOut()), stamp)
                self._publish(self.kiosk)

    def _while_halted(self, event: Event, stamp: Stamp) -> None:
        """Nothing can be recorded, so who works here is known in memory alone."""
        session = self.kiosk.desk.session
        match event:
            case Tick():
                self.kiosk = replace(self.kiosk, now_s=stamp.mono_s, wall=stamp.wall)
                if session and stamp.mono_s - session.touched_s >= self._rules.desk_idle_s:
                    session = None
                self.work_unrecorded(replace(self.kiosk.desk, session=session))
            case Ordered(StillThere()) if session:
                touched = replace(session, touched_s=stamp.mono_s)
                self.work_unrecorded(replace(self.kiosk.desk, session=touched))
            case Ordered(LogOut()):
                self.work_unrecorded(replace(self.kiosk.desk, session=None))
            case _:
                self._note_device(event, stamp)

    def work_unrecorded(self, desk: OperatorDesk) -> None:
        """Who works at a halted kiosk; gone with the next start or return of the journal."""
        assert self.kiosk.halted, "what can be recorded goes through an order"
        self.kiosk = replace(self.kiosk, desk=desk)
        self._publish(self.kiosk)

    def _turn(self, event: Event, stamp: Stamp) -> None:
        result = step(self.kiosk, event, stamp)
        if result.records and not self._commit(result.records, stamp):
            self._while_halted(event, stamp)
            return
        self._tell_of_forgeries(result.kiosk)
        self.kiosk = result.kiosk
        if result.changed or isinstance(event, Tick):
            self._publish(self.kiosk)
        for effect in result.effects:
            if not self._rules.maintenance_only or isinstance(effect, DeskEffect):
                self._start_effect(effect)

    def entries(self, first: int, limit: int) -> Sequence[Entry]:
        """Rows of the journal, for a question; raises CommitUncertain while halted."""
        if self.kiosk.halted:
            raise CommitUncertain(self.kiosk.halted)
        return self._diary.entries(first, limit)

    def salvage(self, take: Take[Answer]) -> Answer:
        """Have `take` read a journal that failed; raises CommitUncertain."""
        return self._diary.salvage(take)

    @property
    def last_seq(self) -> int:
        return self._diary.last_seq

    def rest(self) -> None:
        """Between two events: look at the disk, tidy the journal while nobody waits, or try to
        use it again."""
        try:
            if self.kiosk.halted:
                self._resume()
                return
            now = self._clock.stamp()
            self._look(now.mono_s)
            if self.kiosk.visit is None:
                self._diary.tidy()
                self._diary.carry(self.kiosk.ledger, now.wall, now.mono_s)
        except CommitUncertain as error:
            self._halt(error)

    def close(self) -> None:
        self._diary.close()

    def _commit(self, records: Sequence[Record], stamp: Stamp) -> bool:
        """Make records durable; a commit that failed is looked up, never assumed.

        What is found counts. What is not there is committed once more: nothing of it was
        shown or done yet. False: the kiosk is halted.
        """
        batch = stamp.fresh
        try:
            self._diary.commit(records, stamp.wall, stamp.mono_s, batch)
        except CommitUncertain as error:
            log.error(EventId.JOURNAL_COMMIT_FAILED, reason=str(error))
        else:
            return True
        try:
            self._diary.reopen()
            if not self._diary.has_batch(batch):
                self._diary.commit(records, stamp.wall, stamp.mono_s, batch)
        except CommitUncertain as error:
            self._halt(error)
            return False
        return True

    def _look(self, now_s: float) -> None:
        """Stop beginning payments before the disk is full. Raises CommitUncertain."""
        if now_s < self.look_at_s:
            return
        self.look_at_s = now_s + LOOK_S
        here = self.kiosk
        seen = self._diary.look(was_low=here.low_space)
        if seen != DiskSeen(here.low_space, here.mirror_trouble):
            self._tell(seen)
            self.handle(seen)

    def _tell_of_forgeries(self, now: Kiosk) -> None:
        if now.is_answered_by_others is self.kiosk.is_answered_by_others:
            return
        if now.is_answered_by_others:
            log.error(EventId.KIOSK_ANSWERS_FORGED)
        else:
            log.info(EventId.KIOSK_ANSWERS_GENUINE)

    def _tell(self, seen: DiskSeen) -> None:
        if seen.low is not self.kiosk.low_space:
            log.warning(EventId.KIOSK_DISK_NO_PAYMENTS if seen.low else EventId.KIOSK_DISK_HAS_ROOM)
        if seen.mirror_trouble == self.kiosk.mirror_trouble:
            return
        if seen.mirror_trouble:
            log.warning(EventId.JOURNAL_MIRROR_LOST, reason=seen.mirror_trouble)
        else:
            log.info(EventId.JOURNAL_MIRROR_KEPT)

    def _resume(self) -> None:
        """Start again from what became durable, as after a crash; raises CommitUncertain."""
        now_s = self._clock.stamp().mono_s
        if self._started is None or now_s < self._resume_at_s:
            return
        self._resume_at_s = now_s + RESUME_S
        ledger = rebuild(self._diary.reopen())
        log.info(EventId.JOURNAL_USABLE_AGAIN)
        here = self.kiosk
        self.kiosk = Kiosk(
            rules=self._rules,
            ledger=ledger,
            presence=here.presence,
            lost_because=here.lost_because,
            printer=here.printer,
        )
        self.look_at_s = 0.0
        self.handle(self._started)

    def _note_device(self, event: Event, stamp: Stamp) -> None:
        if isinstance(event, DeviceUp | DeviceDown | PrinterSeen | PrintFinished):
            seen = step(self.kiosk, event, stamp).kiosk
            self.kiosk = replace(
                self.kiosk,
                presence=seen.presence,
                lost_because=seen.lost_because,
                printer=seen.printer,
            )

    def _halt(self, error: CommitUncertain) -> None:
        """Take no more money until the journal can be used again."""
        if not self.kiosk.halted:
            log.error(EventId.JOURNAL_FAILED, reason=str(error))
            self._resume_at_s = self._clock.stamp().mono_s + RESUME_S
            self.halt(str(error) or "journal")

    def halt(self, reason: str) -> None:
        """Stop serving, and show the page that says so."""
        self.kiosk = replace(self.kiosk, halted=reason)
        self._publish(self.kiosk)


class Question:
    """Something to be asked on the core thread, between two events."""

    __slots__ = ("_answer", "_ask")

    def __init__(self, ask: Callable[[Engine], Any], answer: Future[Any]) -> None:
        self._ask = ask
        self._answer = answer

    def put_to(self, engine: Engine) -> None:
        """Ask, and hand the answer over; only a journal that fails is an answer too."""
        try:
            answer = self._ask(engine)
        except CommitUncertain as error:
            self._answer.set_exception(error)
        else:
            self._answer.set_result(answer)


class Core:
    """The core thread: feeds the engine from a bounded inbox and lets time pass."""

    def __init__(self, make_engine: Callable[[], Engine], boot_id: str, version: str) -> None:
        self._make_engine = make_engine
        self._started = Started(boot_id, version)
        self._inbox: queue.Queue[Event | Question | None] = queue.Queue(MAX_INBOX)
        self._thread = threading.Thread(target=self._run, name="core", daemon=True)
        self.beats = 0
        """Turns of the loop in which time passed: while it grows, the engine lives."""

    def start(self) -> None:
        self._thread.start()

    def post(self, event: Event) -> None:
        """Hand over an event, from any thread.

        A touch is dropped where too much waits already, so that the screen's thread never
        waits. Everything else is told only once and gets its turn, however long the queue;
        raises queue.Full where the core has stopped.
        """
        if not isinstance(event, Touch):
            self._inbox.put(event, timeout=STUCK_S)
        elif self._inbox.qsize() < MAX_TOUCHES:
            self._inbox.put_nowait(event)

    def ask(self, question: Callable[[Engine], Answer]) -> Future[Answer]:
        """Put a short question to the engine on its own thread; the future brings the answer,
        or CommitUncertain."""
        answer: Future[Answer] = Future()
        self._inbox.put_nowait(Question(question, answer))
        return answer

    def stop(self, timeout_s: float) -> None:
        self._inbox.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        engine = self._make_engine()  # Here, so that the journal belongs to this thread.
        engine.handle(self._started)
        next_tick_s = time.monotonic()
        while True:
            wait_s = next_tick_s - time.monotonic()
            if wait_s <= 0:
                engine.handle(Tick())
                engine.rest()
                self.beats += 1
                next_tick_s = time.monotonic() + TICK_S
                continue
            try:
                event = self._inbox.get(timeout=wait_s)
            except queue.Empty:
                continue
            if event is None:
                engine.close()
                return
            if isinstance(event, Question):
                event.put_to(engine)
            else:
                engine.handle(event)

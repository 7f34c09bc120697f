"""Plays a kiosk without threads: events in, effects carried out against model and paper.

The production `step` and `Engine` run unchanged; time is virtual; every commit can be
counted, refused, or be the last thing before the power goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from drivers.api import (
    IdCard,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintProof,
    PrintReport,
    Role,
)
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import (
    DeskEffect,
    Effect,
    PaperEffect,
    PrintReceipt,
    PrintSample,
    PrintSlip,
    SaveAccount,
    TakeBackPaper,
)
from kiosk.domain.kiosk import Kiosk, Rules
from kiosk.domain.ledger import Ledger, rebuild
from kiosk.domain.open_code import OpenCodeRules
from kiosk.domain.receipt import CodeSlip, InquirySlip
from kiosk.domain.record_rows import from_row, to_row
from kiosk.domain.records import Record
from kiosk.domain.visit import Page
from kiosk.engine.engine import Answer, CommitUncertain, Engine, Entry, Take
from kiosk.maintenance.office import Office
from tests.support.model_platform import ModelLink, ModelPlatform

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


class PowerCut(Exception):
    """The power went at a commit."""


@dataclass
class MemoryDiary:
    """A journal in memory that keeps rows as JSON-ready bodies, like the real one."""

    rows: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    commits: int = 0
    cut_before: int = 0  # the power goes just before this commit …
    cut_after: int = 0  # … or just after it
    fail_at: int = 0
    fails_again: bool = False  # the commit after it, too
    fails_for_ever: bool = False
    keeps_failed: bool = False  # a commit that fails is durable all the same
    batches: set[str] = field(default_factory=set)
    failed: bool = False
    low: bool = False  # on room
    is_silent: bool = False  # when it is asked how full it is
    is_unreadable: bool = False  # when what can still be read of it is asked for
    mirror_trouble: str = ""

    def records(self) -> Sequence[Record]:
        return tuple(from_row(kind, body) for kind, body in self.rows)

    def commit(self, records: Sequence[Record], at: datetime, mono_s: float, batch: str) -> None:
        assert not self.failed, "a journal that failed must be reopened"
        self.commits += 1
        if self.commits == self.cut_before:
            raise PowerCut
        fails = (
            self.commits == self.fail_at
            or (self.fails_again and self.commits == self.fail_at + 1)
            or (self.fails_for_ever and self.fail_at)
        )
        if not fails or self.keeps_failed:
            self.batches.add(batch)
            self.rows.extend(to_row(record) for record in records)
            self.times.extend(at for _ in records)
        if fails:
            self.failed = True
            raise CommitUncertain("disk error")
        if self.commits == self.cut_after:
            raise PowerCut

    def reopen(self) -> Sequence[Record]:
        if self.fails_for_ever:
            raise CommitUncertain("the disk is gone")
        self.failed = False
        return self.records()

    def has_batch(self, batch: str) -> bool:
        return batch in self.batches

    def look(self, *, was_low: bool) -> e.DiskSeen:
        if self.is_silent:
            raise CommitUncertain("the disk does not answer")
        return e.DiskSeen(self.low, self.mirror_trouble)

    def entries(self, first: int, limit: int) -> Sequence[Entry]:
        numbered = enumerate(zip(self.times, self.rows, strict=True), start=1)
        found = [Entry(seq, at, kind, body) for seq, (at, (kind, body)) in numbered if seq >= first]
        return tuple(found[:limit])

    def salvage(self, take: Take[Answer]) -> Answer:
        if self.is_unreadable:
            raise CommitUncertain("the disk is gone")
        return take(iter(self.entries(1, len(self.rows))[::-1]))

    @property
    def last_seq(self) -> int:
        return len(self.rows)

    def tidy(self) -> None:
        """Nothing to move in memory."""

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:
        return False

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class PaperPrinter:
    """The paper end: what really came out, and how the printer behaves."""

    status: PrinterStatus = field(default_factory=PrinterStatus)
    outcome: PrintOutcome = PrintOutcome.PRINTED
    reaches_paper: bool = True
    strips: list[tuple[str, int]] = field(default_factory=list)  # receipt number, copy
    slips: list[InquirySlip | CodeSlip] = field(default_factory=list)
    has_presenter: bool = False  # it sees its mouth and can draw paper in
    presenter_is_stuck: bool = False
    samples: list[str] = field(default_factory=list)

    def print(self, job: PaperEffect) -> PrintReport:
        if isinstance(job, PrintSlip):
            self.slips.append(job.slip)
        elif isinstance(job, PrintSample):
            self.samples.append(job.job_id)
        elif self.outcome is not PrintOutcome.NOT_PRINTED and self.reaches_paper:
            self.strips.append((job.receipt.receipt_no, job.copy_number))
        reason = "" if self.outcome is PrintOutcome.PRINTED else "test"
        if self.has_presenter and self.outcome is PrintOutcome.PRINTED:
            self.status = self._mouth(PrinterCondition.PAPER_AT_MOUTH)
        proof = PrintProof.PROCESS_ID if self.outcome is PrintOutcome.PRINTED else None
        return PrintReport(self.outcome, self.status, reason, proof=proof)

    def take_back(self) -> PrinterStatus:
        if not self.presenter_is_stuck:
            self.status = self._mouth(PrinterCondition.RETRACTED)
        return self.status

    def taken(self) -> PrinterStatus:
        """A hand takes the strip."""
        self.status = self._mouth()
        return self.status

    @staticmethod
    def _mouth(*conditions: PrinterCondition) -> PrinterStatus:
        return PrinterStatus(frozenset(conditions), takes_back=True)


class Playbook:
    """One kiosk on the table."""

    def __init__(
        self,
        platform: ModelPlatform | None = None,
        *,
        diary: MemoryDiary | None = None,
        paper: PaperPrinter | None = None,
        kiosk_id: str = "K1",
        devices_up: bool = True,
        open_codes: OpenCodeRules | None = None,
    ) -> None:
        self.platform = platform or ModelPlatform()
        self.link = ModelLink(self.platform, kiosk_id)
        self.diary = diary or MemoryDiary()
        self.paper = paper or PaperPrinter()
        self.rules = Rules(
            kiosk_id=kiosk_id,
            digest_key=b"k" * 32,
            roles=frozenset({Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER}),
            open_codes=open_codes or OpenCodeRules(),
        )
        self.now_s = 1000.0
        self.clock_off = timedelta()  # somebody turned the wall clock by this much
        self._ids = 0
        self.pending: deque[Effect] = deque()
        self.performed: list[Effect] = []
        self.published: list[Kiosk] = []
        self.hold: tuple[type, ...] = ()  # effects of these types stay pending
        self.office: Office | None = None  # with one, orders reach files and machine
        self.answers: list[e.AccountSaved] = []
        self.left: list[int] = []  # exit codes of ordered restarts
        self._boot()
        if devices_up:
            for role in (Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER):
                self.send(e.DeviceUp(role))
            self.send(e.PrinterSeen(self.paper.status))
            self.tick()

    def _boot(self) -> None:
        self.pending.clear()
        self.engine = Engine(
            self.rules, self.diary, self, self.pending.append, self.published.append
        )
        self.send(e.Started("boot", "test"))

    def stamp(self) -> e.Stamp:
        self._ids += 1
        fresh = f"{self.rules.kiosk_id}{self._ids:08d}"
        return e.Stamp(self.now_s, START + self.clock_off + timedelta(seconds=self.now_s), fresh)

    # --- driving ---------------------------------------------------------------------------

    @property
    def kiosk(self) -> Kiosk:
        return self.engine.kiosk

    @property
    def page(self) -> Page | None:
        return self.kiosk.visit.page if self.kiosk.visit else None

    def send(self, *events: e.Event) -> None:
        """Handle events, then carry out every effect that is not held."""
        for event in events:
            self.engine.handle(event)
            self.settle()

    def settle(self) -> None:
        for _ in range(1000):
            if not self.settle_one():
                return
        raise AssertionError("effects without end")

    def settle_one(self) -> bool:
        """Carry out one effect that is not held; False when there is none."""
        effect = next((x for x in self.pending if not self._is_held(x)), None)
        if effect is None:
            return False
        self.pending.remove(effect)
        self.engine.handle(self._carry_out(effect))
        return True

    def _is_held(self, effect: Effect) -> bool:
        long_poll = isinstance(effect, p.QueryPayment) and effect.wait_s > 0
        return isinstance(effect, self.hold) or (long_poll and not self._has_news(effect))

    def _has_news(self, query: Effect) -> bool:
        assert isinstance(query, p.QueryPayment)
        known = self.platform.payments.get(query.payment_id)
        return self.link.down or known is None or known.state is not query.known_state

    def _carry_out(self, effect: Effect) -> e.Event:
        self.performed.append(effect)
        if isinstance(effect, DeskEffect):
            return self._serve_office(effect)
        if isinstance(effect, PrintReceipt | PrintSlip | PrintSample):
            return e.PrintFinished(effect.job_id, self.paper.print(effect))
        if isinstance(effect, TakeBackPaper):
            return e.PaperTakenBack(effect.job_id, self.paper.take_back())
        return e.PlatformReplied(effect, self.link.perform(effect))

    def _serve_office(self, effect: DeskEffect) -> e.Event:
        if self.office is not None:
            self.office.serve(effect)
            return self.answers.pop() if self.answers else e.Touched()
        if isinstance(effect, SaveAccount):
            return e.AccountSaved(effect.account_id, effect.role, dropped=not effect.pin_hash)
        return e.Touched()

    def tick(self, seconds: float = 0.25) -> None:
        """Let virtual time pass, a tick every quarter second (or second, for long times)."""
        pace_s = 0.25 if seconds <= 60 else 1.0 if seconds <= 3600 else 60.0
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(end_s, self.now_s + pace_s)
            self.send(e.Tick())

    def restart(self) -> None:
        """The power comes back: a new process with the same journal and nothing else."""
        self.diary.cut_before = self.diary.cut_after = 0
        self._boot()
        for role in (Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER):
            self.send(e.DeviceUp(role))
        self.send(e.PrinterSeen(self.paper.status))
        self.tick()

    # --- what residents do -------------------------------------------------------------------

    def tap(self, card: IdCard) -> None:
        self.send(e.CardShown(card))

    def pay(self) -> str:
        """Touch pay on the bills page; the payment id."""
        self.send(e.PayTouched())
        self.tick()
        return self.payment_id

    @property
    def payment_id(self) -> str:
        return list(self.kiosk.ledger.payments)[-1]

    def wallet_pays(self) -> bool:
        moved = self.platform.wallet_pays(self.payment_id)
        self.settle()
        self.tick(3)
        return moved

    def paper_out(self) -> None:
        self.set_printer(PrinterStatus(frozenset({PrinterCondition.PAPER_OUT})))

    def set_printer(self, status: PrinterStatus) -> None:
        self.paper.status = status
        self.send(e.PrinterSeen(status))

    def network(self, *, up: bool) -> None:
        self.link.down = not up
        self.settle()

    def performed_of(self, kind: type) -> list[Effect]:
        return [effect for effect in self.performed if isinstance(effect, kind)]

    def ledger_of_journal(self) -> object:
        return rebuild(self.diary.records())

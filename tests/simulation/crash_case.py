"""One paid visit that is interrupted at a named point, and what must be true afterwards.

The crash points, kinds and states are those of the reliability reference: 14 points × 6
ways to be interrupted × 3 things the platform does meanwhile × 3 states of the printer.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from drivers.api import PrinterCondition, PrinterStatus, Role
from kiosk.domain.kiosk import Rules
from kiosk.domain.payment import State
from kiosk.domain.platform import CreatePayment, PlatformState
from kiosk.domain.records import (
    ClaimMoved,
    ClaimState,
    PaymentIntended,
    PaymentMoved,
    PrintMoved,
    PrintState,
    Record,
    VisitEnded,
    VisitOpened,
)
from kiosk.domain.visit import Choosing
from kiosk.sandbox.ledger import LateWallet
from tests.simulation.disk import Mishap
from tests.simulation.life import quiet_logs
from tests.simulation.machine import SimKiosk
from tests.simulation.people import CALM, COLLECTOR, Phone, Resident, person
from tests.simulation.platform import SimPlatform
from tests.simulation.printer import Trouble
from tests.simulation.scheduler import Scheduler
from tests.simulation.watch import Watch

AWAY_S = 40.0  # how long the kiosk is away after a power cut
CARD = person(1)
PAPER_OUT = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))


class Point(StrEnum):
    """What was durable, or had just happened, when it went dark."""

    K0 = "k00_visit_opened"
    K1 = "k01_bills_shown"
    K2 = "k02_intent"
    K3 = "k03_create_sent"
    K4 = "k04_qr_stored"
    K5 = "k05_wallet_paid_unknown_here"
    K6 = "k06_paid_stored"
    K7 = "k07_print_intent"
    K8 = "k08_bytes_partly_sent"
    K9 = "k09_paper_out_not_stored"
    K10 = "k10_printed_stored"
    K11 = "k11_visit_ended"
    K12 = "k12_told_to_the_platform"
    K13 = "k13_tidying"


class Crash(StrEnum):
    KILLED = "kill_9"
    POWER_NONE = "power_none"  # of what was not flushed, nothing is there
    POWER_ALL = "power_all"
    POWER_TORN = "power_torn"  # half of it: the journal's batch is atomic, so it is not there
    EIO = "eio"  # the commit says it failed and did not
    ENOSPC = "enospc"


class Meanwhile(StrEnum):
    """What becomes of an open payment while the kiosk is away."""

    WAIT = "wait"
    PAID = "paid"
    CLOSED = "closed"


class Printer(StrEnum):
    OK = "ok"
    OUT = "out"
    LOST = "lost"


AT_RECORD: dict[Point, Callable[[Record], bool]] = {
    Point.K0: lambda r: isinstance(r, VisitOpened),
    Point.K2: lambda r: isinstance(r, PaymentIntended),
    Point.K4: lambda r: isinstance(r, PaymentMoved) and r.state is State.SHOWN,
    Point.K6: lambda r: isinstance(r, PaymentMoved) and r.state is State.PAID,
    Point.K7: lambda r: isinstance(r, PrintMoved) and r.state is PrintState.INTENDED,
    Point.K9: lambda r: isinstance(r, PrintMoved) and r.state is PrintState.PRINTED,
    Point.K10: lambda r: isinstance(r, PrintMoved) and r.state is PrintState.PRINTED,
    Point.K11: lambda r: isinstance(r, VisitEnded),
    Point.K12: lambda r: isinstance(r, ClaimMoved) and r.state is ClaimState.SETTLED,
}


@dataclass(frozen=True, slots=True)
class Case:
    point: Point
    crash: Crash
    meanwhile: Meanwhile
    printer: Printer

    @property
    def name(self) -> str:
        return f"{self.point}-{self.crash}-{self.meanwhile}-{self.printer}"


def cases() -> Iterator[Case]:
    for combination in itertools.product(Point, Crash, Meanwhile, Printer):
        yield Case(*combination)


class CrashWorld:
    """One kiosk, one resident who pays one bill, and one interruption."""

    def __init__(self) -> None:
        self.scheduler = Scheduler(1)
        self.platform = SimPlatform(self.scheduler, LateWallet.REFUSED)
        self.watch = Watch(self.platform)
        self.phone = Phone(self.scheduler, self.platform, self.watch)
        rules = Rules(
            kiosk_id="K1",
            digest_key=b"k" * 32,
            roles=frozenset({Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER}),
        )
        self.machine = SimKiosk(self.scheduler, self.platform, self.watch, rules)
        self.machines = [self.machine]
        self.people = [CARD]
        self.bill = self.platform.owe(CARD.number, 15000)
        self.moments: dict[Point, float] = {}
        self.commits: dict[Point, int] = {}

    def visit(self) -> None:
        self.scheduler.run_until(5.0)
        resident = Resident(self.scheduler, self.machine, self.phone, CARD, CALM)
        resident.arrive()

    def note_everything(self) -> None:
        machine, disk = self.machine, self.machine.disk
        check, sent = disk.on_record, machine._sent

        def on_record(record: Record) -> None:
            for point, matches in AT_RECORD.items():
                if matches(record):
                    self.commits.setdefault(point, disk.commits)
                    self.moments.setdefault(point, self.scheduler.now_s)
            check(record)

        def on_sent(call: object) -> None:
            if isinstance(call, CreatePayment):
                self.moments.setdefault(Point.K3, self.scheduler.now_s + 0.001)
            sent(call)  # type: ignore[arg-type]

        disk.on_record = on_record
        machine.network._sent = on_sent
        self.visit()
        while self.scheduler.now_s < 200.0:
            self.scheduler.run_until(self.scheduler.now_s + 0.01)
            self._note_moments()

    def _note_moments(self) -> None:
        now_s, platform = self.scheduler.now_s, self.platform
        if isinstance(self.machine.page, Choosing):
            self.moments.setdefault(Point.K1, now_s)
        if any(each.was_paid for each in platform.payments.values()):
            self.moments.setdefault(Point.K5, now_s)
        if self.machine.printer.strips:
            self.moments.setdefault(Point.K8, now_s + 1.0)
        if Point.K11 in self.commits:
            self.moments.setdefault(Point.K13, now_s + 1.0)


@functools.cache
def reference() -> CrashWorld:
    """An undisturbed visit, which says when each point is reached."""
    with quiet_logs():
        world = CrashWorld()
        world.note_everything()
    return world


def play(case: Case) -> CrashWorld:
    """The visit with its interruption, the return of the kiosk and of the resident."""
    with quiet_logs():
        return _play(case)


def _play(case: Case) -> CrashWorld:
    world = CrashWorld()
    if case.point is Point.K8:
        world.machine.printer.next_trouble = Trouble.OUT_MID_RECEIPT
    _arm(world, case)
    world.visit()
    world.scheduler.run_until(120.0, lambda: _is_dark(world))
    _meanwhile(world, case)
    world.scheduler.run_until(world.scheduler.now_s + AWAY_S + 60.0)
    world.machine.disk.calm()
    world.scheduler.run_until(world.scheduler.now_s + 300.0)
    world.machine.printer.mend()
    world.machine.desk.look()
    world.scheduler.run_until(world.scheduler.now_s + 60.0)
    collect(world)
    return world


def collect(world: CrashWorld) -> None:
    """The resident comes back for what is not on paper yet."""
    Resident(world.scheduler, world.machine, world.phone, CARD, COLLECTOR).arrive()
    world.scheduler.run_until(world.scheduler.now_s + 300.0)


def _is_dark(world: CrashWorld) -> bool:
    return not world.machine.on or bool(world.machine.kiosk.halted)


def _arm(world: CrashWorld, case: Case) -> None:
    disk, machine = world.machine.disk, world.machine
    at_commit = reference().commits.get(case.point)
    if at_commit is not None:
        disk.plan(_mishap(case), at_commit - disk.commits)
        if case.crash is Crash.ENOSPC:
            disk.fills_up = True
        return
    moment_s = reference().moments[case.point]
    if case.crash in (Crash.EIO, Crash.ENOSPC):
        world.scheduler.after(moment_s, disk.plan, _mishap(case))
        disk.fills_up = case.crash is Crash.ENOSPC
    else:
        killed = case.crash is Crash.KILLED
        back_s = 2.0 if killed else AWAY_S
        world.scheduler.after(
            moment_s, lambda: machine.power_off(case.crash, back_s, reboot=not killed)
        )


def _mishap(case: Case) -> Mishap:
    if case.crash is Crash.EIO:
        return Mishap.KEPT
    if case.crash is Crash.ENOSPC:
        return Mishap.LOST
    unseen = case.point is Point.K9 or case.crash in (Crash.POWER_NONE, Crash.POWER_TORN)
    return Mishap.CUT_BEFORE if unseen else Mishap.CUT_AFTER


def _meanwhile(world: CrashWorld, case: Case) -> None:
    for payment in list(world.platform.payments.values()):
        if case.meanwhile is Meanwhile.PAID and payment.payment_id in _scannable(world):
            world.phone.pay(payment.payment_id)
        elif case.meanwhile is Meanwhile.CLOSED and payment.state is PlatformState.OPEN:
            world.platform._move(payment, PlatformState.CLOSED)
    printer = world.machine.printer
    if case.printer is Printer.OUT:
        printer.status_now = PAPER_OUT
    elif case.printer is Printer.LOST:
        printer.plugged = False
    elif case.point is Point.K8:
        printer.status_now = PrinterStatus()
    world.machine.desk.look()


def _scannable(world: CrashWorld) -> set[str]:
    """Payments whose QR code was on the screen: nobody can pay another."""
    return {key for key, state in world.machine.disk.states.items() if state is State.SHOWN}

"""Everything that goes wrong around the kiosks: reliability catalogue, as far as it gets here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from drivers.api import PrinterCondition, PrinterStatus, Role
from kiosk.domain import events as e
from tests.simulation.disk import Mishap
from tests.simulation.machine import SimKiosk
from tests.simulation.network import Weather
from tests.simulation.platform import WAITING, SimPlatform
from tests.simulation.printer import Trouble
from tests.simulation.scheduler import START, Scheduler

SHORT_S = (2.0, 8.0, 25.0, 90.0)
OUTAGE_EVERY_S = 300.0
OUTAGES_S = (60.0, 200.0, 900.0)
QUIET_FACTOR = 10  # less happens while nobody is there to be troubled
IDLE_FACTOR = 200  # and in the days in which nothing is open either: what could be lost?
LONG_S = (*SHORT_S, 900.0, 7200.0, 86400.0, 3 * 86400.0)
CHANCES = [each.name for each in fields(Weather) if each.default == 0.0 and each.type == "float"]

STATUSES = tuple(
    PrinterStatus(frozenset({condition}))
    for condition in (
        PrinterCondition.PAPER_OUT,
        PrinterCondition.COVER_OPEN,
        PrinterCondition.CUTTER_ERROR,
        PrinterCondition.HEAD_ERROR,
        PrinterCondition.PAPER_NEAR_END,
        PrinterCondition.SILENT,  # also what unknown bits are read as
    )
)


@dataclass(frozen=True, slots=True)
class Climate:
    """Which kinds of trouble a life has, and how often one comes (seconds, 0: never)."""

    every_s: float
    kinds: tuple[str, ...]
    long: bool  # outages of hours and days, too
    outages: bool = False  # the network is away for minutes, again and again


class Mishaps:
    def __init__(
        self,
        scheduler: Scheduler,
        platform: SimPlatform,
        machines: list[SimKiosk],
        climate: Climate,
        is_busy: Callable[[], bool],
        is_settled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._scheduler = scheduler
        self._platform = platform
        self._machines = machines
        self._climate = climate
        self._is_busy = is_busy
        self._is_settled = is_settled
        self._plans = 0
        self.over = False
        self._acts: dict[str, Callable[[SimKiosk], None]] = {
            "network_down": lambda k: self._outage(k, "down"),
            "network_silent": lambda k: self._outage(k, "silent"),
            "status_down": lambda k: self._outage(k, "status_down"),
            "answers_forged": lambda k: self._outage(k, "forged"),
            "weather": self._weather,
            "platform_restart": self._platform_restart,
            "printer_job": self._printer_job,
            "printer_status": self._printer_status,
            "presenter_stuck": self._presenter_stuck,
            "printer_unplugged": self._printer_unplugged,
            "reader_unplugged": self._reader_unplugged,
            "power_at_commit": self._power_at_commit,
            "power_at_effect": self._power_at_effect,
            "power_now": self._power_now,
            "killed": self._killed,
            "commit_fails": self._commit_fails,
            "disk_full": self._disk_full,
            "disk_low": self._disk_low,
            "disk_dead": self._disk_dead,
            "disk_slow": self._disk_slow,
            "mirror_lost": self._mirror_lost,
            "volume_fails": self._volume_fails,
            "clock_jump": self._clock_jump,
            "clock_dead": self._clock_dead,
            "amount_changed": self._amount_changed,
            "paid_elsewhere": self._paid_elsewhere,
            "voided": self._voided,
            "statement": self.statement,
        }
        if climate.every_s:
            self._plan()
        if climate.outages:
            self._plan_outage()

    @staticmethod
    def kinds() -> tuple[str, ...]:
        return tuple(KINDS)

    def _plan(self) -> None:
        every_s = self._climate.every_s * self._quiet_factor()
        gap_s = self._scheduler.random.expovariate(1.0 / every_s)
        self._plans += 1
        self._scheduler.after(gap_s, self._happen, self._plans)

    def _quiet_factor(self) -> int:
        if self._is_busy():
            return 1
        return IDLE_FACTOR if self._climate.long and self._is_settled() else QUIET_FACTOR

    def somebody_comes(self) -> None:
        """What was planned for idle days is too late for a visit."""
        if self._climate.long:
            self._plan()

    def _plan_outage(self) -> None:
        gap_s = self._scheduler.random.expovariate(1.0 / OUTAGE_EVERY_S)
        self._scheduler.after(gap_s, self._begin_outage)

    def _begin_outage(self) -> None:
        """Long enough that residents pay by open code."""
        if self.over:
            return
        random = self._scheduler.random
        machine = random.choice(self._machines)
        self._scheduler.tell(machine.name, "OUTAGE")
        machine.weather.down = True
        lasts_s = random.choice(OUTAGES_S) * (0.5 + random.random())
        self._scheduler.after(lasts_s, setattr, machine.weather, "down", False)
        self._plan_outage()

    def _happen(self, plan: int) -> None:
        if self.over or plan != self._plans:
            return
        random = self._scheduler.random
        kind, machine = random.choice(self._climate.kinds), random.choice(self._machines)
        self._scheduler.tell(machine.name, f"MISHAP {kind}")
        self.bring(kind, machine)
        self._plan()

    def bring(self, kind: str, machine: SimKiosk) -> None:
        """Let one mishap happen now."""
        self._acts[kind](machine)

    def _for_s(self) -> float:
        times = LONG_S if self._climate.long and self._scheduler.chance(0.25) else SHORT_S
        return self._scheduler.random.choice(times) * (0.5 + self._scheduler.random.random())

    # --- network and platform ------------------------------------------------------------------

    def _outage(self, machine: SimKiosk, kind: str) -> None:
        setattr(machine.weather, kind, True)
        self._scheduler.after(self._for_s(), setattr, machine.weather, kind, False)

    def _weather(self, machine: SimKiosk) -> None:
        random, weather = self._scheduler.random, machine.weather
        for name in random.sample(CHANCES, 3):
            setattr(weather, name, random.choice((0.02, 0.1, 0.4)))
        weather.latency_s = random.choice((0.02, 0.12, 0.8))
        self._scheduler.after(self._for_s(), self.clear, machine)

    def clear(self, machine: SimKiosk) -> None:
        for name in CHANCES:
            setattr(machine.weather, name, 0.0)
        machine.weather.latency_s = 0.12

    def _platform_restart(self, machine: SimKiosk) -> None:
        self._platform.restart()
        for each in self._machines:
            each.weather.broken = 1.0
            self._scheduler.after(self._for_s(), setattr, each.weather, "broken", 0.0)

    # --- devices ---------------------------------------------------------------------------------

    def _printer_job(self, machine: SimKiosk) -> None:
        machine.printer.next_trouble = self._scheduler.random.choice(Trouble.ALL)

    def _printer_status(self, machine: SimKiosk) -> None:
        machine.printer.status_now = self._scheduler.random.choice(STATUSES)
        machine.desk.look(self._scheduler.random.random())
        self._scheduler.after(self._for_s(), self.mend_printer, machine)

    def _presenter_stuck(self, machine: SimKiosk) -> None:
        machine.printer.is_stuck = True
        self._scheduler.after(self._for_s(), self.mend_printer, machine)

    def _printer_unplugged(self, machine: SimKiosk) -> None:
        machine.printer.plugged = False
        machine.desk.look(self._scheduler.random.random())
        self._scheduler.after(self._for_s(), self.mend_printer, machine)

    def mend_printer(self, machine: SimKiosk) -> None:
        machine.printer.mend()
        machine.desk.look(self._scheduler.random.random())

    def _reader_unplugged(self, machine: SimKiosk) -> None:
        machine.send(e.DeviceDown(Role.ID_READER, "cable"))
        self._scheduler.after(self._for_s(), machine.send, e.DeviceUp(Role.ID_READER))

    # --- power, disk, clock --------------------------------------------------------------------

    def _power_at_commit(self, machine: SimKiosk) -> None:
        mishap = self._scheduler.random.choice((Mishap.CUT_BEFORE, Mishap.CUT_AFTER))
        machine.disk.plan(mishap, self._scheduler.random.randint(1, 6))

    def _power_at_effect(self, machine: SimKiosk) -> None:
        machine.effects_until_cut = self._scheduler.random.randint(1, 5)

    def _power_now(self, machine: SimKiosk) -> None:
        machine.power_off("mains", 15.0 + self._for_s())

    def _killed(self, machine: SimKiosk) -> None:
        machine.power_off("kill -9", 2.0, reboot=False)

    def _commit_fails(self, machine: SimKiosk) -> None:
        mishap = self._scheduler.random.choice((Mishap.LOST, Mishap.KEPT))
        machine.disk.plan(mishap, self._scheduler.random.randint(1, 4))

    def _disk_full(self, machine: SimKiosk) -> None:
        machine.disk_is(full=True)
        self._scheduler.after(self._for_s(), lambda: machine.disk_is(full=False))

    def _disk_low(self, machine: SimKiosk) -> None:
        machine.disk_is(low=True)
        self._scheduler.after(self._for_s(), lambda: machine.disk_is(low=False))

    def _disk_dead(self, machine: SimKiosk) -> None:
        machine.disk_is(dead=True)
        self._scheduler.after(self._for_s(), lambda: machine.disk_is(dead=False))

    def _disk_slow(self, machine: SimKiosk) -> None:
        machine.disk_is(slow_s=2.0)
        self._scheduler.after(self._for_s(), lambda: machine.disk_is(slow_s=0.0))

    def _mirror_lost(self, machine: SimKiosk) -> None:
        machine.disk_is(mirror_trouble="no such device")
        self._scheduler.after(self._for_s(), lambda: machine.disk_is(mirror_trouble=""))

    def _volume_fails(self, machine: SimKiosk) -> None:
        machine.disk.volume_fails = True

    def _clock_jump(self, machine: SimKiosk) -> None:
        days = self._scheduler.random.choice((-30, -1, 1, 30))
        machine.wall_offset_s += days * 86400.0

    def _clock_dead(self, machine: SimKiosk) -> None:
        """The battery of the clock is empty: after the cut it is 1970."""
        machine.wall_offset_s = -START.timestamp() - self._scheduler.now_s
        machine.power_off("mains, and no clock", 15.0 + self._for_s())
        self._scheduler.after(self._for_s(), setattr, machine, "wall_offset_s", 0.0)

    # --- the agency ------------------------------------------------------------------------------

    def _amount_changed(self, machine: SimKiosk) -> None:
        open_bills = [number for number, bill in self._platform.bills.items() if not bill.paid]
        if open_bills:
            self._platform.change_amount(self._scheduler.random.choice(open_bills[-8:]))

    def _paid_elsewhere(self, machine: SimKiosk) -> None:
        open_bills = [number for number, bill in self._platform.bills.items() if not bill.paid]
        if open_bills:
            self._platform.pay_elsewhere(self._scheduler.random.choice(open_bills[-8:]))

    def _voided(self, machine: SimKiosk) -> None:
        paid = [each for each in self._platform.payments.values() if each.was_paid]
        if paid:
            chosen = self._scheduler.random.choice(paid[-4:])
            self._scheduler.tell("platform", f"voids {chosen.payment_id}")
            self._platform.void(chosen.payment_id)

    def statement(self, machine: SimKiosk) -> None:
        """The operator reads the statement of a finished day: only what can no longer change."""
        for payment_id in sorted(machine.disk.intended):
            theirs = self._platform.payments.get(payment_id)
            if theirs is None or theirs.state in WAITING:
                continue
            paid_fen = theirs.amount_fen if theirs.was_paid else 0
            machine.send(e.StatementSays(payment_id, paid_fen, "day"))

    # --- the end ---------------------------------------------------------------------------------

    def stop(self) -> None:
        """Faults stop: everything works from now on."""
        self.over = True
        for machine in self._machines:
            self.clear(machine)
            for name in ("down", "silent", "status_down", "forged"):
                setattr(machine.weather, name, False)
            machine.disk.calm()
            machine.effects_until_cut = 0
            machine.disk_is(low=False)
            machine.boot()
            self.mend_printer(machine)
            machine.send(e.DeviceUp(Role.ID_READER))


KINDS = (
    "network_down", "network_silent", "status_down", "answers_forged", "weather", "platform_restart", "printer_job",
    "printer_status", "presenter_stuck", "printer_unplugged", "reader_unplugged", "power_at_commit",
    "power_at_effect", "power_now", "killed", "commit_fails", "disk_full", "disk_low",
    "disk_dead", "disk_slow", "mirror_lost", "volume_fails", "clock_jump", "clock_dead", "amount_changed", "paid_elsewhere", "voided", "statement",
)  # fmt: skip

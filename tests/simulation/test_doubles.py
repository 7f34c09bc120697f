"""A double that cannot fail proves nothing: every fault of the catalogue can be produced."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from drivers.api import PrinterCondition, PrintOutcome
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import PrintReceipt
from kiosk.domain.ledger import Ledger
from kiosk.domain.records import VisitEnded
from kiosk.domain.visit import Done, ItemState, PrintItem, Visit
from kiosk.engine.engine import CommitUncertain
from tests.simulation.crash_case import CARD, CrashWorld
from tests.simulation.disk import Disk, Mishap, PowerCut
from tests.simulation.life import Life, quiet_logs
from tests.simulation.mishaps import CHANCES, KINDS, Climate, Mishaps
from tests.simulation.network import FAULTS, Weather
from tests.simulation.printer import SimPrinter, Strip, Trouble
from tests.simulation.scheduler import START, Scheduler
from tests.simulation.watch import Broken
from tests.support.people import bill, receipt_of

JOB = PrintReceipt("J-1", receipt_of(bill()), 1)
CALL = p.CheckLink()


@pytest.mark.parametrize("kind", KINDS)
def test_every_mishap_changes_the_world(kind: str) -> None:
    with quiet_logs():
        world = CrashWorld()
        world.visit()
        world.scheduler.run_until(100.0)
        world.platform.owe(CARD.number, 2000)
        mishaps = Mishaps(
            world.scheduler, world.platform, world.machines, Climate(0.0, (), long=False), bool
        )
        world.scheduler.story = []
        before = traces(world)
        mishaps.bring(kind, world.machine)
        assert traces(world) != before


def traces(world: CrashWorld) -> list[str]:
    """Everything that a mishap may touch: sky, disk, printer, clock, power, books, events."""
    machine, platform = world.machine, world.platform
    return [
        repr(machine.weather),
        repr([(k, v) for k, v in vars(machine.disk).items() if not callable(v)]),
        repr(vars(machine.printer)),
        repr((machine.on, machine.wall_offset_s, machine.effects_until_cut)),
        repr((platform.bills, platform.payments)),
        repr(world.scheduler.story),
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_network_ends_the_calm_and_wakes_its_kiosk(fault: str) -> None:
    woken: list[str] = []
    weather = Weather(lambda: woken.append(fault))
    assert weather.is_calm
    woken.clear()
    setattr(weather, fault, True)
    assert woken
    assert not weather.is_calm
    setattr(weather, fault, False)
    assert weather.is_calm


def test_the_faults_of_the_network_are_all_its_chances_and_switches() -> None:
    switches = [each.name for each in fields(Weather) if each.default is False]
    assert {*FAULTS} == {*CHANCES, *switches}


def test_a_copy_that_came_out_at_another_kiosk_is_no_lie_here() -> None:
    life = Life(1)
    here, there = life.machines
    there.printer.strips.append(Strip("R", 1, True, 0.0))
    life.watch.on_paper("R", 1)
    item = PrintItem("R", "", 1, state=ItemState.LATER, copy_number=1)
    shown = replace(here.kiosk, visit=Visit("V", Done((item,)), touched_s=0.0))
    life.watch.on_screen(here, shown)
    with pytest.raises(Broken, match="on paper and called not printed"):
        life.watch.on_screen(there, shown)


@pytest.mark.parametrize("trouble", Trouble.ALL)
def test_every_trouble_of_the_printer_shows(trouble: str) -> None:
    printer = SimPrinter(Scheduler(1))
    printer.next_trouble = trouble
    report = printer.print_paper(JOB)
    slow = trouble == Trouble.VERY_SLOW
    assert (report.outcome is PrintOutcome.PRINTED) == slow
    assert not slow or printer.busy_until_s > 60


@pytest.mark.parametrize(
    ("mishap", "error", "kept"),
    [
        (Mishap.CUT_BEFORE, PowerCut, False),
        (Mishap.CUT_AFTER, PowerCut, True),
        (Mishap.LOST, CommitUncertain, False),
        (Mishap.KEPT, CommitUncertain, True),
    ],
)
def test_a_commit_can_fail_in_every_way(mishap: Mishap, error: type[Exception], kept: bool) -> None:
    disk = Disk()
    disk.plan(mishap)
    with pytest.raises(error):
        disk.commit([VisitEnded("V", "left")], START, 1.0, "batch")
    disk.reopen()
    assert disk.has_batch("batch") is kept
    assert len(disk.records()) == int(kept)


@pytest.mark.parametrize(
    ("weather", "outcome"),
    [
        ("not_sent", p.NotSent),
        ("down", p.NotSent),
        ("request_lost", p.AnswerLost),
        ("request_late", p.AnswerLost),
        ("answer_lost", p.AnswerLost),
        ("silent", p.AnswerLost),
        ("forged", p.AnswerLost),
        ("broken", p.AnswerLost),
        ("refused", p.Refused),
        ("slow", p.Acknowledged),
        ("twice", p.Acknowledged),
    ],
)
def test_every_weather_shows(weather: str, outcome: type) -> None:
    with quiet_logs():
        world = CrashWorld()
        heard: list[p.Outcome] = []
        network = world.machine.network
        network._answer = lambda call, answer: heard.append(answer)
        setattr(world.machine.weather, weather, 1.0)
        network.put(CALL)
        world.scheduler.run_until(30.0)
    assert any(isinstance(each, outcome) for each in heard)


def test_a_disk_that_is_gone_halts_the_kiosk_and_lets_it_serve_again() -> None:
    with quiet_logs():
        world = CrashWorld()
        world.scheduler.run_until(5.0)
        world.machine.disk_is(dead=True)
        world.scheduler.run_until(30.0)
        assert world.machine.kiosk.halted
        world.machine.disk_is(dead=False)
        world.scheduler.run_until(400.0)
        assert not world.machine.kiosk.halted


def test_a_lost_mirror_is_seen() -> None:
    with quiet_logs():
        world = CrashWorld()
        world.scheduler.run_until(5.0)
        world.machine.disk_is(mirror_trouble="no such device")
        world.scheduler.run_until(30.0)
        assert world.machine.kiosk.mirror_trouble == "no such device"


def test_a_slow_disk_holds_the_next_event_up() -> None:
    with quiet_logs():
        world = CrashWorld()
        world.scheduler.run_until(5.0)
        world.machine.disk.slow_s = 2.0
        world.machine.send(e.CardShown(CARD))
        world.machine.send(e.LeaveTouched())
        assert world.machine.page is not None
        world.scheduler.run_until(6.0)
        assert world.machine.page is not None
        world.scheduler.run_until(9.5)
        assert world.machine.page is None


@pytest.mark.parametrize("takers", [0.0, 1.0])
def test_a_strip_hangs_in_the_mouth_until_somebody_or_the_printer_takes_it(takers: float) -> None:
    scheduler = Scheduler(1)
    printer = SimPrinter(scheduler)
    printer.has_presenter, printer.takers = True, takers
    report = printer.print_paper(JOB)
    assert PrinterCondition.PAPER_AT_MOUTH in report.status.conditions
    scheduler.run_until(100.0)
    assert printer.at_mouth is not bool(takers)
    printer.take_back()
    assert (printer.retracted, printer.retractions) == (not takers, int(not takers))


def test_a_volume_that_is_removed_is_told_and_tells_of_nothing_open() -> None:
    disk = Disk()
    disk.volume_rows, disk.is_calm = 1, True
    for number in range(4):
        disk.commit([VisitEnded(f"V{number}", "left")], START, 1.0, f"batch{number}")
        assert disk.carry(Ledger(), START, 1.0)
    told = [type(each).__name__ for each in disk.history()]
    assert told.count("VolumeRemoved") == 1
    assert disk.entries(1, 1)[0].seq == 2

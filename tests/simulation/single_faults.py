"""Single faults, each to be tried at every step of a paid visit: a matrix of named cells.

The letters are those of the fault catalogue of the reliability reference, as far as a
fault reaches money, paper, journal or the flow of a visit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from drivers.api import CardReadFailed, CardRemoved, PrinterCondition, PrinterStatus, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.events import Event
from kiosk.domain.payment import State
from kiosk.sandbox.ledger import LateWallet
from tests.simulation.books import check_books
from tests.simulation.crash_case import CARD, CrashWorld, Point, collect, reference
from tests.simulation.disk import Mishap
from tests.simulation.life import quiet_logs
from tests.simulation.machine import READERS
from tests.simulation.mishaps import Climate, Mishaps
from tests.simulation.people import person
from tests.simulation.printer import Trouble
from tests.simulation.scheduler import START

LASTS_S = 45.0
Fault = Callable[[CrashWorld], None]


def weather(name: str, value: object = 1.0) -> Fault:
    def begin(world: CrashWorld) -> None:
        sky = world.machine.weather
        before = getattr(sky, name)
        setattr(sky, name, value)
        world.scheduler.after(LASTS_S, setattr, sky, name, before)

    return begin


def once(name: str) -> Fault:
    """The fault for the next call alone."""

    def begin(world: CrashWorld) -> None:
        sky = world.machine.weather
        setattr(sky, name, 1.0)
        world.scheduler.after(1.0, setattr, sky, name, 0.0)

    return begin


def forged_for(lasts_s: float) -> Fault:
    def begin(world: CrashWorld) -> None:
        world.machine.weather.forged = True
        world.scheduler.after(lasts_s, setattr, world.machine.weather, "forged", False)

    return begin


def printer_says(condition: PrinterCondition) -> Fault:
    def begin(world: CrashWorld) -> None:
        world.machine.printer.status_now = PrinterStatus(frozenset({condition}))
        world.machine.desk.look()

    return begin


def next_job(trouble: str) -> Fault:
    return lambda world: setattr(world.machine.printer, "next_trouble", trouble)


def unplug(world: CrashWorld) -> None:
    world.machine.printer.plugged = False
    world.machine.desk.look()


def power(why: str, back_s: float) -> Fault:
    return lambda world: world.machine.power_off(why, back_s, reboot=back_s > 5)


def at_commit(mishap: Mishap) -> Fault:
    return lambda world: world.machine.disk.plan(mishap)


def at_effect(world: CrashWorld) -> None:
    world.machine.effects_until_cut = 1


def disk_full(world: CrashWorld) -> None:
    world.machine.disk.full = True
    world.scheduler.after(LASTS_S, setattr, world.machine.disk, "full", False)


def disk_low(world: CrashWorld) -> None:
    world.machine.disk_is(low=True)
    world.scheduler.after(LASTS_S, lambda: world.machine.disk_is(low=False))


def disk_gone(world: CrashWorld) -> None:
    world.machine.disk_is(dead=True)
    world.scheduler.after(LASTS_S, lambda: world.machine.disk_is(dead=False))


def slow_disk(world: CrashWorld) -> None:
    world.machine.disk.slow_s = 2.0
    world.scheduler.after(LASTS_S, setattr, world.machine.disk, "slow_s", 0.0)


def midnight(world: CrashWorld) -> None:
    """By the kiosk's clock in Beijing, two seconds later."""
    wall = START + timedelta(seconds=world.scheduler.now_s)
    to_midnight = wall.replace(hour=16, minute=0, second=0) - wall
    world.machine.wall_offset_s = to_midnight.total_seconds() - 2.0


def all_devices_again(world: CrashWorld) -> None:
    """The hub is reset: everything on it goes and comes back."""
    unplug(world)
    world.scheduler.after(3.0, mishaps(world).mend_printer, world.machine)
    for role in READERS:
        world.machine.send(e.DeviceDown(role, "cable"))
        world.scheduler.after(3.0, world.machine.send, e.DeviceUp(role))


def other_kiosk_has_the_bill(world: CrashWorld) -> None:
    bill = world.platform.bills[world.bill.bill_no].bill
    wanted = (p.BillToPay(bill.bill_no, bill.version, bill.amount_fen),)
    world.platform.perform("K2", p.CreatePayment("K2-1", "AAAA-2345", wanted, bill.amount_fen, 45))


def other_kiosk_has_the_receipt(world: CrashWorld) -> None:
    for number in world.platform.receipts_of.get(CARD.number, ()):
        world.platform.perform("K2", p.ClaimReceipt("K2-C1", number, reprint=False))
        world.scheduler.after(LASTS_S, world.platform.perform, "K2", p.ReleaseClaim("K2-C1"))


def mirror_lost(world: CrashWorld) -> None:
    world.machine.disk_is(mirror_trouble="no such device")
    world.scheduler.after(LASTS_S, lambda: world.machine.disk_is(mirror_trouble=""))


def presenter(*, taken: bool) -> Fault:
    """The printer sees its mouth, and nobody (or somebody) takes what hangs there."""

    def begin(world: CrashWorld) -> None:
        world.machine.printer.has_presenter = True
        world.machine.printer.takers = 1.0 if taken else 0.0

    return begin


def clock(days: float) -> Fault:
    return lambda world: setattr(world.machine, "wall_offset_s", days * 86400.0)


def happens(*events: Event) -> Fault:
    def begin(world: CrashWorld) -> None:
        for event in events:
            world.machine.send(event)

    return begin


def wallet_again(world: CrashWorld) -> None:
    for payment_id in list(world.machine.disk.intended):
        theirs = world.platform.payments.get(payment_id)
        if theirs is not None and theirs.was_paid:
            world.phone.pay(payment_id)


def late_wallet(world: CrashWorld) -> None:
    """The resident leaves; the phone pays what it saw, at once and again after the code's end."""
    world.platform.late = LateWallet.ACCEPTED_UNTIL_CLOSED
    world.machine.send(e.LeaveTouched())
    for after_s in (0.05, 1.0, 200.0):
        world.scheduler.after(after_s, all_wallets, world)


def all_wallets(world: CrashWorld) -> None:
    for payment_id, state in world.machine.disk.states.items():
        if state is not State.INTENT:
            world.phone.pay(payment_id)


def copies_wanted(world: CrashWorld) -> None:
    """Somebody asks for a copy of everything, twice."""
    for number in list(world.platform.receipts) * 2:
        world.machine.send(e.ReprintTouched(number))


def voided(world: CrashWorld) -> None:
    for payment_id in list(world.platform.payments):
        world.platform.void(payment_id)


def statement(world: CrashWorld) -> None:
    mishaps(world).statement(world.machine)


def mishaps(world: CrashWorld) -> Mishaps:
    climate = Climate(0.0, (), long=False)
    return Mishaps(world.scheduler, world.platform, world.machines, climate, lambda: False)


FAULTS: dict[str, Fault] = {
    "A1_reader_unplugged": happens(e.DeviceDown(Role.ID_READER, "cable")),
    "A3_card_moved": happens(CardReadFailed("moved")),
    "A5_same_card_again": happens(e.CardShown(CARD), e.CardShown(CARD)),
    "A6_other_card_refused": happens(e.CardShown(person(2)), e.SwapAnswered(accept=False)),
    "A6_other_card_accepted": happens(e.CardShown(person(2)), e.SwapAnswered(accept=True)),
    "A7_foreign_card": happens(CardReadFailed("not_an_id_card")),
    "A8_card_taken_away": happens(CardRemoved()),
    "B1_lookups_and_all_else_fail": weather("broken"),
    "B2_amount_changed": lambda world: world.platform.change_amount(world.bill.bill_no),
    "B3_paid_elsewhere": lambda world: (world.platform.pay_elsewhere(world.bill.bill_no), None)[1],
    "B4_other_kiosk_has_the_bill": other_kiosk_has_the_bill,
    "C3_request_lost": once("request_lost"),
    "C3_never_sent": once("not_sent"),
    "C4_answer_lost": once("answer_lost"),
    "C4_answers_lost_for_a_while": weather("answer_lost"),
    "C5_late_wallet": late_wallet,
    "C6_second_wallet": wallet_again,
    "C7_clock_ten_minutes_behind": clock(-1 / 144),
    "C8_walks_off": happens(e.LeaveTouched()),
    "C9_cancels": happens(e.BackTouched()),
    "C11_platform_5xx": once("broken"),
    "C11_rate_limited": weather("refused"),
    "C10_status_desk_down": weather("status_down", True),
    "C12_slow": weather("slow"),
    "C13_forged_once": forged_for(1.0),
    "C13_forged_for_a_while": weather("forged", True),
    "C14_replayed_paid": once("foreign"),
    "C14_replayed_for_a_while": weather("foreign"),
    "C16_network_down": weather("down", True),
    "C17_half_open": weather("silent", True),
    "C18_duplicated": weather("twice"),
    "C18_request_comes_late": once("request_late"),
    "C19_voided": voided,
    "D1_power_cut": power("mains", 40.0),
    "D1_killed": power("kill -9", 2.0),
    "D1_power_cut_before_commit": at_commit(Mishap.CUT_BEFORE),
    "D1_power_cut_after_commit": at_commit(Mishap.CUT_AFTER),
    "D1_power_cut_before_an_effect": at_effect,
    "D4_commit_fails_and_is_kept": at_commit(Mishap.KEPT),
    "D4_commit_fails_and_is_lost": at_commit(Mishap.LOST),
    "D5_disk_full": disk_full,
    "D5_disk_nearly_full": disk_low,
    "D6_disk_gone": disk_gone,
    "D6_mirror_lost": mirror_lost,
    "D9_clock_of_1970": clock(-20_000),
    "D9_clock_a_month_ahead": clock(30),
    "D9_clock_a_month_behind": clock(-30),
    "D10_midnight": midnight,
    "D13_ghost_touches": happens(*[e.Touched(), e.PayTouched(), e.AgreeTouched()] * 20),
    "D17_slow_disk": slow_disk,
    "D18_hub_reset": all_devices_again,
    "E1_paper_out": printer_says(PrinterCondition.PAPER_OUT),
    "E1_paper_near_end": printer_says(PrinterCondition.PAPER_NEAR_END),
    "E2_paper_out_mid_receipt": next_job(Trouble.OUT_MID_RECEIPT),
    "E3_cover_open": printer_says(PrinterCondition.COVER_OPEN),
    "E4_cutter_error": printer_says(PrinterCondition.CUTTER_ERROR),
    "E5_head_error": printer_says(PrinterCondition.HEAD_ERROR),
    "E6_lost_before_bytes": next_job(Trouble.LOST_BEFORE_BYTES),
    "E6_lost_after_bytes": next_job(Trouble.LOST_AFTER_BYTES),
    "E6_silent_and_printed": next_job(Trouble.SILENT_PRINTED),
    "E6_silent_and_nothing": next_job(Trouble.SILENT_NOTHING),
    "E6_unplugged": unplug,
    "E6_unknown_status_bits": printer_says(PrinterCondition.SILENT),
    "E6_slower_than_anybody_waits": next_job(Trouble.VERY_SLOW),
    "E7_copies_wanted_twice": copies_wanted,
    "E9_strip_forgotten": presenter(taken=False),
    "E9_strip_taken": presenter(taken=True),
    "E11_other_kiosk_has_the_receipt": other_kiosk_has_the_receipt,
    "F3_statement_twice": lambda world: (statement(world), statement(world))[0],
    "F4_statement": statement,
}


def play(fault: str, point: Point) -> None:
    """A visit that meets one fault at one step; raises Broken or AssertionError."""
    with quiet_logs():
        world = CrashWorld()
        world.people.append(person(2))
        world.scheduler.after(reference().moments[point], lambda: FAULTS[fault](world))
        world.visit()
        while world.scheduler.now_s < 400.0:
            world.scheduler.run_until(world.scheduler.now_s + 5.0)
            world.watch.on_wait(world.machine, world.scheduler.now_s)
        mishaps(world).stop()
        world.scheduler.run_until(world.scheduler.now_s + 600.0)
        assert world.machine.page is None, "the visit never ends"
        collect(world)
        assert not world.machine.kiosk.halted, "the kiosk stays halted"
        assert world.machine.kiosk.can_print, "the kiosk never prints again"
        assert world.machine.page is None, "the visit never ends"
        check_books(world)  # type: ignore[arg-type]

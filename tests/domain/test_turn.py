"""One turn: what changed, which ids were made, and what is asked about when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api import PrinterCondition, PrinterStatus, Role
from kiosk.domain import peripherals
from kiosk.domain.events import Stamp
from kiosk.domain.kiosk import Chore, Kiosk, Link, Presence, Service
from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    CheckLink,
    ClosePayment,
    NotSent,
    Offer,
    PlatformState,
    Refusal,
    Refused,
)
from kiosk.domain.records import DeviceChanged, LinkChanged, VisitOpened
from kiosk.domain.turn import MAX_IN_FLIGHT, Turn
from kiosk.domain.visit import Done, EnteringCode, Visit
from tests.support.turns import NOW_S, RULES, WALL, seen, turn_with

CALL = ClosePayment("P", 100)


def visiting(page) -> dict:
    return {"visit": Visit("V", page, touched_s=900.0)}


# --- what changed ------------------------------------------------------------------------------


def test_time_alone_is_no_change() -> None:
    after, changed = turn_with().end()
    assert not changed
    assert (after.now_s, after.wall) == (NOW_S, WALL)


@pytest.mark.parametrize(
    "change",
    [
        lambda turn: turn.change(link=Link.UP),
        lambda turn: turn.record(VisitOpened("V", "person", "digest")),
        lambda turn: turn.show(Done(())),
        lambda turn: turn.set_chore("P", Chore()),
    ],
)
def test_whatever_else_changes_is_told(change) -> None:
    turn = turn_with(**visiting(EnteringCode()))
    change(turn)
    assert turn.end()[1]


def test_a_chore_that_is_not_there_is_dropped_without_a_change() -> None:
    turn = turn_with()
    turn.drop_chore("P")
    assert not turn.end()[1]


def test_dropping_one_chore_keeps_the_others() -> None:
    turn = turn_with(chores={"P": Chore(), "Q": Chore(attempt=2)})
    turn.drop_chore("P")
    assert turn.end()[0].chores == {"Q": Chore(attempt=2)}


def test_the_first_id_of_a_turn_is_the_fresh_one_and_later_ones_are_numbered() -> None:
    turn = turn_with()
    assert [turn.new_id("V"), turn.new_id("L"), turn.new_id("C")] == [
        *("V-fresh", "L-fresh2", "C-fresh3"),
    ]


def test_a_page_needs_a_visit() -> None:
    with pytest.raises(AssertionError, match="a page needs a visit"):
        turn_with().show(EnteringCode())


def test_only_a_visit_can_be_touched() -> None:
    with pytest.raises(AssertionError, match="only a visit times out"):
        turn_with().touched()


def test_another_page_gets_its_own_reading_time_and_the_same_page_does_not() -> None:
    turn = turn_with(**visiting(EnteringCode()))
    turn.show(EnteringCode())
    assert turn.visit is not None
    assert turn.visit.touched_s == 900.0
    turn.show(Done(()))
    assert turn.visit.touched_s == NOW_S


def test_a_touch_starts_the_idle_time_again() -> None:
    turn = turn_with(**visiting(EnteringCode()))
    turn.touched()
    assert turn.visit is not None
    assert turn.visit.touched_s == NOW_S


def test_without_a_visit_there_is_no_page() -> None:
    assert turn_with().page is None


# --- chores ------------------------------------------------------------------------------------


def test_a_chore_nobody_knows_is_due_now_and_begins_now() -> None:
    assert turn_with().chore("P") == Chore(due_s=NOW_S, since_s=NOW_S)


@pytest.mark.parametrize(
    ("attempt", "gap_s"), [(0, 5), (1, 10), (4, 80), (6, 3600), (7, 86400), (8, 86400)]
)
def test_the_schedule_goes_step_by_step_and_repeats_its_last(attempt, gap_s) -> None:
    turn = turn_with(chores={"P": Chore(attempt, since_s=3.0, in_flight=True, closing=True)})
    turn.postpone("P")
    assert turn.chore("P") == Chore(attempt + 1, NOW_S + gap_s, since_s=3.0)


@pytest.mark.parametrize(("waiting", "busy"), [(MAX_IN_FLIGHT - 1, False), (MAX_IN_FLIGHT, True)])
def test_the_link_is_busy_with_so_many_questions(waiting, busy) -> None:
    chores = {f"X{number}": Chore(in_flight=True) for number in range(waiting)}
    assert turn_with(chores=chores | {"idle": Chore()}).is_busy is busy


# --- the link ----------------------------------------------------------------------------------


def test_a_link_that_comes_back_hurries_what_waits_and_not_what_is_asked() -> None:
    chores = {"P": Chore(2, 9999.0, 1.0), "Q": Chore(1, 9999.0, 1.0, in_flight=True)}
    turn = turn_with(chores=chores, link=Link.DOWN)
    peripherals.on_any_reply(turn, CALL, seen(PlatformState.CLOSED))
    assert turn.chore("P") == Chore(2, NOW_S, 1.0)
    assert turn.chore("Q") == chores["Q"]
    assert turn.records == [LinkChanged(up=True)]


def test_a_link_that_is_up_is_not_told_again_and_hurries_nothing() -> None:
    turn = turn_with(chores={"P": Chore(2, 9999.0)}, link=Link.UP)
    peripherals.on_any_reply(turn, CALL, seen(PlatformState.CLOSED))
    assert not turn.records
    assert turn.chore("P").due_s == 9999.0


def test_a_link_that_goes_down_hurries_nothing() -> None:
    turn = turn_with(chores={"P": Chore(2, 9999.0)}, link=Link.UP)
    peripherals.on_any_reply(turn, CheckLink(), NotSent("no route"))
    assert turn.records == [LinkChanged(up=False)]
    assert turn.chore("P").due_s == 9999.0


@pytest.mark.parametrize(
    ("outcome", "link", "gap_s"),
    [
        (Acknowledged(), Link.UP, RULES.link_check_s),
        (NotSent("no route"), Link.DOWN, RULES.link_retry_s),
        (Refused(Refusal.INVALID), Link.DOWN, RULES.link_retry_s),
    ],
)
def test_a_check_decides_about_the_link_and_when_to_check_again(outcome, link, gap_s) -> None:
    turn = turn_with(link_check_in_flight=True)
    peripherals.on_any_reply(turn, CheckLink(), outcome)
    assert turn.kiosk.link is link
    assert not turn.kiosk.link_check_in_flight
    assert NOW_S + gap_s / 2 < turn.kiosk.link_check_at_s <= NOW_S + gap_s * 3 / 2


def checked_at_s(kiosk_id: str, now_s: float) -> float:
    """When a kiosk checks next whose check is answered now."""
    kiosk = Kiosk(replace(RULES, kiosk_id=kiosk_id))
    turn = Turn(kiosk, Stamp(now_s, WALL, "fresh"))
    peripherals.on_any_reply(turn, CheckLink(), Acknowledged())
    return turn.kiosk.link_check_at_s


def test_checks_keep_their_period_and_kiosks_that_start_together_check_apart() -> None:
    first_s = [checked_at_s(f"kiosk-{number}", NOW_S) for number in range(20)]
    assert len({round(moment_s, 1) for moment_s in first_s}) > 15
    for number, moment_s in enumerate(first_s):
        next_s = checked_at_s(f"kiosk-{number}", moment_s + 0.1)
        assert next_s == pytest.approx(moment_s + RULES.link_check_s)


@pytest.mark.parametrize("outcome", [NotSent("no route"), AnswerLost("time-out")])
def test_one_lost_call_decides_nothing_and_is_checked_at_once(outcome) -> None:
    turn = turn_with(link=Link.UP, link_check_at_s=9999.0)
    peripherals.on_any_reply(turn, CALL, outcome)
    assert turn.kiosk.link is Link.UP
    peripherals.on_tick(turn)
    assert turn.effects == [CheckLink()]
    assert turn.kiosk.link_check_in_flight


@pytest.mark.parametrize(
    "fields", [{"link_check_at_s": NOW_S + 0.1}, {"link_check_in_flight": True}]
)
def test_a_check_that_is_not_due_or_on_its_way_is_not_made(fields) -> None:
    turn = turn_with(**fields)
    peripherals.on_tick(turn)
    assert not turn.effects


def test_a_refusal_shows_that_the_link_works() -> None:
    turn = turn_with(link=Link.DOWN)
    peripherals.on_any_reply(turn, CALL, Refused(Refusal.INVALID))
    assert turn.kiosk.link is Link.UP


# --- devices -----------------------------------------------------------------------------------


def test_a_device_that_comes_is_recorded_once() -> None:
    turn = turn_with()
    peripherals.on_presence(turn, Role.SCANNER, Presence.UP)
    peripherals.on_presence(turn, Role.SCANNER, Presence.UP)
    assert turn.records == [DeviceChanged("scanner", "up")]
    assert turn.kiosk.is_up(Role.SCANNER)


def test_a_device_that_goes_is_recorded_with_its_reason() -> None:
    turn = turn_with(presence={Role.SCANNER: Presence.UP, Role.ID_READER: Presence.UP})
    peripherals.on_presence(turn, Role.SCANNER, Presence.DOWN, "cable")
    assert turn.records == [DeviceChanged("scanner", "cable")]
    assert not turn.kiosk.is_up(Role.SCANNER)
    assert turn.kiosk.is_up(Role.ID_READER)


def test_why_a_device_is_away_is_known_until_it_is_back() -> None:
    turn = turn_with(presence={Role.SCANNER: Presence.UP})
    peripherals.on_presence(turn, Role.SCANNER, Presence.DOWN, "no_connection")
    peripherals.on_presence(turn, Role.SCANNER, Presence.DOWN, "no_permission")
    assert turn.kiosk.lost_because == {Role.SCANNER: "no_permission"}
    assert turn.records == [DeviceChanged("scanner", "no_connection")], "one row for one loss"
    peripherals.on_presence(turn, Role.SCANNER, Presence.UP)
    assert turn.kiosk.lost_because == {}


def test_only_the_printer_takes_its_status_with_it() -> None:
    known = {"printer": PrinterStatus(), "card_on_reader": True}
    turn = turn_with(**known)
    peripherals.on_presence(turn, Role.RECEIPT_PRINTER, Presence.DOWN, "cable")
    assert (turn.kiosk.printer, turn.kiosk.card_on_reader) == (None, True)
    turn = turn_with(**known)
    peripherals.on_presence(turn, Role.ID_READER, Presence.DOWN, "cable")
    assert (turn.kiosk.printer, turn.kiosk.card_on_reader) == (PrinterStatus(), False)


def test_a_printer_that_says_the_same_again_leaves_no_row() -> None:
    out = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
    turn = turn_with()
    peripherals.on_printer_seen(turn, out)
    peripherals.on_printer_seen(turn, out)
    assert turn.records == [DeviceChanged("receipt_printer", "paper_out")]


# --- what the start page can say -----------------------------------------------------------------


def kiosk_with(**fields) -> Kiosk:
    return Kiosk(RULES, **fields)


@pytest.mark.parametrize(
    ("fields", "service"),
    [
        ({"halted": "disk", "link": Link.UP}, Service.HALTED),
        ({"link": Link.UNKNOWN}, Service.STARTING),
        ({"link": Link.DOWN}, Service.NO_LINK),
        ({"link": Link.UP}, Service.IN_SERVICE),
    ],
)
def test_the_start_page_offers_what_is_possible(fields, service) -> None:
    assert kiosk_with(**fields).service is service


UP = {Role.RECEIPT_PRINTER: Presence.UP}
DOWN = {Role.RECEIPT_PRINTER: Presence.DOWN}
OUT = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))


@pytest.mark.parametrize(
    ("presence", "printer", "can_print", "words"),
    [
        (UP, PrinterStatus(), True, "ok"),
        (UP, OUT, False, "paper_out"),
        (UP, None, False, "silent"),
        (DOWN, PrinterStatus(), False, "silent"),
        ({}, PrinterStatus(), False, "silent"),
    ],
)
def test_a_printer_can_print_only_when_it_said_so(presence, printer, can_print, words) -> None:
    kiosk = kiosk_with(presence=presence, printer=printer)
    assert (kiosk.can_print, kiosk.printer_words) == (can_print, words)


@pytest.mark.parametrize(
    ("role", "can_read"),
    [(Role.ID_READER, True), (Role.CARD_READER, True), (Role.SCANNER, False)],
)
def test_either_reader_can_read_cards(role, can_read) -> None:
    assert kiosk_with(presence={role: Presence.UP}).can_read_cards is can_read


def test_no_card_is_read_where_its_owner_cannot_be_asked_about() -> None:
    rules = replace(RULES, offers=frozenset({Offer.PAYMENTS}))
    assert not Kiosk(rules, presence={Role.ID_READER: Presence.UP}).can_read_cards


def test_the_moments_of_many_kiosks_fill_the_whole_period() -> None:
    moments = [peripherals.own_moment_s(f"kiosk-{n}", 0.0, 24.0) for n in range(200)]
    assert min(moments) < 1.0
    assert max(moments) > 23.0


def test_what_is_asked_and_answered_within_a_turn_counts_for_the_link_at_once() -> None:
    turn = turn_with(chores={f"P{n}": Chore(in_flight=True) for n in range(MAX_IN_FLIGHT - 1)})
    turn.set_chore("P0", Chore(1, in_flight=True))
    assert not turn.is_busy
    turn.set_chore("new", Chore(in_flight=True))
    assert turn.is_busy
    turn.set_chore("new", Chore())
    assert not turn.is_busy
    turn.set_chore("new", Chore(in_flight=True))
    turn.drop_chore("new")
    assert not turn.is_busy


def test_a_kiosk_with_nothing_on_its_way_may_ask_twenty_four_things_in_a_turn() -> None:
    turn = turn_with()
    for number in range(MAX_IN_FLIGHT):
        assert not turn.is_busy
        turn.set_chore(f"P{number}", Chore(in_flight=True))
    assert turn.is_busy

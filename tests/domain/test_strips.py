"""The printer's mouth and the bills that are left, one turn at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drivers.api import PrinterCondition, PrinterStatus, PrintOutcome, PrintReport, Role
from kiosk.domain import events as e
from kiosk.domain import still_due, strips
from kiosk.domain.effects import TakeBackPaper
from kiosk.domain.kiosk import Kiosk, Presence, Strip
from kiosk.domain.ledger import PrintJob
from kiosk.domain.office_book import Sample
from kiosk.domain.payment import State
from kiosk.domain.platform import BillToPay, Subject, SubjectKind
from kiosk.domain.records import PaperMoved, PaperState, PrintState
from kiosk.domain.step import step
from kiosk.domain.turn import Turn
from kiosk.domain.visit import Choosing, Done, Visit
from tests.support.people import bill
from tests.support.turns import NOW_S, RULES, WALL, payment, turn_with

CLEAR = PrinterStatus(takes_back=True)
AT_MOUTH = PrinterStatus(frozenset({PrinterCondition.PAPER_AT_MOUTH}), takes_back=True)
DRAWN_IN = PrinterStatus(frozenset({PrinterCondition.RETRACTED}), takes_back=True)
WAITING = Strip("J", "V", NOW_S - 5, PaperState.WAITING)
UP = {Role.RECEIPT_PRINTER: Presence.UP}
ME = Subject(SubjectKind.PERSON, "330199190001010010", "张三", "digest")


def turn_at(strip: Strip | None = WAITING, printer: PrinterStatus = CLEAR, **fields: Any) -> Turn:
    return turn_with(strip=strip, printer=printer, **{"presence": UP} | fields)


def done(until_s: float = NOW_S) -> Visit:
    return Visit("V", Done((), until_s=until_s), ME, NOW_S)


# --- what the printer says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"), [(CLEAR, PaperState.TAKEN), (DRAWN_IN, PaperState.RETRACTED)]
)
def test_a_strip_that_is_gone_was_taken_or_drawn_in(
    status: PrinterStatus, state: PaperState
) -> None:
    turn = turn_at()
    strips.follow(turn, status)
    strips.follow(turn, status)
    assert turn.records == [PaperMoved("J", state)]
    assert turn.kiosk.strip == replace(WAITING, state=state)


def test_a_printer_of_which_nothing_is_known_says_nothing_about_the_strip() -> None:
    turn = turn_at()
    strips.follow(turn, PrinterStatus(frozenset({PrinterCondition.SILENT})))
    assert (turn.kiosk.strip, turn.records) == (WAITING, [])


@pytest.mark.parametrize(
    ("strip", "job_id", "seen"),
    [
        (None, "", Strip("", "V", NOW_S, PaperState.WAITING)),
        (WAITING, "", WAITING),
        (WAITING, "J2", Strip("J2", "V", NOW_S, PaperState.WAITING)),
        (
            replace(WAITING, state=PaperState.RECALLED),
            "",
            replace(WAITING, state=PaperState.RECALLED),
        ),
        (replace(WAITING, state=PaperState.TAKEN), "", Strip("", "V", NOW_S, PaperState.WAITING)),
    ],
)
def test_a_strip_in_the_mouth_is_the_one_that_waits_or_a_new_one(
    strip: Strip | None, job_id: str, seen: Strip
) -> None:
    turn = turn_at(strip, visit=done())
    strips.follow(turn, AT_MOUTH, job_id)
    assert turn.kiosk.strip == seen


@pytest.mark.parametrize(
    ("status", "until_s", "later_s"),
    [(DRAWN_IN, NOW_S, NOW_S + 20), (DRAWN_IN, NOW_S + 50, NOW_S + 50), (CLEAR, NOW_S, NOW_S)],
)
def test_whoever_finds_the_strip_drawn_in_gets_time_to_read_so(
    status: PrinterStatus, until_s: float, later_s: float
) -> None:
    turn = turn_at(visit=done(until_s))
    strips.follow(turn, status)
    assert turn.page == Done((), until_s=later_s)


# --- drawing it in -----------------------------------------------------------------------------------


def late(**fields: Any) -> Strip:
    return replace(WAITING, since_s=NOW_S - RULES.take_back_s, **fields)


@pytest.mark.parametrize(
    ("strip", "printer", "fields"),
    [
        (late(), CLEAR, {}),
        (WAITING, CLEAR, {"visit": replace(done(), visit_id="another")}),
    ],
)
def test_a_strip_is_drawn_in_when_it_is_late_or_another_comes(
    strip: Strip, printer: PrinterStatus, fields: dict[str, Any]
) -> None:
    turn = turn_at(strip, printer, **fields)
    strips.on_tick(turn)
    assert turn.records == [PaperMoved("J", PaperState.RECALLED)]
    assert turn.effects == [TakeBackPaper("J")]
    assert turn.kiosk.strip == replace(strip, state=PaperState.RECALLED)


@pytest.mark.parametrize(
    ("strip", "printer", "fields"),
    [
        (None, CLEAR, {}),
        (WAITING, CLEAR, {}),
        (WAITING, CLEAR, {"visit": done()}),
        (late(state=PaperState.RECALLED), CLEAR, {}),
        (late(state=PaperState.TAKEN), CLEAR, {}),
        (late(), PrinterStatus(), {}),
        (late(), CLEAR, {"presence": {}}),
    ],
)
def test_a_strip_is_left_alone_in_time_or_where_the_printer_cannot(
    strip: Strip | None, printer: PrinterStatus, fields: dict[str, Any]
) -> None:
    turn = turn_at(strip, printer, **fields)
    strips.on_tick(turn)
    assert (turn.records, turn.effects) == ([], [])


def test_nothing_is_drawn_in_while_something_is_printed() -> None:
    job = PrintJob("J2", "C", "R", 1, PrintState.INTENDED)
    for change in (
        {"jobs": {"J2": job}},
        {"office": replace(turn_at().ledger.office, sample=Sample("T", PrintState.INTENDED))},
    ):
        turn = turn_at(late())
        turn.ledger = replace(turn.ledger, **change)
        strips.on_tick(turn)
        assert turn.effects == []


@pytest.mark.parametrize(
    ("strip", "job_id", "retracted"),
    [
        (late(state=PaperState.RETRACTED), "J", True),
        (late(state=PaperState.RETRACTED), "J2", False),
        (late(state=PaperState.RETRACTED, job_id=""), "", False),
        (late(state=PaperState.TAKEN), "J", False),
        (None, "J", False),
    ],
)
def test_a_job_was_drawn_in_only_where_the_last_strip_was_its_own(
    strip: Strip | None, job_id: str, *, retracted: bool
) -> None:
    assert strips.was_retracted(turn_at(strip).kiosk, job_id) is retracted


def test_what_a_printer_says_after_a_test_strip_is_heard() -> None:
    kiosk = turn_at(None, PrinterStatus()).kiosk
    office = replace(kiosk.ledger.office, sample=Sample("T", PrintState.INTENDED))
    kiosk = replace(kiosk, ledger=replace(kiosk.ledger, office=office))
    out = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
    report = e.PrintFinished("T", PrintReport(PrintOutcome.NOT_PRINTED, out, "paper_out"))
    assert step(kiosk, report, e.Stamp(NOW_S, WALL, "fresh")).kiosk.printer == out


# --- bills that are left -------------------------------------------------------------------------------

BILLS = (bill(1, 60), bill(2, 40))


def left(*payments: Any, **fields: Any) -> list[str]:
    visit = Visit("V", Choosing(BILLS, (), frozenset()), ME, NOW_S, unpaid=BILLS)
    kiosk: Kiosk = turn_with(*payments, **{"visit": visit} | fields).kiosk_now
    return [each.bill_no for each in still_due.still_due(kiosk)]


@pytest.mark.parametrize(
    ("state", "was_shown", "offered"),
    [
        (State.UNKNOWN, True, [BILLS[1].bill_no]),
        (State.SHOWN, True, [BILLS[1].bill_no]),
        (State.INTENT, False, [each.bill_no for each in BILLS]),
        (State.PAID, True, [each.bill_no for each in BILLS]),
    ],
)
def test_a_bill_is_offered_unless_money_in_doubt_may_have_paid_it(
    state: State, offered: list[str], *, was_shown: bool
) -> None:
    paid = replace(payment(state), bills=(BillToPay(BILLS[0].bill_no, 1, 60),), was_shown=was_shown)
    assert left(paid) == offered


@pytest.mark.parametrize(
    "fields", [{"low_space": True}, {"visit": None}, {"visit": Visit("V", Done(()), unpaid=BILLS)}]
)
def test_nothing_is_offered_where_nothing_can_be_paid(fields: dict[str, Any]) -> None:
    assert left(**fields) == []


def test_bills_are_found_and_paid_only_within_a_visit() -> None:
    with pytest.raises(AssertionError, match="only a visit searches"):
        still_due.found(turn_with(), BILLS)
    with pytest.raises(AssertionError, match="only a visit's page"):
        still_due.paid(turn_with(), payment(State.PAID))

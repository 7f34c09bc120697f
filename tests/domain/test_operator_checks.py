"""What each order must bring, at its limits, and what the journal keeps of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from drivers.api import PrinterStatus, Role
from kiosk.domain import operator as o
from kiosk.domain import operator_checks as checks
from kiosk.domain import operator_codes
from kiosk.domain.code_book import CodeBook
from kiosk.domain.kiosk import Presence
from kiosk.domain.ledger import PrintJob
from kiosk.domain.office_book import Office, Sample
from kiosk.domain.open_code import HandedOut
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.operator import NotDone
from kiosk.domain.operator_desk import CopyStep, OfficeCopy, OperatorDesk
from kiosk.domain.payment import State
from kiosk.domain.records import ClaimState, PrintState
from kiosk.domain.turn import Turn
from tests.support.turns import RULES, WALL, claim, payment, turn_with

READY = {"presence": {Role.RECEIPT_PRINTER: Presence.UP}, "printer": PrinterStatus()}
RECEIPT = "33010226-0000000001"
WALL_S = int(WALL.timestamp())
NOON_S = 1_795_233_600  # 2026-11-21 12:00 in China
DAY_S = 86400
PERSON = "330199190001010010"


def turn_at(*payments: Any, office: Office | None = None, **fields: Any) -> Turn:
    turn = turn_with(*payments, **READY | fields)
    turn.ledger = replace(turn.ledger, office=office or Office())
    return turn


def with_code(turn: Turn, **fields: Any) -> Turn:
    code = replace(HandedOut("code", "103", 8000, NOON_S + 600, NOON_S), **fields)
    book = replace(CodeBook(), codes=MappingProxyType({"code": code}))
    turn.ledger = replace(turn.ledger, code_book=book)
    return turn


# --- what may be recorded --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keep", "text", "kept"),
    [
        (checks.account_or_none, "901", "901"),
        (checks.account_or_none, "12345678", "12345678"),
        (checks.account_or_none, "90", ""),
        (checks.account_or_none, "123456789", ""),
        (checks.account_or_none, PERSON, ""),
        (checks.id_or_none, "K1-fresh", "K1-fresh"),
        (checks.id_or_none, "K1f", ""),
        (checks.id_or_none, PERSON, ""),
        (checks.receipt_or_none, RECEIPT, RECEIPT),
        (checks.receipt_or_none, RECEIPT.replace("-", ""), ""),
        (checks.file_name, "day-2026-11-21.csv", "day-2026-11-21.csv"),
        (checks.file_name, "../secret", ""),
        (checks.file_name, "张三.csv", ""),
    ],
)
def test_only_what_has_a_known_form_is_kept(keep: Any, text: str, kept: str) -> None:
    assert keep(text) == kept


def test_an_open_codes_number_is_kept_only_where_it_was_handed_out_here() -> None:
    assert checks.money_or_none(with_code(turn_at()), "code") == "code"
    digits = "1" * 20
    assert checks.money_or_none(turn_at(), digits) == ""


# --- asking again ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "refused"),
    [(CodeState.OPEN, None), (CodeState.CASE, None), (CodeState.SETTLED, NotDone.NOT_LAWFUL)],
)
def test_a_code_is_asked_about_until_its_end(state: CodeState, refused: NotDone | None) -> None:
    turn = with_code(turn_at(), state=state)
    assert checks.check_ask_again(turn, o.AskAgain("code")) is refused


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"state": State.UNKNOWN}, None),
        ({"state": State.CLOSED}, NotDone.NOT_LAWFUL),
        ({"state": State.CLOSED, "unconfirmed": True}, None),
    ],
)
def test_a_payment_is_asked_about_until_its_end_is_confirmed(
    fields: dict[str, Any], refused: NotDone | None
) -> None:
    turn = turn_at(payment(**fields))
    assert checks.check_ask_again(turn, o.AskAgain("P")) is refused
    assert checks.check_ask_again(turn, o.AskAgain("Q")) is NotDone.UNKNOWN_THING


def test_in_maintenance_only_nothing_is_asked() -> None:
    turn = turn_at(payment(State.UNKNOWN))
    turn.change(rules=replace(RULES, maintenance_only=True))
    assert checks.check_ask_again(turn, o.AskAgain("P")) is NotDone.MAINTENANCE_ONLY


# --- corrections --------------------------------------------------------------------------------------

NEXT_DAY = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SAME_DAY = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)


def correction(**fields: Any) -> o.CorrectPayment:
    usual = o.CorrectPayment("P", State.UNKNOWN, 100, "2026-11-21.v1:0f", ("2026-11-21",), "T1")
    return replace(usual, **fields)


@pytest.mark.parametrize(
    ("order", "wall", "refused"),
    [
        (correction(), SAME_DAY, None),
        (correction(payment_id="Q"), SAME_DAY, NotDone.UNKNOWN_THING),
        (correction(seen_state=State.CASE), SAME_DAY, NotDone.NOT_IN_THIS_STATE),
        (correction(paid_fen=99), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (correction(transaction_no=""), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (correction(statement=""), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (correction(statement_days=()), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (correction(paid_fen=0), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (correction(paid_fen=0), NEXT_DAY, None),
        (
            correction(paid_fen=0, statement_days=("2026-11-20",)),
            NEXT_DAY,
            NotDone.EVIDENCE_MISSING,
        ),
    ],
)
def test_a_payment_is_corrected_by_a_row_that_agrees_or_a_whole_day_without_one(
    order: o.CorrectPayment, wall: datetime, refused: NotDone | None
) -> None:
    turn = turn_at(replace(payment(State.UNKNOWN), intended_s=NOON_S), wall=wall)
    assert checks.check_correction(turn, order) is refused


def test_a_payment_whose_time_is_not_known_is_never_corrected_to_not_paid() -> None:
    turn = turn_at(replace(payment(State.UNKNOWN), intended_s=0), wall=NEXT_DAY)
    order = correction(paid_fen=0)
    assert checks.check_correction(turn, order) is NotDone.EVIDENCE_MISSING


def of_code(**fields: Any) -> o.CorrectPayment:
    return replace(
        correction(payment_id="code", seen_state=CodeState.CASE, paid_fen=8000), **fields
    )


@pytest.mark.parametrize(
    ("order", "wall", "refused"),
    [
        (of_code(), SAME_DAY, None),
        (of_code(seen_state=CodeState.OPEN), SAME_DAY, NotDone.NOT_IN_THIS_STATE),
        (of_code(paid_fen=7999), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (of_code(transaction_no=""), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (of_code(statement=""), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (of_code(statement_days=()), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (of_code(paid_fen=0), SAME_DAY, NotDone.EVIDENCE_MISSING),
        (of_code(paid_fen=0), NEXT_DAY, None),
        (of_code(paid_fen=0, statement_days=("2026-11-20",)), NEXT_DAY, NotDone.EVIDENCE_MISSING),
    ],
)
def test_a_code_is_corrected_by_a_row_that_agrees_or_every_day_without_one(
    order: o.CorrectPayment, wall: datetime, refused: NotDone | None
) -> None:
    turn = with_code(turn_at(wall=wall), state=CodeState.CASE)
    assert checks.check_correction(turn, order) is refused


def test_a_code_that_is_open_cannot_be_called_not_paid() -> None:
    turn = with_code(turn_at(wall=NEXT_DAY))
    order = of_code(paid_fen=0, seen_state=CodeState.OPEN)
    assert checks.check_correction(turn, order) is NotDone.NOT_LAWFUL


def days_of(handed_out_s: int, expires_s: int) -> list[str]:
    code = HandedOut("code", "103", 8000, expires_s, handed_out_s)
    return [day.isoformat() for day in operator_codes.statement_days(code)]


def test_a_code_could_be_paid_on_every_day_until_a_quarter_hour_after_its_end() -> None:
    before_midnight_s = NOON_S + 12 * 3600 - 900
    assert days_of(NOON_S, before_midnight_s - 1) == ["2026-11-21"]
    assert days_of(NOON_S, before_midnight_s) == ["2026-11-21", "2026-11-22"]
    assert days_of(NOON_S, NOON_S + 2 * DAY_S) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert days_of(NOON_S, NOON_S - DAY_S) == ["2026-11-21"]


def test_a_life_of_more_than_forty_days_is_too_long_to_look_through() -> None:
    assert len(days_of(NOON_S, NOON_S + 39 * DAY_S)) == 40
    assert days_of(NOON_S, NOON_S + 40 * DAY_S) == []


@pytest.mark.parametrize(
    ("order", "kept"),
    [
        (correction(), ("2026-11-21.v1:0f", "T1")),
        (correction(statement="张三", transaction_no="a b"), ("", "")),
    ],
)
def test_a_correction_is_described_without_what_has_no_known_form(
    order: o.CorrectPayment, kept: tuple[str, str]
) -> None:
    described = checks.describe_correction(turn_at(), replace(order, payment_id="K1-fresh"))
    assert described == (
        "K1-fresh",
        {
            "held_here": "unknown",
            "statement": kept[0],
            "paid_fen": 100,
            "transaction_no": kept[1],
        },
    )


# --- copies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "receipt_no", "refused"),
    [
        (ClaimState.ASKED, RECEIPT, NotDone.BUSY),
        (ClaimState.GRANTED, RECEIPT, NotDone.BUSY),
        (ClaimState.UNUSED, RECEIPT, None),
        (ClaimState.ASKED, "33010226-0000000002", None),
    ],
)
def test_no_copy_is_ordered_while_one_of_this_receipt_is_on_its_way(
    state: ClaimState, receipt_no: str, refused: NotDone | None
) -> None:
    turn = turn_at(claims=(claim(state, receipt_no=receipt_no),))
    assert checks.check_copy(turn, o.PrintCopy(RECEIPT, o.CopyReason.TORN)) is refused


@pytest.mark.parametrize(
    ("step", "refused"),
    [(CopyStep.PRINTING, NotDone.BUSY), (CopyStep.PRINTED, None)],
)
def test_one_copy_is_ordered_at_a_time(step: CopyStep, refused: NotDone | None) -> None:
    copy = OfficeCopy("another", "C", reprint=True, step=step)
    turn = turn_at(desk=OperatorDesk(copy=copy))
    assert checks.check_copy(turn, o.PrintCopy(RECEIPT, o.CopyReason.TORN)) is refused


# --- notes, days, levels, hours ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "refused"),
    [
        ("", None),
        ("CASE-7/2026", None),
        ("A" * 32, None),
        ("A" * 33, NotDone.LOOKS_PERSONAL),
        ("case", NotDone.LOOKS_PERSONAL),
        (PERSON, NotDone.LOOKS_PERSONAL),
        ("33019919-000101/0010", NotDone.LOOKS_PERSONAL),
        ("13800000000", NotDone.LOOKS_PERSONAL),
        ("12800000000", None),
    ],
)
def test_a_reference_must_not_look_like_a_persons_number(
    reference: str, refused: NotDone | None
) -> None:
    note = o.WriteNote("K1-fresh", o.NoteKind.TOLD_FINANCE, reference)
    assert checks.check_note(turn_at(), note) is refused
    kept = "" if refused else reference
    assert checks.describe_note(turn_at(), note) == (
        "K1-fresh", {"kind": note.kind.value, "reference": kept},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("subject_id", "known"), [("K1-fresh", True), (RECEIPT, True), ("code", True), (PERSON, False)]
)
def test_a_note_is_about_a_payment_a_receipt_or_a_code(subject_id: str, *, known: bool) -> None:
    note = o.WriteNote(subject_id, o.NoteKind.TOLD_FINANCE, "")
    turn = with_code(turn_at())
    assert checks.check_note(turn, note) is (None if known else NotDone.UNKNOWN_THING)
    assert checks.describe_note(turn, note)[0] == (subject_id if known else "")


def day(*cases: str, **fields: Any) -> o.CloseDay:
    return replace(o.CloseDay("2026-11-20", "v1", 7, 900, len(cases), cases), **fields)


@pytest.mark.parametrize(
    ("closed", "refused"),
    [
        (day(), None),
        (day("A-1", "A-2"), None),
        (day("A-1", "A-2", differences=1), None),
        (day("A-1", differences=2), NotDone.EVIDENCE_MISSING),
        (day(*("A-1",) * 200), None),
        (day(*("A-1",) * 201), NotDone.EVIDENCE_MISSING),
        (day("A-1", ""), NotDone.EVIDENCE_MISSING),
        (day("A-1", PERSON), NotDone.LOOKS_PERSONAL),
        (day(statement=""), NotDone.EVIDENCE_MISSING),
        (day(day="2026-11-31"), NotDone.EVIDENCE_MISSING),
        (day(day="20261120"), NotDone.EVIDENCE_MISSING),
        (day(day="2026-11-21"), NotDone.DAY_NOT_OVER),
        (day(day="2026-12-24"), NotDone.DAY_NOT_OVER),
    ],
)
def test_a_day_is_closed_with_a_reference_for_every_difference(
    closed: o.CloseDay, refused: NotDone | None
) -> None:
    assert checks.check_day(turn_at(), closed) is refused
    if refused:
        assert checks.describe_day(turn_at(), closed) == ("", {})


def test_the_journal_keeps_what_a_day_was_closed_with() -> None:
    assert checks.describe_day(turn_at(), day("A-1", "A-2")) == (
        "2026-11-20",
        {
            "statement": "v1",
            "payments": 7,
            "amount_fen": 900,
            "differences": 2,
            "cases": "A-1 A-2",
            "at_s": WALL_S,
        },
    )


@pytest.mark.parametrize(
    ("percent", "refused"),
    [(-1, NotDone.NOT_LAWFUL), (0, None), (100, None), (101, NotDone.NOT_LAWFUL)],
)
def test_a_level_is_a_percentage(percent: int, refused: NotDone | None) -> None:
    assert checks.check_level(turn_at(), o.SetLevel(o.Level.VOLUME, percent)) is refused


ALWAYS = (((0, 1440),),) * 7
NEVER = ((),) * 7


@pytest.mark.parametrize(
    ("week", "subject", "hours"),
    [
        (None, "site_file", None),
        (NEVER, "screen", None),
        (((510, 720), (810, 1050)), "screen", None),
        ((((510, 720),), *NEVER[1:]), "screen", "mon 08:30-12:00"),
    ],
)
def test_hours_that_were_set_are_kept_as_text_with_the_time(
    week: Any, subject: str, hours: str | None
) -> None:
    kept = {"hours": hours, "at_s": WALL_S} if hours else {}
    assert checks.describe_hours(turn_at(), o.SetHours(week)) == (subject, kept)


# --- restarts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "sample", "refused"),
    [
        ({}, None, None),
        ({"saving": "901"}, None, NotDone.BUSY),
        ({}, PrintState.INTENDED, NotDone.BUSY),
        ({}, PrintState.PRINTED, None),
        ({"copy": OfficeCopy("R", "C", reprint=True)}, None, NotDone.BUSY),
        ({"copy": OfficeCopy("R", "C", reprint=True, step=CopyStep.DOUBT)}, None, None),
    ],
)
def test_nothing_restarts_while_paper_moves_or_an_account_is_written(
    desk: dict[str, Any], sample: PrintState | None, refused: NotDone | None
) -> None:
    office = replace(Office(), sample=Sample("T", sample) if sample else None)
    turn = turn_at(office=office, desk=OperatorDesk(**desk))
    assert checks.check_restart(turn, o.AskRestart(o.Restart.APPLICATION)) is refused


@pytest.mark.parametrize(
    ("state", "judged", "named"),
    [(PrintState.DOUBT, "", "J"), (PrintState.DOUBT, "whole", ""), (PrintState.PRINTED, "", "")],
)
def test_a_paper_is_looked_at_while_nobody_knows_what_became_of_it(
    state: PrintState, judged: str, named: str
) -> None:
    turn = turn_at()
    job = PrintJob("J", "C", RECEIPT, 1, state, judged)
    turn.ledger = replace(turn.ledger, jobs=MappingProxyType({"J": job}))
    assert checks.doubtful_job(turn.ledger, RECEIPT) == named
    assert checks.doubtful_job(turn.ledger, "another") == ""
    expected = None if named else NotDone.NOT_IN_THIS_STATE
    assert checks.check_judgement(turn, o.JudgePaper("J", whole=True)) is expected

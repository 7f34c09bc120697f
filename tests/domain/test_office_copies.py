"""Copies for the office and refusals of copies, one turn at a time."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from drivers.api import PrinterStatus, PrintOutcome, PrintReport, Role
from kiosk.domain import claim_settling, office_copy, papers
from kiosk.domain.kiosk import Chore, Presence
from kiosk.domain.ledger import PrintJob
from kiosk.domain.operator_desk import CopyStep, OfficeCopy, OperatorDesk
from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    ClaimGranted,
    ClaimReceipt,
    ConfirmClaim,
    NotSent,
    Outcome,
    Refusal,
    Refused,
    ReleaseClaim,
)
from kiosk.domain.records import (
    CaseKind,
    CaseOpened,
    ClaimMoved,
    ClaimState,
    FoundOnPaper,
    PrintMoved,
    PrintState,
)
from kiosk.domain.turn import MAX_IN_FLIGHT, Turn
from kiosk.domain.visit import ItemState, Printing, PrintItem, Visit
from tests.support.people import bill, receipt_of
from tests.support.turns import NOW_S, RULES, claim, turn_with

READY = {"presence": {Role.RECEIPT_PRINTER: Presence.UP}, "printer": PrinterStatus()}
RECEIPT = receipt_of(bill(7))
ASKED = claim(ClaimState.ASKED, receipt_no=RECEIPT.receipt_no, copy_number=0)
COPY = OfficeCopy(RECEIPT.receipt_no, "C", reprint=True)
CALL = ClaimReceipt("C", RECEIPT.receipt_no, reprint=True)
ITEM = PrintItem(
    RECEIPT.receipt_no, "title", RECEIPT.amount_fen, state=ItemState.CLAIMING, claim_id="C"
)


def at_desk(copy: OfficeCopy = COPY, state: ClaimState = ClaimState.ASKED, **fields: Any) -> Turn:
    claims = (replace(ASKED, state=state),)
    return turn_with(claims=claims, desk=OperatorDesk(copy=copy), **READY | fields)


def on_page(item: PrintItem = ITEM, **fields: Any) -> Turn:
    visit = Visit("V", Printing((item,), since_s=NOW_S), touched_s=NOW_S)
    return turn_with(claims=(ASKED,), visit=visit, **READY | fields)


def copy_of(turn: Turn) -> OfficeCopy:
    assert turn.kiosk.desk.copy is not None
    return turn.kiosk.desk.copy


# --- asked again -------------------------------------------------------------------------------------


def test_a_copy_without_an_answer_is_asked_for_again_a_little_later() -> None:
    turn = at_desk()
    papers.on_claim_reply(turn, CALL, AnswerLost("time-out"))
    assert copy_of(turn) == replace(COPY, retry_at_s=NOW_S + RULES.claim_retry_s)
    assert turn.records == []


@pytest.mark.parametrize(("late_s", "asked"), [(0.0, True), (0.25, False), (-1.0, True)])
def test_a_copy_is_asked_for_again_under_its_claim_when_it_is_due(
    late_s: float, *, asked: bool
) -> None:
    turn = at_desk(replace(COPY, retry_at_s=NOW_S + late_s))
    papers.on_tick(turn)
    assert turn.effects == ([CALL] if asked else [])
    if asked:
        assert copy_of(turn) == replace(COPY, attempt=2)


def test_a_copy_that_was_asked_for_often_enough_is_given_back() -> None:
    turn = at_desk(replace(COPY, attempt=RULES.claim_tries))
    papers.on_claim_reply(turn, CALL, AnswerLost("time-out"))
    assert (copy_of(turn).step, copy_of(turn).reason) == (CopyStep.NOT_PRINTED, "no answer")
    assert turn.effects == [ReleaseClaim("C")]


# --- printed -----------------------------------------------------------------------------------------


def test_a_granted_copy_is_printed_within_a_minute() -> None:
    turn = at_desk()
    papers.on_claim_reply(turn, CALL, ClaimGranted("C", 2, RECEIPT))
    assert copy_of(turn) == replace(
        COPY,
        step=CopyStep.PRINTING,
        job_id="J-fresh",
        copy_number=2,
        deadline_s=NOW_S + RULES.print_deadline_s,
    )


@pytest.mark.parametrize(("late_s", "step"), [(0.0, CopyStep.DOUBT), (0.25, CopyStep.PRINTING)])
def test_a_copy_of_which_nothing_is_heard_is_in_doubt_at_its_deadline(
    late_s: float, step: CopyStep
) -> None:
    printing = replace(COPY, step=CopyStep.PRINTING, job_id="J", deadline_s=NOW_S + late_s)
    turn = at_desk(printing, ClaimState.GRANTED)
    job = PrintJob("J", "C", RECEIPT.receipt_no, 2, PrintState.INTENDED)
    turn.ledger = replace(turn.ledger, jobs=MappingProxyType({"J": job}))
    papers.on_tick(turn)
    assert copy_of(turn).step is step
    moved = [each for each in turn.records if isinstance(each, PrintMoved)]
    assert [each.reason for each in moved] == (["deadline"] if step is CopyStep.DOUBT else [])


def test_what_the_printer_proved_ends_the_copy() -> None:
    printing = replace(COPY, step=CopyStep.PRINTING, job_id="J", deadline_s=NOW_S + 9)
    turn = at_desk(printing, ClaimState.GRANTED)
    job = PrintJob("J", "C", RECEIPT.receipt_no, 2, PrintState.INTENDED)
    turn.ledger = replace(turn.ledger, jobs=MappingProxyType({"J": job}))
    papers.on_print_finished(turn, "J", PrintReport(PrintOutcome.PRINTED, PrinterStatus()))
    assert copy_of(turn) == replace(printing, step=CopyStep.PRINTED, deadline_s=None)


# --- refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "state", "is_owed"),
    [
        (Refusal.ALREADY_PRINTED, ItemState.ELSEWHERE, False),
        (Refusal.RECEIPT_VOID, ItemState.ELSEWHERE, False),
        (Refusal.CLAIMED_ELSEWHERE, ItemState.ELSEWHERE, True),
        (Refusal.INVALID, ItemState.LATER, True),
    ],
)
def test_a_refusal_says_whether_anybody_need_come_back(
    refusal: Refusal, state: ItemState, *, is_owed: bool
) -> None:
    turn = on_page()
    turn.ledger = replace(turn.ledger, owed=MappingProxyType({RECEIPT.receipt_no: "P"}))
    papers.on_claim_reply(turn, CALL, Refused(refusal))
    assert (RECEIPT.receipt_no in turn.ledger.owed) is is_owed
    found = FoundOnPaper(RECEIPT.receipt_no, {"refused": refusal.value})
    assert (found in turn.records) is not is_owed
    assert [each.state for each in turn.page.items] == [state]  # type: ignore[union-attr]


def test_a_copy_number_that_may_be_on_paper_here_is_a_case_with_both_sides() -> None:
    turn = on_page()
    job = PrintJob("J0", "C0", RECEIPT.receipt_no, 3, PrintState.DOUBT)
    turn.ledger = replace(turn.ledger, jobs=MappingProxyType({"J0": job}))
    papers.on_claim_reply(turn, CALL, ClaimGranted("C", 3, RECEIPT))
    evidence = {
        "granted_fen": RECEIPT.amount_fen, "granted_copy": 3, "highest_copy_here": 3,
    }  # fmt: skip
    case = CaseOpened("C", RECEIPT.receipt_no, CaseKind.COPY_AGAIN, evidence)
    assert turn.records[0] == case
    assert turn.effects == [ReleaseClaim("C")]


# --- told to the platform ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (ClaimState.USED, ConfirmClaim("C", doubt=False)),
        (ClaimState.DOUBTED, ConfirmClaim("C", doubt=True)),
        (ClaimState.UNUSED, ReleaseClaim("C")),
    ],
)
def test_what_became_of_a_claim_is_told_when_it_is_due(state: ClaimState, told: object) -> None:
    turn = turn_with(claims=(claim(state),), chores={"C": Chore(2, NOW_S)})
    claim_settling.tend(turn, "C")
    assert turn.effects == [told]
    assert turn.chore("C") == Chore(2, NOW_S, in_flight=True)


@pytest.mark.parametrize(
    ("state", "chores"),
    [
        (ClaimState.ASKED, {}),
        (ClaimState.GRANTED, {}),
        (ClaimState.SETTLED, {}),
        (ClaimState.USED, {"C": Chore(in_flight=True)}),
        (ClaimState.USED, {"C": Chore(due_s=NOW_S + 1)}),
        (ClaimState.USED, {f"P{n}": Chore(in_flight=True) for n in range(MAX_IN_FLIGHT)}),
    ],
)
def test_a_claim_is_not_told_of_early_twice_or_on_a_busy_link(
    state: ClaimState, chores: dict[str, Chore]
) -> None:
    turn = turn_with(claims=(claim(state),), chores=chores)
    claim_settling.tend(turn, "C")
    assert turn.effects == []


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Acknowledged(), ""), (Refused(Refusal.NOT_FOUND), "not_found")]
)
def test_a_claim_is_settled_when_the_platform_has_heard_of_it(
    outcome: Outcome, reason: str
) -> None:
    turn = turn_with(claims=(claim(ClaimState.USED),), chores={"C": Chore(1, in_flight=True)})
    claim_settling.on_settle_reply(turn, ConfirmClaim("C", doubt=False), outcome)
    assert turn.records == [
        ClaimMoved("C", "R1", "", ClaimState.SETTLED, reprint=False, copy_number=1, reason=reason)
    ]
    assert not turn.chore("C").in_flight
    assert turn.chore("C").attempt == 0


@pytest.mark.parametrize(
    "outcome", [AnswerLost("time-out"), NotSent("down"), Refused(Refusal.RATE_LIMITED)]
)
def test_a_claim_of_which_the_platform_did_not_hear_is_told_again(outcome: Outcome) -> None:
    turn = turn_with(claims=(claim(ClaimState.USED),), chores={"C": Chore(1, in_flight=True)})
    claim_settling.on_settle_reply(turn, ConfirmClaim("C", doubt=False), outcome)
    assert turn.records == []
    assert (turn.chore("C").attempt, turn.chore("C").due_s) == (2, NOW_S + 10)


@pytest.mark.parametrize("claims", [(), (claim(ClaimState.SETTLED),), (claim(ClaimState.ASKED),)])
def test_a_word_about_a_claim_that_waits_for_none_changes_nothing(claims: tuple) -> None:
    turn = turn_with(claims=claims)
    claim_settling.on_settle_reply(turn, ReleaseClaim("C"), Acknowledged())
    assert (turn.records, turn.effects) == ([], [])


# --- ordered -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owed", "tried", "reprint"),
    [
        (True, None, False),
        (False, None, True),
        (True, PrintState.NOT_PRINTED, False),
        (True, PrintState.DOUBT, True),
        (True, PrintState.PRINTED, True),
    ],
)
def test_an_original_is_ordered_only_where_it_is_owed_and_was_never_tried(
    owed: bool, tried: PrintState | None, *, reprint: bool
) -> None:
    turn = turn_with(**READY)
    jobs = {"J1": PrintJob("J1", "C1", "another", 1, PrintState.PRINTED)}
    if tried:
        jobs["J0"] = PrintJob("J0", "C0", RECEIPT.receipt_no, 1, tried)
    papers_owed = {RECEIPT.receipt_no: "P"} if owed else {}
    turn.ledger = replace(turn.ledger, owed=papers_owed, jobs=jobs)
    office_copy.order(turn, RECEIPT.receipt_no, "torn")
    assert turn.effects == [ClaimReceipt("C-fresh", RECEIPT.receipt_no, reprint)]
    assert turn.records == [
        ClaimMoved(
            "C-fresh", RECEIPT.receipt_no, "", ClaimState.ASKED, reprint, reason="office torn"
        )
    ]
    assert copy_of(turn) == OfficeCopy(RECEIPT.receipt_no, "C-fresh", reprint)


def test_a_grant_of_another_receipt_never_comes_this_far() -> None:
    other = replace(RECEIPT, receipt_no="33010226-0000000099")
    with pytest.raises(AssertionError, match="believable"):
        papers.on_claim_reply(at_desk(), CALL, ClaimGranted("C", 2, other))

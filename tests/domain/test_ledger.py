"""The ledger: the fold of the records, bounded, and without any view of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from kiosk.domain.ledger import SETTLED_KEPT, Ledger, Slip, rebuild
from kiosk.domain.office_book import DAYS_KEPT
from kiosk.domain.operator import Act
from kiosk.domain.payment import Event, IllegalTransition, State
from kiosk.domain.platform import BillToPay
from kiosk.domain.record_rows import BadRecord, from_row, to_row
from kiosk.domain.records import (
    ClaimMoved,
    ClaimState,
    KioskStarted,
    LinkChanged,
    OpenCodesKept,
    OperatorActed,
    PaymentIntended,
    PaymentMoved,
    PrintMoved,
    PrintState,
    ReceiptOwed,
    SlipMoved,
    VisitEnded,
    VisitOpened,
)
from tests.support.turns import payment

INTENT = PaymentIntended(
    "P", "V", "digest", "CODE", (BillToPay("B1", 1, 60), BillToPay("B2", 1, 40)), 100, True, 7
)
CREATED = PaymentMoved("P", Event.CREATED, State.SHOWN, {})
PAID = PaymentMoved("P", Event.SEEN_PAID, State.PAID, {})


def claimed(number: int, state: ClaimState) -> ClaimMoved:
    return ClaimMoved(f"C{number}", "R", "V", state, reprint=False)


def printed(number: int, state: PrintState, receipt_no: str = "R") -> PrintMoved:
    return PrintMoved(f"J{number}", "C", receipt_no, 1, state, "hash")


# --- payments ----------------------------------------------------------------------------------


def test_an_intent_keeps_everything_that_was_agreed() -> None:
    known = rebuild([INTENT]).payments["P"]
    assert (known.payment_id, known.visit_id, known.subject_digest) == ("P", "V", "digest")
    assert (known.inquiry_code, known.bills, known.amount_fen) == ("CODE", INTENT.bills, 100)
    assert (known.receipt_later, known.intended_s, known.state) == (True, 7, State.INTENT)
    assert not known.was_shown


def test_a_payment_that_was_created_may_have_been_shown_ever_after() -> None:
    closed = PaymentMoved("P", Event.SEEN_CLOSED, State.CLOSED, {})
    assert rebuild([INTENT, CREATED]).payments["P"].was_shown
    assert rebuild([INTENT, CREATED, closed]).payments["P"].was_shown


def test_a_create_without_an_answer_was_not_shown() -> None:
    lost = PaymentMoved("P", Event.CREATE_LOST, State.CREATE_UNKNOWN, {})
    assert not rebuild([INTENT, lost]).payments["P"].was_shown


def test_a_payment_without_an_intent_cannot_move() -> None:
    with pytest.raises(AssertionError, match="only after its intent"):
        rebuild([CREATED])


def test_a_receipt_of_nobodys_payment_cannot_be_owed() -> None:
    with pytest.raises(AssertionError, match="made here"):
        rebuild([ReceiptOwed("P", "R", "B1", 60)])


def test_a_row_whose_state_does_not_follow_from_its_event_is_refused() -> None:
    with pytest.raises(AssertionError):
        rebuild([INTENT, replace(CREATED, state=State.PAID)])


def test_a_row_whose_event_the_state_cannot_take_is_refused() -> None:
    with pytest.raises(IllegalTransition, match="a payment that is intent cannot take 'gave_up'"):
        rebuild([INTENT, PaymentMoved("P", Event.GAVE_UP, State.CASE, {})])


def test_receipts_are_wanted_until_there_is_one_for_every_bill() -> None:
    first, second = ReceiptOwed("P", "R1", "B1", 60), ReceiptOwed("P", "R2", "B2", 40)
    paid = [INTENT, CREATED, PAID]
    assert rebuild(paid).payments["P"].wants_receipts
    assert rebuild([*paid, first]).payments["P"].wants_receipts
    whole = rebuild([*paid, first, second])
    assert not whole.payments["P"].wants_receipts
    assert whole.open_payments == ()
    assert dict(whole.owed) == {"R1": "P", "R2": "P"}


@pytest.mark.parametrize("state", [State.SHOWN, State.CLOSED, State.VOIDED])
def test_only_what_is_paid_wants_receipts(state: State) -> None:
    assert not payment(state).wants_receipts


def test_a_receipt_is_owed_until_its_paper_is_proven() -> None:
    owed = [INTENT, CREATED, PAID, ReceiptOwed("P", "R1", "B1", 60)]
    doubt = printed(1, PrintState.DOUBT, "R1")
    other = printed(2, PrintState.PRINTED, "R2")
    proven = printed(3, PrintState.PRINTED, "R1")
    assert dict(rebuild([*owed, doubt, other]).owed) == {"R1": "P"}
    assert not rebuild([*owed, doubt, other, proven]).owed


# --- paper -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(ClaimState))
def test_every_claim_is_open_until_it_is_settled(state: ClaimState) -> None:
    assert bool(rebuild([claimed(1, state)]).open_claims) == (state is not ClaimState.SETTLED)


def test_a_claim_keeps_what_was_granted() -> None:
    (claim,) = rebuild(
        [ClaimMoved("C1", "R", "V", ClaimState.GRANTED, reprint=True, copy_number=3)]
    ).claims.values()
    assert (claim.claim_id, claim.receipt_no, claim.reprint, claim.copy_number) == (
        *("C1", "R", True, 3),
    )


@pytest.mark.parametrize("state", list(PrintState))
def test_only_an_intended_print_is_open(state: PrintState) -> None:
    ledger = rebuild([printed(1, state), SlipMoved("S", "P", state)])
    assert bool(ledger.open_jobs) == (state is PrintState.INTENDED)
    assert bool(ledger.open_slips) == (state is PrintState.INTENDED)


@pytest.mark.parametrize(
    ("state", "there"),
    [
        (PrintState.INTENDED, True),
        (PrintState.PRINTED, True),
        (PrintState.NOT_PRINTED, False),
        (PrintState.DOUBT, False),
    ],
)
def test_a_slip_is_there_when_it_is_printed_or_on_its_way(state, there) -> None:
    ledger = rebuild([SlipMoved("S", "P", state)])
    assert ledger.has_slip("P") is there
    assert not ledger.has_slip("Q")


# --- visits ------------------------------------------------------------------------------------


def test_a_visit_is_open_until_it_ends_or_the_kiosk_starts() -> None:
    opened = VisitOpened("V", "person", "digest")
    assert rebuild([opened]).open_visit == "V"
    assert rebuild([opened, VisitEnded("V", "left")]).open_visit == ""
    assert rebuild([opened, KioskStarted("boot", "1")]).open_visit == ""


def test_what_is_neither_money_nor_paper_changes_nothing() -> None:
    ledger = rebuild([INTENT])
    assert ledger.apply(LinkChanged(up=True)) is ledger
    assert ledger.beside_codes(OpenCodesKept("B1", 5, 9)) is ledger


# --- bounds ------------------------------------------------------------------------------------


def test_the_oldest_settled_entries_are_dropped_and_open_ones_never() -> None:
    ledger = Ledger().apply(claimed(0, ClaimState.USED))
    for number in range(1, SETTLED_KEPT + 3):
        ledger = ledger.apply(claimed(number, ClaimState.SETTLED))
    assert len(ledger.claims) == SETTLED_KEPT
    assert {"C0", "C4", f"C{SETTLED_KEPT + 2}"} <= set(ledger.claims)
    assert not {"C1", "C2", "C3"} & set(ledger.claims)


def test_exactly_the_limit_is_kept_whole() -> None:
    ledger = Ledger()
    for number in range(SETTLED_KEPT):
        ledger = ledger.apply(claimed(number, ClaimState.SETTLED))
    assert len(ledger.claims) == SETTLED_KEPT
    assert "C0" in ledger.claims


def test_open_entries_above_the_limit_are_all_kept() -> None:
    ledger = Ledger()
    for number in range(SETTLED_KEPT + 5):
        ledger = ledger.apply(printed(number, PrintState.INTENDED))
        ledger = ledger.apply(SlipMoved(f"S{number}", "P", PrintState.INTENDED))
        ledger = ledger.apply(replace(INTENT, payment_id=f"P{number}"))
    assert len(ledger.open_jobs) == len(ledger.open_slips) == SETTLED_KEPT + 5
    assert len(ledger.open_payments) == SETTLED_KEPT + 5


@pytest.mark.parametrize("state", [PrintState.PRINTED, PrintState.DOUBT])
def test_finished_papers_are_dropped_above_the_limit(state: PrintState) -> None:
    ledger = Ledger()
    for number in range(SETTLED_KEPT + 5):
        ledger = ledger.apply(printed(number, state))
        ledger = ledger.apply(SlipMoved(f"S{number}", "P", state))
    assert len(ledger.jobs) == len(ledger.slips) == SETTLED_KEPT


def test_settled_payments_are_dropped_above_the_limit() -> None:
    ledger = Ledger()
    for number in range(SETTLED_KEPT + 5):
        ledger = ledger.apply(replace(INTENT, payment_id=f"P{number}"))
        refused = PaymentMoved(f"P{number}", Event.CREATE_REFUSED, State.REFUSED, {})
        ledger = ledger.apply(refused)
    assert len(ledger.payments) == SETTLED_KEPT


# --- rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("NoSuchKind", {}),
        ("VisitEnded", {"visit_id": "V"}),
        ("VisitEnded", {"visit_id": "V", "reason": "left", "more": 1}),
        ("PrintMoved", {"state": "no such state"}),
        ("PrintMoved", {"job_id": "J"}),
        ("PaymentIntended", {"bills": [[1]]}),
        ("PaymentIntended", {}),
    ],
)
def test_a_row_that_this_version_cannot_read_is_named(kind, body) -> None:
    with pytest.raises(BadRecord, match=f"cannot read a {kind} record"):
        from_row(kind, body)


def test_a_word_from_the_journal_is_the_state_itself() -> None:
    body = {"job_id": "J", "claim_id": "C", "receipt_no": "R", "copy_number": 1}
    record = from_row("PrintMoved", body | {"state": "printed", "content_hash": ""})
    assert isinstance(record, PrintMoved)
    assert record.state is PrintState.PRINTED


# --- slips, accounts and days ------------------------------------------------------------------------


def test_the_newest_slip_of_a_payment_is_the_one_that_is_told_of() -> None:
    first = SlipMoved("S1", "P", PrintState.NOT_PRINTED)
    second = SlipMoved("S2", "P", PrintState.PRINTED)
    another = SlipMoved("S3", "Q", PrintState.INTENDED)
    ledger = rebuild([first, second, another])
    assert ledger.slip_of("P") == Slip("S2", "P", PrintState.PRINTED)
    assert ledger.slip_of("nobody's") is None


def test_closed_days_are_remembered_for_some_four_hundred_the_oldest_forgotten_first() -> None:
    days = [str(date(2025, 1, 1) + timedelta(days=n)) for n in range(DAYS_KEPT + 2)]
    ledger = rebuild(
        OperatorActed("901", Act.CLOSE_DAY, day, "", {"statement": "v1", "at_s": 7})
        for day in [days[-1], *days[:-1]]
    )
    assert set(ledger.office.closed_days) == set(days[2:])
    assert ledger.office.closed_days[days[-1]] == ("v1", 7)


@pytest.mark.parametrize(("whole", "word"), [(1, "whole"), (0, "not_whole")])
def test_what_an_operator_saw_of_a_paper_is_kept_and_a_whole_one_is_owed_no_more(whole, word):
    ledger = rebuild(
        [
            INTENT,
            CREATED,
            PAID,
            ReceiptOwed("P", "R", "B1", 60),
            printed(1, PrintState.INTENDED),
            printed(1, PrintState.DOUBT),
            OperatorActed("901", Act.JUDGE_PAPER, "J1", "", {"whole": whole}),
        ]
    )
    assert ledger.jobs["J1"].judged == word
    assert ("R" in ledger.owed) is not bool(whole)


def test_a_row_is_ready_for_json_whatever_mapping_its_evidence_is() -> None:
    moved = replace(PAID, evidence=MappingProxyType({"answer": "paid"}))
    assert json.loads(json.dumps(to_row(moved)[1]))["evidence"] == {"answer": "paid"}

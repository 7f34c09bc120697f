"""Evidence moves money; everything that moves nothing is asked about again, and how soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.domain import payments
from kiosk.domain.events import StatementSays
from kiosk.domain.kiosk import Chore
from kiosk.domain.payment import FINAL, Event, State
from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    ClosePayment,
    IssueReceipts,
    NotSent,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    ReceiptsIssued,
    Refusal,
    Refused,
)
from kiosk.domain.receipt import ReceiptHead
from kiosk.domain.records import EvidenceKept, PaymentMoved, ReceiptOwed
from kiosk.domain.turn import MAX_IN_FLIGHT, Turn
from tests.support.turns import NOW_S, RULES, WALL, payment, seen, turn_with

DAY_S = 86400.0
LOST = AnswerLost("time-out")
PAID_AT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
QUERY = QueryPayment("P", 100)
CLOSE = ClosePayment("P", 100)


def state_of(turn: Turn) -> State:
    return turn.ledger.payments["P"].state


def moves(turn: Turn) -> list[Event]:
    return [record.event for record in turn.records if isinstance(record, PaymentMoved)]


# --- evidence ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "fact"),
    [
        (NotSent("no route"), {"fact": "not_sent", "reason": "no route"}),
        (AnswerLost("time-out"), {"fact": "answer_lost", "reason": "time-out"}),
        (Refused(Refusal.INVALID, "words"), {"fact": "refused", "reason": "invalid"}),
        (Acknowledged(), {"fact": "unexpected_answer", "reason": "Acknowledged"}),
    ],
)
def test_an_answer_that_cannot_be_used_is_kept_as_a_fact(outcome, fact) -> None:
    assert payments.fact_of(outcome) == fact


def test_the_evidence_of_a_payment_names_wallet_transaction_and_time() -> None:
    answer = PaymentSeen(
        "P", PlatformState.PAID, 100, paid_at=PAID_AT, wallet="alipay", transaction_no="T9"
    )
    assert payments.evidence_of(answer) == {
        "answer": "paid",
        "amount_fen": 100,
        "wallet": "alipay",
        "transaction_no": "T9",
        "paid_at": "2026-11-21T05:00:00+00:00",
    }
    assert payments.evidence_of(replace(answer, paid_at=None))["paid_at"] == ""


def test_the_evidence_of_what_is_not_paid_is_the_answer_alone() -> None:
    assert payments.evidence_of(seen(PlatformState.CLOSED)) == {
        "answer": "closed",
        "amount_fen": 100,
    }


def test_another_amount_is_heard_by_nobody() -> None:
    turn = turn_with(payment(State.SHOWN))
    payments.hear(turn, seen(PlatformState.PAID, 101))
    assert not turn.records


def test_an_unknown_payment_is_heard_by_nobody() -> None:
    turn = turn_with()
    payments.hear(turn, seen(PlatformState.PAID))
    assert not turn.records


@pytest.mark.parametrize("state", [PlatformState.PAID, PlatformState.CLOSED, PlatformState.VOIDED])
def test_what_is_heard_of_a_conflict_is_kept_and_moves_nothing(state: PlatformState) -> None:
    turn = turn_with(payment(State.CONFLICT))
    answer = seen(state)
    payments.hear(turn, answer)
    assert turn.records == [EvidenceKept("P", payments.evidence_of(answer))]


def test_what_is_heard_a_second_time_leaves_no_row() -> None:
    turn = turn_with(payment(State.PAID, receipts_issued=2))
    payments.hear(turn, seen(PlatformState.PAID))
    assert not turn.records


# --- moving ------------------------------------------------------------------------------------


def test_a_move_keeps_how_often_was_asked_and_since_when() -> None:
    chore = Chore(attempt=3, due_s=5000.0, since_s=400.0, in_flight=True)
    turn = turn_with(payment(State.UNKNOWN), chores={"P": chore})
    payments.move(turn, "P", Event.SEEN_OPEN, {})
    assert turn.effects == [QUERY]
    assert turn.chore("P") == Chore(attempt=3, due_s=NOW_S, since_s=400.0, in_flight=True)


def test_a_payment_that_ends_is_no_chore_any_more() -> None:
    turn = turn_with(payment(State.CLOSING), chores={"P": Chore(attempt=2)})
    payments.move(turn, "P", Event.SEEN_CLOSED, {})
    assert "P" not in turn.end()[0].chores
    assert not turn.effects


def test_a_payment_that_is_paid_asks_for_its_receipts_at_once() -> None:
    turn = turn_with(payment(State.CLOSING), chores={"P": Chore(in_flight=True, due_s=9999.0)})
    payments.move(turn, "P", Event.SEEN_PAID, {})
    assert turn.effects == [IssueReceipts("P")]
    assert turn.chore("P").in_flight


def test_a_close_without_an_answer_is_asked_about_by_the_schedule() -> None:
    turn = turn_with(payment(State.CLOSING), chores={"P": Chore(attempt=2, since_s=900.0)})
    payments.on_close_reply(turn, CLOSE, LOST)
    assert moves(turn) == [Event.CLOSE_LOST]
    assert turn.chore("P") == Chore(attempt=3, due_s=NOW_S + 20, since_s=900.0)
    assert not turn.effects


def test_a_refused_close_is_unknown_with_the_refusal_as_evidence() -> None:
    turn = turn_with(payment(State.CLOSING))
    payments.on_close_reply(turn, CLOSE, Refused(Refusal.INVALID))
    (record,) = turn.records
    assert isinstance(record, PaymentMoved)
    assert (record.state, record.evidence["reason"]) == (State.UNKNOWN, "invalid")


def test_an_open_answer_to_a_close_is_no_end() -> None:
    turn = turn_with(payment(State.CLOSING))
    payments.on_close_reply(turn, CLOSE, seen(PlatformState.OPEN))
    assert state_of(turn) is State.UNKNOWN


def test_a_close_of_a_payment_that_has_ended_changes_nothing() -> None:
    turn = turn_with(payment(State.CLOSED))
    payments.on_close_reply(turn, CLOSE, LOST)
    assert not turn.records


def test_a_close_of_nobodys_payment_changes_nothing() -> None:
    turn = turn_with()
    payments.on_close_reply(turn, CLOSE, LOST)
    assert not turn.records


# --- the janitor's query -----------------------------------------------------------------------


def test_a_query_of_a_closing_payment_is_followed_by_one_close() -> None:
    turn = turn_with(payment(State.CLOSING), chores={"P": Chore(in_flight=True)})
    payments.on_status_reply(turn, QUERY, seen(PlatformState.OPEN))
    payments.on_status_reply(turn, QUERY, seen(PlatformState.OPEN))
    assert turn.effects == [CLOSE]
    assert turn.chore("P").closing


def test_a_close_follows_even_a_query_without_an_answer() -> None:
    turn = turn_with(payment(State.CLOSING))
    payments.on_status_reply(turn, QUERY, LOST)
    assert turn.effects == [CLOSE]


@pytest.mark.parametrize("state", [State.UNKNOWN, State.CASE])
def test_a_payment_found_open_is_closed_again(state: State) -> None:
    turn = turn_with(payment(state))
    payments.on_status_reply(turn, QUERY, seen(PlatformState.OPEN))
    assert state_of(turn) is State.CLOSING


@pytest.mark.parametrize("wait_s", [0.5, 25.0])
def test_the_answer_to_a_long_poll_never_drives_the_janitor(wait_s: float) -> None:
    turn = turn_with(payment(State.UNKNOWN))
    payments.on_status_reply(turn, replace(QUERY, wait_s=wait_s), seen(PlatformState.OPEN))
    assert state_of(turn) is State.UNKNOWN
    assert not turn.effects
    assert turn.chore("P").attempt == 0


def test_a_query_without_an_answer_is_asked_again_by_the_schedule() -> None:
    turn = turn_with(payment(State.UNKNOWN), chores={"P": Chore(in_flight=True, since_s=999.0)})
    payments.on_status_reply(turn, QUERY, LOST)
    assert turn.chore("P") == Chore(attempt=1, due_s=NOW_S + 5, since_s=999.0)
    assert not turn.records


def test_a_query_about_what_has_ended_asks_nothing_more() -> None:
    turn = turn_with(payment(State.CLOSED))
    payments.on_status_reply(turn, QUERY, LOST)
    assert not turn.effects
    assert "P" not in turn.end()[0].chores


def test_a_query_about_nobodys_payment_changes_nothing() -> None:
    turn = turn_with()
    payments.on_status_reply(turn, QUERY, seen(PlatformState.PAID))
    assert not turn.records


def test_a_verdict_is_not_asked_about_once_more() -> None:
    turn = turn_with(payment(State.UNKNOWN))
    payments.on_status_reply(turn, QUERY, seen(PlatformState.CLOSED))
    assert state_of(turn) is State.CLOSED
    assert not turn.effects


# --- statements --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid_fen", "state", "event"),
    [(100, State.PAID, Event.RECON_PAID), (0, State.CLOSED, Event.RECON_ABSENT)],
)
def test_a_statement_forces_what_nobody_answered(paid_fen, state, event) -> None:
    turn = turn_with(payment(State.UNKNOWN))
    payments.on_statement(turn, StatementSays("P", paid_fen, "2026-11-20"))
    record = turn.records[0]
    assert isinstance(record, PaymentMoved)
    assert (record.event, record.state) == (event, state)
    assert record.evidence == {"statement": "2026-11-20", "paid_fen": paid_fen}


def test_a_statement_of_another_amount_is_kept_only() -> None:
    turn = turn_with(payment(State.UNKNOWN))
    payments.on_statement(turn, StatementSays("P", 99, "day"))
    assert turn.records == [EvidenceKept("P", {"statement": "day", "paid_fen": 99})]


def test_a_statement_about_a_conflict_is_kept() -> None:
    turn = turn_with(payment(State.CONFLICT))
    payments.on_statement(turn, StatementSays("P", 100, "day"))
    assert turn.records == [EvidenceKept("P", {"statement": "day", "paid_fen": 100})]


def test_a_statement_that_agrees_leaves_no_row() -> None:
    turn = turn_with(payment(State.PAID, receipts_issued=2))
    payments.on_statement(turn, StatementSays("P", 100, "day"))
    assert not turn.records


def test_a_statement_about_nobodys_payment_leaves_no_row() -> None:
    turn = turn_with()
    payments.on_statement(turn, StatementSays("P", 100, "day"))
    assert not turn.records


# --- receipts ----------------------------------------------------------------------------------


def head(bill_no: str, amount_fen: int) -> ReceiptHead:
    return ReceiptHead(f"R-{bill_no}", bill_no, "title", "agency", amount_fen, PAID_AT, "kiosk", 0)


def test_receipts_for_every_bill_are_owed_and_asked_for_no_more() -> None:
    turn = turn_with(payment(State.PAID), chores={"P": Chore(in_flight=True)})
    answer = ReceiptsIssued("P", (head("B2", 40), head("B1", 60)))
    assert payments.on_issue_reply(turn, IssueReceipts("P"), answer)
    assert turn.records == [ReceiptOwed("P", "R-B2", "B2", 40), ReceiptOwed("P", "R-B1", "B1", 60)]
    assert "P" not in turn.end()[0].chores
    assert not turn.ledger.payments["P"].wants_receipts


@pytest.mark.parametrize(
    "outcome",
    [
        LOST,
        ReceiptsIssued("P", (head("B1", 60),)),
        ReceiptsIssued("P", (head("B1", 60), head("B2", 41))),
        ReceiptsIssued("P", (head("B1", 60), head("B3", 40))),
    ],
)
def test_receipts_that_are_not_those_of_the_payment_are_asked_for_later(outcome) -> None:
    turn = turn_with(payment(State.PAID), chores={"P": Chore(in_flight=True, since_s=990.0)})
    assert not payments.on_issue_reply(turn, IssueReceipts("P"), outcome)
    assert not turn.records
    assert turn.chore("P") == Chore(attempt=1, due_s=NOW_S + 5, since_s=990.0)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.CLOSED])
def test_receipts_of_what_is_not_paid_are_not_believed(state: State) -> None:
    turn = turn_with(payment(state))
    answer = ReceiptsIssued("P", (head("B1", 60), head("B2", 40)))
    assert not payments.on_issue_reply(turn, IssueReceipts("P"), answer)
    assert not turn.records


def test_receipts_of_nobodys_payment_are_not_believed() -> None:
    turn = turn_with()
    assert not payments.on_issue_reply(turn, IssueReceipts("P"), ReceiptsIssued("P", ()))


def test_receipts_that_come_twice_are_owed_once() -> None:
    turn = turn_with(payment(State.PAID))
    answer = ReceiptsIssued("P", (head("B1", 60), head("B2", 40)))
    payments.on_issue_reply(turn, IssueReceipts("P"), answer)
    assert not payments.on_issue_reply(turn, IssueReceipts("P"), answer)
    assert len(turn.records) == 2


# --- closing, giving up ------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.INTENT, State.CREATE_UNKNOWN, State.SHOWN])
def test_an_open_payment_is_closed_with_the_reason(state: State) -> None:
    turn = turn_with(payment(state))
    payments.close(turn, "P", "left")
    (record,) = turn.records
    assert isinstance(record, PaymentMoved)
    assert record.evidence == {"why": "left"}
    assert turn.effects == [QUERY]


@pytest.mark.parametrize("state", sorted(set(FINAL) | {State.CLOSING, State.UNKNOWN, State.CASE}))
def test_what_is_closing_or_ended_is_not_closed_again(state: State) -> None:
    turn = turn_with(payment(state))
    payments.close(turn, "P", "left")
    assert not turn.records


LAST = len(RULES.janitor_s)


@pytest.mark.parametrize(
    ("attempt", "age_s", "is_case"),
    [
        (LAST - 1, 7 * DAY_S, True),
        (LAST - 1, 7 * DAY_S - 1, False),
        (LAST - 2, 7 * DAY_S, False),
    ],
)
def test_seven_days_and_the_whole_schedule_make_a_case(attempt, age_s, is_case) -> None:
    turn = turn_with(
        payment(State.UNKNOWN),
        chores={"P": Chore(attempt=attempt, since_s=NOW_S)},
        wall=WALL + timedelta(seconds=age_s),
    )
    payments.ask_later(turn, "P", {"fact": "answer_lost"})
    assert (state_of(turn) is State.CASE) == is_case
    assert turn.chore("P").attempt == attempt + 1


def test_a_clock_put_back_does_not_keep_a_payment_young() -> None:
    turn = turn_with(
        payment(State.UNKNOWN),
        chores={"P": Chore(attempt=LAST, since_s=NOW_S - 7 * DAY_S)},
        wall=WALL - timedelta(days=365),
    )
    payments.ask_later(turn, "P", {})
    assert state_of(turn) is State.CASE


def test_a_payment_of_unknown_age_is_as_old_as_this_process_knows_it() -> None:
    turn = turn_with(
        replace(payment(State.UNKNOWN), intended_s=0),
        chores={"P": Chore(attempt=LAST, since_s=NOW_S)},
    )
    payments.ask_later(turn, "P", {})
    assert state_of(turn) is State.UNKNOWN


def test_a_case_is_asked_about_every_day() -> None:
    turn = turn_with(
        payment(State.CASE),
        chores={"P": Chore(attempt=20, since_s=0.0)},
        wall=WALL + timedelta(days=30),
    )
    payments.ask_later(turn, "P", {})
    assert not turn.records
    assert turn.chore("P").due_s == NOW_S + DAY_S


# --- tending -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.CLOSING, State.UNKNOWN, State.CASE])
def test_what_is_in_doubt_is_asked_about_when_it_is_due(state: State) -> None:
    turn = turn_with(payment(state), chores={"P": Chore(due_s=NOW_S)})
    payments.on_tick(turn)
    assert turn.effects == [QUERY]
    assert turn.chore("P").in_flight


@pytest.mark.parametrize("chore", [Chore(due_s=NOW_S + 0.1), Chore(in_flight=True)])
def test_what_is_not_due_or_on_its_way_is_not_asked_about(chore: Chore) -> None:
    turn = turn_with(payment(State.UNKNOWN), chores={"P": chore})
    payments.on_tick(turn)
    assert not turn.effects
    assert turn.chore("P") == chore


@pytest.mark.parametrize("state", [State.INTENT, State.CREATE_UNKNOWN, State.SHOWN])
def test_what_the_resident_is_paying_is_left_to_its_page(state: State) -> None:
    turn = turn_with(payment(state))
    payments.on_tick(turn)
    assert not turn.effects
    assert "P" not in turn.end()[0].chores


@pytest.mark.parametrize(("busy", "asked"), [(MAX_IN_FLIGHT, 0), (MAX_IN_FLIGHT - 1, 1)])
def test_a_busy_link_gets_no_further_question(busy: int, asked: int) -> None:
    chores = {f"X{number}": Chore(in_flight=True) for number in range(busy)}
    turn = turn_with(payment(State.UNKNOWN), chores=chores | {"idle": Chore()})
    payments.on_tick(turn)
    assert len(turn.effects) == asked


def test_a_restart_closes_what_was_open_and_asks_about_the_rest() -> None:
    turn = turn_with(
        payment(State.SHOWN),
        replace(payment(State.UNKNOWN), payment_id="Q"),
        replace(payment(State.PAID), payment_id="R"),
        replace(payment(State.CLOSED), payment_id="S"),
    )
    payments.recover(turn)
    assert moves(turn) == [Event.CLOSE_WANTED]
    assert turn.effects == [QUERY, QueryPayment("Q", 100), IssueReceipts("R")]
    (record,) = turn.records
    assert isinstance(record, PaymentMoved)
    assert record.evidence == {"why": "restart"}


# --- what an operator forced ---------------------------------------------------------------------------


def test_a_close_without_an_answer_is_asked_again_while_a_correction_is_unconfirmed() -> None:
    turn = turn_with(
        payment(State.CLOSED, unconfirmed=True), chores={"P": Chore(1, in_flight=True)}
    )
    payments.on_close_reply(turn, CLOSE, LOST)
    assert (turn.chore("P").attempt, turn.chore("P").due_s) == (2, NOW_S + 10)
    assert (state_of(turn), turn.records) == (State.CLOSED, [])


def test_an_operator_who_asks_again_does_not_double_a_question() -> None:
    chore = Chore(2, NOW_S + 900, in_flight=True)
    turn = turn_with(payment(State.UNKNOWN), chores={"P": chore})
    payments.ask_now(turn, "P")
    assert (turn.effects, turn.chore("P")) == ([], chore)


def test_a_correction_to_paid_that_the_platform_bears_out_asks_for_its_receipts_at_once() -> None:
    turn = turn_with(payment(State.PAID, unconfirmed=True), chores={"P": Chore(3, NOW_S + 900)})
    payments.hear(turn, seen(PlatformState.PAID))
    assert turn.effects == [IssueReceipts("P")]
    assert not turn.ledger.payments["P"].unconfirmed

"""Money in the ledger: evidence moves payments, chores ask until everything is known.

Nothing here knows of pages; `paying` lets the screen follow.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.events import StatementSays
from kiosk.domain.kiosk import Chore
from kiosk.domain.ledger import Payment
from kiosk.domain.payment import ASKED_ABOUT, FINAL, Event, State, after, can_take
from kiosk.domain.platform import (
    AnswerLost,
    ClosePayment,
    IssueReceipts,
    NotSent,
    Outcome,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    ReceiptsIssued,
    Refused,
)
from kiosk.domain.records import (
    CorrectionConfirmed,
    EvidenceKept,
    PaymentMoved,
    ReceiptOwed,
)
from kiosk.domain.turn import Turn

HEARD = {
    PlatformState.OPEN: Event.SEEN_OPEN,
    PlatformState.USER_PAYING: Event.SEEN_OPEN,
    PlatformState.NOT_FOUND: Event.SEEN_OPEN,  # not terminal: a delayed create may still come
    PlatformState.PAID: Event.SEEN_PAID,
    PlatformState.CLOSED: Event.SEEN_CLOSED,
    PlatformState.VOIDED: Event.SEEN_VOIDED,
}

AGREES = {Event.SEEN_PAID: State.PAID, Event.SEEN_CLOSED: State.CLOSED}
"""The platform's answer that bears out what an operator had forced."""

Evidence = dict[str, str | int]


def hear(turn: Turn, seen: PaymentSeen) -> None:
    """Apply what the platform said about a payment, as far as the table has an edge for it.

    "Still open" is news only to the janitor: any other answer that says so may be an old one.
    """
    payment = turn.ledger.payments.get(seen.payment_id)
    if payment is None or seen.amount_fen != payment.amount_fen:
        return
    event = HEARD[seen.state]
    if event is Event.SEEN_OPEN:
        return
    if can_take(payment.state, event):
        move(turn, payment.payment_id, event, evidence_of(seen))
    elif payment.unconfirmed and AGREES.get(event) is payment.state:
        turn.record(CorrectionConfirmed(payment.payment_id, evidence_of(seen)))
        turn.drop_chore(payment.payment_id)
        tend(turn, payment.payment_id)
    elif payment.state is State.CONFLICT:
        turn.record(EvidenceKept(payment.payment_id, evidence_of(seen)))


def move(turn: Turn, payment_id: str, event: Event, evidence: Evidence) -> None:
    """Take one edge of the payment table and see to what the new state needs."""
    payment = turn.ledger.payments[payment_id]
    state = after(payment.state, event)
    turn.record(PaymentMoved(payment_id, event, state, evidence))
    if event is Event.GAVE_UP:
        return  # Asked about as before.
    if event is Event.CLOSE_LOST:
        ask_later(turn, payment_id, evidence)
        return
    before = turn.chore(payment_id)
    turn.drop_chore(payment_id)
    if state not in FINAL:
        turn.set_chore(payment_id, Chore(before.attempt, turn.now_s, before.since_s))
    tend(turn, payment_id)


def evidence_of(seen: PaymentSeen) -> Evidence:
    """What the journal keeps of an answer; nothing personal."""
    evidence: Evidence = {"answer": seen.state.value, "amount_fen": seen.amount_fen}
    if seen.state is PlatformState.PAID:
        evidence["wallet"] = seen.wallet
        evidence["transaction_no"] = seen.transaction_no
        evidence["paid_at"] = seen.paid_at.isoformat() if seen.paid_at else ""
    return evidence


def fact_of(outcome: Outcome) -> Evidence:
    """What the journal keeps of a call that brought no usable answer."""
    match outcome:
        case NotSent(reason):
            return {"fact": "not_sent", "reason": reason}
        case AnswerLost(reason):
            return {"fact": "answer_lost", "reason": reason}
        case Refused(code, _):
            return {"fact": "refused", "reason": code.value}
        case _:
            return {"fact": "unexpected_answer", "reason": type(outcome).__name__}


def on_status_reply(turn: Turn, call: QueryPayment, outcome: Outcome) -> None:
    """Hear the answer; a query of the janitor then goes on to close, or asks again later."""
    before = turn.ledger.payments.get(call.payment_id)
    if before is None:
        return
    if isinstance(outcome, PaymentSeen):
        hear(turn, outcome)
    after_it = turn.ledger.payments[call.payment_id]
    payment_id, state = call.payment_id, after_it.state
    chore = turn.chore(payment_id)
    if call.wait_s > 0 or chore.closing:
        return  # A page's long poll, or an answer that comes a second time.
    if state is State.CLOSING or (after_it.unconfirmed and isinstance(outcome, PaymentSeen)):
        # Close follows the query with no gap.
        turn.want(ClosePayment(payment_id, before.amount_fen, turn.is_awaited(payment_id)))
        turn.set_chore(payment_id, replace(chore, closing=True))
    elif isinstance(outcome, PaymentSeen) and can_take(state, Event.SEEN_OPEN):
        move(turn, payment_id, Event.SEEN_OPEN, evidence_of(outcome))
    elif state in ASKED_ABOUT or after_it.unconfirmed:
        ask_later(turn, payment_id, fact_of(outcome))


def on_close_reply(turn: Turn, call: ClosePayment, outcome: Outcome) -> None:
    """The platform's word on a close; silence makes the payment UNKNOWN."""
    if call.payment_id not in turn.ledger.payments:
        return
    if isinstance(outcome, PaymentSeen):
        hear(turn, outcome)
    payment = turn.ledger.payments[call.payment_id]
    if payment.state is State.CLOSING:
        move(turn, call.payment_id, Event.CLOSE_LOST, fact_of(outcome))
    elif payment.unconfirmed:
        turn.postpone(call.payment_id)


def on_statement(turn: Turn, says: StatementSays) -> None:
    """The last word on a payment: forces what nobody answered, contradicts what was wrong."""
    payment = turn.ledger.payments.get(says.payment_id)
    if payment is None:
        return
    evidence: Evidence = {"statement": says.statement, "paid_fen": says.paid_fen}
    event = Event.RECON_PAID if says.paid_fen else Event.RECON_ABSENT
    right_amount = says.paid_fen in (0, payment.amount_fen)
    if right_amount and can_take(payment.state, event):
        move(turn, payment.payment_id, event, evidence)
    elif not right_amount or payment.state is State.CONFLICT:
        turn.record(EvidenceKept(payment.payment_id, evidence))


def on_issue_reply(turn: Turn, call: IssueReceipts, outcome: Outcome) -> bool:
    """Record the receipts of a paid payment; False while they are still unknown."""
    payment = turn.ledger.payments.get(call.payment_id)
    if payment is None or not payment.wants_receipts:
        return False
    if not isinstance(outcome, ReceiptsIssued) or not _are_receipts_of(payment, outcome):
        turn.postpone(payment.payment_id)
        return False
    for head in outcome.receipts:
        turn.record(ReceiptOwed(payment.payment_id, head.receipt_no, head.bill_no, head.amount_fen))
    turn.drop_chore(payment.payment_id)
    return True


def _are_receipts_of(payment: Payment, answer: ReceiptsIssued) -> bool:
    paid = sorted((bill.bill_no, bill.amount_fen) for bill in payment.bills)
    return paid == sorted((head.bill_no, head.amount_fen) for head in answer.receipts)


def close(turn: Turn, payment_id: str, why: str) -> None:
    """Want it closed, if it is still open as far as we know."""
    state = turn.ledger.payments[payment_id].state
    if can_take(state, Event.CLOSE_WANTED):
        move(turn, payment_id, Event.CLOSE_WANTED, {"why": why})


def ask_later(turn: Turn, payment_id: str, evidence: Evidence) -> None:
    """By the janitor's schedule; after seven days a human decides, too."""
    turn.postpone(payment_id)
    chore, payment = turn.chore(payment_id), turn.ledger.payments[payment_id]
    asked_enough = chore.attempt >= len(turn.rules.janitor_s)
    old = _age_s(turn, payment, chore) >= turn.rules.give_up_s
    if asked_enough and old and can_take(payment.state, Event.GAVE_UP):
        move(turn, payment_id, Event.GAVE_UP, evidence)


def _age_s(turn: Turn, payment: Payment, chore: Chore) -> float:
    """Wall time spans restarts, the process's own time survives a clock put back."""
    by_wall_s = turn.wall.timestamp() - payment.intended_s if payment.intended_s else 0.0
    return max(by_wall_s, turn.now_s - chore.since_s)


def tend(turn: Turn, payment_id: str) -> None:
    """Ask the platform what the payment's state calls for, if that is due and not asked yet."""
    payment = turn.ledger.payments[payment_id]
    chore = turn.chore(payment_id)
    awaited = turn.is_awaited(payment_id)
    if chore.in_flight or chore.due_s > turn.now_s or (turn.is_busy and not awaited):
        return
    if payment.state in ASKED_ABOUT or payment.unconfirmed:
        turn.want(QueryPayment(payment_id, payment.amount_fen, awaited=awaited))
    elif payment.wants_receipts:
        turn.want(IssueReceipts(payment_id, awaited))
    else:
        return
    turn.set_chore(payment_id, replace(chore, in_flight=True))


def ask_now(turn: Turn, payment_id: str) -> None:
    """An operator wants to know: the next question is due at once."""
    chore = turn.chore(payment_id)
    if not chore.in_flight:
        turn.set_chore(payment_id, replace(chore, due_s=turn.now_s))
        tend(turn, payment_id)


def recover(turn: Turn) -> None:
    """At start no page drives any payment: every open one is closed or asked about."""
    for payment in turn.ledger.open_payments:
        close(turn, payment.payment_id, "restart")
        tend(turn, payment.payment_id)


def on_tick(turn: Turn) -> None:
    for payment in turn.ledger.open_payments:
        tend(turn, payment.payment_id)

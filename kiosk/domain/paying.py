"""The pages of money: confirm, QR, checking; the screen follows the payment's state."""

from __future__ import annotations

import hashlib

from kiosk.domain import papers, payments, still_due, visits
from kiosk.domain.bill import parts_of
from kiosk.domain.frozen import replace
from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.kiosk import Link
from kiosk.domain.ledger import MAX_UNSETTLED, Payment
from kiosk.domain.payment import FINAL, Event, State
from kiosk.domain.platform import (
    BillToPay,
    CreatePayment,
    IssueReceipts,
    NotSent,
    Offer,
    Outcome,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    ReceiptsIssued,
    Refusal,
    Refused,
    SubjectKind,
)
from kiosk.domain.records import PaymentIntended
from kiosk.domain.turn import Turn
from kiosk.domain.visit import (
    CheckCause,
    Checking,
    Choosing,
    Confirming,
    Notice,
    Paying,
    Printing,
    Trouble,
    TroubleKind,
)

REFUSALS_OF_CREATE = frozenset(
    {
        Refusal.ALREADY_PAID,
        Refusal.AMOUNT_CHANGED,
        Refusal.LEASED,
        Refusal.PAYMENT_CLOSED,
        Refusal.NOT_FOUND,
        Refusal.INVALID,
    }
)
"""Only these prove that no payment was opened; KEY_REUSED and RATE_LIMITED prove nothing."""

WaitingPage = Paying | Checking | Trouble  # for a payment; built once, `follow` runs at every turn


# --- agreeing --------------------------------------------------------------------------------


def on_pay_touched(turn: Turn, page: Choosing) -> None:
    """Straight to the QR, unless something needs a second look or the link is down."""
    if not page.chosen:
        return
    page = replace(page, notice=None, auto_collect_at_s=None)
    if Offer.PAYMENTS not in turn.rules.offers:
        turn.show(Trouble(TroubleKind.QUERY_ONLY, page))
        return
    if turn.kiosk.is_answered_by_others:
        turn.show(Trouble(TroubleKind.NOT_GENUINE, page))
        return
    if turn.kiosk.link is Link.DOWN:
        turn.show(Trouble(TroubleKind.NOT_PAID_NETWORK, page, can_retry=True))
        return
    assert turn.visit is not None
    assert turn.visit.subject is not None
    other_payer = turn.visit.subject.kind is SubjectKind.PAYMENT_CODE
    no_receipt_now = not turn.kiosk.can_print
    if other_payer or no_receipt_now:
        turn.show(Confirming(page, no_receipt_now=no_receipt_now, other_payer=other_payer))
    else:
        _begin(turn, page, receipt_later=False)


def _in_doubt_about(turn: Turn, choosing: Choosing) -> Payment | None:
    """An earlier payment for one of these bills whose QR was shown and whose end is not known."""
    wanted = {bill.bill_no for bill in choosing.chosen}
    for payment in turn.ledger.open_payments:
        unsettled = payment.was_shown and payment.state not in FINAL
        if unsettled and any(bill.bill_no in wanted for bill in payment.bills):
            return payment
    return None


def on_agree_touched(turn: Turn, page: Confirming) -> None:
    """Pay, unless the printer failed since the page was drawn: then ask once more."""
    if not turn.kiosk.can_print and not page.no_receipt_now:
        turn.show(replace(page, no_receipt_now=True))
    else:
        _begin(turn, page.choosing, receipt_later=page.no_receipt_now)


def _begin(turn: Turn, choosing: Choosing, *, receipt_later: bool) -> None:
    assert turn.visit is not None
    assert turn.visit.subject is not None
    bills = choosing.chosen
    assert bills, "nothing to pay"
    if doubtful := _in_doubt_about(turn, choosing):
        _show_doubt(turn, doubtful, choosing)
        return
    if turn.kiosk.low_space:
        turn.show(Trouble(TroubleKind.NO_SPACE, choosing))
        return
    if len(turn.ledger.open_payments) >= MAX_UNSETTLED:  # The platform settles nothing any more.
        turn.show(Trouble(TroubleKind.NOT_PAID_NETWORK, choosing, can_retry=True))
        return
    if turn.kiosk.is_answered_by_others:
        turn.show(Trouble(TroubleKind.NOT_GENUINE, choosing))
        return
    payment_id = turn.new_id(turn.rules.kiosk_id)
    turn.record(
        PaymentIntended(
            payment_id=payment_id,
            visit_id=turn.visit.visit_id,
            subject_digest=turn.visit.subject.digest,
            inquiry_code=inquiry_code(payment_id),
            bills=tuple(BillToPay(b.bill_no, b.version, b.amount_fen) for b in bills),
            amount_fen=choosing.total_fen,
            receipt_later=receipt_later,
            intended_s=int(turn.wall.timestamp()),
            parts=parts_of(bills),
        )
    )
    turn.show(Paying(payment_id, choosing, bills, choosing.total_fen))
    _send_create(turn, payment_id)


def _send_create(turn: Turn, payment_id: str) -> None:
    payment = turn.ledger.payments[payment_id]
    turn.want(
        CreatePayment(
            payment_id,
            payment.inquiry_code,
            payment.bills,
            payment.amount_fen,
            turn.rules.qr_valid_s,
        )
    )


# --- replies -----------------------------------------------------------------------------------


def on_create_reply(turn: Turn, call: CreatePayment, outcome: Outcome) -> None:
    payment = turn.ledger.payments.get(call.payment_id)
    if payment is None:
        return
    waiting = payment.state in (State.INTENT, State.CREATE_UNKNOWN)
    match outcome:
        case PaymentSeen() if waiting and outcome.state is not PlatformState.NOT_FOUND:
            _opened(turn, outcome)
        case PaymentSeen():
            payments.hear(turn, outcome)
        case Refused(code, _) if waiting and code in REFUSALS_OF_CREATE:
            payments.move(
                turn,
                payment.payment_id,
                Event.CREATE_REFUSED,
                payments.fact_of(outcome),
            )
            _show_refusal(turn, payment, code)
        case _ if waiting:
            _create_again(turn, payment, outcome)
        case _:
            pass  # Closing is under way and will bring the evidence.


def _opened(turn: Turn, seen: PaymentSeen) -> None:
    evidence = payments.evidence_of(seen) | {
        "qr_sha256": hashlib.sha256(seen.qr_url.encode()).hexdigest()[:16],
        "expires_in_s": int(seen.expires_in_s),
    }
    payments.move(turn, seen.payment_id, Event.CREATED, evidence)
    if seen.state is not PlatformState.OPEN:
        payments.hear(turn, seen)
    page = _page_of(turn, seen.payment_id)
    if page is None:
        payments.close(turn, seen.payment_id, "nobody is waiting")
        return
    valid_s = max(0.0, seen.expires_in_s - turn.rules.qr_hide_s)
    shown = replace(
        page,
        qr_url=seen.qr_url,
        valid_s=valid_s,
        hide_at_s=turn.now_s + valid_s,
        retry_at_s=None,
        unstable_link=False,
    )
    shown = replace(shown, user_paying=seen.state is PlatformState.USER_PAYING)
    if turn.ledger.payments[seen.payment_id].state is State.SHOWN:
        _watch(turn, shown)  # else `follow` leads the page to where the money is


def _page_of(turn: Turn, payment_id: str) -> Paying | None:
    page = turn.page
    return page if isinstance(page, Paying) and page.payment_id == payment_id else None


def _create_again(turn: Turn, payment: Payment, outcome: Outcome) -> None:
    """No usable answer: the same key again while the resident waits, then close."""
    if payment.state is State.INTENT and not isinstance(outcome, NotSent):
        payments.move(turn, payment.payment_id, Event.CREATE_LOST, payments.fact_of(outcome))
    page = _page_of(turn, payment.payment_id)
    if page is None:
        return
    if page.attempt < turn.rules.create_tries:
        retry_at_s = turn.now_s + turn.rules.create_retry_s
        turn.show(replace(page, retry_at_s=retry_at_s, unstable_link=True))
    else:
        give_up(turn, page, CheckCause.CREATE_LOST)


def _show_refusal(turn: Turn, payment: Payment, code: Refusal) -> None:
    page = _page_of(turn, payment.payment_id)
    if page is None:
        return
    match code:
        case Refusal.AMOUNT_CHANGED:
            visits.search_again(turn, compare_with=page.bills)
        case Refusal.ALREADY_PAID | Refusal.NOT_FOUND:
            visits.search_again(turn, notice=Notice.PAID_ELSEWHERE)
        case Refusal.LEASED:
            turn.show(Trouble(TroubleKind.LEASED, page.choosing, can_retry=True))
        case _:
            trouble = Trouble(TroubleKind.NOT_PAID_REFUSED, page.choosing, reason=code.value)
            turn.show(replace(trouble, can_retry=True))


def on_status_reply(turn: Turn, call: QueryPayment, outcome: Outcome) -> None:
    payments.on_status_reply(turn, call, outcome)
    page = _page_of(turn, call.payment_id)
    if page is None or call.wait_s == 0:
        return
    # One failed poll never ends the polling: the next is always asked or scheduled.
    seen = isinstance(outcome, PaymentSeen)
    user_paying = isinstance(outcome, PaymentSeen) and outcome.state is PlatformState.USER_PAYING
    page = replace(page, unstable_link=not seen, user_paying=user_paying)
    news = user_paying and call.known_state is PlatformState.OPEN
    waited = turn.now_s - page.asked_at_s >= turn.rules.poll_gap_s
    if turn.ledger.payments[call.payment_id].state is not State.SHOWN:
        return  # `follow` leads the page to where the money is.
    if seen and (news or waited):
        _watch(turn, page)
    else:  # The platform did not hold the question back, or it did not answer.
        gap_s = turn.rules.poll_gap_s if seen else turn.rules.poll_retry_s
        turn.show(replace(page, query_at_s=turn.now_s + gap_s))


def _watch(turn: Turn, page: Paying) -> None:
    """Ask for the next change of a payment whose QR is on the screen (long poll)."""
    known = PlatformState.USER_PAYING if page.user_paying else PlatformState.OPEN
    turn.show(replace(page, query_at_s=None, asked_at_s=turn.now_s))
    turn.want(QueryPayment(page.payment_id, page.amount_fen, known, turn.rules.poll_wait_s))


def on_issue_reply(turn: Turn, call: IssueReceipts, outcome: Outcome) -> None:
    if not payments.on_issue_reply(turn, call, outcome):
        return
    assert isinstance(outcome, ReceiptsIssued)
    page = turn.page
    if isinstance(page, Printing) and page.payment_id == call.payment_id and not page.items:
        papers.start(turn, outcome.receipts, page)


# --- time ------------------------------------------------------------------------------------------


def on_tick(turn: Turn) -> None:
    """Drive the payment that is on the screen: retries, long polls, the QR's end."""
    page = turn.page
    if not isinstance(page, Paying):
        return
    shown = turn.ledger.payments[page.payment_id].state is State.SHOWN
    if page.retry_at_s is not None and page.retry_at_s <= turn.now_s:
        turn.show(replace(page, retry_at_s=None, attempt=page.attempt + 1))
        _send_create(turn, page.payment_id)
    elif shown and page.hide_at_s <= turn.now_s:
        give_up(turn, page, CheckCause.EXPIRED)
    elif shown and page.query_at_s is not None and page.query_at_s <= turn.now_s:
        known = PlatformState.USER_PAYING if page.user_paying else PlatformState.OPEN
        turn.show(replace(page, query_at_s=None))
        turn.want(QueryPayment(page.payment_id, page.amount_fen, known, turn.rules.poll_wait_s))


def give_up(turn: Turn, page: Paying, cause: CheckCause) -> None:
    """Stop paying: close at the platform and show that we are checking."""
    payments.close(turn, page.payment_id, cause.value)
    turn.show(Checking(page.payment_id, page.choosing, cause, turn.now_s, page.amount_fen))


# --- the screen follows the money --------------------------------------------------------------------


def follow(turn: Turn) -> None:
    """Move the page that waits for a payment to where the payment's state belongs."""
    page = turn.page
    if not isinstance(page, WaitingPage) or not page.payment_id:
        return
    payment = turn.ledger.payments.get(page.payment_id)
    if payment is None:
        return
    if payment.state is State.PAID:
        late = not isinstance(page, Paying)
        still_due.paid(turn, payment)
        turn.show(Printing((), payment.payment_id, payment.amount_fen, turn.now_s, late=late))
    elif payment.state is State.CLOSED:
        _show_not_charged(turn, page)
    elif payment.state in (State.CONFLICT, State.VOIDED):
        if not isinstance(page, Trouble):
            _show_doubt(turn, payment, page.choosing)
    elif isinstance(page, Checking) and turn.now_s - page.since_s >= turn.rules.doubt_after_s:
        if page.cause is CheckCause.CREATE_LOST:
            # No QR was ever on a screen, so nobody can have paid it.
            turn.show(Trouble(TroubleKind.NOT_PAID_NETWORK, page.choosing, can_retry=True))
        else:
            _show_doubt(turn, payment, page.choosing)


def _show_not_charged(turn: Turn, page: Paying | Checking | Trouble) -> None:
    cause = page.cause if isinstance(page, Checking) else CheckCause.EXPIRED
    match cause:
        case CheckCause.LEFT:
            visits.end(turn, "left")
        case CheckCause.CANCELLED if page.choosing is not None:
            turn.show(replace(page.choosing, notice=Notice.NOT_CHARGED))
        case CheckCause.CREATE_LOST:
            turn.show(Trouble(TroubleKind.NOT_PAID_NETWORK, page.choosing, can_retry=True))
        case _:
            turn.show(Trouble(TroubleKind.NOT_PAID_EXPIRED, page.choosing, can_retry=True))


def _show_doubt(turn: Turn, payment: Payment, choosing: Choosing) -> None:
    """Nobody knows: the inquiry code on the screen, and on a slip to take home."""
    papers.print_slip(turn, payment)
    turn.show(
        Trouble(
            TroubleKind.MONEY_IN_DOUBT,
            choosing,
            payment.payment_id,
            payment.inquiry_code,
            payment.amount_fen,
        )
    )

"""The pages of money, one turn at a time: intent, QR, polls, and where the money leads the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drivers.api import PrinterStatus, Role
from kiosk.domain import paying
from kiosk.domain.effects import PrintSlip
from kiosk.domain.kiosk import FORGED_ANSWERS, Link, Presence
from kiosk.domain.ledger import MAX_UNSETTLED, Payment
from kiosk.domain.payment import State
from kiosk.domain.platform import (
    AnswerLost,
    BillToPay,
    CreatePayment,
    IssueReceipts,
    NotSent,
    Offer,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    ReceiptsIssued,
    Refusal,
    Refused,
    Subject,
    SubjectKind,
)
from kiosk.domain.records import PaymentIntended, PaymentMoved, VisitEnded
from kiosk.domain.turn import Turn
from kiosk.domain.visit import (
    CheckCause,
    Checking,
    Choosing,
    Confirming,
    Notice,
    Page,
    Paying,
    Printing,
    Searching,
    Trouble,
    TroubleKind,
    Visit,
)
from tests.support.people import bill, head_of, receipt_of
from tests.support.turns import NOW_S, RULES, WALL, turn_with

ME = Subject(SubjectKind.PERSON, "330199190001010010", "张三", "digest")
BY_CODE = Subject(SubjectKind.PAYMENT_CODE, bill(1).bill_no, digest="code")
BILLS = (bill(1, 60), bill(2, 40))
CHOOSING = Choosing(BILLS, (), frozenset(each.bill_no for each in BILLS))
PAGE = Paying("P", CHOOSING, BILLS, 100)
LOST, NOT_SENT = AnswerLost("time-out"), NotSent("no route")
CREATE = CreatePayment(
    "P", "CODE", tuple(BillToPay(b.bill_no, 1, b.amount_fen) for b in BILLS), 100, 180
)
READY = {
    "presence": {Role.RECEIPT_PRINTER: Presence.UP},
    "printer": PrinterStatus(),
    "link": Link.UP,
}


def known(state: State, **fields: Any) -> Payment:
    payment = Payment("P", "V", "digest", "CODE", CREATE.bills, 100, receipt_later=False)
    return replace(payment, state=state, intended_s=int(WALL.timestamp()), **fields)


def on(page: Page, *payments: Payment, subject: Subject = ME, **fields: Any) -> Turn:
    return turn_with(*payments, visit=Visit("V", page, subject, NOW_S), **READY | fields)


def page_of(turn: Turn) -> Page:
    assert turn.page is not None
    return turn.page


def seen(state: PlatformState = PlatformState.OPEN, **fields: Any) -> PaymentSeen:
    answer = PaymentSeen("P", state, 100, qr_url="https://pay/P", expires_in_s=180.0)
    return replace(answer, **fields)


# --- agreeing ----------------------------------------------------------------------------------


def test_one_touch_intends_the_payment_and_asks_for_it() -> None:
    page = replace(CHOOSING, notice=Notice.TOO_MANY, auto_collect_at_s=9.0)
    turn = on(page)
    paying.on_pay_touched(turn, page)
    assert turn.records == [
        PaymentIntended(
            payment_id="K1-fresh",
            visit_id="V",
            subject_digest="digest",
            inquiry_code=turn.ledger.payments["K1-fresh"].inquiry_code,
            bills=CREATE.bills,
            amount_fen=100,
            receipt_later=False,
            intended_s=int(WALL.timestamp()),
            parts=(("065080906", "杭州市公安局交通警察支队", "10304", 100),),
        )
    ]
    assert page_of(turn) == Paying("K1-fresh", CHOOSING, BILLS, 100)
    code = turn.ledger.payments["K1-fresh"].inquiry_code
    assert turn.effects == [replace(CREATE, payment_id="K1-fresh", inquiry_code=code)]


def test_nothing_chosen_is_nothing_to_pay() -> None:
    page = replace(CHOOSING, selected=frozenset())
    turn = on(page)
    paying.on_pay_touched(turn, page)
    assert not turn.end()[1]


def test_without_a_link_no_payment_is_intended() -> None:
    turn = on(CHOOSING, link=Link.DOWN)
    paying.on_pay_touched(turn, CHOOSING)
    assert page_of(turn) == Trouble(TroubleKind.NOT_PAID_NETWORK, CHOOSING, can_retry=True)
    assert not turn.records


def test_a_link_that_is_not_known_yet_is_tried() -> None:
    turn = on(CHOOSING, link=Link.UNKNOWN)
    paying.on_pay_touched(turn, CHOOSING)
    assert isinstance(page_of(turn), Paying)


@pytest.mark.parametrize(
    ("subject", "printer", "no_receipt_now", "other_payer"),
    [(BY_CODE, PrinterStatus(), False, True), (ME, None, True, False), (BY_CODE, None, True, True)],
)
def test_what_needs_a_second_look_is_asked_first(
    subject, printer, no_receipt_now, other_payer
) -> None:
    turn = on(CHOOSING, subject=subject, printer=printer)
    paying.on_pay_touched(turn, CHOOSING)
    assert page_of(turn) == Confirming(
        CHOOSING, no_receipt_now=no_receipt_now, other_payer=other_payer
    )
    assert not turn.records


@pytest.mark.parametrize("later", [False, True])
def test_agreeing_pays_with_the_receipt_as_agreed(later: bool) -> None:
    page = Confirming(CHOOSING, no_receipt_now=later, other_payer=True)
    turn = on(page)
    paying.on_agree_touched(turn, page)
    (intended,) = turn.records
    assert isinstance(intended, PaymentIntended)
    assert intended.receipt_later is later


def test_a_printer_that_failed_meanwhile_is_asked_about_once_more() -> None:
    page = Confirming(CHOOSING, other_payer=True)
    turn = on(page, printer=None)
    paying.on_agree_touched(turn, page)
    assert page_of(turn) == replace(page, no_receipt_now=True)
    assert not turn.records


def test_agreeing_without_a_printer_is_agreeing_to_collect_later() -> None:
    page = Confirming(CHOOSING, no_receipt_now=True)
    turn = on(page, printer=None)
    paying.on_agree_touched(turn, page)
    assert isinstance(page_of(turn), Paying)


def test_a_nearly_full_disk_begins_no_payment() -> None:
    turn = on(CHOOSING, low_space=True)
    paying.on_pay_touched(turn, CHOOSING)
    assert page_of(turn) == Trouble(TroubleKind.NO_SPACE, CHOOSING)
    assert not turn.records


@pytest.mark.parametrize("state", [State.CLOSING, State.UNKNOWN, State.CASE])
def test_a_bill_whose_qr_was_shown_is_not_paid_again_while_nobody_knows(state: State) -> None:
    turn = on(CHOOSING, known(state, was_shown=True))
    paying.on_pay_touched(turn, CHOOSING)
    page = page_of(turn)
    assert isinstance(page, Trouble)
    assert (page.kind, page.payment_id) == (TroubleKind.MONEY_IN_DOUBT, "P")
    assert (page.inquiry_code, page.amount_fen, page.choosing) == ("CODE", 100, CHOOSING)
    assert not any(isinstance(record, PaymentIntended) for record in turn.records)


OTHER_BILLS = (BillToPay("other", 1, 100),)


@pytest.mark.parametrize(
    "payment",
    [
        known(State.UNKNOWN),
        known(State.UNKNOWN, was_shown=True, bills=OTHER_BILLS),
        known(State.PAID, was_shown=True),
    ],
)
def test_a_bill_that_nobody_can_have_paid_is_paid_now(payment: Payment) -> None:
    turn = on(CHOOSING, payment)
    paying.on_pay_touched(turn, CHOOSING)
    assert isinstance(page_of(turn), Paying)


# --- the answer to create ------------------------------------------------------------------------


def test_an_opened_payment_shows_its_qr_until_shortly_before_it_expires() -> None:
    turn = on(replace(PAGE, retry_at_s=9.0, unstable_link=True), known(State.INTENT))
    paying.on_create_reply(turn, CREATE, seen())
    assert page_of(turn) == replace(
        PAGE,
        qr_url="https://pay/P",
        valid_s=170.0,
        hide_at_s=NOW_S + 170.0,
        asked_at_s=NOW_S,
    )
    assert turn.effects == [QueryPayment("P", 100, PlatformState.OPEN, RULES.poll_wait_s)]
    (moved,) = turn.records
    assert isinstance(moved, PaymentMoved)
    assert moved.evidence["expires_in_s"] == 180
    assert len(str(moved.evidence["qr_sha256"])) == 16


def test_a_qr_that_expires_at_once_is_never_valid() -> None:
    turn = on(PAGE, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, seen(expires_in_s=3.0))
    page = page_of(turn)
    assert isinstance(page, Paying)
    assert (page.valid_s, page.hide_at_s) == (0.0, NOW_S)


def test_a_wallet_that_is_already_there_is_seen() -> None:
    turn = on(PAGE, known(State.CREATE_UNKNOWN))
    paying.on_create_reply(turn, CREATE, seen(PlatformState.USER_PAYING))
    page = page_of(turn)
    assert isinstance(page, Paying)
    assert page.user_paying
    query = QueryPayment("P", 100, PlatformState.USER_PAYING, RULES.poll_wait_s)
    assert turn.effects == [query]


def test_a_payment_that_was_paid_before_its_answer_is_not_polled() -> None:
    turn = on(PAGE, known(State.CREATE_UNKNOWN))
    paying.on_create_reply(turn, CREATE, seen(PlatformState.PAID))
    assert turn.effects == [IssueReceipts("P")]
    assert turn.ledger.payments["P"].state is State.PAID


def test_a_payment_that_opens_when_nobody_waits_is_closed() -> None:
    turn = on(CHOOSING, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, seen())
    last = turn.records[-1]
    assert isinstance(last, PaymentMoved)
    assert (last.state, last.evidence) == (State.CLOSING, {"why": "nobody is waiting"})
    assert page_of(turn) == CHOOSING


def test_another_payments_page_is_left_alone() -> None:
    other = replace(PAGE, payment_id="Q")
    turn = on(other, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, seen())
    assert page_of(turn) == other


@pytest.mark.parametrize(
    ("state", "outcome", "after"),
    [
        (State.INTENT, NOT_SENT, State.INTENT),
        (State.INTENT, LOST, State.CREATE_UNKNOWN),
        (State.INTENT, seen(PlatformState.NOT_FOUND), State.INTENT),
        (State.INTENT, Refused(Refusal.RATE_LIMITED), State.CREATE_UNKNOWN),
        (State.CREATE_UNKNOWN, LOST, State.CREATE_UNKNOWN),
    ],
)
def test_a_create_without_a_usable_answer_is_repeated_with_the_same_key(
    state, outcome, after
) -> None:
    turn = on(PAGE, known(state))
    paying.on_create_reply(turn, CREATE, outcome)
    assert turn.ledger.payments["P"].state is after
    if not isinstance(outcome, PaymentSeen):
        retry_at_s = NOW_S + RULES.create_retry_s
        assert page_of(turn) == replace(PAGE, retry_at_s=retry_at_s, unstable_link=True)


def test_the_last_try_gives_up_and_says_that_it_is_being_checked() -> None:
    turn = on(replace(PAGE, attempt=3), known(State.CREATE_UNKNOWN))
    paying.on_create_reply(turn, CREATE, LOST)
    assert page_of(turn) == Checking("P", CHOOSING, CheckCause.CREATE_LOST, NOW_S, 100)
    (moved,) = turn.records
    assert isinstance(moved, PaymentMoved)
    assert moved.evidence == {"why": "create_lost"}


def test_a_lost_create_that_nobody_waits_for_is_left_to_the_janitor() -> None:
    turn = on(CHOOSING, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, LOST)
    assert page_of(turn) == CHOOSING
    assert turn.ledger.payments["P"].state is State.CREATE_UNKNOWN


def test_the_answer_to_a_create_that_is_being_closed_changes_no_page() -> None:
    checking = Checking("P", CHOOSING, CheckCause.LEFT, NOW_S, 100)
    for outcome in (LOST, Refused(Refusal.LEASED), seen()):
        turn = on(checking, known(State.CLOSING))
        paying.on_create_reply(turn, CREATE, outcome)
        assert not turn.end()[1]


def test_a_create_answered_with_paid_while_closing_is_heard() -> None:
    turn = on(Checking("P", CHOOSING, CheckCause.LEFT, NOW_S, 100), known(State.CLOSING))
    paying.on_create_reply(turn, CREATE, seen(PlatformState.PAID))
    assert turn.ledger.payments["P"].state is State.PAID


def test_an_answer_to_nobodys_create_changes_nothing() -> None:
    turn = on(CHOOSING)
    paying.on_create_reply(turn, CREATE, seen())
    assert not turn.end()[1]


@pytest.mark.parametrize(
    ("code", "page"),
    [
        (Refusal.LEASED, Trouble(TroubleKind.LEASED, CHOOSING, can_retry=True)),
        *(
            (
                code,
                Trouble(TroubleKind.NOT_PAID_REFUSED, CHOOSING, reason=code.value, can_retry=True),
            )
            for code in (Refusal.PAYMENT_CLOSED, Refusal.INVALID)
        ),
        (Refusal.AMOUNT_CHANGED, Searching("L-fresh", NOW_S, compare_with=BILLS)),
        (Refusal.ALREADY_PAID, Searching("L-fresh", NOW_S, notice=Notice.PAID_ELSEWHERE)),
        (Refusal.NOT_FOUND, Searching("L-fresh", NOW_S, notice=Notice.PAID_ELSEWHERE)),
    ],
)
def test_a_refused_create_leads_where_its_reason_says(code: Refusal, page: Page) -> None:
    turn = on(PAGE, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, Refused(code))
    assert page_of(turn) == page
    assert turn.ledger.payments["P"].state is State.REFUSED


@pytest.mark.parametrize("code", [Refusal.KEY_REUSED, Refusal.RATE_LIMITED, Refusal.WINDOW_PASSED])
def test_a_refusal_that_proves_nothing_ends_nothing(code: Refusal) -> None:
    turn = on(PAGE, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, Refused(code))
    assert turn.ledger.payments["P"].state is State.CREATE_UNKNOWN


def test_a_refusal_that_nobody_waits_for_shows_nothing() -> None:
    turn = on(CHOOSING, known(State.INTENT))
    paying.on_create_reply(turn, CREATE, Refused(Refusal.LEASED))
    assert page_of(turn) == CHOOSING


# --- polls -------------------------------------------------------------------------------------

POLL = QueryPayment("P", 100, wait_s=25.0)
SHOWN = replace(PAGE, qr_url="https://pay/P", hide_at_s=NOW_S + 100, asked_at_s=NOW_S - 25)


def test_a_poll_that_waited_is_followed_by_the_next() -> None:
    turn = on(replace(SHOWN, unstable_link=True), known(State.SHOWN))
    paying.on_status_reply(turn, POLL, seen())
    assert turn.effects == [POLL]
    assert page_of(turn) == replace(SHOWN, asked_at_s=NOW_S)


@pytest.mark.parametrize(("asked_s", "again"), [(RULES.poll_gap_s, True), (0.9, False)])
def test_a_poll_that_was_not_held_back_is_spaced(asked_s: float, again: bool) -> None:
    turn = on(replace(SHOWN, asked_at_s=NOW_S - asked_s), known(State.SHOWN))
    paying.on_status_reply(turn, POLL, seen())
    assert bool(turn.effects) is again
    page = page_of(turn)
    assert isinstance(page, Paying)
    assert page.query_at_s == (None if again else NOW_S + RULES.poll_gap_s)


def test_a_poll_without_an_answer_is_said_and_asked_again_a_little_later() -> None:
    turn = on(SHOWN, known(State.SHOWN))
    paying.on_status_reply(turn, POLL, LOST)
    retry_at_s = NOW_S + RULES.poll_retry_s
    assert page_of(turn) == replace(SHOWN, unstable_link=True, query_at_s=retry_at_s)
    assert not turn.effects


def test_news_of_a_wallet_is_followed_at_once() -> None:
    turn = on(replace(SHOWN, asked_at_s=NOW_S), known(State.SHOWN))
    paying.on_status_reply(turn, POLL, seen(PlatformState.USER_PAYING))
    assert turn.effects == [replace(POLL, known_state=PlatformState.USER_PAYING)]
    page = page_of(turn)
    assert isinstance(page, Paying)
    assert page.user_paying


def test_a_wallet_that_is_known_is_no_news() -> None:
    turn = on(replace(SHOWN, asked_at_s=NOW_S, user_paying=True), known(State.SHOWN))
    call = replace(POLL, known_state=PlatformState.USER_PAYING)
    paying.on_status_reply(turn, call, seen(PlatformState.USER_PAYING))
    assert not turn.effects


def test_a_poll_that_says_paid_is_not_followed_by_another() -> None:
    turn = on(SHOWN, known(State.SHOWN))
    paying.on_status_reply(turn, POLL, seen(PlatformState.PAID))
    assert turn.effects == [IssueReceipts("P")]


@pytest.mark.parametrize(
    ("call", "page"), [(POLL, CHOOSING), (replace(POLL, payment_id="Q"), SHOWN)]
)
def test_a_poll_of_no_page_shows_nothing(call: QueryPayment, page: Page) -> None:
    turn = on(page, known(State.SHOWN))
    paying.on_status_reply(turn, call, LOST)
    assert not turn.end()[1]


# --- receipts ----------------------------------------------------------------------------------

HEADS = tuple(head_of(receipt_of(each, number)) for number, each in enumerate(BILLS, 1))
ISSUED = ReceiptsIssued("P", HEADS)
PRINTING = Printing((), "P", 100, NOW_S)


def test_issued_receipts_are_printed_on_the_page_that_waits_for_them() -> None:
    turn = on(PRINTING, known(State.PAID))
    paying.on_issue_reply(turn, IssueReceipts("P"), ISSUED)
    page = page_of(turn)
    assert isinstance(page, Printing)
    assert [item.receipt_no for item in page.items] == [head.receipt_no for head in HEADS]


@pytest.mark.parametrize("page", [CHOOSING, replace(PRINTING, payment_id="Q")])
def test_issued_receipts_that_no_page_waits_for_are_only_owed(page: Page) -> None:
    turn = on(page, known(State.PAID))
    paying.on_issue_reply(turn, IssueReceipts("P"), ISSUED)
    assert page_of(turn) == page
    assert len(turn.ledger.owed) == 2


def test_receipts_that_are_not_there_yet_print_nothing() -> None:
    turn = on(PRINTING, known(State.PAID))
    paying.on_issue_reply(turn, IssueReceipts("P"), LOST)
    assert page_of(turn) == PRINTING


# --- time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("due_s", "sent"), [(NOW_S, True), (NOW_S + 0.1, False)])
def test_a_create_is_repeated_when_it_is_due(due_s: float, sent: bool) -> None:
    turn = on(replace(PAGE, retry_at_s=due_s), known(State.CREATE_UNKNOWN))
    paying.on_tick(turn)
    assert turn.effects == [CREATE] * sent
    if sent:
        assert page_of(turn) == replace(PAGE, attempt=2)


@pytest.mark.parametrize(("left_s", "hidden"), [(0.0, True), (0.1, False)])
def test_the_qr_is_hidden_at_its_time_and_the_payment_closed(left_s: float, hidden: bool) -> None:
    turn = on(replace(SHOWN, hide_at_s=NOW_S + left_s), known(State.SHOWN))
    paying.on_tick(turn)
    assert isinstance(page_of(turn), Checking) is hidden
    if hidden:
        assert page_of(turn) == Checking("P", CHOOSING, CheckCause.EXPIRED, NOW_S, 100)


@pytest.mark.parametrize(("at_s", "asked"), [(NOW_S, True), (NOW_S + 0.1, False), (None, False)])
@pytest.mark.parametrize("user_paying", [False, True])
def test_the_next_poll_is_made_when_it_is_due(at_s, asked, user_paying) -> None:
    turn = on(replace(SHOWN, query_at_s=at_s, user_paying=user_paying), known(State.SHOWN))
    paying.on_tick(turn)
    state = PlatformState.USER_PAYING if user_paying else PlatformState.OPEN
    assert turn.effects == [replace(POLL, known_state=state)] * asked
    page = page_of(turn)
    assert isinstance(page, Paying)
    assert page.query_at_s == (None if asked else at_s)


@pytest.mark.parametrize("page", [PAGE, replace(PAGE, query_at_s=NOW_S)])
def test_nothing_is_hidden_or_polled_before_the_platform_opened_it(page: Page) -> None:
    turn = on(page, known(State.INTENT))
    paying.on_tick(turn)
    assert not turn.end()[1]


def test_without_a_page_of_money_time_does_nothing_to_it() -> None:
    turn = on(CHOOSING, known(State.SHOWN))
    paying.on_tick(turn)
    assert not turn.end()[1]


# --- the screen follows the money ----------------------------------------------------------------


def checking(cause: CheckCause = CheckCause.CANCELLED, for_s: float = 0.0) -> Checking:
    return Checking("P", CHOOSING, cause, NOW_S - for_s, 100)


DOUBT = Trouble(TroubleKind.MONEY_IN_DOUBT, CHOOSING, "P", "CODE", 100)


@pytest.mark.parametrize(("page", "late"), [(SHOWN, False), (checking(), True), (DOUBT, True)])
def test_paid_leads_to_the_receipts_and_says_when_it_was_late(page: Page, late: bool) -> None:
    turn = on(page, known(State.PAID))
    paying.follow(turn)
    assert page_of(turn) == replace(PRINTING, late=late)


NETWORK = Trouble(TroubleKind.NOT_PAID_NETWORK, CHOOSING, can_retry=True)
EXPIRED = Trouble(TroubleKind.NOT_PAID_EXPIRED, CHOOSING, can_retry=True)


@pytest.mark.parametrize(
    ("page", "after"),
    [
        (checking(CheckCause.CANCELLED), replace(CHOOSING, notice=Notice.NOT_CHARGED)),
        (checking(CheckCause.CREATE_LOST), NETWORK),
        (checking(CheckCause.EXPIRED), EXPIRED),
        (SHOWN, EXPIRED),
        (DOUBT, EXPIRED),
    ],
)
def test_closed_is_said_by_its_cause(page: Page, after: Page) -> None:
    turn = on(page, known(State.CLOSED))
    paying.follow(turn)
    assert page_of(turn) == after


def test_closed_for_somebody_who_left_ends_the_visit() -> None:
    turn = on(checking(CheckCause.LEFT), known(State.CLOSED))
    paying.follow(turn)
    assert turn.visit is None
    assert turn.records == [VisitEnded("V", "left")]


@pytest.mark.parametrize("state", [State.CONFLICT, State.VOIDED])
def test_what_contradicts_itself_is_doubt_with_a_slip(state: State) -> None:
    turn = on(SHOWN, known(state))
    paying.follow(turn)
    assert page_of(turn) == DOUBT
    assert [type(effect) for effect in turn.effects] == [PrintSlip]


@pytest.mark.parametrize("state", [State.CONFLICT, State.VOIDED])
def test_doubt_that_is_told_is_not_told_again(state: State) -> None:
    turn = on(DOUBT, known(state))
    paying.follow(turn)
    assert not turn.end()[1]


@pytest.mark.parametrize(("for_s", "told"), [(RULES.doubt_after_s, True), (14.9, False)])
def test_checking_without_an_answer_becomes_doubt(for_s: float, told: bool) -> None:
    turn = on(checking(for_s=for_s), known(State.UNKNOWN))
    paying.follow(turn)
    assert (page_of(turn) == DOUBT) is told


def test_checking_what_was_never_shown_is_no_doubt_about_money() -> None:
    turn = on(checking(CheckCause.CREATE_LOST, RULES.doubt_after_s), known(State.UNKNOWN))
    paying.follow(turn)
    assert page_of(turn) == NETWORK
    assert not turn.effects


@pytest.mark.parametrize(
    ("page", "payments"),
    [
        (CHOOSING, (known(State.PAID),)),
        (Trouble(TroubleKind.LEASED), (known(State.PAID),)),
        (SHOWN, ()),
        (SHOWN, (known(State.SHOWN),)),
        (DOUBT, (known(State.UNKNOWN),)),
    ],
)
def test_a_page_without_news_of_its_payment_stays(page: Page, payments) -> None:
    turn = on(page, *payments)
    paying.follow(turn)
    assert not turn.end()[1]


@pytest.mark.parametrize(("wait_s", "asks"), [(0.5, True), (0.0, False)])
def test_only_a_poll_that_waits_drives_the_page(wait_s: float, asks: bool) -> None:
    turn = on(SHOWN, known(State.SHOWN))
    paying.on_status_reply(turn, replace(POLL, wait_s=wait_s), seen())
    assert bool(turn.effects) is asks


# --- a platform that has less, or is somebody else's ------------------------------------------------


def test_a_platform_without_payments_is_for_looking_only() -> None:
    turn = on(replace(CHOOSING, auto_collect_at_s=9.0))
    turn.change(rules=replace(RULES, offers=frozenset({Offer.OWNERS})))
    paying.on_pay_touched(turn, CHOOSING)
    assert page_of(turn) == Trouble(TroubleKind.QUERY_ONLY, CHOOSING)
    assert (turn.records, turn.effects) == ([], [])


def test_whoever_answered_in_the_platforms_place_since_the_question_gets_no_payment() -> None:
    page = Confirming(CHOOSING, no_receipt_now=True)
    turn = on(page, forged_answers=FORGED_ANSWERS)
    paying.on_agree_touched(turn, page)
    assert page_of(turn) == Trouble(TroubleKind.NOT_GENUINE, CHOOSING)
    assert (turn.records, turn.effects) == ([], [])


def test_one_forged_answer_may_be_a_bit_that_flipped_and_stops_nothing() -> None:
    turn = on(CHOOSING, forged_answers=FORGED_ANSWERS - 1)
    paying.on_pay_touched(turn, CHOOSING)
    assert isinstance(page_of(turn), Paying)


@pytest.mark.parametrize(
    ("unsettled", "begins"), [(MAX_UNSETTLED - 1, True), (MAX_UNSETTLED, False)]
)
def test_where_too_much_is_unsettled_no_payment_is_begun(unsettled: int, *, begins: bool) -> None:
    others = (known(State.UNKNOWN, payment_id=f"P{n}", bills=()) for n in range(unsettled))
    turn = on(CHOOSING, *others)
    paying.on_pay_touched(turn, CHOOSING)
    if begins:
        assert isinstance(page_of(turn), Paying)
    else:
        assert page_of(turn) == Trouble(TroubleKind.NOT_PAID_NETWORK, CHOOSING, can_retry=True)
        assert turn.records == []


def test_a_payment_over_nothing_is_a_bug() -> None:
    page = Confirming(replace(CHOOSING, selected=frozenset()))
    with pytest.raises(AssertionError, match="nothing to pay"):
        paying.on_agree_touched(on(page), page)

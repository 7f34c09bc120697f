"""Payments against the running sandbox: leases, prices, keys, wallets, races."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.domain.platform import (
    AnswerLost,
    BillToPay,
    ClosePayment,
    CreatePayment,
    IssueReceipts,
    NotSent,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    ReceiptsIssued,
    Refusal,
    Refused,
    SearchBills,
)
from kiosk.platform_api.client import PlatformClient
from tests.sandbox.conftest import IMPATIENT
from tests.sandbox.driving import (
    PEOPLE,
    City,
    bills_of,
    creation,
    is_paid,
    opened,
    receipts_of,
    subject,
)

WANG, ZHANG = PEOPLE["wang"], PEOPLE["zhang"]


def test_a_whole_basket_is_paid_with_one_code_and_every_bill_gets_its_receipt(
    city: City, kiosk: PlatformClient
) -> None:
    bills = bills_of(kiosk, WANG)
    seen = opened(kiosk, "P1", *bills)
    assert city.phone().pay(seen.qr_url, "wechat") == "paid"
    paid = kiosk.perform(QueryPayment("P1", seen.amount_fen))
    assert isinstance(paid, PaymentSeen)
    assert (paid.state, paid.wallet) == (PlatformState.PAID, "wechat")
    issued = kiosk.perform(IssueReceipts("P1"))
    assert isinstance(issued, ReceiptsIssued)
    assert {head.bill_no for head in issued.receipts} == {bill.bill_no for bill in bills}
    assert len({head.receipt_no for head in issued.receipts}) == len(bills) == 3
    assert bills_of(kiosk, WANG) == ()


def test_issuing_twice_gives_the_same_receipts(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    city.phone().pay(seen.qr_url)
    assert kiosk.perform(IssueReceipts("P1")) == kiosk.perform(IssueReceipts("P1"))
    assert len(receipts_of(kiosk, ZHANG).receipts) == 3


def test_an_unpaid_payment_has_no_receipts(kiosk: PlatformClient) -> None:
    opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    refused = kiosk.perform(IssueReceipts("P1"))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.INVALID
    assert kiosk.perform(IssueReceipts("P2")) == Refused(Refusal.NOT_FOUND, "no such payment")


# --- keys --------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_payment(kiosk: PlatformClient) -> None:
    call = creation("P1", *bills_of(kiosk, WANG))
    first, second = kiosk.perform(call), kiosk.perform(call)
    assert isinstance(first, PaymentSeen)
    assert isinstance(second, PaymentSeen)
    assert first.qr_url == second.qr_url


def test_the_same_key_with_another_body_is_refused(kiosk: PlatformClient) -> None:
    one, other = bills_of(kiosk, WANG)[:2]
    opened(kiosk, "P1", one)
    refused = kiosk.perform(creation("P1", other))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.KEY_REUSED


def test_an_answer_lost_on_the_way_is_asked_for_again_with_the_same_key(
    city: City, kiosk: PlatformClient
) -> None:
    call = creation("P1", *bills_of(kiosk, WANG))
    city.link(arm=[{"kind": "answer_lost", "match": "POST /v1/payments"}])
    lost = kiosk.perform(call)
    again = kiosk.perform(call)
    assert isinstance(lost, AnswerLost)
    assert isinstance(again, PaymentSeen)
    assert len(city.ask("/payments")) == 1


def test_a_request_lost_on_the_way_made_no_payment(city: City, kiosk: PlatformClient) -> None:
    call = creation("P1", *bills_of(kiosk, WANG))
    city.link(arm=[{"kind": "request_lost", "match": "POST /v1/payments"}])
    assert isinstance(kiosk.perform(call), AnswerLost)
    assert city.ask("/payments") == []


def test_a_create_that_arrives_after_its_tombstone_opens_nothing(kiosk: PlatformClient) -> None:
    bill = bills_of(kiosk, ZHANG)[0]
    closed = kiosk.perform(ClosePayment("P1", bill.amount_fen))
    assert isinstance(closed, PaymentSeen)
    assert closed.state is PlatformState.CLOSED
    late = kiosk.perform(creation("P1", bill))
    assert isinstance(late, Refused)
    assert late.code is Refusal.PAYMENT_CLOSED
    opened(kiosk, "P2", bill)


# --- bills that are not as they were -------------------------------------------------------------


def test_two_kiosks_and_one_bill_have_one_code_between_them(city: City) -> None:
    here, there = city.kiosk("K1"), city.kiosk("K2")
    bill = bills_of(here, ZHANG)[0]
    opened(here, "P1", bill)
    refused = there.perform(creation("P2", bill))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.LEASED
    here.perform(ClosePayment("P1", bill.amount_fen))
    opened(there, "P2", bill)


def test_a_changed_amount_is_refused_until_the_resident_has_seen_it(
    city: City, kiosk: PlatformClient
) -> None:
    old = bills_of(kiosk, ZHANG)[0]
    city.order(f"/bills/{old.bill_no}/amount", amount_fen=99_00)
    refused = kiosk.perform(creation("P1", old))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.AMOUNT_CHANGED
    new = bills_of(kiosk, ZHANG)[0]
    assert (new.version, new.amount_fen) == (old.version + 1, 99_00)
    assert opened(kiosk, "P2", new).amount_fen == 99_00


def test_one_changed_bill_keeps_the_whole_basket_from_being_opened(
    city: City, kiosk: PlatformClient
) -> None:
    bills = bills_of(kiosk, WANG)
    city.order(f"/bills/{bills[-1].bill_no}/amount", amount_fen=1)
    assert isinstance(kiosk.perform(creation("P1", *bills)), Refused)
    opened(kiosk, "P2", *bills[:-1])


def test_a_bill_paid_elsewhere_meanwhile_is_refused_and_its_receipt_can_be_fetched(
    city: City, kiosk: PlatformClient
) -> None:
    bill = bills_of(kiosk, ZHANG)[0]
    city.order(f"/bills/{bill.bill_no}/pay-elsewhere", channel="counter")
    refused = kiosk.perform(creation("P1", bill))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.ALREADY_PAID
    assert bill.bill_no in {head.bill_no for head in receipts_of(kiosk, ZHANG).receipts}


def test_a_bill_nobody_knows_is_refused(kiosk: PlatformClient) -> None:
    call = CreatePayment("P1", "A", (BillToPay("3" * 20, 1, 5),), 5, 120)
    refused = kiosk.perform(call)
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.NOT_FOUND


# --- time ----------------------------------------------------------------------------------------


def test_an_expired_code_is_closed_by_the_platforms_clock_and_frees_its_bills(
    city: City, kiosk: PlatformClient
) -> None:
    bill = bills_of(kiosk, ZHANG)[0]
    seen = opened(kiosk, "P1", bill)
    city.order("/time-shift", seconds=121)
    assert city.phone().open(seen.qr_url) == "closed"
    after = kiosk.perform(QueryPayment("P1", bill.amount_fen))
    assert isinstance(after, PaymentSeen)
    assert after.state is PlatformState.CLOSED
    opened(kiosk, "P2", bill)


def test_a_late_wallet_is_a_late_success_where_the_platform_allows_it(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    city.order("/policy", late_wallet="accepted_until_closed")
    city.order("/time-shift", seconds=600)
    assert city.phone().pay(seen.qr_url) == "paid"
    assert is_paid(kiosk.perform(ClosePayment("P1", seen.amount_fen)))


@pytest.mark.parametrize("policy", ["refused", "accepted_until_closed"])
def test_a_late_wallet_after_the_close_is_refused(
    city: City, kiosk: PlatformClient, policy: str
) -> None:
    city.order("/policy", late_wallet=policy)
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url)
    phone.press(wallet="alipay")
    closed = kiosk.perform(ClosePayment("P1", seen.amount_fen))
    assert isinstance(closed, PaymentSeen)
    assert closed.state is PlatformState.CLOSED
    assert phone.press(outcome="success") == "closed"
    assert not is_paid(kiosk.perform(QueryPayment("P1", seen.amount_fen)))


def test_a_platform_that_breaks_its_word_can_be_played(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url)
    phone.press(wallet="alipay")
    kiosk.perform(ClosePayment("P1", seen.amount_fen))
    city.order("/policy", late_wallet="accepted_after_close")
    assert phone.press(outcome="success") == "paid"
    assert is_paid(kiosk.perform(QueryPayment("P1", seen.amount_fen)))


# --- long poll -----------------------------------------------------------------------------------


def test_a_long_poll_answers_at_the_payment_and_not_at_its_end(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url)
    phone.press(wallet="alipay")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            city.kiosk("K1").perform,
            QueryPayment("P1", seen.amount_fen, PlatformState.USER_PAYING, 20.0),
        )
        phone.press(outcome="success")
        assert is_paid(waiting.result(timeout=15))


def test_a_long_poll_sees_that_a_wallet_has_opened_the_payment(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url)
    phone.press(wallet="alipay")
    began_s = time.monotonic()
    now = kiosk.perform(QueryPayment("P1", seen.amount_fen, PlatformState.OPEN, 20.0))
    assert isinstance(now, PaymentSeen)
    assert now.state is PlatformState.USER_PAYING
    assert time.monotonic() - began_s < 15


def test_a_long_poll_without_news_answers_after_its_time(kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    began_s = time.monotonic()
    now = kiosk.perform(QueryPayment("P1", seen.amount_fen, PlatformState.OPEN, 0.3))
    assert isinstance(now, PaymentSeen)
    assert now.state is PlatformState.OPEN
    assert time.monotonic() - began_s >= 0.3


# --- races ---------------------------------------------------------------------------------------


def test_closing_and_paying_at_once_always_have_exactly_one_winner(city: City) -> None:
    kiosk, phone = city.kiosk("K1"), city.phone()
    paid_bills = set()
    with ThreadPoolExecutor(2) as pool:
        for round_number in range(25):
            payment_id = f"R{round_number}"
            owner, item = ZHANG.number, "103050101"
            order = {"owner": owner, "item_code": item, "amount_fen": 1000 + round_number}
            number = city.order("/bills", **order)["bill_no"]
            bill = next(bill for bill in bills_of(kiosk, ZHANG) if bill.bill_no == number)
            seen = opened(kiosk, payment_id, bill)
            phone.open(seen.qr_url)
            phone.press(wallet="alipay")
            paying = pool.submit(phone.press, outcome="success")
            closing = pool.submit(kiosk.perform, ClosePayment(payment_id, seen.amount_fen))
            page, closed = paying.result(), closing.result()
            assert isinstance(closed, PaymentSeen)
            final = kiosk.perform(QueryPayment(payment_id, seen.amount_fen))
            assert isinstance(final, PaymentSeen)
            assert closed.state is final.state
            assert page == ("paid" if is_paid(final) else "closed")
            paid_bills |= {number} if is_paid(final) else set()
    receipts = [one for one in city.ask("/receipts") if one["channel"] == "kiosk"]
    assert {one["bill_no"] for one in receipts} == paid_bills
    assert len(receipts) == len(paid_bills)


def test_eight_phones_with_one_code_pay_once(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", *bills_of(kiosk, WANG))
    phones = [city.phone() for _ in range(8)]
    for phone in phones:
        phone.open(seen.qr_url)
        phone.press(wallet="alipay")
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda phone: phone.press(outcome="success"), phones))
    assert sorted(pages) == ["already"] * 7 + ["paid"]
    issued = [one for one in city.ask("/receipts") if one["channel"] == "kiosk"]
    assert len(issued) == 3


def test_five_kiosks_with_one_bill_at_once_open_one_payment(city: City) -> None:
    kiosks = [city.kiosk(f"K{index}") for index in range(5)]
    bill = bills_of(kiosks[0], ZHANG)[0]
    with ThreadPoolExecutor(5) as pool:
        outcomes = list(
            pool.map(lambda index: kiosks[index].perform(creation(f"P{index}", bill)), range(5))
        )
    assert sum(isinstance(outcome, PaymentSeen) for outcome in outcomes) == 1
    assert {o.code for o in outcomes if isinstance(o, Refused)} == {Refusal.LEASED}


# --- the line --------------------------------------------------------------------------------------


def test_a_line_that_is_down_sends_nothing(city: City) -> None:
    kiosk = city.kiosk("K1")
    call = creation("P1", *bills_of(kiosk, WANG))
    city.link(mode="down")
    assert kiosk.perform(call) == NotSent("connection_refused")
    city.link(mode="up")
    assert isinstance(kiosk.perform(call), PaymentSeen)


def test_a_black_hole_ends_at_the_deadline_and_may_have_swallowed_the_request(city: City) -> None:
    kiosk = city.kiosk("K1")
    call = creation("P1", *bills_of(kiosk, WANG))
    city.link(mode="black_hole")
    assert city.kiosk("K1", IMPATIENT).perform(call) == AnswerLost("answer_timeout")
    city.link(mode="up")
    assert isinstance(kiosk.perform(call), PaymentSeen)


def test_a_slow_line_is_slow_and_nothing_else(city: City, kiosk: PlatformClient) -> None:
    city.link(delay_s=0.2)
    began_s = time.monotonic()
    assert bills_of(kiosk, WANG)
    assert time.monotonic() - began_s >= 0.4


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "garbage", "payload": "<html>login</html>"},
        {"kind": "garbage", "payload": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
        {"kind": "answer_torn", "keep_bytes": 20},
        {"kind": "answer_torn", "keep_bytes": 250},
    ],
)
def test_a_spoilt_answer_is_lost_though_the_payment_was_made(
    city: City, kiosk: PlatformClient, fault: dict[str, object]
) -> None:
    call = creation("P1", *bills_of(kiosk, WANG))
    city.link(arm=[{"match": "POST /v1/payments", **fault}])
    assert isinstance(kiosk.perform(call), AnswerLost)
    assert len(city.ask("/payments")) == 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("error_before", "status_500"),
        ("error_after", "status_500"),
        ("html_after", "not_json"),
        ("wrong_payment_id", "wrong_payment_id"),
        ("wrong_amount", "wrong_amount"),
    ],
)
def test_a_fault_of_the_platform_is_a_lost_answer_and_the_retry_succeeds(
    city: City, kiosk: PlatformClient, kind: str, reason: str
) -> None:
    call = creation("P1", *bills_of(kiosk, WANG))
    city.order("/faults", kind=kind, operation="create_payment")
    assert kiosk.perform(call) == AnswerLost(reason)
    assert len(city.ask("/payments")) == (0 if kind == "error_before" else 1)
    assert isinstance(kiosk.perform(call), PaymentSeen)


def test_an_ordered_refusal_and_an_ordered_delay_happen(city: City) -> None:
    kiosk = city.kiosk("K1")
    call = creation("P1", *bills_of(kiosk, WANG))
    city.order("/faults", kind="refuse", operation="create_payment")
    refused = kiosk.perform(call)
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.RATE_LIMITED
    city.order("/faults", kind="delay", seconds=3, operation="create_payment")
    assert city.kiosk("K1", IMPATIENT).perform(call) == AnswerLost("answer_timeout")


def test_somebody_elses_bills_are_detected(city: City, kiosk: PlatformClient) -> None:
    city.order("/faults", kind="wrong_subject", operation="search_bills")
    assert kiosk.perform(SearchBills("L1", subject(WANG))) == AnswerLost("wrong_subject")

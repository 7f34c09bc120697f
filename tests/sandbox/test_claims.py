"""Receipts are printed as an original once; every further copy has a number."""

from __future__ import annotations

import pytest

from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    ClaimGranted,
    ClaimReceipt,
    ConfirmClaim,
    IssueReceipts,
    PaymentSeen,
    QueryPayment,
    Refusal,
    Refused,
    ReleaseClaim,
)
from kiosk.platform_api.client import PlatformClient
from tests.sandbox.driving import PEOPLE, City, bills_of, opened, receipts_of

ZHANG = PEOPLE["zhang"]


@pytest.fixture
def receipt_no(kiosk: PlatformClient) -> str:
    return receipts_of(kiosk, ZHANG).receipts[0].receipt_no


def claim(
    kiosk: PlatformClient, claim_id: str, receipt_no: str, *, reprint: bool = False
) -> ClaimGranted:
    granted = kiosk.perform(ClaimReceipt(claim_id, receipt_no, reprint))
    assert isinstance(granted, ClaimGranted), granted
    return granted


def refusal(
    kiosk: PlatformClient, claim_id: str, receipt_no: str, *, reprint: bool = False
) -> Refusal:
    refused = kiosk.perform(ClaimReceipt(claim_id, receipt_no, reprint))
    assert isinstance(refused, Refused), refused
    return refused.code


def test_the_original_comes_with_everything_that_is_printed(
    kiosk: PlatformClient, receipt_no: str
) -> None:
    granted = claim(kiosk, "C1", receipt_no)
    receipt = granted.receipt
    assert granted.copy_number == 1
    assert receipt.receipt_no == receipt_no == f"{receipt.code}-{receipt.number}"
    assert receipt.payer_name == "张三"
    assert receipt.payer_number_masked == "330***********0010"
    assert len(receipt.check_code) == 6
    assert receipt.amount_fen == sum(line.amount_fen for line in receipt.lines)


def test_the_same_claim_gets_the_same_answer(
    city: City, kiosk: PlatformClient, receipt_no: str
) -> None:
    city.link(arm=[{"kind": "answer_lost", "match": "PUT /v1/claims"}])
    assert isinstance(kiosk.perform(ClaimReceipt("C1", receipt_no, reprint=False)), AnswerLost)
    assert claim(kiosk, "C1", receipt_no) == claim(kiosk, "C1", receipt_no)


def test_one_kiosk_at_a_time_prints_a_receipt(city: City, receipt_no: str) -> None:
    here, there = city.kiosk("K1"), city.kiosk("K2")
    claim(here, "C1", receipt_no)
    assert refusal(there, "C2", receipt_no) is Refusal.CLAIMED_ELSEWHERE
    assert refusal(there, "C2", receipt_no, reprint=True) is Refusal.CLAIMED_ELSEWHERE


def test_a_printed_original_is_never_given_again_but_a_numbered_copy_is(
    kiosk: PlatformClient, receipt_no: str
) -> None:
    claim(kiosk, "C1", receipt_no)
    assert kiosk.perform(ConfirmClaim("C1", doubt=False)) == Acknowledged()
    assert refusal(kiosk, "C2", receipt_no) is Refusal.ALREADY_PRINTED
    assert claim(kiosk, "C3", receipt_no, reprint=True).copy_number == 2
    kiosk.perform(ConfirmClaim("C3", doubt=False))
    assert claim(kiosk, "C4", receipt_no, reprint=True).copy_number == 3


def test_a_doubtful_original_is_never_given_again(kiosk: PlatformClient, receipt_no: str) -> None:
    claim(kiosk, "C1", receipt_no)
    assert kiosk.perform(ConfirmClaim("C1", doubt=True)) == Acknowledged()
    assert refusal(kiosk, "C2", receipt_no) is Refusal.ALREADY_PRINTED
    assert claim(kiosk, "C3", receipt_no, reprint=True).copy_number == 2


def test_a_released_original_is_given_to_the_next_kiosk(city: City, receipt_no: str) -> None:
    here, there = city.kiosk("K1"), city.kiosk("K2")
    claim(here, "C1", receipt_no)
    assert here.perform(ReleaseClaim("C1")) == Acknowledged()
    assert here.perform(ReleaseClaim("C1")) == Acknowledged()
    assert claim(there, "C2", receipt_no).copy_number == 1


def test_a_released_claim_cannot_come_back(kiosk: PlatformClient, receipt_no: str) -> None:
    claim(kiosk, "C1", receipt_no)
    kiosk.perform(ReleaseClaim("C1"))
    assert refusal(kiosk, "C1", receipt_no) is Refusal.INVALID
    refused = kiosk.perform(ConfirmClaim("C1", doubt=False))
    assert isinstance(refused, Refused)


def test_a_claim_that_arrives_after_its_release_takes_nothing(
    city: City, kiosk: PlatformClient, receipt_no: str
) -> None:
    city.link(arm=[{"kind": "request_lost", "match": "PUT /v1/claims"}])
    assert isinstance(kiosk.perform(ClaimReceipt("C1", receipt_no, reprint=False)), AnswerLost)
    assert kiosk.perform(ReleaseClaim("C1")) == Acknowledged()
    assert refusal(kiosk, "C1", receipt_no) is Refusal.INVALID
    assert claim(city.kiosk("K2"), "C2", receipt_no).copy_number == 1


def test_a_printed_copy_cannot_be_released(kiosk: PlatformClient, receipt_no: str) -> None:
    claim(kiosk, "C1", receipt_no)
    kiosk.perform(ConfirmClaim("C1", doubt=False))
    refused = kiosk.perform(ReleaseClaim("C1"))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.INVALID


def test_another_kiosk_cannot_settle_a_claim(city: City, receipt_no: str) -> None:
    claim(city.kiosk("K1"), "C1", receipt_no)
    refused = city.kiosk("K2").perform(ConfirmClaim("C1", doubt=False))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.NOT_FOUND


def test_a_claim_id_belongs_to_one_receipt(kiosk: PlatformClient) -> None:
    first, second = (head.receipt_no for head in receipts_of(kiosk, ZHANG).receipts)
    claim(kiosk, "C1", first)
    assert refusal(kiosk, "C1", second) is Refusal.KEY_REUSED


def test_a_claim_nobody_settles_counts_as_perhaps_printed(city: City, receipt_no: str) -> None:
    here, there = city.kiosk("K1"), city.kiosk("K2")
    claim(here, "C1", receipt_no)
    city.order("/time-shift", seconds=15 * 60)
    assert refusal(there, "C2", receipt_no) is Refusal.ALREADY_PRINTED
    assert claim(there, "C3", receipt_no, reprint=True).copy_number == 2


def test_receipts_older_than_six_months_are_neither_listed_nor_printed(
    city: City, kiosk: PlatformClient, receipt_no: str
) -> None:
    city.order("/time-shift", seconds=200 * 86400)
    assert receipts_of(kiosk, ZHANG).receipts == ()
    assert refusal(kiosk, "C1", receipt_no) is Refusal.WINDOW_PASSED


def test_the_receipt_of_a_refunded_payment_is_void(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    city.phone().pay(seen.qr_url)
    newest = receipts_of(kiosk, ZHANG).receipts[0].receipt_no
    city.order("/payments/P1/void")
    voided = kiosk.perform(QueryPayment("P1", seen.amount_fen))
    assert isinstance(voided, PaymentSeen)
    assert voided.state == "voided"
    assert refusal(kiosk, "C1", newest) is Refusal.RECEIPT_VOID
    assert newest not in {head.receipt_no for head in receipts_of(kiosk, ZHANG).receipts}
    assert isinstance(kiosk.perform(IssueReceipts("P1")), Refused)


def test_a_receipt_nobody_knows_is_refused(kiosk: PlatformClient) -> None:
    assert refusal(kiosk, "C1", "33010226-9999999999") is Refusal.NOT_FOUND


def test_a_number_in_the_list_counts_the_copies_that_are_out(
    kiosk: PlatformClient, receipt_no: str
) -> None:
    claim(kiosk, "C1", receipt_no)
    kiosk.perform(ConfirmClaim("C1", doubt=False))
    claim(kiosk, "C2", receipt_no, reprint=True)
    kiosk.perform(ConfirmClaim("C2", doubt=True))
    listed = {head.receipt_no: head for head in receipts_of(kiosk, ZHANG).receipts}
    assert listed[receipt_no].copies_printed == 2

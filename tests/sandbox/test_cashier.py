"""The pages a phone sees behind the code, driven as a phone drives them."""

from __future__ import annotations

import re

import requests

from kiosk.domain.platform import (
    ClaimGranted,
    ClaimReceipt,
    ClosePayment,
    PaymentSeen,
    PlatformState,
    QueryPayment,
)
from kiosk.platform_api.client import PlatformClient
from tests.sandbox.driving import PEOPLE, City, bills_of, opened, receipts_of

WANG, ZHANG = PEOPLE["wang"], PEOPLE["zhang"]


def state_of(kiosk: PlatformClient, seen: PaymentSeen) -> PlatformState:
    now = kiosk.perform(QueryPayment(seen.payment_id, seen.amount_fen))
    assert isinstance(now, PaymentSeen)
    return now.state


def test_the_first_page_says_who_gets_how_much_for_what(city: City, kiosk: PlatformClient) -> None:
    bills = bills_of(kiosk, WANG)
    phone = city.phone()
    assert phone.open(opened(kiosk, "P1", *bills).qr_url) == "choose"
    text = phone.page.text
    assert "¥ 3,208.00" in text
    assert "¥ 54.00" in text  # the late fee
    for bill in bills:
        assert bill.title in text
        assert bill.agency_name in text
    for wallet in ("支付宝", "微信支付", "云闪付", "浙里办"):
        assert wallet in text
    assert "ABCD-EFGH" in text


def test_no_page_names_the_payer(city: City, kiosk: PlatformClient) -> None:
    phone = city.phone()
    seen = opened(kiosk, "P1", *bills_of(kiosk, WANG))
    pages = [phone.open(seen.qr_url) and phone.page.text]
    pages.append(phone.press(wallet="alipay") and phone.page.text)
    pages.append(phone.press(outcome="success") and phone.page.text)
    for text in pages:
        assert WANG.name not in text
        assert WANG.number not in text


def test_choosing_a_wallet_tells_the_kiosk_and_leaving_it_too(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url)
    assert phone.press(wallet="unionpay") == "wallet"
    assert state_of(kiosk, seen) is PlatformState.USER_PAYING
    assert phone.press(outcome="abandon") == "choose"
    assert state_of(kiosk, seen) is PlatformState.OPEN


def test_a_declined_payment_can_be_tried_again_with_another_wallet(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url)
    phone.press(wallet="alipay")
    assert phone.press(outcome="decline") == "choose"
    assert "没有扣款" in phone.page.text
    assert state_of(kiosk, seen) is PlatformState.OPEN
    phone.press(wallet="wechat")
    assert phone.press(outcome="success") == "paid"
    assert state_of(kiosk, seen) is PlatformState.PAID


def test_the_second_phone_is_told_that_it_is_paid(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    first, second = city.phone(), city.phone()
    second.open(seen.qr_url)
    second.press(wallet="wechat")
    assert first.pay(seen.qr_url) == "paid"
    assert second.press(outcome="success") == "already"
    assert "请勿重复支付" in second.page.text
    assert first.open(seen.qr_url) == "already"


def test_reloading_the_last_page_pays_nothing(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.pay(seen.qr_url)
    assert phone.page.request.method == "GET"
    assert phone.open(str(phone.page.url)) == "paid"


def test_paying_after_the_kiosk_gave_up_is_refused_in_words(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    kiosk.perform(ClosePayment("P1", seen.amount_fen))
    phone = city.phone()
    assert phone.open(seen.qr_url) == "closed"
    assert "没有扣款" in phone.page.text
    answer = requests.post(
        seen.qr_url + "/confirm", {"wallet": "alipay", "outcome": "success"}, timeout=60
    )
    assert 'data-page="closed"' in answer.text


def test_an_unknown_code_is_answered_with_a_page(city: City) -> None:
    phone = city.phone()
    assert phone.open(city.direct_url + "/pay/nothing-like-this") == "unknown"
    assert phone.page.status_code == 404
    answer = requests.post(
        city.direct_url + "/pay/nothing/confirm",
        {"wallet": "alipay", "outcome": "success"},
        timeout=60,
    )
    assert 'data-page="unknown"' in answer.text


def test_an_outcome_nobody_offered_is_refused(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    answer = requests.post(
        seen.qr_url + "/confirm", {"wallet": "cash", "outcome": "success"}, timeout=60
    )
    assert answer.status_code == 422
    assert state_of(kiosk, seen) is PlatformState.OPEN


def test_english_stays_english_to_the_end(city: City, kiosk: PlatformClient) -> None:
    seen = opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0])
    phone = city.phone()
    phone.open(seen.qr_url + "?lang=en")
    assert "Amount to pay" in phone.page.text
    phone.press(wallet="alipay")
    assert "Check, then pay" in phone.page.text
    assert phone.press(outcome="success") == "paid"
    assert "Please take your receipt" in phone.page.text
    assert '<html lang="en">' in phone.page.text


def test_pages_load_nothing_from_anywhere_and_are_not_stored(
    city: City, kiosk: PlatformClient
) -> None:
    phone = city.phone()
    phone.open(opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0]).qr_url)
    assert "default-src 'none'" in phone.page.headers["Content-Security-Policy"]
    assert phone.page.headers["Cache-Control"] == "no-store"
    assert phone.page.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script|src=|@import|url\(", phone.page.text)


def test_every_choice_of_wallet_has_a_label(city: City, kiosk: PlatformClient) -> None:
    phone = city.phone()
    phone.open(opened(kiosk, "P1", bills_of(kiosk, ZHANG)[0]).qr_url)
    labels = re.findall(r'<label class="wallet">.*?</label>', phone.page.text, re.DOTALL)
    assert len(labels) == 4
    assert all('type="radio"' in label for label in labels)
    assert phone.page.text.count("checked") - phone.page.text.count(":checked") == 1


def test_the_code_on_a_receipt_leads_to_a_page_that_vouches_for_it(
    city: City, kiosk: PlatformClient
) -> None:
    number = receipts_of(kiosk, ZHANG).receipts[0].receipt_no
    granted = kiosk.perform(ClaimReceipt("C1", number, reprint=False))
    assert isinstance(granted, ClaimGranted)
    phone = city.phone()
    assert phone.open(granted.receipt.verify_url) == "genuine"
    assert number in phone.page.text
    assert ZHANG.name not in phone.page.text
    wrong = granted.receipt.verify_url[:-6] + "zzzzzz"
    assert phone.open(wrong) == "no_receipt"
    assert phone.page.status_code == 404


def test_no_page_shows_the_inside_of_the_program(city: City, kiosk: PlatformClient) -> None:
    phone = city.phone()
    phone.open(opened(kiosk, "P1", *bills_of(kiosk, WANG)).qr_url)
    assert "built-in" not in phone.page.text
    granted = kiosk.perform(
        ClaimReceipt("C1", receipts_of(kiosk, ZHANG).receipts[0].receipt_no, reprint=False)
    )
    assert isinstance(granted, ClaimGranted)
    verified = requests.get(granted.receipt.verify_url, timeout=60)
    assert granted.receipt.title in verified.text
    assert "built-in" not in verified.text

"""The inquiry slip: short, honest, without a name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from drivers.api import QrCode, Text
from kiosk.domain.receipt import InquirySlip
from kiosk.receipts import compose_inquiry_slip
from kiosk.receipts.lines import columns_of

SLIP = InquirySlip("G8WF-KZJU", 156_550, datetime(2026, 11, 1, 16, 30, 5, tzinfo=UTC))


def words(columns: int) -> str:
    document = compose_inquiry_slip(SLIP, columns, "K-0001", "12345")
    return "\n".join(block.text for block in document.blocks if isinstance(block, Text))


@pytest.mark.parametrize("columns", [48, 32])
def test_the_code_the_amount_the_time_and_the_phone_are_on_it(columns: int) -> None:
    text = words(columns)
    for wanted in ("G8WF-KZJU", "1,565.50", "2026-11-02 00:30:05", "K-0001", "12345"):
        assert wanted in text


@pytest.mark.parametrize("columns", [48, 32])
def test_it_says_that_it_is_no_receipt_and_not_to_pay_again(columns: int) -> None:
    text = words(columns).replace("\n", "").replace(" ", "")
    assert "本单不是票据" in text
    assert "请勿重复支付" in text


def test_the_qr_code_says_the_inquiry_code_and_nothing_else() -> None:
    document = compose_inquiry_slip(SLIP, 48, "K-0001", "12345")
    assert [block.data for block in document.blocks if isinstance(block, QrCode)] == ["G8WF-KZJU"]


@pytest.mark.parametrize("columns", [48, 32])
def test_every_line_fits_the_paper(columns: int) -> None:
    document = compose_inquiry_slip(SLIP, columns, "K-0001", "12345")
    for block in document.blocks:
        if isinstance(block, Text):
            assert columns_of(block.text) * block.scale <= columns


def test_paper_that_is_too_narrow_is_refused() -> None:
    with pytest.raises(ValueError, match="32 columns"):
        compose_inquiry_slip(SLIP, 31, "K-0001", "12345")


def test_a_time_without_zone_is_refused() -> None:
    naive = InquirySlip("G8WF-KZJU", 1, datetime(2026, 11, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        compose_inquiry_slip(naive, 48, "K-0001", "12345")

"""The slip with an open code: everything to pay it, nothing that looks like a receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.api import Feed, QrCode, Text
from kiosk.domain.receipt import CodeSlip
from kiosk.receipts import compose_code_slip

SLIP = CodeSlip(
    "33010526380000000017",
    "https://pay.example/open/x",
    "公安交通违法罚款",
    "杭州市公安局交通警察支队",
    15000,
    datetime(2026, 11, 27, 6, 26, tzinfo=UTC),
    datetime(2026, 11, 21, 6, 26, tzinfo=UTC),
)


def words_of(slip: CodeSlip, columns: int = 48) -> str:
    blocks = compose_code_slip(slip, columns, "K1", "0571-00000000").blocks
    return "\n".join(block.text for block in blocks if isinstance(block, Text))


@pytest.mark.parametrize("columns", [48, 32])
def test_the_slip_says_what_to_pay_how_and_until_when(columns: int) -> None:
    words = words_of(SLIP, columns).replace("\n", "")
    for part in ("公安交通违法罚款", "￥150.00", "3301 0526 3800 0000 0017", "2026-11-27 14:26"):
        assert part in words
    assert "本单不是票据" in words
    assert "请勿重复支付" in words.replace(" ", "")


def test_the_qr_code_is_the_platforms_address() -> None:
    blocks = compose_code_slip(SLIP, 48, "K1", "1").blocks
    assert [block.data for block in blocks if isinstance(block, QrCode)] == [SLIP.qr_url]


def test_a_drill_says_so() -> None:
    assert "【演练】" in words_of(replace(SLIP, drill=True, item_name="", agency_name=""))


def test_narrow_paper_and_times_without_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="columns"):
        compose_code_slip(SLIP, 31, "K1", "1")
    with pytest.raises(ValueError, match="zone"):
        compose_code_slip(replace(SLIP, at=datetime(2026, 1, 1)), 48, "K1", "1")  # noqa: DTZ001


@pytest.mark.parametrize("columns", [48, 32])
def test_a_drill_asks_nobody_to_pay(columns: int) -> None:
    text = words_of(replace(SLIP, drill=True, item_name="", agency_name=""), columns)
    assert "用手机扫码付款" not in text
    assert "请勿扫码付款" in text
    assert "用手机扫码付款" in words_of(SLIP, columns)


def test_nothing_is_drawn_into_the_symbols_quiet_zone() -> None:
    blocks = compose_code_slip(SLIP, 48, "K1", "0571-00000000").blocks
    at = next(n for n, block in enumerate(blocks) if isinstance(block, QrCode))
    assert isinstance(blocks[at - 1], Feed)
    assert isinstance(blocks[at + 1], Feed)

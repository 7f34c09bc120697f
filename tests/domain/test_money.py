"""Amounts in fen: figures with separators, and the capital form of banks and receipts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.money import MAX_FEN, capital, yuan

# 《正确填写票据和结算凭证的基本规定》 and calculated examples, without the 人民币 prefix.
CAPITALS = [
    ("1409.50", "壹仟肆佰零玖元伍角整"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
    ("107000.53", "壹拾万柒仟元伍角叁分"),
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "叁佰贰拾伍元零肆分"),
    ("188.50", "壹佰捌拾捌元伍角整"),
    ("0", "零元整"),
    ("0.05", "伍分"),
    ("10", "壹拾元整"),
    ("10020", "壹万零贰拾元整"),
    ("100000000", "壹亿元整"),
    ("100001000.01", "壹亿零壹仟元零壹分"),
    ("20000000001", "贰佰亿零壹元整"),
    ("0.50", "伍角整"),
    ("0.55", "伍角伍分"),
    ("1000", "壹仟元整"),
    ("11000", "壹万壹仟元整"),
    ("100001000", "壹亿零壹仟元整"),
    ("10999", "壹万零玖佰玖拾玖元整"),
    ("1010", "壹仟零壹拾元整"),
    ("100000", "壹拾万元整"),
    ("100010000", "壹亿零壹万元整"),
    ("99999999999.99", "玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
]

UNIT_VALUES = {"拾": 10, "佰": 100, "仟": 1000}
GROUP_VALUES = {"亿": 10**8, "万": 10**4}


def fen(amount: str) -> int:
    return int(Decimal(amount) * 100)


def read_integer(words: str) -> int:
    """Read a capital number, by the rules of reading rather than those of writing."""
    for group, value in GROUP_VALUES.items():
        if group in words:
            left, right = words.split(group, 1)
            return read_integer(left) * value + read_integer(right)
    total, digit = 0, 0
    for word in words:
        if word in UNIT_VALUES:
            total += digit * UNIT_VALUES[word]
            digit = 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(word)
    return total + digit


def read(words: str) -> int:
    words = words.removesuffix("整")
    whole, rest = words.split("元") if "元" in words else ("", words)
    jiao, rest = rest.split("角") if "角" in rest else ("", rest)
    cents = read_integer(rest.removesuffix("分"))
    return read_integer(whole) * 100 + read_integer(jiao) * 10 + cents


@pytest.mark.parametrize(("amount", "words"), CAPITALS)
def test_an_amount_has_its_capital_form(amount, words):
    assert capital(fen(amount)) == words


@given(st.integers(0, MAX_FEN - 1))
def test_a_capital_form_reads_back_as_the_same_amount(amount):
    assert read(capital(amount)) == amount


@given(st.integers(0, MAX_FEN - 1))
def test_a_capital_form_follows_the_rules_of_writing(amount):
    words = capital(amount)
    assert "零零" not in words
    assert words.endswith("整") == (amount % 10 == 0)
    assert not words.startswith("拾")
    assert words.startswith("零") == (amount == 0)
    assert not any(f"零{unit}" in words for unit in "拾佰仟万亿角分")


@given(st.integers(0, MAX_FEN - 1), st.integers(0, MAX_FEN - 1))
def test_different_amounts_have_different_capital_forms(one, other):
    assert (capital(one) == capital(other)) == (one == other)


@pytest.mark.parametrize("amount", [-1, MAX_FEN, 10**20])
def test_an_amount_without_a_capital_form_is_refused(amount):
    with pytest.raises(ValueError, match=f"{amount} fen has no capital form"):
        capital(amount)


@pytest.mark.parametrize(
    ("amount", "figures"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (50, "0.50"),
        (100, "1.00"),
        (120000, "1,200.00"),
        (123456789, "1,234,567.89"),
        (-5, "-0.05"),
        (-120050, "-1,200.50"),
    ],
)
def test_an_amount_is_shown_with_separators_and_two_decimals(amount, figures):
    assert yuan(amount) == figures


@given(st.integers(-(10**15), 10**15))
def test_figures_read_back_as_the_same_amount(amount):
    assert Decimal(yuan(amount).replace(",", "")) * 100 == amount

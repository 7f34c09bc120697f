"""What stands on a card, and what only looks as if it did."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api import CardKind, IdCard
from drivers.card_fields import BadCardText
from drivers.id_reader.card_text import compose, parse
from tests.drivers.sams import (
    FOREIGN_2017,
    FOREIGN_2023,
    HK_MACAO_TAIWAN,
    RESIDENT,
    field,
    reply_with,
)

GOLDEN = {
    "resident": (RESIDENT, 0x0E, "b9924b3544843b0a"),
    "hk_macao_taiwan": (HK_MACAO_TAIWAN, 0x23, "2fcda608e30ba0f7"),
    "foreign_2017": (FOREIGN_2017, 0x88, "372d2f33815b7e4d"),
    "foreign_2023": (FOREIGN_2023, 0xED, "a4700237fd2378d0"),
}
CARDS = {
    "resident": IdCard(
        CardKind.RESIDENT, "张三", "330199190001010010", date(2020, 1, 1), long_term=True
    ),
    "hk_macao_taiwan": IdCard(
        CardKind.HK_MACAO_TAIWAN, "陈测试", "810000190001010018", date(2020, 1, 1), date(2025, 1, 1)
    ),
    "foreign_2017": IdCard(
        CardKind.FOREIGN_2017, "测试", "ZZZ330100010101", date(2020, 1, 1), date(2030, 1, 1)
    ),
    "foreign_2023": IdCard(
        CardKind.FOREIGN_2023, "测试", "933000190001010018", date(2024, 1, 1), date(2034, 1, 1)
    ),
}


def changed(block: bytes, offset: int, text: str, size: int) -> bytes:
    return block[:offset] + field(text, size) + block[offset + size :]


@pytest.mark.parametrize("kind", GOLDEN)
def test_golden_frames_are_the_known_ones(kind):
    text, check, digest = GOLDEN[kind]
    whole = reply_with(text)
    assert (len(text), len(whole), whole[-1]) == (256, 1295, check)
    assert hashlib.sha256(whole).hexdigest()[:16] == digest


@pytest.mark.parametrize("kind", GOLDEN)
def test_each_layout_is_read(kind):
    assert parse(GOLDEN[kind][0]) == CARDS[kind]


@pytest.mark.parametrize("kind", CARDS)
def test_a_composed_card_reads_as_it_was(kind):
    assert parse(compose(CARDS[kind])) == CARDS[kind]


def test_long_term_is_a_flag_and_no_date():
    read = parse(RESIDENT)
    assert (read.long_term, read.valid_until) == (True, None)


@pytest.mark.parametrize(
    "name",
    ["𬱖𠮷", "䶮", "\ue863三", "买买提·阿不都拉", "欧阳", "司马\u3000相如"],
    ids=["beyond the BMP", "extension A", "private use", "dot", "two", "wide space"],
)
def test_rare_names_come_whole(name):
    assert parse(changed(RESIDENT, 0, name, 30)).name == name


@pytest.mark.parametrize("padding", ["\0", " ", "\u3000"])
def test_padding_of_any_kind_is_no_part_of_a_name(padding):
    block = "张三".ljust(15, padding).encode("utf-16-le") + RESIDENT[30:]
    assert parse(block).name == "张三"


def test_a_byte_order_mark_is_no_part_of_a_name():
    assert parse(changed(RESIDENT, 0, "\ufeff张三", 30)).name == "张三"


def test_a_foreigner_without_a_chinese_name_has_the_english_one():
    long = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHI, JKLMNOPQR"
    block = changed(changed(FOREIGN_2023, 0, "", 30), 52, long[:35], 70)
    assert parse(changed(block, 220, long[35:], 22)).name == long
    assert parse(changed(FOREIGN_2017, 158, "", 30)).name == "TEST, SAMPLE"


def test_a_lower_case_check_character_is_the_same_number():
    assert parse(changed(RESIDENT, 122, "82000019000101001x", 36)).number == "82000019000101001X"


@pytest.mark.parametrize(
    "offset, size, text, said",
    [
        (248, 2, "Z", "kind"),
        (0, 30, "", "name is empty"),
        (0, 30, "张\x1b三", "characters"),
        (0, 30, "张\u202e三", "characters"),
        (122, 36, "330199190001010011", "check character"),
        (122, 36, "33019919000101001", "18 characters"),
        (122, 36, "３３０１９９190001010010", "18 characters"),
        (188, 16, "2020010", "eight digits"),
        (188, 16, "20200230", "calendar"),
        (204, 16, "长 期", "eight digits"),
    ],
)
def test_what_cannot_be_relied_on_is_refused(offset, size, text, said):
    with pytest.raises(BadCardText, match=said):
        parse(changed(RESIDENT, offset, text, size))


def test_a_lone_half_of_a_character_is_refused():
    with pytest.raises(BadCardText, match="not UTF-16"):
        parse(b"\x00\xd8" + RESIDENT[2:])


@pytest.mark.parametrize("number", ["ZZ1330100010101", "330199190001010010"])
def test_a_number_of_2017_is_three_letters_and_twelve_digits(number):
    with pytest.raises(BadCardText, match="three letters"):
        parse(changed(FOREIGN_2017, 122, number[:15], 30))


@given(st.binary(min_size=256, max_size=256))
def test_any_block_is_a_card_or_a_refusal_that_quotes_nothing(block):
    with pytest.raises(BadCardText) as refused:
        parse(block)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("size", [0, 255, 257])
def test_a_block_of_another_size_is_refused(size):
    with pytest.raises(BadCardText, match="256 bytes"):
        parse(bytes(size))


def test_a_name_longer_than_its_field_cannot_be_composed():
    with pytest.raises(ValueError, match="do not fit"):
        compose(IdCard(CardKind.RESIDENT, "字" * 16, "330199190001010010"))


def test_a_social_security_card_has_no_such_block():
    with pytest.raises(ValueError, match="another reader"):
        compose(IdCard(CardKind.SOCIAL_SECURITY, "张三", "330199190001010010"))

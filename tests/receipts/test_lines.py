import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.api import Align
from drivers.printer import lettering
from kiosk.receipts.lines import (
    NEVER_FIRST,
    amount_line,
    columns_of,
    field,
    item,
    pair,
    paragraph,
    tidy,
    wrap,
)

WIDTHS = st.integers(min_value=4, max_value=48)


def bare(text):
    return "".join(text.split())


@given(st.text(), WIDTHS)
@example("杭州市拱墅区教育局（基础教育科），办公室。" * 3, 8)
@example("https://verify.example.gov.cn/" * 5, 32)
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text, columns):
    lines = wrap(text, columns)
    assert all(columns_of(line) <= columns for line in lines)
    assert bare("".join(lines)) == bare(text)


PHRASES = st.lists(st.sampled_from(["缴", "款", "书。", "码，", "350。", " a1", "（一）"])).map(
    "".join
)


@given(PHRASES, st.integers(min_value=8, max_value=48))
def test_no_line_begins_with_a_closing_sign(text, columns):
    assert all(line[:1] not in NEVER_FIRST for line in wrap(text, columns))


@given(st.lists(st.sampled_from(["350", "缴", "，", "。"])), st.integers(min_value=8, max_value=20))
def test_a_number_is_never_broken_for_a_closing_sign(pieces, columns):
    numbers = [piece for piece in pieces if piece == "350"]
    text = " ".join(pieces).replace(" ，", "，").replace(" 。", "。")
    assert sum(line.count("350") for line in wrap(text, columns)) == len(numbers)


def test_words_stay_whole_where_they_fit():
    assert wrap("编码 103042708 学期", 10) == ["编码", "103042708", "学期"]


@given(st.text(), st.text(max_size=3))
def test_columns_are_those_of_the_printer(text, more):
    assert columns_of(text + more) == lettering.columns_of(text) + lettering.columns_of(more)


def test_line_breaks_in_a_value_become_blanks():
    assert tidy("杭州\r\n 教育局\t\u3000") == "杭州 教育局"


def test_a_long_value_hangs_in_its_column():
    lines = [line.text for line in field("执收单位", "杭州市拱墅区教育局", 20, label_columns=8)]
    assert lines == ["执收单位  杭州市拱墅", "          区教育局"]


def test_a_note_hangs_from_its_number():
    assert [line.text for line in item("1. ", "一二三四五", 9)] == ["1. 一二三", "   四五"]


def test_an_amount_goes_to_the_right_edge():
    (line,) = pair("学费", "350.00", 20)
    assert line.text == "学费          350.00"


def test_an_amount_without_room_gets_its_own_line():
    lines = pair("一二三四五六七八", "350.00", 20)
    assert [(line.text, line.align) for line in lines] == [
        ("一二三四五六七八", Align.LEFT),
        ("350.00", Align.RIGHT),
    ]


def test_large_text_wraps_at_half_the_columns():
    lines = paragraph("一二三四五六七八九", 32, large=True)
    assert [(line.text, line.scale) for line in lines] == [("一二三四五六七八", 2), ("九", 2)]


@pytest.mark.parametrize("text, scale", [("￥1.00", 2), ("￥99,999,999,999.00", 1)])
def test_an_amount_is_as_large_as_it_fits_and_never_broken(text, scale):
    line = amount_line(text, 32)
    assert (line.text, line.scale) == (text, scale)


def test_an_amount_wider_than_the_paper_is_refused():
    with pytest.raises(ValueError, match="wider than 32"):
        amount_line("￥" * 17, 32)

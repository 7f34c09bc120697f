"""An amount is one word: its sign never stands alone at the end of a line."""

import pytest
from PySide6.QtGui import QFont, QTextLayout, QTextOption

from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels import wording

LARGEST_PX = 52
WIDTHS_PX = range(300, 1000, 7)


def lines_of(sentence, width_px):
    """As `Text.Wrap` breaks it, which every sentence on the screen uses."""
    font = QFont()
    font.setPixelSize(LARGEST_PX)
    layout = QTextLayout(sentence, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width_px)
        yield sentence[line.textStart() : line.textStart() + line.textLength()]
    layout.endLayout()


@pytest.mark.parametrize("language", Language)
def test_the_sign_and_the_number_are_never_on_two_lines(stage, language):
    amount = wording.amount(texts(language), 144_350)
    for before in ("已付款，还要缴 ", "Bills still to pay, paid already: ", "一二三四五六七八九"):
        for width_px in WIDTHS_PX:
            lines = list(lines_of(f"{before}{amount}，收据稍后再取", width_px))
            assert any(amount in line for line in lines), (width_px, lines)


@pytest.mark.parametrize("language", Language)
def test_an_amount_looks_as_it_always_did(language):
    assert wording.amount(texts(language), 144_350).replace("\u00a0", " ") == "¥ 1,443.50"

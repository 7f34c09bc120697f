"""Every trouble a device can report has a sentence that helps."""

from __future__ import annotations

import pytest

from drivers.api import PrinterCondition
from kiosk.maintenance.advice import ADVICE, OTHERWISE, advice_for


@pytest.mark.parametrize("condition", PrinterCondition)
def test_every_condition_of_a_printer_has_its_advice(condition):
    assert advice_for(condition) != OTHERWISE


def test_several_troubles_have_several_pieces_of_advice_each_once():
    assert (
        advice_for("paper_out,cover_open") == "put in a new roll; close the cover until it clicks"
    )
    assert advice_for("unheard,unseen") == OTHERWISE


def test_advice_is_one_line_of_plain_words():
    assert all(text.isprintable() and "_" not in text for text in ADVICE.values())

"""Every name is printed as it is written: no box, no blank, no stand-in."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from drivers.api import Document, Text
from drivers.printer import glyphs
from drivers.printer.escpos import encode
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import GETA, LinePainter, is_in_printer_rom
from drivers.printer.profile import PAPER_80_MM

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
ORDINARY = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
NAMES = 1000
SOURCE = GlyphSource()
PAINTER = LinePainter(lambda: SOURCE)


def rare_hanzi() -> list[str]:
    """What the shipped font has and a printer's own characters lack."""
    fonts = next(filter(Path.is_dir, glyphs.FONT_PLACES))
    with TTFont(fonts / glyphs.REGULAR, lazy=True) as font:
        known = sorted(font.getBestCmap())
    return [
        chr(code)
        for code in known
        if unicodedata.name(chr(code), "").startswith("CJK UNIFIED")
        and not is_in_printer_rom(chr(code))
    ]


RARE = rare_hanzi()


def names() -> list[str]:
    """Synthetic: a surname, a rare hanzi, and mostly an ordinary one."""
    chance = random.Random(20261121)
    chosen = chance.sample(RARE, NAMES)
    return [
        chance.choice(SURNAMES) + "".join(chance.sample([rare, chance.choice(ORDINARY)], 2))
        for rare in chosen
    ]


def picture_of(name: str) -> bytes:
    return PAINTER.paint(Text(name), PAPER_80_MM.width_dots).data


def test_the_font_has_thousands_of_hanzi_that_printers_lack():
    assert len(RARE) > 4000
    assert sum(ord(each) > 0xFFFF for each in RARE) > 100


def test_a_thousand_names_with_rare_hanzi_print_without_a_box():
    box, geta = picture_of("\uffff"), picture_of(GETA)
    shapes = set()
    for name in names():
        job = encode(Document((Text(name),)), 7, PAPER_80_MM, PAINTER)
        assert b"\x1dv0" in job
        for character in name:
            shape = picture_of(character)
            assert shape not in (box, geta, bytes(len(shape))), f"U+{ord(character):X}"
        shapes.add(picture_of(name))
    assert len(shapes) == NAMES


@pytest.mark.parametrize("name", ["张䶮", "𬱖吉", "㛃㐂", "龘龗", "〇一"])
def test_names_known_to_be_trouble_have_a_shape_for_every_character(name):
    shapes = [picture_of(character) for character in name]
    assert picture_of(GETA) not in shapes
    assert len(set(shapes)) == len(name)

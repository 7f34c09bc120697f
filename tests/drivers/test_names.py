"""Every name is printed as it is written: no box, no blank, no stand-in.

Our own font has all 8,105 hanzi of the 通用规范汉字表 (GB 18030-2022, level 2); those of the
extensions B to F (level 3) come from fonts-hanazono, a package of the system.
"""

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


@pytest.fixture(scope="module", autouse=True)
def hanazono():
    if not all((glyphs.RARE_PLACE / name).is_file() for name in glyphs.RARE):
        pytest.fail("these tests need: apt-get install --no-install-recommends fonts-hanazono")


def rare_hanzi(font_file: Path) -> list[str]:
    """What a font has and a printer's own characters lack."""
    if not font_file.is_file():
        return []
    with TTFont(font_file, lazy=True) as font:
        known = sorted(font.getBestCmap())
    return [
        chr(code)
        for code in known
        if unicodedata.name(chr(code), "").startswith("CJK UNIFIED")
        and not is_in_printer_rom(chr(code))
    ]


SHIPPED = rare_hanzi(next(filter(Path.is_dir, glyphs.FONT_PLACES)) / glyphs.REGULAR)
RARE = SHIPPED + sorted(set(rare_hanzi(glyphs.RARE_PLACE / glyphs.RARE[0])) - set(SHIPPED))
EXTENSIONS = {"B": 0x20000, "C": 0x2A700, "D": 0x2B740, "E": 0x2B820, "F": 0x2CEB0}


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
    assert len(SHIPPED) > 4000
    assert sum(ord(each) > 0xFFFF for each in SHIPPED) > 100


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_list_has_names_of_every_extension(extension):
    starts = [*sorted(EXTENSIONS.values()), 0x2EBF0]
    start = EXTENSIONS[extension]
    end = starts[starts.index(start) + 1]
    assert sum(start <= ord(each) < end for name in names() for each in name) >= 1


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


@pytest.mark.parametrize("name", ["张䶮", "𬱖吉", "㛃㐂", "龘龗", "〇一", "𠮷野", "赵𤆁", "李𨭎"])
def test_names_known_to_be_trouble_have_a_shape_for_every_character(name):
    shapes = [picture_of(character) for character in name]
    assert picture_of(GETA) not in shapes
    assert len(set(shapes)) == len(name)

"""The picture of a strip shows what was printed."""

from __future__ import annotations

import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import Image

from drivers.api import BadSettings, Document, QrCode, Role, Surroundings, Text
from drivers.printer.emulator import EscPosEmulator
from drivers.printer.glyphs import GlyphSource
from drivers.printer.platen import HEAD_TO_CUTTER_DOTS
from drivers.registry import find
from drivers.simulation import SimulatedWorld
from tests.drivers.bench import DOCUMENT, URL, FakeClock, connect_printer, world
from tests.drivers.test_escpos import EndlessPaper

PIXELS_PER_MM = 16


def strip_of(document, directory, **settings):
    the_world = world(directory)
    connect_printer(the_world, **settings).print(document, 1)
    (strip,) = the_world.printer.strips
    return strip


def on_white(strip):
    with Image.open(strip.path) as picture:
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("L")


def ink(picture):
    return sum(picture.histogram()[:128])


@pytest.mark.parametrize("profile", ["default", "58mm"])
def test_the_qr_code_on_paper_is_read_by_an_independent_decoder(tmp_path, profile):
    strip = strip_of(Document((QrCode(URL),)), tmp_path, profile=profile)
    (code,) = zxingcpp.read_barcodes(on_white(strip))
    assert code.text == URL == strip.qr_codes[0]


def test_a_long_chinese_code_survives_the_paper_too(tmp_path):
    data = "缴款书 " * 20
    strip = strip_of(Document((QrCode(data, size_mm=60),)), tmp_path)
    assert zxingcpp.read_barcodes(on_white(strip))[0].text == data


@pytest.mark.parametrize("profile, paper_mm", [("default", 80), ("58mm", 58)])
def test_the_picture_is_as_large_as_the_paper(tmp_path, profile, paper_mm):
    strip = strip_of(Document((Text("1" * 32),)), tmp_path, profile=profile)
    picture = on_white(strip)
    assert picture.width == paper_mm * PIXELS_PER_MM
    assert picture.height == pytest.approx(strip.height_mm * PIXELS_PER_MM, abs=1)


@pytest.mark.parametrize("rare", ["䶮", "𬱖", "㛃"])
def test_a_rare_hanzi_leaves_ink_on_the_paper(tmp_path, rare):
    assert ink(on_white(strip_of(Document((Text(rare, scale=2),)), tmp_path))) > 1000


def test_blank_text_leaves_none(tmp_path):
    strip = strip_of(Document((Text("　　"),)), tmp_path)
    inside = on_white(strip).crop((100, 20, 1100, on_white(strip).height - 20))
    assert ink(inside) == 0


def test_large_text_is_twice_as_high(tmp_path):
    heights = [
        strip_of(Document((Text("缴" * 12, scale=scale),)), tmp_path / str(scale)).height_mm
        for scale in (1, 2)
    ]
    assert heights[1] > heights[0] + 3


def test_a_torn_strip_ends_where_the_paper_did(tmp_path):
    the_world = world(tmp_path)
    printer = connect_printer(the_world)
    the_world.printer.run_out_after(30)
    printer.print(DOCUMENT, 1)
    (strip,) = the_world.printer.strips
    head_to_cutter_mm = 12
    assert (strip.cut, strip.height_mm) == (False, 30 + head_to_cutter_mm)
    assert not zxingcpp.read_barcodes(on_white(strip))


def test_strips_are_offered_when_they_fall(tmp_path):
    fallen = []
    the_world = SimulatedWorld(tmp_path, fallen.append, clock=FakeClock())
    connect_printer(the_world).print(DOCUMENT, 1)
    assert fallen == list(the_world.printer.strips)
    assert fallen[0].path.is_file()


def test_a_strip_does_not_show_its_text_in_a_log(tmp_path):
    assert "票据号码" not in repr(strip_of(DOCUMENT, tmp_path))


def test_both_weights_of_the_font_are_there_and_differ():
    glyphs = GlyphSource()
    regular, bold = (glyphs.glyph("缴", 48, 48, bold=weight) for weight in (False, True))
    assert sum(bold.tobytes()) > sum(regular.tobytes()) * 1.1


def test_a_missing_font_is_bad_settings_that_name_the_file(tmp_path):
    with pytest.raises(BadSettings, match=r"NotoSansSC-Regular\.ttf is missing"):
        GlyphSource(tmp_path)


def test_the_columns_follow_the_profile():
    spec = find(Role.RECEIPT_PRINTER, "simulated")
    columns = [
        spec.connect(spec.settings(profile=name), Surroundings(world=world())).columns
        for name in ("default", "58mm", "TM-T20II")
    ]
    assert columns == [48, 32, 48]


def dots_of(image, rows, columns):
    """Which dots of the strip's top left corner are black, dot by dot."""
    grey = image.convert("L")
    left, top = 32 * 2 + 1, HEAD_TO_CUTTER_DOTS * 2 + 1  # 576 of 640 dots, two pixels a dot
    return [
        "".join(
            "#" if grey.getpixel((left + 2 * x, top + 2 * y)) < 128 else "." for x in range(columns)
        )
        for y in range(rows)
    ]


def strip_from(stream):
    strips = []
    emulator = EscPosEmulator(576, EndlessPaper(), strips.append, GlyphSource())
    emulator.receive(stream + b"\n\x1dVB\x00")
    assert emulator.unknown == []
    return strips[0]


@pytest.mark.parametrize(
    ("mode", "column", "expected"),
    [
        (33, b"\x80\x00\x01", {0: "#..", 1: "...", 23: "#.."}),
        (32, b"\x80\x00\x01", {0: "##.", 1: "...", 23: "##."}),
        (1, b"\x81", {0: "#..", 1: "#..", 2: "#..", 3: "...", 21: "#..", 23: "#.."}),
        (0, b"\x81", {0: "##.", 2: "##.", 3: "...", 23: "##."}),
    ],
)
def test_a_picture_sent_in_columns_lies_on_the_paper_dot_by_dot(mode, column, expected):
    strip = strip_from(b"\x1b*" + bytes([mode]) + b"\x01\x00" + column)
    shown = dots_of(strip.image, 24, 3)
    assert {row: shown[row] for row in expected} == expected


def test_a_code_sent_in_columns_by_another_encoder_is_read_from_the_paper():
    dummy = Dummy(profile="TM-T20II")
    dummy.qr(URL, native=False, size=6, image_arguments={"impl": "bitImageColumn"})
    strip = strip_from(dummy.output)
    assert zxingcpp.read_barcodes(strip.image.convert("L"))[0].text == URL


def test_a_picture_in_columns_wider_than_the_line_loses_what_does_not_fit():
    strip = strip_from(b"\x1b*\x21\x58\x02" + b"\xff\xff\xff" * 600)
    assert strip.text == "[picture 576x24]"


def test_an_unknown_mode_of_columns_is_reported_and_prints_nothing():
    strips = []
    emulator = EscPosEmulator(576, EndlessPaper(), strips.append)
    emulator.receive(b"\x1b*\x07\x03\x00abc\n\x1dV\x00")
    assert emulator.unknown == ["ESC * of mode 7"]
    assert strips[0].text == ""

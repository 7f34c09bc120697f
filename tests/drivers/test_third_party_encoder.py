"""Bytes that somebody else's encoder made, read by our paper printer (python-escpos)."""

from __future__ import annotations

import pytest
from escpos.printer import Dummy

from drivers.printer.emulator import EscPosEmulator
from tests.drivers.judges.corpus import URL
from tests.drivers.test_escpos import EndlessPaper


def printed(dummy):
    strips = []
    emulator = EscPosEmulator(576, EndlessPaper(), strips.append)
    emulator.receive(dummy.output)
    return strips, emulator.unknown


@pytest.fixture
def dummy():
    dummy = Dummy(profile="TM-T20II")
    dummy.hw("INIT")
    return dummy


def test_lines_come_out_as_they_went_in(dummy):
    for number in range(20):
        dummy.textln(f"line {number} !\"#$%&'()*+,-./:;<=>?@[]^_{{|}}~")
    dummy.cut()
    strips, unknown = printed(dummy)
    assert strips[0].text.splitlines()[:20] == [
        f"line {number} !\"#$%&'()*+,-./:;<=>?@[]^_{{|}}~" for number in range(20)
    ]
    assert (len(strips), strips[0].cut, unknown) == (1, True, [])


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("style", [{}, {"bold": True}, {"underline": 1},
                                   {"double_width": True, "double_height": True}])  # fmt: skip
def test_every_style_is_understood(dummy, align, style):
    dummy.set(align=align, **style)
    dummy.textln("Total 1,200.00")
    dummy.cut()
    strips, unknown = printed(dummy)
    assert strips[0].text.strip() == "Total 1,200.00"
    assert unknown == []


def test_a_native_code_holds_what_was_put_in(dummy):
    dummy.qr(URL, native=True, size=6)
    dummy.cut()
    strips, unknown = printed(dummy)
    assert (strips[0].qr_codes, unknown) == ((URL,), [])


@pytest.mark.parametrize("how", ["bitImageRaster", "graphics"])
def test_a_picture_is_a_picture_and_no_text(dummy, how):
    dummy.qr(URL, native=False, size=4, image_arguments={"impl": how})
    dummy.textln("behind")
    dummy.cut()
    strips, unknown = printed(dummy)
    text = strips[0].text.splitlines()
    assert "behind" in text
    assert all(not line or line.startswith("[picture") or line == "behind" for line in text)
    assert unknown == []


def test_hanzi_in_two_bytes_are_hanzi(dummy):
    dummy._raw(b"\x1c&" + "缴款书 ￥1,200.00".encode("gb18030") + b"\x1c.\n")
    dummy.cut()
    assert printed(dummy)[0][0].text.strip() == "缴款书 ￥1,200.00"


def test_pictures_in_columns_are_lines_of_picture_and_no_text(dummy):
    dummy.qr(URL, native=False, size=4, image_arguments={"impl": "bitImageColumn"})
    dummy.textln("behind")
    dummy.cut()
    strips, unknown = printed(dummy)
    *pictures, behind = [line for line in strips[0].text.splitlines() if line]
    assert set(pictures) == {"[picture 140x24]"}
    assert behind == "behind"
    assert unknown == []

"""A document as bytes, and what a printer makes of any bytes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.api import Align, Document, Feed, QrCode, Rule, Text
from drivers.printer import qr
from drivers.printer.bitmap import Bitmap, without_real_time_commands
from drivers.printer.commands import RealTime, RealTimeSplitter, next_command
from drivers.printer.emulator import EscPosEmulator, MechanismState
from drivers.printer.escpos import encode
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter, columns_of, is_in_printer_rom, printable
from drivers.printer.profile import PAPER_80_MM, profile_named
from tests.drivers.bench import DOCUMENT, URL, read_back, texts

GLYPHS = GlyphSource()
PAINTER = LinePainter(lambda: GLYPHS)


class EndlessPaper:
    """A mechanism that never fails."""

    def state(self) -> MechanismState:
        return MechanismState()

    def advance(self, dots: int) -> int:
        return dots

    def cut(self) -> bool:
        return True

    def take_back(self) -> None:
        """Nothing hangs in its mouth."""


def printed(data: bytes):
    """The strips, the answers and the complaints of a printer that received `data`."""
    strips = []
    emulator = EscPosEmulator(PAPER_80_MM.width_dots, EndlessPaper(), strips.append)
    answers = emulator.receive(data)
    return strips, answers, emulator.unknown


def encoded(*blocks) -> bytes:
    return encode(Document(blocks), 7, PAPER_80_MM, PAINTER)


def test_what_is_composed_is_what_is_printed():
    strips, answers, unknown = printed(encode(DOCUMENT, 7, PAPER_80_MM, PAINTER))
    assert [read_back(strip.text) for strip in strips] == [texts(DOCUMENT)]
    assert strips[0].qr_codes == (URL,)
    assert answers == b"\x37\x220007\x00" + bytes(3)
    assert unknown == []


def test_yuan_is_sent_as_the_sign_printers_have():
    for sign in "¥￥":
        assert b"\xa3\xa4" in encoded(Text(sign + "1"))


def test_text_is_sent_in_hanzi_mode():
    assert b"\x1c&\xbd\xc9\xbf\xee\x1c." in encoded(Text("缴款"))


@pytest.mark.parametrize("rare", ["䶮", "𬱖", "㛃", "㐂", "é\u0301"])
def test_a_line_with_a_character_outside_the_rom_is_sent_as_a_picture(rare):
    data = encoded(Text(f"张{rare}"))
    assert b"\x1dv0" in data
    assert b"\x1c&" not in data


@pytest.mark.parametrize("rare", ["䶮", "𬱖"])
@pytest.mark.parametrize("scale", [1, 2])
def test_rare_hanzi_have_ink_and_a_shape_of_their_own(rare, scale):
    def drawn(character):
        return PAINTER.paint(Text(character, scale=scale), PAPER_80_MM.width_dots)

    picture = drawn(rare)
    share = sum(byte.bit_count() for byte in picture.data) / (24 * scale) ** 2
    assert 0.10 < share < 0.65
    assert picture.data != drawn("〓").data
    assert picture.rows == 24 * scale


def test_a_character_no_font_has_is_set_as_a_geta_mark():
    unknown = "\U00030000"  # of extension G, in no font we know
    assert not GLYPHS.has(unknown)
    line = PAINTER.paint(Text(f"张{unknown}"), PAPER_80_MM.width_dots)
    assert line.data == PAINTER.paint(Text("张〓"), PAPER_80_MM.width_dots).data


@pytest.mark.parametrize("align", Align)
def test_a_painted_line_keeps_its_alignment(align):
    picture = PAINTER.paint(Text("䶮", align), 576)
    columns = [index % picture.width_bytes for index, byte in enumerate(picture.data) if byte]
    left, right = min(columns) * 8, max(columns) * 8 + 7
    expected = {Align.LEFT: (0, 31), Align.CENTER: (272, 303), Align.RIGHT: (544, 575)}[align]
    assert expected[0] <= left <= right <= expected[1]


REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


@given(st.binary(min_size=1, max_size=200))
@example(b"\x10\x04\x01\x10\x14\x08\x10")
def test_no_picture_holds_a_real_time_command(data):
    safe = without_real_time_commands(Bitmap(1, len(data), data))
    assert not any(command in safe.data for command in REAL_TIME)
    changed = [old ^ new for old, new in zip(data, safe.data, strict=True) if old != new]
    assert set(changed) <= {0x08}


@given(st.text(max_size=24))
@example("a\x1b@\x10\x04\x01\n\x00\x7f")
@example("\u202eabc\u2028\ud800")
def test_no_character_of_a_text_becomes_a_command(text):
    data = encoded(Text(text))
    strips, answers, unknown = printed(data)
    assert unknown == []
    assert answers == b"\x37\x220007\x00" + bytes(3)
    assert len(strips) == 1
    lines = strips[0].text.splitlines()
    assert all(line.startswith("〓 = U+") for line in lines[1:])


@pytest.mark.parametrize("missing", ["\U00030000", "\ue000", "\U00031350"])
def test_a_missing_character_is_told_by_its_code_below_its_line(missing):
    strips, _, unknown = printed(encoded(Text(f"张{missing}")))
    assert unknown == []
    assert strips[0].text.splitlines()[1:] == [f"〓 = U+{ord(missing):X}"]


def test_many_missing_characters_are_told_in_lines_that_fit():
    missing = "".join(map(chr, range(0x30000, 0x30000 + 24)))
    strips, _, _ = printed(encoded(Text(missing)))
    told = strips[0].text.splitlines()[1:]
    assert " ".join(line.removeprefix("〓 = ") for line in told).split() == [
        f"U+{ord(each):X}" for each in missing
    ]
    assert max(map(columns_of, told)) <= PAPER_80_MM.columns


@given(st.text(max_size=24))
def test_cleaning_text_keeps_its_width(text):
    assert columns_of(printable(text)) == columns_of(text)


@given(st.text(alphabet=st.characters(codec="gbk", categories=["L", "N", "P", "S"]), max_size=24))
def test_text_in_the_rom_comes_back_as_it_was(text):
    strips, _, _ = printed(encoded(Text(text)))
    assert strips[0].text.rstrip() == text.replace("¥", "￥").rstrip()


def test_every_gb2312_hanzi_is_in_the_rom():
    rows = range(0xB0, 0xF8)
    missing = [
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in rows
        for cell in range(0xA1, 0xFF)
        if not is_in_printer_rom(bytes((row, cell)).decode("gb2312", "ignore") or "一")
    ]
    assert missing == []


@pytest.mark.parametrize("lines", [0, 256, -1])
def test_a_feed_the_printer_cannot_do_is_refused(lines):
    with pytest.raises(ValueError, match="cannot feed"):
        encoded(Feed(lines))


def test_a_size_the_printer_does_not_have_is_refused():
    with pytest.raises(ValueError, match="3 times"):
        encoded(Text("1", scale=3))


def test_a_qr_code_too_fine_to_read_is_refused():
    with pytest.raises(ValueError, match="cannot be read at 5 mm"):
        encoded(QrCode(URL, size_mm=5))


def test_a_rule_reaches_from_edge_to_edge():
    assert b"\x1dv0\x03\x24\x00\x01\x00" + b"\xff" * 36 in encoded(Rule())
    assert "[picture 576x2]" in printed(encoded(Rule()))[0][0].text


def test_a_printer_without_qr_codes_gets_them_as_a_picture():
    profile = profile_named("RP-F10-80mm")
    drawn = encode(
        Document((QrCode(URL),)), 7, type(profile)("x", 48, 576, native_qr=False), PAINTER
    )
    assert b"\x1d(k" not in drawn
    assert printed(drawn)[0][0].text.startswith("[picture 576x")


def test_a_qr_picture_is_the_same_squares_as_the_matrix():
    rows = qr.matrix(b"1234")
    picture = qr.bitmap(b"1234", 8, len(rows))
    assert picture.rows == len(rows) * 8
    top = picture.data[: len(rows)]
    assert [byte == 0xFF for byte in top] == rows[0]


# --- commands our own documents do not use -------------------------------------------------


def heights(*streams):
    return [printed(stream + b"\x1dVB\x00")[0][0].height_mm for stream in streams]


def test_print_mode_and_size_commands_agree_on_double_height():
    plain, by_mode, by_size = heights(b"1\n", b"\x1b3\x00\x1b!\x301\n", b"\x1b3\x00\x1d!\x111\n")
    assert by_mode == by_size == 12 + 6
    assert plain == pytest.approx(12 + 34 / 8, abs=0.1)


def test_default_line_spacing_can_be_restored():
    changed, restored = heights(b"\x1b3\x80\n", b"\x1b3\x80\x1b2\n")
    assert changed > restored == heights(b"\n")[0]


def test_a_line_fuller_than_the_paper_goes_on_below():
    strips, _, _ = printed(b"1" * 50 + b"\n\x1dVB\x00")
    assert strips[0].text.splitlines() == ["1" * 48, "11"]


def test_underlining_adds_ink():
    def ink(stream):
        emulator = EscPosEmulator(576, EndlessPaper(), (strips := []).append, GLYPHS)
        emulator.receive(stream + b"\x1dVB\x00")
        return sum(strips[0].image.convert("L").histogram()[:128])

    assert ink(b"\x1b-\x01" + b"1" * 10 + b"\n") > ink(b"1" * 10 + b"\n")


def test_the_paper_sensor_is_answered_in_turn_too():
    assert printed(b"\x1dr\x01")[1] == b"\x00"


def test_printing_without_a_feed_before_the_cut_is_possible():
    strips, _, _ = printed(b"ok\n\x1dV\x00")
    assert (strips[0].text, strips[0].cut) == ("ok", True)


def test_a_strip_longer_than_three_metres_is_torn_off():
    strips, _, _ = printed(b"\x1bd\xff" * 10)
    assert [strip.cut for strip in strips] == [False] * len(strips) != []


@pytest.mark.parametrize(
    "stream, complaint",
    [
        (b"\x1dv0\x00\xff\xff\x00\x00", "picture of 524280 x 0 dots"),
        (b"\x1d(k\x03\x001\x510", "QR code: a QR code holds 1 to 512 bytes here, not 0"),
        (b"\x1d(k\x03\x002\x410", "GS ( k 32 41 30"),
        (b"\x1d(H\x02\x001\x00", "GS ( H 31 00"),
        (b"\x1d(A\x02\x00\x00\x01", "GS ( A 00 01"),
    ],
)
def test_what_cannot_be_done_is_reported(stream, complaint):
    assert printed(stream)[2] == [complaint]


def test_a_full_buffer_is_reported_and_bounded():
    class Closed(EndlessPaper):
        def state(self) -> MechanismState:
            return MechanismState(cover_open=True)

    emulator = EscPosEmulator(576, Closed(), lambda _: None)
    emulator.receive(b"1" * 70000)
    assert emulator.unknown == ["receive buffer overflow"]
    assert len(emulator._buffer) == 65536


def test_reports_of_unknown_commands_are_bounded():
    assert len(printed(b"\x1bZ\n" * 300)[2]) == 200


# --- any bytes at all -----------------------------------------------------------------------

COMMANDS = st.sampled_from(
    [b"\x1b@", b"\x1c&", b"\x1c.", b"\x1dV\x00", b"\x1dVB\x00", b"\x1dv0\x00", b"\x1d(k", b"\x1d(H",
     b"\x1b*", b"\x1bD", b"\x10\x04", b"\x10\x14\x08", b"\x1d!", b"\x1bd", b"\x1da", b"\x1bZ"]
)  # fmt: skip
STREAMS = st.lists(COMMANDS | st.binary(max_size=12), max_size=12).map(b"".join)


@given(STREAMS)
def test_any_bytes_leave_the_printer_alive(data):
    _, _, unknown = printed(data)
    assert len(unknown) <= 200
    strips, answers, _ = printed(data + b"\x00" * 300 + b"\n")
    assert all(strip.height_mm <= 3100 for strip in strips)
    assert isinstance(answers, bytes)


@given(STREAMS, st.integers(min_value=1, max_value=5))
def test_it_does_not_matter_where_a_stream_is_cut(data, size):
    whole = EscPosEmulator(576, EndlessPaper(), (strips := []).append)
    parts = EscPosEmulator(576, EndlessPaper(), (cut_strips := []).append)
    answers = whole.receive(data)
    pieces = [parts.receive(data[start : start + size]) for start in range(0, len(data), size)]
    assert b"".join(pieces) == answers
    assert cut_strips == strips


@given(st.binary(min_size=1, max_size=60), st.booleans())
def test_every_command_takes_at_least_one_byte_and_no_more_than_there_are(data, hanzi):
    command = next_command(data, hanzi=hanzi)
    if command is not None:
        assert 1 <= command.size <= len(data)


@given(st.lists(st.binary(max_size=6) | st.sampled_from([b"\x10", b"\x04", b"\x14\x08"])))
def test_taking_out_real_time_commands_loses_no_other_byte(pieces):
    splitter, out = RealTimeSplitter(), bytearray()
    for piece in pieces:
        for part in splitter.split(piece):
            out += (
                b"\x10" + bytes([part.kind]) + part.parameters
                if isinstance(part, RealTime)
                else part
            )
    whole = b"".join(pieces)
    assert whole.startswith(bytes(out))
    assert len(whole) - len(out) <= 10


def test_an_unknown_command_never_leaks_its_parameters_as_text():
    strips, _, unknown = printed(b"\x1bZ12345\n\x1c\x99abc\nok\n\x1dVB\x00")
    assert read_back(strips[0].text) == ["ok"]
    assert unknown == ["1b 5a 31 32 33 34 35", "1c 99 61 62 63"]


@pytest.mark.parametrize("rare", ["䶮", "𬱖", "€"])
def test_a_code_outside_the_rom_shows_as_missing_and_is_reported(rare):
    code = rare.encode("gb18030")
    strips, _, unknown = printed(b"\x1c&" + code + b"\n\x1dVB\x00")
    assert read_back(strips[0].text) == ["〓"]
    assert unknown == [f"not in the character ROM: {code.hex(' ')}"]


def test_parameters_of_an_unknown_command_that_come_late_do_not_leak_either():
    emulator = EscPosEmulator(576, EndlessPaper(), (strips := []).append)
    for piece in (b"\x1bZ1", b"23", b"45\nok\n\x1dVB\x00"):
        emulator.receive(piece)
    assert read_back(strips[0].text) == ["ok"]


@pytest.mark.parametrize(
    "question, answer", [(1, b"\x12"), (2, b"\x12"), (3, b"\x12"), (4, b"\x12"), (9, b"")]
)
def test_a_healthy_printer_answers_each_status_question(question, answer):
    assert printed(b"\x10\x04" + bytes([question]))[1] == answer


def test_a_printer_out_of_paper_answers_as_real_ones_do():
    class NoPaper(EndlessPaper):
        def state(self) -> MechanismState:
            return MechanismState(near_end=True, paper_out=True)

    emulator = EscPosEmulator(576, NoPaper(), lambda _: None)
    assert (
        emulator.receive(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04") == b"\x1a\x32\x12\x7e"
    )

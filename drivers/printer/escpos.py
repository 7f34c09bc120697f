"""A document as ESC/POS bytes.

Commands as in Epson's ESC/POS reference and the Chinese models' FS commands; only those
that common 58 and 80 mm printers share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from drivers.api import Align, Block, Document, Feed, PrintProof, QrCode, Rule, Text
from drivers.printer import qr
from drivers.printer.bitmap import Bitmap, without_real_time_commands
from drivers.printer.lettering import LinePainter, columns_of, is_in_printer_rom, printable
from drivers.printer.profile import Profile

ESC, FS, GS, LF = b"\x1b", b"\x1c", b"\x1d", b"\n"
INITIALISE = ESC + b"@"
NO_UNASKED_STATUS = GS + b"a\x00"
USA_CHARACTERS = ESC + b"R\x00"  # With China's set the dollar sign prints as ￥.
NO_HANZI_SPACING = FS + b"S\x00\x00"
HANZI_ON, HANZI_OFF = FS + b"&", FS + b"."
LINE_SPACING_DOTS = 34
# A printer feeds a large line by its bare height: without this the next line touches it.
LARGE_LINE_GAP_DOTS = 12
LINE_SPACING = ESC + b"3" + bytes([LINE_SPACING_DOTS])
ALIGN = {Align.LEFT: ESC + b"a\x00", Align.CENTER: ESC + b"a\x01", Align.RIGHT: ESC + b"a\x02"}
SIZE = {1: GS + b"!\x00", 2: GS + b"!\x11"}
BOTTOM_MARGIN_DOTS = 24
FEED_AND_CUT_PARTLY = GS + b"VB" + bytes([BOTTOM_MARGIN_DOTS])
FEED_AND_CUT_FULLY = GS + b"VA" + bytes([BOTTOM_MARGIN_DOTS])

# GS r is answered in its turn. One answer could be noise on the line; three alike are not.
PAPER_STATUS_ANSWERS = 3
PAPER_STATUS_REQUEST = (GS + b"r\x01") * PAPER_STATUS_ANSWERS
MAX_JOB_NUMBER = 9999
MAX_FEED_LINES = 255
RULE_ABOVE_DOTS, RULE_BELOW_DOTS = 6, 10
AS_IT_IS, DOUBLED = b"\x00", b"\x03"
QR_MODULE_DOTS = range(2, 17)
NOTE_BEGINS = "〓 = "
CODE_COLUMNS = len("U+10FFFF ")


def encode(document: Document, job_number: int, profile: Profile, painter: LinePainter) -> bytes:
    """The whole job: set-up, blocks, cut, and the question whose answer proves the cut.

    Raises ValueError where a line is too long or a block cannot be printed.
    """
    setup = (
        INITIALISE
        + NO_UNASKED_STATUS
        + USA_CHARACTERS
        + HANZI_OFF
        + NO_HANZI_SPACING
        + LINE_SPACING
    )
    style = Style()
    blocks = b"".join(_block(block, profile, painter, style) for block in document.blocks)
    cut = FEED_AND_CUT_PARTLY if profile.partial_cut else FEED_AND_CUT_FULLY
    return setup + blocks + cut + _request_for_proof(job_number, profile)


def _request_for_proof(job_number: int, profile: Profile) -> bytes:
    by_number = process_id_request(job_number)  # refuses a wrong number for every printer
    match profile.proof:
        case PrintProof.PROCESS_ID:
            return by_number
        case PrintProof.PAPER_STATUS:
            return PAPER_STATUS_REQUEST
        case None:  # A printer that knows the first answers it before the second.
            return by_number + PAPER_STATUS_REQUEST
    assert_never(profile.proof)


def process_id_request(job_number: int) -> bytes:
    """GS ( H function 48: answered when everything before it is on paper."""
    if not 0 <= job_number <= MAX_JOB_NUMBER:
        raise ValueError(f"job number {job_number} is not in 0 … {MAX_JOB_NUMBER}")
    return GS + b"(H\x06\x0000" + f"{job_number:04d}".encode("ascii")


@dataclass(slots=True)
class Style:
    """What the printer was told last: a receipt spends half its bytes on saying it again."""

    sent: dict[bytes, bytes] = field(default_factory=dict)

    def change(self, *commands: bytes) -> bytes:
        """Those of the commands that change anything; the first two bytes name what."""
        changed = [each for each in commands if self.sent.get(each[:2]) != each]
        self.sent.update((each[:2], each) for each in changed)
        return b"".join(changed)


def _block(block: Block, profile: Profile, painter: LinePainter, style: Style) -> bytes:
    match block:
        case Text():
            return _text(block, profile, painter, style)
        case QrCode():
            return _qr_code(block, profile, style)
        case Rule():
            return _rule(profile, style)
        case Feed(lines):
            if not 1 <= lines <= MAX_FEED_LINES:
                raise ValueError(f"cannot feed {lines} lines; expected 1 to {MAX_FEED_LINES}")
            return ESC + b"d" + bytes([lines])
    assert_never(block)


def _text(block: Text, profile: Profile, painter: LinePainter, style: Style) -> bytes:
    line = Text(printable(block.text), block.align, block.scale, block.bold)
    if line.scale not in SIZE:
        raise ValueError(f"cannot print text at {line.scale} times its size; expected 1 or 2")
    if columns_of(line.text) * line.scale > profile.columns:
        raise ValueError(f"a line is wider than the {profile.columns} columns of the paper")
    if not all(is_in_printer_rom(character) for character in line.text):
        picture = painter.paint(line, profile.width_dots)
        gap = LARGE_LINE_GAP_DOTS if line.scale > 1 else LINE_SPACING_DOTS - picture.rows
        notes = _missing_notes(painter.lacks(line.text), profile)
        told = b"".join(_text(note, profile, painter, style) for note in notes)
        return _picture(picture, style) + _feed_dots(gap) + told
    text = line.text.encode("gb18030")
    return (
        style.change(ALIGN[line.align], SIZE[line.scale], ESC + b"E" + bytes([line.bold]))
        + (text if line.text.isascii() else HANZI_ON + text + HANZI_OFF)
        + LF
        + (_feed_dots(LARGE_LINE_GAP_DOTS) if line.scale > 1 else b"")
    )


def _missing_notes(characters: tuple[str, ...], profile: Profile) -> list[Text]:
    """What the 〓 above stand for: whoever holds the paper can look the codes up."""
    codes = [f"U+{ord(each):04X}" for each in characters]
    per_line = max(1, (profile.columns - len(NOTE_BEGINS)) // CODE_COLUMNS)
    lines = [codes[start : start + per_line] for start in range(0, len(codes), per_line)]
    return [Text(NOTE_BEGINS + " ".join(line)) for line in lines]


def _qr_code(block: QrCode, profile: Profile, style: Style) -> bytes:
    """Native where the printer can (crisper, a fiftieth of the bytes), else a picture."""
    if not block.data.isprintable():
        raise ValueError("a QR code must hold printable characters")
    data = block.data.encode("utf-8")
    sides = qr.modules_per_side(data)
    widest = profile.width_dots // sides
    module_dots = min(int(block.size_mm * profile.dots_per_mm / sides), widest, QR_MODULE_DOTS[-1])
    if module_dots < QR_MODULE_DOTS[0]:
        raise ValueError(f"a QR code of {sides} modules cannot be read at {block.size_mm} mm")
    if not profile.native_qr:
        return _picture(qr.bitmap(data, module_dots, profile.width_dots // 8), style)
    return (
        style.change(ALIGN[Align.CENTER])
        + _qr_function(0x41, b"2\x00")  # model 2
        + _qr_function(0x43, bytes([module_dots]))
        + _qr_function(0x45, b"1")  # error correction M
        + _qr_function(0x50, b"0" + data)
        + _qr_function(0x51, b"0")
    )


def _qr_function(function: int, parameters: bytes) -> bytes:
    size = len(parameters) + 2
    return GS + b"(k" + size.to_bytes(2, "little") + b"1" + bytes([function]) + parameters


def _rule(profile: Profile, style: Style) -> bytes:
    """Half a line of one dot, doubled by the printer: a quarter of the bytes."""
    width_bytes = profile.width_dots // 16
    line = Bitmap(width_bytes, 1, b"\xff" * width_bytes)
    return (
        _feed_dots(RULE_ABOVE_DOTS)
        + _picture(line, style, enlarged=DOUBLED)
        + _feed_dots(RULE_BELOW_DOTS)
    )


def _picture(bitmap: Bitmap, style: Style, *, enlarged: bytes = AS_IT_IS) -> bytes:
    safe = without_real_time_commands(bitmap)
    return (
        style.change(ALIGN[Align.LEFT])
        + GS
        + b"v0"
        + enlarged
        + safe.width_bytes.to_bytes(2, "little")
        + safe.rows.to_bytes(2, "little")
        + safe.data
    )


def _feed_dots(dots: int) -> bytes:
    return ESC + b"J" + bytes([dots]) if dots > 0 else b""

"""An ESC/POS printer in software: bytes in, paper and answers out.

It obeys like a Chinese 203 dpi model with a two-byte GBK character ROM: a four-byte code
prints as 〓. Whatever it does not understand ends in `unknown`, never on the paper.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.printer.bitmap import from_columns
from drivers.printer.commands import (
    CLEAR_BUFFERS,
    DC4,
    ENQ,
    EOT,
    UNKNOWN_SEQUENCE,
    Command,
    RealTime,
    RealTimeSplitter,
    next_command,
    parameters_of_unknown,
)
from drivers.printer.glyphs import GlyphSource
from drivers.printer.platen import (
    DEFAULT_SPACING_DOTS,
    Mechanism,
    MechanismState,
    Platen,
    PrintedStrip,
)
from drivers.printer.profile import Mouth
from drivers.printer.replies import FULL_STATUS_HEADER, FULL_STATUS_QUESTION

__all__ = ["EscPosEmulator", "Mechanism", "MechanismState", "PrintedStrip"]

MAX_BUFFER = 65536
MAX_UNKNOWN = 200
MAX_REPORTED_BYTES = 16
MAX_PICTURE_WIDTH_BYTES = 256
FIXED_STATUS_BITS = 0x12
# ESC * m: bytes in a column, and how many dots across and down each of its dots is.
COLUMN_MODES = {0: (1, 2, 3), 1: (1, 1, 3), 32: (3, 2, 1), 33: (3, 1, 1)}
CLEAR_SIGNATURE = b"\x01\x03\x14\x01\x06\x02\x08"
MISSING = "〓"
# Understood, and without effect on this printer's paper.
HARMLESS = frozenset(
    {
        "ignored",
        "CR",
        "CAN",
        "ESC R",
        "ESC t",
        "ESC  ",
        "ESC M",
        "FS S",
        "FS C",
        "GS a",
        "GS P",
    }
)


class EscPosEmulator:
    """Not thread-safe: one caller at a time."""

    def __init__(
        self,
        width_dots: int,
        mechanism: Mechanism,
        on_strip: Callable[[PrintedStrip], None],
        glyphs: GlyphSource | None = None,
        *,
        echoes_process_id: bool = True,
        mouth: Mouth = Mouth.NOT_TOLD,
    ) -> None:
        """Without `glyphs` nothing is painted: strips then have text but no image."""
        self._echoes_process_id = echoes_process_id
        self._mouth = mouth
        self.unknown: list[str] = []
        self._mechanism = mechanism
        self._platen = Platen(width_dots, mechanism, on_strip, glyphs)
        self._splitter = RealTimeSplitter()
        self._buffer = bytearray()
        self._answers = bytearray()
        self._in_unknown = False
        self._stored_picture: tuple[int, int, bytes] | None = None
        self._handlers: dict[str, Callable[[bytes], None]] = {
            "text": self._text,
            "unknown": self._unknown,
            UNKNOWN_SEQUENCE: self._unknown,
            "LF": lambda _: self._platen.end_line(),
            "ESC @": lambda _: self._platen.forget_line(),
            "ESC !": self._select_print_mode,
            "ESC -": self._set_underline,
            "ESC 2": self._set_spacing,
            "ESC 3": self._set_spacing,
            "ESC E": self._set_bold,
            "ESC G": self._set_bold,
            "ESC *": self._column_picture,
            "ESC a": self._set_align,
            "ESC d": self._feed_lines,
            "ESC J": lambda parameters: self._platen.print_and_feed(parameters[0]),
            "FS &": lambda _: self._set_hanzi(on=True),
            "FS .": lambda _: self._set_hanzi(on=False),
            "GS !": self._set_size,
            "GS V": lambda parameters: self._platen.cut((*parameters[1:], None)[0]),
            "GS v": self._raster,
            "GS ( L": self._graphics,
            "GS ( k": self._two_dimensional_code,
            "GS ( H": self._response_request,
            "GS r": self._paper_status,
            "GS e": self._eject,
        }

    # --- what is plugged in from outside -------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes, print what can be printed now, and return the answers."""
        for piece in self._splitter.split(data):
            if isinstance(piece, RealTime):
                self._real_time(piece)
            else:
                self._store(piece)
                self._work()
        return self._take_answers()

    def resume(self) -> bytes:
        """Go on with what is still in the buffer, as printers do after a fault."""
        self._work()
        return self._take_answers()

    def power_cycle(self) -> None:
        """Everything received and not yet printed is forgotten."""
        self._splitter = RealTimeSplitter()
        self._answers.clear()
        self._forget()
        self._platen.tear_off()

    # --- reception -----------------------------------------------------------------------

    def _store(self, data: bytes) -> None:
        room = MAX_BUFFER - len(self._buffer)
        if len(data) > room:
            self._report("receive buffer overflow")
        self._buffer += data[:room]

    def _take_answers(self) -> bytes:
        answers = bytes(self._answers)
        self._answers.clear()
        return answers

    def _real_time(self, command: RealTime) -> None:
        if command.kind == EOT:
            self._answers += self._status(command.parameters[0])
        elif command.kind == ENQ and command.parameters == b"\x02":
            if self._is_halted():
                self._forget()
        elif command.kind == DC4 and command.parameters == bytes([CLEAR_BUFFERS]) + CLEAR_SIGNATURE:
            self._forget()
            self._answers += b"\x37\x25\x00"

    def _status(self, question: int) -> bytes:
        state = self._mechanism.state()
        error = state.cutter_error or state.paper_jam or state.head_hot
        if question == FULL_STATUS_QUESTION and self._mouth is Mouth.FULL_STATUS:
            return FULL_STATUS_HEADER + _full_status(state)
        hangs = state.paper_at_mouth and self._mouth is Mouth.BIT_7
        bits = {
            1: (state.stopped or state.head_hot) << 3 | hangs << 7,
            2: state.cover_open << 2 | state.paper_out << 5 | error << 6,
            3: state.paper_jam << 2 | state.cutter_error << 3 | state.head_hot << 6,
            4: (0x0C if state.near_end else 0) | (0x60 if state.paper_out else 0),
        }.get(question)
        return b"" if bits is None else bytes([FIXED_STATUS_BITS | bits])

    def _forget(self) -> None:
        self._buffer.clear()
        self._in_unknown = False
        self._platen.forget_line()

    def _report(self, what: str) -> None:
        if len(self.unknown) < MAX_UNKNOWN:
            self.unknown.append(what)

    # --- printing ------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._is_halted():
            self._skip_parameters()
            command = next_command(self._buffer, hanzi=self._platen.mode.hanzi)
            if command is None:
                return
            del self._buffer[: command.size]
            self._in_unknown = command.name == UNKNOWN_SEQUENCE and not self._buffer
            self._execute(command)

    def _skip_parameters(self) -> None:
        """Drop what belongs to an unknown sequence and came later than its beginning."""
        if self._in_unknown and self._buffer:
            del self._buffer[: parameters_of_unknown(self._buffer)]
            self._in_unknown = not self._buffer

    def _is_halted(self) -> bool:
        state = self._mechanism.state()
        if state.stopped:
            self._platen.tear_off()
        return state.stopped or state.head_hot

    def _execute(self, command: Command) -> None:
        handler = self._handlers.get(command.name)
        if handler:
            handler(command.parameters)
        elif command.name not in HARMLESS:
            self._report(
                f"{command.name} {command.parameters[:MAX_REPORTED_BYTES].hex(' ')}".strip()
            )

    def _unknown(self, parameters: bytes) -> None:
        self._report(parameters[:MAX_REPORTED_BYTES].hex(" "))

    def _text(self, code: bytes) -> None:
        character = character_from_rom(code)
        if character is None:
            self._report(f"not in the character ROM: {code.hex(' ')}")
        self._platen.add(character or MISSING)

    # --- single commands -----------------------------------------------------------------

    def _select_print_mode(self, parameters: bytes) -> None:
        bits, mode = parameters[0], self._platen.mode
        mode.bold, mode.underlined = bool(bits & 0x08), bool(bits & 0x80)
        mode.height_factor = 2 if bits & 0x10 else 1
        mode.width_factor = 2 if bits & 0x20 else 1

    def _set_size(self, parameters: bytes) -> None:
        self._platen.mode.width_factor = (parameters[0] >> 4 & 7) + 1
        self._platen.mode.height_factor = (parameters[0] & 7) + 1

    def _set_bold(self, parameters: bytes) -> None:
        self._platen.mode.bold = bool(parameters[0] & 1)

    def _set_underline(self, parameters: bytes) -> None:
        self._platen.mode.underlined = parameters[0] in b"\x01\x0212"

    def _set_align(self, parameters: bytes) -> None:
        if parameters[0] in b"\x00\x01\x02012" and self._platen.at_line_start:
            self._platen.mode.align = parameters[0] % 48

    def _set_spacing(self, parameters: bytes) -> None:
        self._platen.mode.spacing_dots = parameters[0] if parameters else DEFAULT_SPACING_DOTS

    def _set_hanzi(self, *, on: bool) -> None:
        self._platen.mode.hanzi = on

    def _feed_lines(self, parameters: bytes) -> None:
        self._platen.print_and_feed(parameters[0] * self._platen.mode.spacing_dots)

    def _raster(self, parameters: bytes) -> None:
        width_bytes = int.from_bytes(parameters[2:4], "little")
        rows = int.from_bytes(parameters[4:6], "little")
        if not 0 < width_bytes <= MAX_PICTURE_WIDTH_BYTES or not rows:
            self._report(f"picture of {width_bytes * 8} x {rows} dots")
        elif parameters[1] in b"\x00\x01\x02\x030123":
            wide, high = parameters[1] & 1, parameters[1] >> 1 & 1
            data = _enlarged(parameters[6:], width_bytes, wide=bool(wide), high=bool(high))
            self._platen.picture(width_bytes << wide, rows << high, data)
        else:
            self._report(f"picture enlarged by {parameters[1]}")

    def _column_picture(self, parameters: bytes) -> None:
        """ESC * m: a picture in the line, column by column, topmost dot in the highest bit."""
        mode, data = parameters[0], parameters[3:]
        if mode not in COLUMN_MODES:
            self._report(f"ESC * of mode {mode}")
            return
        bytes_per_column, wide, high = COLUMN_MODES[mode]
        picture, width = from_columns(data, bytes_per_column, wide, high)
        self._platen.add_picture(picture, width)

    def _graphics(self, parameters: bytes) -> None:
        """Function 112 stores a monochrome picture, function 50 (or 2) prints it."""
        function, described = parameters[1:2], parameters[2:10]
        if parameters[:1] == b"0" and function in (b"2", b"\x02") and self._stored_picture:
            self._platen.picture(*self._stored_picture)
            self._stored_picture = None
        elif parameters[:1] == b"0" and function == b"p" and len(described) == 8:
            self._stored_picture = self._picture_from(described, parameters[10:])
        else:
            self._report(f"GS ( L {parameters[:MAX_REPORTED_BYTES].hex(' ')}")

    def _picture_from(self, described: bytes, data: bytes) -> tuple[int, int, bytes] | None:
        """A bx by c xL xH yL yH; the size in dots, each row filled up to a byte."""
        wide, high = described[1] == 2, described[2] == 2
        width_bytes = (int.from_bytes(described[4:6], "little") + 7) // 8
        rows = int.from_bytes(described[6:8], "little")
        fits = 0 < width_bytes <= MAX_PICTURE_WIDTH_BYTES and rows > 0
        if not fits or len(data) != width_bytes * rows:
            self._report(f"picture of {width_bytes * 8} x {rows} dots in {len(data)} bytes")
            return None
        return width_bytes << wide, rows << high, _enlarged(data, width_bytes, wide=wide, high=high)

    def _two_dimensional_code(self, parameters: bytes) -> None:
        kind, function, data = parameters[:1], parameters[1:2], parameters[2:]
        if kind != b"1" or function not in b"\x41\x43\x45\x50\x51" or not data:
            self._report(f"GS ( k {parameters[:MAX_REPORTED_BYTES].hex(' ')}")
        elif function == b"\x43":
            self._platen.mode.qr_module_dots = min(max(data[0], 1), 16)
        elif function == b"\x50":
            self._platen.mode.qr_data = data[1:]
        elif function == b"\x51":
            try:
                self._platen.qr_code()
            except ValueError as error:
                self._report(f"QR code: {error}")

    def _response_request(self, parameters: bytes) -> None:
        if not self._echoes_process_id:
            self._report("GS ( H")
        elif parameters[:2] == b"00" and len(parameters) == 6:
            self._answers += b"\x37\x22" + parameters[2:] + b"\x00"
        else:
            self._report(f"GS ( H {parameters[:MAX_REPORTED_BYTES].hex(' ')}")

    def _eject(self, parameters: bytes) -> None:
        if parameters[:1] == b"\x02":
            self._mechanism.take_back()

    def _paper_status(self, parameters: bytes) -> None:
        if parameters[0] in b"\x011":
            state = self._mechanism.state()
            self._answers += bytes([state.near_end * 0x03 | state.paper_out * 0x0C])


DOUBLED_BITS = [
    sum(0b11 << 2 * place for place in range(8) if byte >> place & 1) for byte in range(256)
]


def _enlarged(data: bytes, width_bytes: int, *, wide: bool, high: bool) -> bytes:
    if wide:
        data = b"".join(DOUBLED_BITS[byte].to_bytes(2, "big") for byte in data)
        width_bytes *= 2
    if high:
        rows = (data[at : at + width_bytes] * 2 for at in range(0, len(data), width_bytes))
        data = b"".join(rows)
    return data


def _full_status(state: MechanismState) -> bytes:
    """Custom's four bytes: paper, user, recoverable, unrecoverable."""
    paper = state.paper_out | state.near_end << 2 | state.paper_at_mouth << 5
    return bytes(
        (paper, state.cover_open << 1, state.head_hot | state.paper_jam << 6, state.cutter_error)
    )


def character_from_rom(code: bytes) -> str | None:
    """What the printer shows for a code, None for a code it has no shape for."""
    try:
        character = code.decode("gbk")
    except UnicodeDecodeError:
        return None
    return character if character.isprintable() or character == "　" else None

"""Where characters meet paper: the line in the making and the strip it ends up on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from drivers.printer import qr
from drivers.printer.bitmap import Bitmap, cropped
from drivers.printer.glyphs import GlyphSource
from drivers.printer.paper import DOTS_PER_MM, Sheet

HEAD_TO_CUTTER_DOTS = 12 * DOTS_PER_MM
MAX_STRIP_DOTS = 3000 * DOTS_PER_MM
DEFAULT_SPACING_DOTS = 34
DEFAULT_QR_MODULE_DOTS = 3
CELL_WIDTH, CELL_HEIGHT = 12, 24
UNDERLINE_DOTS = 2


@dataclass(frozen=True, slots=True)
class MechanismState:
    """What the sensors of the mechanism say."""

    near_end: bool = False
    paper_out: bool = False
    cover_open: bool = False
    cutter_error: bool = False
    paper_jam: bool = False
    head_hot: bool = False  # recovers by itself: printing waits
    powered: bool = True
    paper_at_mouth: bool = False  # cut, and not taken yet

    @property
    def stopped(self) -> bool:
        faulty = self.paper_out or self.cover_open or self.cutter_error or self.paper_jam
        return faulty or not self.powered


class Mechanism(Protocol):
    """Motor, cutter and sensors below the emulated electronics."""

    def state(self) -> MechanismState: ...

    def advance(self, dots: int) -> int:
        """Move the paper; returns how far it really went."""

    def cut(self) -> bool:
        """Returns whether the knife went through and came back."""

    def take_back(self) -> None:
        """Draw in what hangs in the mouth; a mechanism that cannot does nothing."""


@dataclass(frozen=True, slots=True, repr=False)
class PrintedStrip:
    """What fell out; `cut` is false for a piece that was torn off. Text as lines."""

    text: str
    height_mm: float
    cut: bool
    qr_codes: tuple[str, ...]
    image: Image.Image | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One character of the line, or a picture in it; sizes in dots."""

    character: str  # of a picture: what stands for it in the text
    width: int
    height: int
    bold: bool
    underlined: bool
    picture: Bitmap | None = None


@dataclass(slots=True)
class Mode:
    """What ESC @ resets."""

    hanzi: bool = False
    bold: bool = False
    underlined: bool = False
    width_factor: int = 1
    height_factor: int = 1
    align: int = 0  # 0 left, 1 centre, 2 right
    spacing_dots: int = DEFAULT_SPACING_DOTS
    qr_module_dots: int = DEFAULT_QR_MODULE_DOTS
    qr_data: bytes = b""


class Platen:
    """Prints lines, pictures and codes on the paper that `mechanism` moves."""

    def __init__(
        self,
        width_dots: int,
        mechanism: Mechanism,
        on_strip: Callable[[PrintedStrip], None],
        glyphs: GlyphSource | None,
    ) -> None:
        self.mode = Mode()
        self._width_dots = width_dots
        self._mechanism = mechanism
        self._on_strip = on_strip
        self._glyphs = glyphs
        self._line: list[Cell] = []
        self._new_strip()

    @property
    def at_line_start(self) -> bool:
        return not self._line

    def forget_line(self) -> None:
        """The unprinted line and all modes are gone."""
        self._line.clear()
        self.mode = Mode()

    def add(self, character: str) -> None:
        """One more character; a full line is printed first."""
        mode = self.mode
        cells = 1 if character.isascii() else 2
        cell = Cell(
            character,
            cells * CELL_WIDTH * mode.width_factor,
            CELL_HEIGHT * mode.height_factor,
            mode.bold,
            mode.underlined,
        )
        if sum(each.width for each in self._line) + cell.width > self._width_dots:
            self.end_line()
        self._line.append(cell)

    def add_picture(self, picture: Bitmap, width: int) -> None:
        """A picture as high as a line, `width` of its dots; what does not fit is lost."""
        room = self._width_dots - sum(each.width for each in self._line)
        width = min(width, room)
        if width > 0:
            stands_for = f"[picture {width}x{picture.rows}]"
            cell = Cell(
                stands_for, width, picture.rows, bold=False, underlined=False, picture=picture
            )
            self._line.append(cell)

    def end_line(self) -> None:
        if not self._line:
            self._lines.append("")
        self.print_and_feed(self.mode.spacing_dots)

    def print_and_feed(self, dots: int) -> None:
        """Print the line, if there is one, and move on by `dots` or its height."""
        self._move(max(self._print_line(), dots))

    def _print_line(self) -> int:
        """Put the line on paper without moving on; returns its height in dots."""
        if not self._line:
            return 0
        height = max(cell.height for cell in self._line)
        x = self._left_of(sum(cell.width for cell in self._line))
        for cell in self._line:
            self._paint(cell, x, height)
            x += cell.width
        self._lines.append("".join(cell.character for cell in self._line).rstrip())
        self._line.clear()
        return height

    def _paint(self, cell: Cell, x: int, line_height: int) -> None:
        if self._sheet:
            y = self._y + line_height - cell.height
            if cell.picture:
                shown = cropped(cell.picture, cell.width)
                self._sheet.bitmap(x, y, shown.width_bytes, shown.rows, shown.data)
                return
            size = (cell.width, cell.height)
            self._sheet.character(x, y, cell.character, size, bold=cell.bold)
            if cell.underlined:
                y += cell.height - UNDERLINE_DOTS
                self._sheet.block(x, y, cell.width, UNDERLINE_DOTS)

    def picture(self, width_bytes: int, rows: int, data: bytes) -> None:
        if self._line:
            self.end_line()
        if self._sheet:
            x = max(0, self._left_of(width_bytes * 8))
            self._sheet.bitmap(x, self._y, width_bytes, rows, data)
        self._lines.append(f"[picture {width_bytes * 8}x{rows}]")
        self._move(rows)

    def qr_code(self) -> None:
        """Print the stored code. Raises ValueError where it does not fit."""
        data, module_dots = self.mode.qr_data, self.mode.qr_module_dots
        rows = qr.matrix(data)
        side = len(rows) * module_dots
        left = self._left_of(side)
        if left < 0:
            raise ValueError("the QR code is wider than the paper")
        if self._sheet:
            self._paint_modules(rows, module_dots, left)
        text = data.decode("utf-8", "replace")
        self._qr_codes.append(text)
        shown = "".join(
            each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text
        )
        self._lines.append(f"[qr {shown}]")
        self._move(side)

    def _paint_modules(self, rows: list[list[bool]], module_dots: int, left: int) -> None:
        if not self._sheet:
            return
        for row, modules in enumerate(rows):
            for column, black in enumerate(modules):
                if black:
                    x, y = left + column * module_dots, self._y + row * module_dots
                    self._sheet.block(x, y, module_dots, module_dots)

    def cut(self, feed_dots: int | None) -> None:
        """Cut here, or where the head is now plus `feed_dots`."""
        if self._line:
            self.end_line()
        if feed_dots is not None:
            self._move(HEAD_TO_CUTTER_DOTS + feed_dots)
        if not self._mechanism.state().stopped:
            self._release(cut=self._mechanism.cut())

    def tear_off(self) -> None:
        """A hand takes what hangs out, if anything does."""
        if self._height:
            self._release(cut=False)

    def _left_of(self, width: int) -> int:
        return (0, (self._width_dots - width) // 2, self._width_dots - width)[self.mode.align]

    @property
    def _y(self) -> int:
        """Where the head is, from the leading edge of the strip."""
        return HEAD_TO_CUTTER_DOTS + self._height

    def _move(self, dots: int) -> None:
        self._height += self._mechanism.advance(dots)
        if self._height > MAX_STRIP_DOTS:
            self.tear_off()

    def _release(self, *, cut: bool) -> None:
        height = self._height if cut else self._y
        image = self._sheet.finish(height, cut=cut) if self._sheet else None
        strip = PrintedStrip(
            "\n".join(self._lines),
            round(height / DOTS_PER_MM, 1),
            cut,
            tuple(self._qr_codes),
            image,
        )
        self._new_strip()
        self._on_strip(strip)

    def _new_strip(self) -> None:
        self._height = 0
        self._lines: list[str] = []
        self._qr_codes: list[str] = []
        self._sheet = Sheet(self._width_dots, self._glyphs) if self._glyphs else None

"""Thermal paper as a picture: what a person would hold in the hand."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageDraw

from drivers.printer.glyphs import GlyphSource

DOTS_PER_MM = 8
PIXELS_PER_DOT = 2
WIDE_PAPER_DOTS, NARROW_PAPER_DOTS = 80 * DOTS_PER_MM, 58 * DOTS_PER_MM
WIDEST_NARROW_PRINT_DOTS = 54 * DOTS_PER_MM
PAPER_COLOUR, INK_COLOUR = (252, 251, 247), (30, 30, 34)
TOOTH_PIXELS = 10


class Sheet:
    """One strip in the making; all positions in dots from the top left of the printed area."""

    def __init__(self, width_dots: int, glyphs: GlyphSource) -> None:
        narrow = width_dots <= WIDEST_NARROW_PRINT_DOTS
        paper_dots = max(NARROW_PAPER_DOTS if narrow else WIDE_PAPER_DOTS, width_dots)
        self._paper_pixels = paper_dots * PIXELS_PER_DOT
        self._margin_pixels = (paper_dots - width_dots) // 2 * PIXELS_PER_DOT
        self._glyphs = glyphs
        self._marks: list[tuple[int, int, Image.Image]] = []

    def character(
        self, x: int, y: int, character: str, cell: tuple[int, int], *, bold: bool
    ) -> None:
        """One character in a cell of (width, height) dots; a box where the font has none."""
        width, height = cell[0] * PIXELS_PER_DOT, cell[1] * PIXELS_PER_DOT
        # A printer's sizes are multiples of one design: draw it square, then stretch it.
        natural = height if not character.isascii() else height // 2
        glyph = self._glyphs.glyph(character, natural, height, bold=bold)
        if natural != width:
            glyph = glyph.resize((width, height), Image.Resampling.LANCZOS)
        self._mark(x, y, glyph)

    def bitmap(self, x: int, y: int, width_bytes: int, rows: int, data: bytes) -> None:
        """Rows of bits, 1 = black."""
        dots = Image.frombytes("1", (width_bytes * 8, rows), data).convert("L")
        size = (dots.width * PIXELS_PER_DOT, dots.height * PIXELS_PER_DOT)
        self._mark(x, y, dots.resize(size, Image.Resampling.NEAREST))

    def block(self, x: int, y: int, width: int, height: int) -> None:
        """A black rectangle."""
        size = (width * PIXELS_PER_DOT, height * PIXELS_PER_DOT)
        self._mark(x, y, Image.new("L", size, 255))

    def _mark(self, x: int, y: int, ink: Image.Image) -> None:
        self._marks.append((x * PIXELS_PER_DOT, y * PIXELS_PER_DOT, ink))

    def finish(self, height_dots: int, *, cut: bool) -> Image.Image:
        """The strip, cut straight or torn off, on a transparent ground."""
        size = (self._paper_pixels, max(height_dots, 1) * PIXELS_PER_DOT)
        ink = Image.new("L", size)
        for x, y, mark in self._marks:
            self._overlay(ink, mark, self._margin_pixels + x, y)
        strip = Image.composite(
            Image.new("RGB", size, INK_COLOUR), Image.new("RGB", size, PAPER_COLOUR), ink
        )
        strip.putalpha(_outline(size, torn=not cut))
        return strip

    @staticmethod
    def _overlay(ink: Image.Image, mark: Image.Image, x: int, y: int) -> None:
        box = (x, y, x + mark.width, y + mark.height)
        ink.paste(ImageChops.lighter(ink.crop(box), mark), box)


def _outline(size: tuple[int, int], *, torn: bool) -> Image.Image:
    """Where there is paper: the cutter leaves fine teeth, a hand leaves coarse ones."""
    width, height = size
    shape = Image.new("L", size, 255)
    draw = ImageDraw.Draw(shape)
    _teeth(draw, width, edge=0, inward=1, tooth=TOOTH_PIXELS)
    _teeth(draw, width, edge=height, inward=-1, tooth=TOOTH_PIXELS * (4 if torn else 1))
    return shape


def _teeth(draw: ImageDraw.ImageDraw, width: int, *, edge: int, inward: int, tooth: int) -> None:
    depth = tooth * 2 // 3
    for left in range(0, width, tooth):
        tip = (left + tooth // 2, edge + inward * depth)
        draw.polygon([(left, edge), (left + tooth, edge), tip], fill=0)

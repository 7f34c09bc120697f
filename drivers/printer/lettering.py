"""Text as the printer can take it: its own characters, or a picture of the line."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable

from PIL import Image

from drivers.api import Align, Text
from drivers.printer.bitmap import Bitmap
from drivers.printer.glyphs import GlyphSource
from drivers.printer.profile import CELL_DOTS

LINE_DOTS = 24
INK_THRESHOLD = 110
GETA = "〓"  # U+3013, what Chinese printing sets for a character it does not have
NEVER_PRINTED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# U+00A5 is a four-byte code that printers lack; U+FFE5 is the sign they have.
REPLACED = str.maketrans({"¥": "￥", "\N{NO-BREAK SPACE}": "　"})


def columns_of(text: str) -> int:
    """Columns on paper: one for ASCII, two for everything else."""
    return sum(1 if character.isascii() else 2 for character in text)


def printable(text: str) -> str:
    """The text with every control character replaced by a space as wide.

    A character that nobody knows stays: it may be part of a name, and is told as missing.
    """
    return "".join(_printable(character) for character in text.translate(REPLACED))


def _printable(character: str) -> str:
    if unicodedata.category(character) in NEVER_PRINTED:
        return " " if character.isascii() else "　"
    return character


def is_in_printer_rom(character: str) -> bool:
    """ASCII or a two-byte GBK code; four-byte GB 18030 codes are missing on many printers."""
    if character.isascii():
        return True
    try:
        return len(character.encode("gbk")) == len(character.encode("gb18030")) == 2
    except UnicodeEncodeError:
        return False


class LinePainter:
    """Draws a whole line on the printer's own 12 × 24 grid, rare characters included."""

    def __init__(self, glyphs: Callable[[], GlyphSource]) -> None:
        """`glyphs` is called at the first rare character: most printers never need the font."""
        self._glyphs = functools.cache(glyphs)

    def lacks(self, text: str) -> tuple[str, ...]:
        """Its characters that no font has, each once, in their order."""
        has = self._glyphs().has
        return tuple(dict.fromkeys(each for each in text if not has(each)))

    def paint(self, line: Text, width_dots: int) -> Bitmap:
        """The line as a picture as wide as the paper; unknown characters become 〓."""
        source = self._glyphs()
        height = LINE_DOTS * line.scale
        width_bytes = width_dots // 8
        page = Image.new("L", (width_bytes * 8, height))
        left = _start(line, width_bytes * 8)
        for character in line.text:
            shown = character if source.has(character) else GETA
            width = columns_of(character) * CELL_DOTS * line.scale
            page.paste(source.glyph(shown, width, height, bold=line.bold), (left, 0))
            left += width
        ink = page.point(lambda grey: 255 if grey > INK_THRESHOLD else 0).convert("1")
        return Bitmap(width_bytes, height, ink.tobytes())


def _start(line: Text, width_dots: int) -> int:
    free = width_dots - columns_of(line.text) * CELL_DOTS * line.scale
    return {Align.LEFT: 0, Align.CENTER: free // 2, Align.RIGHT: free}[line.align]

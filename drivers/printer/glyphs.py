"""Characters drawn from our own font, for what a printer's character ROM lacks."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drivers.api import BadSettings

REGULAR = "NotoSansSC-Regular.ttf"
BOLD = "NotoSansSC-Bold.ttf"
ROOT = Path(__file__).parents[2]
# Beside this package in a checkout, inside the other one in an installed wheel.
FONT_PLACES = (ROOT / "kiosk" / "_shipped" / "assets" / "fonts", ROOT / "assets" / "fonts")

BASELINE = 0.86  # of the cell height, so that 24-dot hanzi sit in the middle of their cell
LATIN_SIZE = 0.9  # of the cell height: digits of Noto Sans are then half a cell wide
HANZI_SIZE = 0.98
UNASSIGNED = "\uffff"
WHITE, BLACK = 0, 255


class GlyphSource:
    """Grey glyphs (0 white … 255 black) in cells of a monospaced grid."""

    def __init__(self, fonts: Path | None = None) -> None:
        """From `fonts` or where they are shipped. Raises BadSettings without both files."""
        self._fonts = fonts or next(filter(Path.is_dir, FONT_PLACES), FONT_PLACES[-1])
        for name in (REGULAR, BOLD):
            if not (self._fonts / name).is_file():
                raise BadSettings(
                    "no_font", f"{self._fonts / name} is missing; the printer needs it"
                )
        self._font = lru_cache(maxsize=8)(self._load)
        self.glyph = lru_cache(maxsize=4096)(self._draw)

    def has(self, character: str) -> bool:
        """Whether the font can show the character; missing ones would print as a box."""
        if character.isspace():
            return True
        font = self._font(24, bold=False)
        try:
            return _shape(font, character) != _shape(font, UNASSIGNED)
        except OSError:  # FreeType refuses the outline of a few colour symbols.
            return False

    def _load(self, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
        # Basic layout keeps one glyph per character.
        path = self._fonts / (BOLD if bold else REGULAR)
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)

    def _draw(self, character: str, width: int, height: int, *, bold: bool) -> Image.Image:
        """One character in a cell of `width` × `height` pixels, squeezed where it is wider."""
        share = LATIN_SIZE if character.isascii() else HANZI_SIZE
        font = self._font(round(height * share), bold=bold)
        wide = max(width, round(font.getlength(character)))
        image = Image.new("L", (wide, height), WHITE)
        ImageDraw.Draw(image).text(
            (wide / 2, height * BASELINE), character, font=font, fill=BLACK, anchor="ms"
        )
        if wide > width:
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        return image


def _shape(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)

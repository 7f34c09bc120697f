"""Characters drawn from our own font, for what a printer's character ROM lacks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drivers.api import BadSettings

REGULAR = "NotoSansSC-Regular.ttf"
BOLD = "NotoSansSC-Bold.ttf"
ROOT = Path(__file__).parents[2]
# Beside this package in a checkout, inside the other one in an installed wheel.
FONT_PLACES = (ROOT / "kiosk" / "_shipped" / "assets" / "fonts", ROOT / "assets" / "fonts")

# Hanzi of Unicode's extensions B to F, where Debian's fonts-hanazono is installed or somebody
# has put the file beside our own fonts.
RARE = ("HanaMinB.ttf", "HanaMinA.ttf")
RARE_PLACE = Path("/usr/share/fonts/truetype/hanazono")

BASELINE = 0.86  # of the cell height, so that 24-dot hanzi sit in the middle of their cell
LATIN_SIZE = 0.9  # of the cell height: digits of Noto Sans are then half a cell wide
HANZI_SIZE = 0.98
UNASSIGNED = "\uffff"
WHITE, BLACK = 0, 255
LOOK_SIZE = 24
PRIVATE_USE = "Co"
RARE_DARKENED = 1.5  # the hairlines of a Mincho face would not survive on thermal paper


class GlyphSource:
    """Grey glyphs (0 white … 255 black) in cells of a monospaced grid."""

    def __init__(self, fonts: Path | None = None, rare: Path = RARE_PLACE) -> None:
        """From `fonts` or where they are shipped. Raises BadSettings without both files.

        `rare` is where fonts of rarer hanzi are looked for; they are used where they are there.
        """
        self._fonts = fonts or next(filter(Path.is_dir, FONT_PLACES), FONT_PLACES[-1])
        for name in (REGULAR, BOLD):
            if not (self._fonts / name).is_file():
                raise BadSettings(
                    "no_font", f"{self._fonts / name} is missing; the printer needs it"
                )
        beside = (place / name for place in (self._fonts, rare) for name in RARE)
        self._rare = tuple(filter(Path.is_file, beside))
        self._font = lru_cache(maxsize=8)(self._load)
        self._face = lru_cache(maxsize=4096)(self._find_face)
        self.glyph = lru_cache(maxsize=4096)(self._draw)

    def has(self, character: str) -> bool:
        """Whether the font can show the character; missing ones would print as a box."""
        return character.isspace() or self._face(character) is not None

    def _find_face(self, character: str) -> Path | None:
        if unicodedata.category(character) == PRIVATE_USE:
            return None  # Every font shows something of its own there.
        for path in (self._fonts / REGULAR, *self._rare):
            font = self._font(path, LOOK_SIZE)
            try:
                if _shape(font, character) != _shape(font, UNASSIGNED):
                    return path
            except OSError:  # FreeType refuses the outline of a few colour symbols.
                continue
        return None

    @staticmethod
    def _load(path: Path, size: int) -> ImageFont.FreeTypeFont:
        # Basic layout keeps one glyph per character.
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)

    def _draw(self, character: str, width: int, height: int, *, bold: bool) -> Image.Image:
        """One character in a cell of `width` × `height` pixels, squeezed where it is wider."""
        share = LATIN_SIZE if character.isascii() else HANZI_SIZE
        path = self._face(character) or self._fonts / REGULAR
        is_rare = path in self._rare
        if bold and not is_rare:
            path = self._fonts / BOLD
        font = self._font(path, round(height * share))
        wide = max(width, round(font.getlength(character)))
        image = Image.new("L", (wide, height), WHITE)
        ImageDraw.Draw(image).text(
            (wide / 2, height * BASELINE),
            character,
            font=font,
            fill=BLACK,
            anchor="ms",
            stroke_width=round(height / LOOK_SIZE / 2) if bold and is_rare else 0,
        )
        if is_rare:
            image = image.point(lambda grey: min(BLACK, round(grey * RARE_DARKENED)))
        if wide > width:
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        return image


def _shape(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)

"""What a document would look like on paper, without a printer."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from drivers.api import Document
from drivers.printer.emulator import EscPosEmulator, MechanismState, PrintedStrip
from drivers.printer.escpos import encode
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import profile_named


@dataclass(frozen=True, slots=True, repr=False)
class Preview:
    """`size_bytes` is what would be sent; `unknown` what the paper printer did not understand."""

    image: Image.Image
    text: str
    qr_codes: tuple[str, ...]
    height_mm: float
    size_bytes: int
    unknown: tuple[str, ...]


class _EndlessPaper:
    def state(self) -> MechanismState:
        return MechanismState()

    def advance(self, dots: int) -> int:
        return dots

    def take_back(self) -> None:
        """Nothing hangs in a picture's mouth."""

    def cut(self) -> bool:
        return True


def prints_rarest_hanzi() -> bool:
    """Whether a font with Unicode's extensions B to F is there. Raises BadSettings."""
    return GlyphSource().has("\U00020000")


def columns_of(profile_name: str) -> int:
    """Latin characters in one line of this profile. Raises BadSettings."""
    return profile_named(profile_name).columns


def preview(document: Document, profile_name: str = "default") -> Preview:
    """The real bytes on the paper printer. Raises BadSettings, ValueError as printing does."""
    profile, glyphs = profile_named(profile_name), GlyphSource()
    strips: list[PrintedStrip] = []
    emulator = EscPosEmulator(profile.width_dots, _EndlessPaper(), strips.append, glyphs)
    job = encode(document, 0, profile, LinePainter(lambda: glyphs))
    emulator.receive(job)
    strip = strips[0] if len(strips) == 1 else None
    if strip is None or strip.image is None:
        raise ValueError("the document is not one strip of paper")
    return Preview(
        strip.image,
        strip.text,
        strip.qr_codes,
        strip.height_mm,
        len(job),
        tuple(emulator.unknown),
    )

"""What is told from the picture of a screen alone."""

from __future__ import annotations

import os

from PIL import Image, ImageChops, ImageStat

SIZE = (1080, 1920)
ACCENT = (0x0A, 0x4A, 0x94)  # of the one primary action (kiosk/ui/qml/theme)
SHADE = 4  # of 255, in each colour
ALIKE = 1.0  # of 255, on the mean: a still page and its own drawing
SAME_HEADING = 25.0  # of 255: other titles differ by 50 and more
HEADING = (0, 150, 900, 290)  # where a page's title stands, wherever it has moved to


def difference(one: Image.Image, other: Image.Image, small: tuple[int, int] = (108, 192)) -> float:
    """Mean difference of two pictures, 0 … 255."""
    both = [each.convert("L").resize(small, Image.Resampling.BOX) for each in (one, other)]
    return float(ImageStat.Stat(ImageChops.difference(*both)).mean[0])


def has_same_heading(one: Image.Image, other: Image.Image) -> bool:
    """Do both pages have the same title? The start page moves, and what it offers changes."""
    headings = [_heading(each) for each in (one, other)]
    if headings[0] is None or headings[1] is None:
        return headings == [None, None]
    return difference(headings[0], headings[1], (160, 16)) < SAME_HEADING


def _heading(page: Image.Image) -> Image.Image | None:
    dark = page.convert("L").crop(HEADING).point(lambda light: 255 if light < 100 else 0)
    box = dark.getbbox()
    return dark.crop(box) if box else None


def primary_action(picture: Image.Image) -> tuple[int, int] | None:
    """The middle of the lowest wide field in the colour of the primary action."""
    step = 8
    small = picture.resize((SIZE[0] // step, SIZE[1] // step), Image.Resampling.NEAREST)
    wide = []
    for y in range(small.height):
        xs = [x for x in range(small.width) if _is_accent(small.getpixel((x, y)))]
        if len(xs) > small.width * 0.4:
            wide.append((sum(xs) // len(xs), y))
    if not wide:
        return None
    bottom = wide[-1]
    field_rows = [row for row in wide if bottom[1] - row[1] < 24]
    x, y = field_rows[len(field_rows) // 2]
    return x * step, y * step


def _is_accent(colour: object) -> bool:
    """Nearly: Qt's software renderer leaves about one page in ten a shade short of its end."""
    assert isinstance(colour, tuple)
    return all(abs(seen - meant) <= SHADE for seen, meant in zip(colour, ACCENT, strict=True))


def protective_pictures(size: tuple[int, int] = SIZE) -> list[Image.Image]:
    """What the guardian's screen must look like, drawn here, for each of its situations."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication, QImage, QPainter

    from kiosk.guardian.screen import draw_page, load_fonts
    from kiosk.guardian.words import Situation, words
    from kiosk.paths import assets_directory

    application = QGuiApplication.instance() or QGuiApplication([])
    assert application is not None
    load_fonts(assets_directory())
    pictures = []
    for situation in Situation:
        image = QImage(*size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        draw_page(painter, *size, *words(situation, "0571-00000000"))
        painter.end()
        shown = image.convertToFormat(QImage.Format.Format_RGB888)
        pictures.append(
            Image.frombytes(
                "RGB", size, bytes(shown.constBits()), "raw", "RGB", shown.bytesPerLine()
            )
        )
    return pictures

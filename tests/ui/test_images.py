"""Pictures made in memory: QR codes that phones can read, icons in any colour."""

import io
import itertools

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QBuffer, QSize
from PySide6.QtGui import QColor

from kiosk.paths import assets_directory
from kiosk.ui.images import QUIET_MODULES, IconProvider, qr_image, qr_source
from kiosk.ui.sample_screens import QR_URL, SCREENS
from kiosk.ui.translations import Language
from kiosk.ui.viewmodels.look import Contrast, Look


def as_pil(image):
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data()))


def read(image):
    return [code.text for code in zxingcpp.read_barcodes(as_pil(image))]


@pytest.mark.parametrize(
    "text", [QR_URL, "https://pay.example.invalid/c/" + "x" * 200, "缴款码 33010526112100000317"]
)
def test_a_phone_reads_the_text_off_the_code(text):
    image = qr_image(text)
    assert read(image.scaledToWidth(image.width() * 6)) == [text]


def test_the_code_has_a_quiet_zone_of_four_modules():
    image = qr_image(QR_URL)
    white, black = QColor("white"), QColor("black")
    for step in range(QUIET_MODULES):
        edge = {image.pixelColor(step, row).name() for row in range(image.height())}
        assert edge == {white.name()}
    assert image.pixelColor(QUIET_MODULES, QUIET_MODULES) == black


def test_the_code_has_error_correction_m():
    image = qr_image(QR_URL)
    found = zxingcpp.read_barcodes(as_pil(image.scaledToWidth(image.width() * 6)))
    assert found[0].ec_level == "M"


@pytest.mark.parametrize("contrast", Contrast)
@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1280, 1024)])
def test_a_phone_reads_the_code_off_the_screen_in_every_contrast(make_stage, size, contrast):
    stage = make_stage(size)
    for name, language, step in itertools.product(("pay", "pay-unstable"), Language, range(4)):
        stage.show(SCREENS[name], Look(language, step, contrast))
        assert read(stage.shell.grab()) == [QR_URL]


def test_a_module_of_the_code_on_the_screen_is_at_least_a_millimetre(stage):
    stage.show("pay")
    rect = stage.robot.find(stage.shell.look.texts.of("pay.qr")).rect
    modules = qr_image(QR_URL).width()
    px_per_mm = 102.5 / 25.4  # 21.5 inch, 1080 × 1920
    code_mm = rect.width() * (modules - 2 * QUIET_MODULES) / modules / px_per_mm
    assert 60 <= code_mm <= 90
    assert rect.width() / modules / px_per_mm >= 1


def test_the_address_of_a_code_does_not_show_its_text():
    assert QR_URL not in qr_source(QR_URL)


@pytest.mark.parametrize("path", sorted((assets_directory() / "icons").glob("*.svg")),
                         ids=lambda path: path.stem)  # fmt: skip
def test_every_icon_is_drawn_in_the_colour_asked_for(qapp, path):
    image = IconProvider().requestImage(f"{path.stem}/b3261e", QSize(), QSize(48, 48))
    wanted = QColor("#b3261e")
    solid = [
        colour
        for x in range(48)
        for y in range(48)
        if (colour := image.pixelColor(x, y)).alpha() == 255
    ]
    assert solid
    for colour in solid:
        assert abs(colour.red() - wanted.red()) <= 1  # rounding of premultiplied colours
        assert abs(colour.green() - wanted.green()) <= 1
        assert abs(colour.blue() - wanted.blue()) <= 1


def test_every_picture_of_the_fee_catalogue_exists():
    catalogue = (assets_directory().parent / "config" / "fee_items.toml").read_text("utf-8")
    wanted = {line.split('"')[1] for line in catalogue.splitlines() if line.startswith("icon =")}
    assert wanted
    assert wanted <= {path.stem for path in (assets_directory() / "icons").glob("*.svg")}

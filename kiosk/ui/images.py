"""Pictures made in memory: icons in the colours of the theme, and QR codes."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from importlib import import_module
from types import ModuleType

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer

from kiosk.paths import assets_directory

QUIET_MODULES = 4  # ISO/IEC 18004: the light margin a reader needs
MASK_PATTERN = 3  # fixed: trying all eight takes five times as long, readers do not care


class IconProvider(QQuickImageProvider):
    """`image://icon/<name>/<rrggbb>`: a picture of assets/icons in that colour."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._drawings = {
            path.stem: path.read_text("utf-8")
            for path in (assets_directory() / "icons").glob("*.svg")
        }

    def requestImage(self, id: str, _size: QSize, requestedSize: QSize) -> QImage:
        name, colour = id.split("/")
        drawing = self._drawings[name].replace("currentColor", f"#{colour}")
        side = max(requestedSize.width(), requestedSize.height(), 1)
        image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        QSvgRenderer(QByteArray(drawing.encode())).render(painter)
        painter.end()
        return image


class QrProvider(QQuickImageProvider):
    """`image://qr/<text in base64>`: one pixel per module, quiet zone included."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, id: str, _size: QSize, _requested: QSize) -> QImage:
        return qr_image(urlsafe_b64decode(id).decode())


def warm_up() -> None:
    """Fetch what the first QR code needs, so that no resident waits for it."""
    _qrcode()


def qr_source(text: str) -> str:
    """The address of this text's QR code for a QML Image."""
    return f"image://qr/{urlsafe_b64encode(text.encode()).decode()}"


def qr_image(text: str) -> QImage:
    """The QR code of a text, error correction M, black on white in any theme."""
    qrcode = _qrcode()
    code = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_MODULES, mask_pattern=MASK_PATTERN
    )
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    image = QImage(len(modules), len(modules), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    black = QColor(Qt.GlobalColor.black)
    for row, line in enumerate(modules):
        for column, is_dark in enumerate(line):
            if is_dark:
                image.setPixelColor(column, row, black)
    return image


def _qrcode() -> ModuleType:
    # Brings Pillow along: the first frame must not wait for it.
    return import_module("qrcode")

"""The protective screen: one painted window, always there beneath the kiosk's own.

It needs neither QML nor widgets nor a renderer, so little can break it, and because it was
drawn before the kiosk started, nothing has to happen when the kiosk dies: the compositor
uncovers it with its next frame.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QRasterWindow,
)

from kiosk.guardian.words import Words

FAMILY = "Noto Sans SC"
FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
# The resident's own screen in its default theme (kiosk/ui/qml/theme).
PAPER, CARD, LINE = QColor("#F5F3EE"), QColor("#FFFFFF"), QColor("#DDD8CC")
INK, SOFT = QColor("#15233B"), QColor("#414B5D")
AMBER, AMBER_SOFT = QColor("#6A4500"), QColor("#FBF1DC")
JADE, JADE_SOFT = QColor("#07543E"), QColor("#E3F2EC")
DESIGN_PX = 1080  # the shorter side that the sizes below are for
DESIGN_LANDSCAPE_PX = 1160


def load_fonts(assets: Path) -> None:
    """A missing font leaves the system's: a poor screen is better than none."""
    for name in FONTS:
        QFontDatabase.addApplicationFont(str(assets / "fonts" / name))


class ProtectiveScreen(QRasterWindow):
    """Fills the screen; `say` changes its words."""

    def __init__(self, chinese: Words, english: Words) -> None:
        super().__init__()
        self._words = (chinese, english)
        self.setTitle(chinese.title)
        self.setFlags(Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setCursor(Qt.CursorShape.BlankCursor)

    def show_below(self) -> None:
        """Before the kiosk's window is shown, which then comes to lie above."""
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            self.setGeometry(screen.geometry())
        self.showFullScreen()

    def say(self, chinese: Words, english: Words) -> None:
        if (chinese, english) != self._words:
            self._words = (chinese, english)
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_page(painter, self.width(), self.height(), *self._words)
        painter.end()


def draw_page(painter: QPainter, width: int, height: int, chinese: Words, english: Words) -> float:
    """Fill `width` × `height` px; how far down the text reaches, in px."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRect(0, 0, width, height), PAPER)
    return _Page(painter, width, height).draw(chinese, english)


class _Page:
    """Draws from above to below, in px of the design times `unit`."""

    def __init__(self, painter: QPainter, width: int, height: int) -> None:
        self._painter = painter
        self._portrait = height > width
        self._unit = width / DESIGN_PX if self._portrait else height / DESIGN_LANDSCAPE_PX
        room = min(float(width), 1500 * self._unit)
        self._left = (width - room) / 2 + 72 * self._unit
        self._width = room - 144 * self._unit
        self._y = height * (0.2 if self._portrait else 0.04)

    def draw(self, chinese: Words, english: Words) -> float:
        if self._portrait:
            self._sign()
        self._text(chinese.title, 96, INK, bold=True, gap=-8)
        self._text(english.title, 40, SOFT, gap=36)
        self._panel(chinese.money, english.money, 52, JADE, JADE_SOFT, bold=True)
        self._panel(chinese.paid, english.paid, 38, AMBER, AMBER_SOFT)
        self._text(chinese.todo, 38, INK, gap=12)
        self._text(english.todo, 32, SOFT, gap=36)
        self._text(chinese.phone, 48, INK, bold=True, gap=0)
        return self._y

    def _sign(self) -> None:
        unit, painter = self._unit, self._painter
        side = 128 * unit
        painter.setPen(QPen(AMBER, 10 * unit))
        painter.setBrush(AMBER_SOFT)
        painter.drawEllipse(QRectF(self._left, self._y, side, side))
        painter.setPen(QPen(AMBER, 14 * unit, c=Qt.PenCapStyle.RoundCap))
        for x in (0.4, 0.6):
            at = self._left + side * x
            painter.drawLine(QPointF(at, self._y + side * 0.34), QPointF(at, self._y + side * 0.66))
        self._y += side + 48 * unit

    def _text(
        self, text: str, size: float, colour: QColor, *, bold: bool = False, gap: float = 24
    ) -> None:
        if not text:
            return
        box = self._measured(text, size, bold=bold, left=self._left, width=self._width)
        self._painter.setPen(colour)
        self._painter.drawText(box, int(_FLAGS), text)
        self._y = box.bottom() + gap * self._unit

    def _panel(
        self,
        chinese: str,
        english: str,
        size: float,
        colour: QColor,
        ground: QColor,
        *,
        bold: bool = False,
    ) -> None:
        unit, pad = self._unit, 32 * self._unit
        top, left, width = self._y, self._left + pad, self._width - 2 * pad
        self._y = top + pad
        first = self._measured(chinese, size, bold=bold, left=left, width=width)
        self._y = first.bottom() + 8 * unit
        second = self._measured(english, 32, left=left, width=width)
        frame = QRectF(self._left, top, self._width, second.bottom() + pad - top)
        self._painter.setPen(QPen(LINE, 2 * unit))
        self._painter.setBrush(ground)
        self._painter.drawRoundedRect(frame, 24 * unit, 24 * unit)
        self._painter.setPen(colour)
        self._painter.drawText(second, int(_FLAGS), english)
        self._painter.setFont(_font(size * unit, bold=bold))
        self._painter.drawText(first, int(_FLAGS), chinese)
        self._y = frame.bottom() + 28 * unit

    def _measured(
        self, text: str, size: float, *, left: float, width: float, bold: bool = False
    ) -> QRectF:
        """Where the text will lie; its font is set."""
        self._painter.setFont(_font(size * self._unit, bold=bold))
        room = QRectF(left, self._y, width, 10_000)
        found = self._painter.boundingRect(room, int(_FLAGS), text)
        return QRectF(left, self._y, width, found.height())


_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


def _font(size_px: float, *, bold: bool) -> QFont:
    font = QFont(FAMILY)
    font.setPixelSize(max(1, round(size_px)))
    font.setBold(bold)
    return font

"""What the driver tests share: a clock that costs no time, and a printer to break."""

from __future__ import annotations

from pathlib import Path

from drivers.api import Align, Document, Feed, QrCode, Role, Rule, Surroundings, Text
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.registry import find
from drivers.simulation import SimulatedWorld

URL = "https://verify.example.gov.cn/r?c=33010226&n=0000012345"
DOCUMENT = Document(
    (
        Text("政府非税收入", Align.CENTER, scale=2, bold=True),
        Rule(),
        Text("票据号码 0000012345"),
        Text("合计 ￥1,200.00", Align.RIGHT, bold=True),
        Feed(2),
        QrCode(URL),
        Text("凭证完整", Align.CENTER, scale=2),
    )
)


class FakeClock:
    """Sleeping takes no time; the time it would have taken is added up."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def world(strips: Path | None = None) -> SimulatedWorld:
    return SimulatedWorld(strips, clock=FakeClock())


def connect_printer(in_world: SimulatedWorld, **settings: object) -> EscPosPrinter:
    spec = find(Role.RECEIPT_PRINTER, "simulated")
    printer = spec.connect(spec.settings(**settings), Surroundings(world=in_world))
    assert isinstance(printer, EscPosPrinter)
    return printer


def texts(document: Document) -> list[str]:
    """The printed lines of a document, as an attentive reader would copy them."""
    return [block.text.rstrip() for block in document.blocks if isinstance(block, Text)]


def read_back(strip_text: str) -> list[str]:
    """The lines of a strip without its pictures, codes and blank lines."""
    return [line for line in strip_text.splitlines() if line and not line.startswith("[")]

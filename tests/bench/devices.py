"""The host's share of what devices do: reading a card, sending a receipt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from drivers.api import CardRead, Document, Text
from drivers.id_reader.sam import Sam
from drivers.id_reader.sam_emulator import SamEmulator
from drivers.id_reader.sam_reader import SamReader
from drivers.preview import preview
from drivers.printer.escpos import encode
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import PAPER_80_MM
from drivers.transport.tcp import TcpLink
from kiosk.receipts import compose
from tests.bench.figures import Figure
from tests.bench.visits import DOCUMENT_BYTES
from tests.drivers.bench import FakeClock
from tests.drivers.lines import TcpLine
from tests.drivers.machines import Machine
from tests.drivers.sams import Table, WireToSam, card
from tests.support.people import bill, receipt_of

ROUNDS = 100
BYTES_PER_S = 115200 / 10
PAPER_MM_PER_S = 150.0  # of an ordinary 80 mm kiosk printer
READ_MS = 1000.0  # what a module takes to read a card, by its document
PAINTER = LinePainter(GlyphSource)


def receipt() -> Document:
    return compose(receipt_of(bill(1)), 1, 48, datetime(2026, 11, 1, tzinfo=UTC), "bench", "")


def with_rare_name(document: Document) -> Document:
    return replace(document, blocks=(*document.blocks, Text("交款人:张䶮𬱖")))


def measure() -> list[Figure]:
    plain, rare = receipt(), with_rare_name(receipt())
    render(rare)  # The font is loaded at the first rare character of a kiosk's life.
    return [
        Figure("receipt rendered to the printer's bytes", "ms",
               timed(lambda: render(plain)), "", (), "≤ 20 ms"),
        Figure("the same with a rare name as a picture", "ms",
               timed(lambda: render(rare)), "", (), "≤ 20 ms"),
        Figure("link time of a receipt at 115200 baud", "ms", (link_ms(plain),),
               "its printing at 150 mm/s", (print_ms(plain),), "≤ 10 %"),
        Figure("job given to first byte at a TCP printer", "ms", first_bytes(plain), "", (),
               "≤ 20 ms (status asked four times, then the job)"),
        Figure("host's work for one card read", "ms", card_reads(),
               "the module's own time", (READ_MS,), "≤ 10 %"),
    ]  # fmt: skip


def render(document: Document) -> bytes:
    return encode(document, 7, PAPER_80_MM, PAINTER)


def timed(work: Callable[[], object]) -> tuple[float, ...]:
    samples = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        samples.append((time.perf_counter() - start) * 1000)
    return tuple(samples)


def link_ms(document: Document) -> float:
    return len(render(document)) / BYTES_PER_S * 1000


def print_ms(document: Document) -> float:
    return preview(document).height_mm / PAPER_MM_PER_S * 1000


def first_bytes(document: Document) -> tuple[float, ...]:
    machine, arrived = Machine(), []

    def answer(data: bytes) -> bytes:
        if len(data) >= DOCUMENT_BYTES and not arrived:
            arrived.append(time.perf_counter())
        return machine.answer(data)

    line = TcpLine(answer)
    link = TcpLink("127.0.0.1", line.port, connect_timeout_s=5)
    printer = EscPosPrinter(link, PAPER_80_MM, PAINTER)
    samples = []
    for job in range(ROUNDS):
        arrived.clear()
        start = time.perf_counter()
        printer.print(document, job)
        samples.append((arrived[0] - start) * 1000)
    printer.close()
    line.close()
    return tuple(samples)


def card_reads() -> tuple[float, ...]:
    """The module answers at once, so what is measured is the host and the emulator."""
    table, clock = Table(), FakeClock()
    reader = SamReader(Sam(WireToSam(SamEmulator(lambda: table.lying), clock), clock), clock=clock)
    samples = []
    for _ in range(ROUNDS):
        table.place(card())
        start = time.perf_counter()
        event = reader.poll()
        samples.append((time.perf_counter() - start) * 1000)
        assert isinstance(event, CardRead)
        table.lift()
        reader.poll()
    return tuple(samples)

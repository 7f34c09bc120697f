"""The machine's share of a visit: card to bills, paid to the printer's first byte."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from pathlib import Path

from drivers.api import CardKind, IdCard
from drivers.printer.emulator import EscPosEmulator, MechanismState
from drivers.simulation import SimulatedWorld
from kiosk.demo.phone import Phone
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.identifiers import subject_digest
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Choosing, Done, Paying
from kiosk.platform_api.client import PlatformClient
from kiosk.settings.load import load
from tests.bench.figures import Figure
from tests.support.headless import HeadlessKiosk

VISITS = 20
DOCUMENT_BYTES = 64  # A status request is shorter, a receipt longer.


class NotingPrinter:
    """A TCP printer that notes when the first bytes of a document arrive."""

    def __init__(self) -> None:
        self.first_byte_s = 0.0
        self._emulator = EscPosEmulator(576, self, lambda strip: None)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def state(self) -> MechanismState:
        return MechanismState()

    def advance(self, dots: int) -> int:
        return dots

    def cut(self) -> bool:
        return True

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            while data := connection.recv(4096):
                if len(data) >= DOCUMENT_BYTES and not self.first_byte_s:
                    self.first_byte_s = time.perf_counter()
                connection.sendall(self._emulator.receive(data))


class Watch:
    """Notes the moment at which a state was published."""

    def __init__(self, kiosk: HeadlessKiosk) -> None:
        self.kiosk = kiosk

    def since(self, start_s: float, wanted) -> float:  # type: ignore[no-untyped-def]
        self.kiosk.wait(wanted)
        return (time.perf_counter() - start_s) * 1000


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with SandboxProcess(place / "sandbox") as sandbox:
            printer = NotingPrinter()
            world = SimulatedWorld(place / "strips")
            with HeadlessKiosk(_settings(place, printer.port), sandbox.url, world) as kiosk:
                kiosk.ready()
                return _visits(sandbox, kiosk, printer)


def _settings(place: Path, printer_port: int):  # type: ignore[no-untyped-def]
    site = place / "site.toml"
    site.write_text(
        "schema = 1\n"
        f'[storage]\ndirectory = "{place / "state"}"\n'
        '[devices.receipt_printer]\ndriver = "escpos-network"\n'
        f'host = "127.0.0.1"\nport = {printer_port}\n'
    )
    return load(site)


def _visits(sandbox: SandboxProcess, kiosk: HeadlessKiosk, printer: NotingPrinter) -> list[Figure]:
    client = PlatformClient(sandbox.url, "bench")
    people = [x for x in sandbox.get("/sandbox/people") if x["kind"] == "person"]
    owing = {bill["owner"] for bill in sandbox.get("/sandbox/bills")}
    payers = [person for person in people if person["number"] in owing][:VISITS]
    bills_ms, search_ms, first_byte_ms, calls_ms, visit_ms = [], [], [], [], []
    for person in payers:
        subject = p.Subject(
            p.SubjectKind.PERSON, person["number"], person["name"], subject_digest(b"b", "b")
        )
        search_ms.append(_time(client, p.SearchBills("b", subject)))
        began_s = time.perf_counter()
        bills_ms.append(_card_to_bills(kiosk, person))
        paid_s, round_trip_ms = _pay(kiosk, client, printer)
        kiosk.wait_page(Done)
        first_byte_ms.append((printer.first_byte_s - paid_s) * 1000)
        calls_ms.append(3 * round_trip_ms)
        visit_ms.append((time.perf_counter() - began_s) * 1000)
        kiosk.post(e.LeaveTouched())
        kiosk.wait(lambda k: k.visit is None)
    return [
        Figure("card read to bills shown", "ms", tuple(bills_ms), "one bill search alone",
               tuple(search_ms), "≤ 1 round trip + server + 20 ms"),
        Figure("wallet paid to printer's first byte", "ms", tuple(first_byte_ms),
               "3 status calls alone (watch, issue, claim)", tuple(calls_ms),
               "≤ 150 ms to the first dot; a 3 s poll needs 1500 ms"),
        Figure("machine's share of a whole visit", "ms", tuple(visit_ms), "", (),
               "≤ 5000 ms (8 % of a minute)"),
    ]  # fmt: skip


def _time(client: PlatformClient, call: p.PlatformCall) -> float:
    start = time.perf_counter()
    outcome = client.perform(call)
    assert not isinstance(outcome, p.NotSent | p.AnswerLost), outcome
    return (time.perf_counter() - start) * 1000


def _card_to_bills(kiosk: HeadlessKiosk, person: dict[str, str]) -> float:
    card = IdCard(CardKind.RESIDENT, person["name"], person["number"])
    start = time.perf_counter()
    kiosk.post(e.CardShown(card))
    return Watch(kiosk).since(start, lambda k: on(k, Choosing))


def on(kiosk: Kiosk, page: type) -> bool:
    return kiosk.visit is not None and isinstance(kiosk.visit.page, page)


def _pay(
    kiosk: HeadlessKiosk, client: PlatformClient, printer: NotingPrinter
) -> tuple[float, float]:
    """Pay with a phone; when the wallet confirmed, and what one status call costs."""
    kiosk.post(e.PayTouched())
    kiosk.wait(lambda k: on(k, Paying) and bool(k.visit.page.qr_url))  # type: ignore[union-attr]
    page = kiosk.kiosk.visit.page  # type: ignore[union-attr]
    assert isinstance(page, Paying)
    round_trip_ms = _time(client, p.QueryPayment(page.payment_id, page.amount_fen))
    phone = Phone()
    phone.open(page.qr_url)
    phone.choose_wallet()
    printer.first_byte_s = 0.0
    start = time.perf_counter()
    phone.confirm()
    return start, round_trip_ms

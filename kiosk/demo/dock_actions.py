"""What the dock's buttons do: to the simulated world, the phone and the faulty link."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests

from drivers.api import CardKind, IdCard
from drivers.simulation import SimulatedWorld
from kiosk.demo.phone import Phone, PhoneTrouble
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Paying, ShowingCode
from kiosk.engine.worker import Worker
from kiosk.ui.dock.contract import DockFacts, DockPerson, Fault, PhoneFacts, PhoneStage

SLOW_S = 3.0
MORE_PAPER_MM = 50_000
SHOWN_STRIPS = 12

NETWORK_FAULTS = frozenset({Fault.NETWORK_DOWN, Fault.SLOW, Fault.ANSWER_LOST_NEXT})

Publish = Callable[[DockFacts], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the phone's camera sees on the kiosk's screen now."""

    qr_url: str = ""
    payee: str = ""
    items: str = ""
    amount_fen: int = 0


class DemoActions:
    """Fulfils the dock's contract; whatever waits for the network waits on a worker."""

    def __init__(self, world: SimulatedWorld, sandbox: SandboxProcess, publish: Publish) -> None:
        self._world, self._sandbox, self._publish_facts = world, sandbox, publish
        self._people = [person for person in sandbox.get("/sandbox/demo-people") if person["card"]]
        self._lock = threading.RLock()
        self._seen = Seen()
        self._phone = Phone()
        self._pays_late = False
        self._facts = DockFacts(
            people=tuple(DockPerson(each["name"], each["story_zh"]) for each in self._people),
            sample_code=_sample_code(sandbox, self._people),
        )
        self._worker: Worker[Callable[[], None]] = Worker("phone", lambda job: job())
        self._wanted: dict[Fault, bool] = {}  # switches that were moved and not yet carried out
        self._switches = self._switch_table()
        world.subscribe(lambda _: self._tell())

    @property
    def facts(self) -> DockFacts:
        return self._facts

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout_s: float) -> None:
        self._worker.stop(timeout_s)

    def see(self, kiosk: Kiosk) -> None:
        """The screen changed: there may be a code to scan, or no longer."""
        page = kiosk.visit.page if kiosk.visit else None
        seen = Seen()
        if isinstance(page, Paying) and page.qr_url:
            bills = page.bills
            seen = Seen(
                page.qr_url,
                "、".join(dict.fromkeys(bill.agency_name for bill in bills)),
                "、".join(bill.title for bill in bills),
                page.amount_fen,
            )
        elif isinstance(page, ShowingCode) and not page.drill:
            seen = Seen(page.qr_url, page.agency_name, page.item_name, page.amount_fen)
        with self._lock:
            if seen == self._seen:
                return
            gone = bool(self._seen.qr_url) and not seen.qr_url
            self._seen = seen
            if seen.qr_url:
                self._show_phone(PhoneStage.READY)
            elif self._facts.phone.stage is PhoneStage.READY:
                self._show_phone(PhoneStage.EMPTY)
            if gone and self._pays_late:
                self._pays_late = False
                self._worker.put(lambda: self._confirm("alipay", "success"))

    # --- the card tray, the scanner ---------------------------------------------------------

    def place_card(self, index: int) -> None:
        person = self._people[index]
        self._world.id_reader.place(
            IdCard(CardKind(person["card"]), person["name"], person["number"])
        )

    def remove_card(self) -> None:
        self._world.id_reader.remove()

    def scan(self, text: str) -> None:
        self._world.scanner.scan(text[:512])

    # --- the phone -----------------------------------------------------------------------------

    def phone_open(self) -> None:
        address = self._seen.qr_url
        if address:
            self._send_phone(lambda: self._open(address))

    def phone_pay(self, wallet: str) -> None:
        self._send_phone(lambda: self._confirm(wallet, "success"))

    def phone_decline(self) -> None:
        self._send_phone(lambda: self._confirm("alipay", "decline"))

    def _send_phone(self, errand: Callable[[], None]) -> None:
        """One errand at a time: a phone that is busy does not feel more touches."""
        with self._lock:
            if self._facts.phone.stage is PhoneStage.WORKING:
                return
            self._show_phone(PhoneStage.WORKING)
        self._worker.put(errand)

    def phone_pay_late(self) -> None:
        """Pay the moment the kiosk takes its QR code away; works best with the network down."""
        self._pays_late = True

    def _open(self, address: str) -> None:
        self._phone = Phone()
        try:
            page = self._phone.open(address)
        except requests.RequestException:
            self._show_phone(PhoneStage.CLOSED)
            return
        self._show_phone(_stage_of(page))

    def _confirm(self, wallet: str, outcome: str) -> None:
        self._phone.wallet = wallet
        try:
            if self._phone.sees_open_code:
                self._pay_open_code(outcome)
                return
            self._phone.choose_wallet()
            page = self._phone.confirm(outcome)
        except (requests.RequestException, PhoneTrouble):
            self._show_phone(PhoneStage.CLOSED)
            return
        declined = outcome == "decline" and _stage_of(page) is PhoneStage.OPENED
        self._show_phone(PhoneStage.DECLINED if declined else _stage_of(page))

    def _pay_open_code(self, outcome: str) -> None:
        """The payer is whose card lies on the reader, else the first of the people."""
        if outcome == "decline":
            self._show_phone(PhoneStage.DECLINED)
            return
        placed = self._world.id_reader.placed
        page = self._phone.pay_open_code(placed.card.number if placed else self.payer_number)
        paid = 'data-page="already"' in page
        self._show_phone(PhoneStage.PAID if paid else _stage_of(page))

    @property
    def payer_number(self) -> str:
        """Who pays an open code when no card is on the reader."""
        return str(self._people[0]["number"])

    def _show_phone(self, stage: PhoneStage) -> None:
        with self._lock:
            seen = self._seen
            known = self._facts.phone
            if seen.qr_url:
                known = PhoneFacts(stage, seen.payee, seen.items, seen.amount_fen)
            self._facts = replace(self._facts, phone=replace(known, stage=stage))
        self._tell()

    # --- mishaps -------------------------------------------------------------------------------

    def set_fault(self, fault: Fault, *, on: bool) -> None:
        with self._lock:
            faults = self._facts.faults | {fault} if on else self._facts.faults - {fault}
            self._facts = replace(self._facts, faults=frozenset(faults))
            is_waiting = fault in self._wanted
            self._wanted[fault] = on
        if not is_waiting:  # However often it is clicked, one errand carries the last word.
            self._worker.put(lambda: self._switch(fault))
        self._tell()
        if fault is Fault.ANSWER_LOST_NEXT and on:  # The switch springs back by itself.
            with self._lock:
                self._facts = replace(self._facts, faults=self._facts.faults - {fault})
            self._tell()

    def _switch(self, fault: Fault) -> None:
        with self._lock:
            on = self._wanted.pop(fault)
        self._switches[fault](on)

    def _switch_table(self) -> Mapping[Fault, Callable[[bool], None]]:
        printer, reader = self._world.printer, self._world.id_reader
        return {
            Fault.PAPER_OUT: lambda on: printer.load_paper(0 if on else MORE_PAPER_MM),
            Fault.COVER_OPEN: lambda on: printer.open_cover() if on else printer.close_cover(),
            Fault.PRINTER_UNPLUGGED: lambda on: _pull(printer.cable, out=on),
            Fault.READER_UNPLUGGED: lambda on: _pull(reader.cable, out=on),
            Fault.NETWORK_DOWN: lambda on: self._link(mode="down" if on else "up"),
            Fault.SLOW: lambda on: self._link(delay_s=SLOW_S if on else 0.0),
            Fault.ANSWER_LOST_NEXT: lambda on: (
                self._link(arm=[{"kind": "answer_lost"}]) if on else None
            ),
        }

    def _link(self, **order: object) -> None:
        try:
            self._sandbox.post("/sandbox/link", order)
        except requests.RequestException:  # The platform is gone: its line can have no faults.
            with self._lock:
                self._facts = replace(self._facts, faults=self._facts.faults - NETWORK_FAULTS)
            self._tell()

    # --- telling -------------------------------------------------------------------------------

    def _tell(self) -> None:
        with self._lock:
            placed = self._world.id_reader.placed
            numbers = [person["number"] for person in self._people]
            strips = tuple(strip.path for strip in self._world.printer.strips if strip.path)
            self._facts = replace(
                self._facts,
                on_reader=numbers.index(placed.card.number) if placed else None,
                strips=strips[-SHOWN_STRIPS:],
            )
            facts = self._facts
        self._publish_facts(facts)


def _pull(cable: Any, *, out: bool) -> None:
    if out:
        cable.unplug()
    else:
        cable.plug()


def _stage_of(page: str) -> PhoneStage:
    """What the cashier page says of itself in `data-page`."""
    if 'data-page="paid"' in page:
        return PhoneStage.PAID
    if any(f'data-page="{name}"' in page for name in ("choose", "wallet", "open")):
        return PhoneStage.OPENED
    return PhoneStage.CLOSED


def _sample_code(sandbox: SandboxProcess, people: list[dict[str, Any]]) -> str:
    """A payment code that can be tried in the scanner's field."""
    owners = {person["number"] for person in people}
    bills = sandbox.get("/sandbox/bills")
    return next((str(bill["bill_no"]) for bill in bills if bill["owner"] in owners), "")

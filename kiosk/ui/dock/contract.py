"""What the dock shows and what it can ask for; the composition root fulfils it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Fault(StrEnum):
    """Mishaps that can be switched on; the last one switches itself off."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PRINTER_UNPLUGGED = "printer_unplugged"
    READER_UNPLUGGED = "reader_unplugged"
    NETWORK_DOWN = "network_down"
    SLOW = "slow"
    ANSWER_LOST_NEXT = "answer_lost_next"


class PhoneStage(StrEnum):
    EMPTY = "empty"  # no QR code on the kiosk
    READY = "ready"  # a QR code can be scanned
    WORKING = "working"  # the cashier page is loading
    OPENED = "opened"  # the cashier page is open
    PAID = "paid"
    DECLINED = "declined"
    CLOSED = "closed"  # the code is not valid any more


WALLETS = ("alipay", "wechat", "unionpay", "zhelibanan")


@dataclass(frozen=True, slots=True)
class DockPerson:
    """One synthetic card holder of the demonstration."""

    name: str
    note: str  # what will happen with this card: three bills, receipts to collect …


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What the cashier page says."""

    stage: PhoneStage = PhoneStage.EMPTY
    payee: str = ""
    items: str = ""
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class DockFacts:
    people: tuple[DockPerson, ...] = ()
    on_reader: int | None = None  # index into people
    phone: PhoneFacts = PhoneFacts()
    faults: frozenset[Fault] = frozenset()
    strips: tuple[Path, ...] = ()  # pictures of printed strips, the oldest first
    sample_code: str = ""  # offered in the field of the scanner


class DockActions(Protocol):
    """What a touch on the dock does. Called on the main thread: must return at once."""

    def place_card(self, index: int) -> None: ...

    def remove_card(self) -> None: ...

    def scan(self, text: str) -> None: ...

    def phone_open(self) -> None: ...

    def phone_pay(self, wallet: str) -> None: ...

    def phone_decline(self) -> None: ...

    def phone_pay_late(self) -> None: ...

    def set_fault(self, fault: Fault, *, on: bool) -> None: ...

"""What tests do with a running sandbox: kiosks, phones, and the hands of the city."""

from __future__ import annotations

import re
from typing import Any

import requests

from kiosk.domain.bill import Bill
from kiosk.domain.platform import (
    BillsFound,
    BillToPay,
    CreatePayment,
    Outcome,
    PaymentSeen,
    ReceiptsFound,
    SearchBills,
    SearchReceipts,
    Subject,
)
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from kiosk.sandbox.people import Person, demo_people
from kiosk.sandbox.server import SandboxServer

PEOPLE = {entry.key: entry.person for entry in demo_people()}


def subject(person: Person) -> Subject:
    return Subject(person.kind, person.number, person.name)


def bills_of(kiosk: PlatformClient, person: Person) -> tuple[Bill, ...]:
    found = kiosk.perform(SearchBills("L1", subject(person)))
    assert isinstance(found, BillsFound)
    return found.bills


def receipts_of(kiosk: PlatformClient, person: Person) -> ReceiptsFound:
    found = kiosk.perform(SearchReceipts("L1", subject(person)))
    assert isinstance(found, ReceiptsFound)
    return found


def creation(payment_id: str, *bills: Bill, valid_s: int = 120) -> CreatePayment:
    basket = tuple(BillToPay(bill.bill_no, bill.version, bill.amount_fen) for bill in bills)
    total = sum(bill.amount_fen for bill in bills)
    return CreatePayment(payment_id, "ABCD-EFGH", basket, total, valid_s)


def opened(kiosk: PlatformClient, payment_id: str, *bills: Bill) -> PaymentSeen:
    seen = kiosk.perform(creation(payment_id, *bills))
    assert isinstance(seen, PaymentSeen), seen
    return seen


class Phone:
    """A browser without scripts: opens addresses, reads forms, sends them."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self.page = requests.Response()

    def open(self, url: str) -> str:
        self.page = self._session.get(url, timeout=60)
        return self.showing

    @property
    def showing(self) -> str:
        found = re.search(r'data-page="([a-z_]+)"', self.page.text)
        assert found, self.page.text
        return found[1]

    def press(self, **choice: str) -> str:
        """Send the page's form with its hidden fields and `choice`."""
        action = re.search(r'<form method="post" action="([^"]+)"', self.page.text)
        assert action, "the page has no form"
        fields = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', self.page.text)
        )
        origin = re.match(r"https?://[^/]+", self.page.url)
        assert origin
        self.page = self._session.post(origin[0] + action[1], {**fields, **choice}, timeout=60)
        return self.showing

    def pay(self, url: str, wallet: str = "alipay") -> str:
        self.open(url)
        self.press(wallet=wallet)
        return self.press(outcome="success")

    def close(self) -> None:
        self._session.close()


class City:
    """The sandbox seen from outside; closes what it handed out."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.url = server.addresses.url
        self.direct_url = server.addresses.direct_url
        self._open: list[PlatformClient | Phone] = []

    def kiosk(self, kiosk_id: str, timeouts: Timeouts | None = None) -> PlatformClient:
        client = PlatformClient(self.url, kiosk_id, timeouts)
        self._open.append(client)
        return client

    def phone(self) -> Phone:
        phone = Phone()
        self._open.append(phone)
        return phone

    def order(self, path: str, **body: Any) -> Any:
        """Tell the control API; returns its answer."""
        answer = requests.post(f"{self.direct_url}/sandbox{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def ask(self, path: str) -> Any:
        answer = requests.get(f"{self.direct_url}/sandbox{path}", timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def link(self, **order: Any) -> None:
        self.order("/link", **order)

    def close(self) -> None:
        for one in self._open:
            one.close()


def is_paid(outcome: Outcome) -> bool:
    return isinstance(outcome, PaymentSeen) and outcome.state == "paid"

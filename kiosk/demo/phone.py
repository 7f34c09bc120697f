"""A resident's phone: opens the address of a QR code and fills in the cashier's forms."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

TIMEOUT_S = 30.0


class PhoneTrouble(Exception):
    """The cashier page is not what a phone can use."""


@dataclass(frozen=True, slots=True)
class Form:
    action: str
    fields: dict[str, str]


class Phone:
    """One phone with its wallet; what it sees last is in `page`."""

    def __init__(self, wallet: str = "alipay") -> None:
        self.wallet = wallet
        self.page = ""
        self._address = ""
        self._session = requests.Session()
        self._session.trust_env = False

    def open(self, address: str) -> str:
        """Open what a QR code says; the page's HTML."""
        return self._show(self._session.get(address, timeout=TIMEOUT_S))

    def choose_wallet(self) -> str:
        """Submit the wallet choice: from now on the platform sees the wallet at work."""
        form = self._form()
        return self._submit(form, wallet=self.wallet)

    def confirm(self, outcome: str = "success") -> str:
        """Answer the wallet's question: success, decline or abandon."""
        return self._submit(self._form(), outcome=outcome)

    @property
    def sees_open_code(self) -> bool:
        """An open code's page: it asks for the payer's number instead of a wallet."""
        return 'data-page="open"' in self.page

    def pay_open_code(self, number: str) -> str:
        """Fill in whose fee it is, and pay."""
        return self._submit(self._form(), number=number)

    def pay(self, address: str) -> str:
        self.open(address)
        self.choose_wallet()
        return self.confirm()

    def _form(self) -> Form:
        reader = _FormReader()
        reader.feed(self.page)
        if not reader.action:
            raise PhoneTrouble("there is no form on this page")
        return Form(urljoin(self._address, reader.action), reader.fields)

    def _submit(self, form: Form, **answers: str) -> str:
        reply = self._session.post(form.action, data=form.fields | answers, timeout=TIMEOUT_S)
        return self._show(reply)

    def _show(self, reply: requests.Response) -> str:
        reply.raise_for_status()
        self._address, self.page = reply.url, reply.text
        return self.page


class _FormReader(HTMLParser):
    """The first form of a page and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = values.get("action", "")
        elif tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"]] = values.get("value", "")

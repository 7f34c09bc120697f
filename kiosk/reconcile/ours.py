"""This kiosk's side of a day: the payments of the journal, as its rows tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from kiosk.domain import open_code
from kiosk.domain.hours import business_day
from kiosk.domain.payment import State


@dataclass(slots=True)
class OurPayment:
    """One payment, folded from its rows."""

    payment_id: str
    amount_fen: int
    intended_at: datetime
    bill_nos: tuple[str, ...]
    parts: tuple[tuple[str, str, str, int], ...]  # agency code, agency, item code, fen
    state: State = State.INTENT
    wallet: str = ""
    transaction_no: str = ""
    paid_at: datetime | None = None
    receipt_nos: list[str] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The business day, China's: of the payment where it is known, else of the intent."""
        return business_day(self.paid_at or self.intended_at)


KINDS = frozenset(
    {
        "PaymentIntended",
        "PaymentMoved",
        "ReceiptOwed",
        "OpenCodeHandedOut",
        "OpenCodeMoved",
        "OperatorActed",
    }
)
"""The rows that `Ours.take` looks at."""


class Ours:
    """Collects the payments from rows of the journal, in their order."""

    def __init__(self) -> None:
        self.payments: dict[str, OurPayment] = {}
        self.open_codes: dict[str, int] = {}  # handed out without a network: code → fen
        self.code_states: dict[str, open_code.State] = {}  # of those that moved
        self.handed_out_on: dict[str, date] = {}  # by code, China's day
        self.settled_on: dict[str, date] = {}  # when the platform's word was heard
        self.closed_days: dict[str, str] = {}  # ISO date → name of the statement

    def take(self, at: datetime, kind: str, values: Mapping[str, Any]) -> None:
        """One row; rows that are no part of a payment cost nothing."""
        if kind == "PaymentIntended":
            self._intended(at, values)
        elif kind == "PaymentMoved":
            self._moved(values)
        elif kind == "ReceiptOwed":
            payment = self.payments.get(values["payment_id"])
            if payment:
                payment.receipt_nos.append(values["receipt_no"])
        elif kind == "OpenCodeHandedOut":
            self.open_codes[values["code"]] = values["amount_fen"]
            self.handed_out_on[values["code"]] = business_day(at)
        elif kind == "OpenCodeMoved":
            self._code_moved(at, values)
        elif kind == "OperatorActed" and values["act"] == "close_day" and not values["refused"]:
            self.closed_days[values["subject"]] = values["detail"]["statement"]

    def codes_paid_on(self, day: date) -> list[str]:
        """Codes that can only have been paid on this day: handed out and settled on it.

        The platform does not say when a code was paid, so of longer lives nothing is known.
        """
        return [
            code
            for code, heard in self.settled_on.items()
            if heard == day == self.handed_out_on.get(code)
        ]

    def _code_moved(self, at: datetime, values: Mapping[str, Any]) -> None:
        code, state = values["code"], open_code.State(values["state"])
        self.code_states[code] = state
        if state is not open_code.State.SETTLED:
            self.settled_on.pop(code, None)
        elif values["event"] == open_code.Event.SEEN_SETTLED:
            self.settled_on[code] = business_day(at)

    def _intended(self, at: datetime, values: Mapping[str, Any]) -> None:
        bills: Sequence[Sequence[Any]] = values["bills"]
        parts: Iterable[Sequence[Any]] = values.get("parts", ())
        self.payments[values["payment_id"]] = OurPayment(
            values["payment_id"],
            values["amount_fen"],
            at,
            tuple(bill[0] for bill in bills),
            tuple((part[0], part[1], part[2], part[3]) for part in parts),
        )

    def _moved(self, values: Mapping[str, Any]) -> None:
        payment = self.payments.get(values["payment_id"])
        if payment is None:
            return
        payment.state = State(values["state"])
        evidence = values["evidence"]
        if evidence.get("transaction_no"):
            payment.transaction_no = evidence["transaction_no"]
            payment.wallet = evidence.get("wallet", "")
        if evidence.get("paid_at"):
            payment.paid_at = datetime.fromisoformat(evidence["paid_at"]).astimezone(UTC)

"""This kiosk's side of a day: the payments of the journal, as its rows tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from kiosk.domain import open_code
from kiosk.domain.hours import CHINA
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
        return (self.paid_at or self.intended_at).astimezone(CHINA).date()


class Ours:
    """Collects the payments from rows of the journal, in their order."""

    def __init__(self) -> None:
        self.payments: dict[str, OurPayment] = {}
        self.open_codes: dict[str, int] = {}  # handed out without a network: code → fen
        self.code_states: dict[str, open_code.State] = {}  # of those that moved
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
        elif kind == "OpenCodeMoved":
            self.code_states[values["code"]] = open_code.State(values["state"])
        elif kind == "OperatorActed" and values["act"] == "close_day" and not values["refused"]:
            self.closed_days[values["subject"]] = values["detail"]["statement"]

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

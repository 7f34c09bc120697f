"""What a payment is for, by item and payee: from the row of the journal that began it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Payment
from kiosk.maintenance.diary_reader import DiaryReader
from kiosk.maintenance.views import PaidFor, Words
from kiosk.settings.fee_catalogue import shipped_catalogue

EARLIER = timedelta(minutes=5)  # a clock that was set back a little
MAX_ROWS = 200_000  # a whole volume: where a clock was wrong it begins far too early

LATE_FEE = Words("滞纳金、加处罚款", "Late fees")


def item_names() -> Mapping[str, Words]:
    """The names of fee items by their codes, late fees among them."""
    names = {item.code: Words(item.name_zh, item.name_en) for item in shipped_catalogue()}
    return {**names, "late_fee": LATE_FEE}


def paid_for(reader: DiaryReader, kiosk: Kiosk, payment_id: str) -> tuple[PaidFor, ...]:
    """Of a payment or open code that the ledger knows; its bills where the row says no more."""
    names = item_names()
    code = kiosk.ledger.code_book.codes.get(payment_id)
    if code is not None:
        return (PaidFor(_named(names, code.item_code), "", code.amount_fen),)
    payment = kiosk.ledger.payments.get(payment_id)
    if payment is None:
        return ()
    parts = _parts(reader, payment)
    if parts:
        return tuple(PaidFor(_named(names, item), agency, fen) for _, agency, item, fen in parts)
    return tuple(
        PaidFor(Words(f"缴款码 {bill.bill_no}", f"payment code {bill.bill_no}"), "",
                bill.amount_fen)
        for bill in payment.bills
    )  # fmt: skip


def _named(names: Mapping[str, Words], code: str) -> Words:
    return names.get(code) or Words(code, code)


def _parts(reader: DiaryReader, payment: Payment) -> Sequence[tuple[str, str, str, int]]:
    if not payment.intended_s:
        return ()
    first = reader.first_at(datetime.fromtimestamp(payment.intended_s, UTC) - EARLIER)
    for values in _intents(reader, first):
        if values["payment_id"] == payment.payment_id:
            return [tuple(part) for part in values.get("parts", ())]
    return ()


def _intents(reader: DiaryReader, first: int) -> Iterator[Mapping[str, Any]]:
    for row in reader.forward(first, MAX_ROWS):
        if row.kind == "PaymentIntended":
            yield row.values

"""Which correction of doubtful money the compared statements bear out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kiosk.domain import operator_codes
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Payment
from kiosk.domain.open_code import HandedOut
from kiosk.domain.operator import CorrectPayment, NotDone
from kiosk.domain.operator_checks import statement_days
from kiosk.reconcile import Statement, StatementLine


def correction(
    kiosk: Kiosk, final: Mapping[date, Statement], payment_id: str, *, paid: bool
) -> CorrectPayment | NotDone:
    """The order for a payment or open code, by whole statements of days; why not, if none."""
    ledger = kiosk.ledger
    held = ledger.payments.get(payment_id) or ledger.code_book.codes.get(payment_id)
    if held is None:
        return NotDone.UNKNOWN_THING
    rows = [
        (theirs.name, line)
        for theirs in final.values()
        for line in theirs.lines
        if line.is_about(payment_id)
    ]
    days = tuple(day.isoformat() for day in sorted(final))
    if not paid:  # A voided row is no absence: it was paid first.
        name = _last_name(kiosk, final, held)
        absent = CorrectPayment(payment_id, held.state, 0, name, days)
        return NotDone.EVIDENCE_MISSING if rows else absent
    taken = [(name, line) for name, line in rows if line.state == "paid" and _is_for(line, held)]
    if not taken:
        return NotDone.EVIDENCE_MISSING
    name, line = taken[0]
    return CorrectPayment(payment_id, held.state, line.amount_fen, name, days, line.transaction_no)


def _is_for(line: StatementLine, held: Payment | HandedOut) -> bool:
    """Whether the row settles the very bills of the payment; a code is one itself."""
    if isinstance(held, HandedOut):
        return True
    return {bill.bill_no for bill in held.bills} == set(line.bill_nos)


def _last_name(kiosk: Kiosk, final: Mapping[date, Statement], held: Payment | HandedOut) -> str:
    """The last statement of the days on which it could be paid; empty where none was compared."""
    lived = (
        operator_codes.statement_days(held)
        if isinstance(held, HandedOut)
        else statement_days(held, kiosk.rules.qr_valid_s)
    )
    return next((final[day].name for day in reversed(lived) if day in final), "")

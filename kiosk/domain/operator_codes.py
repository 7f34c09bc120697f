"""When an open code's end may be forced by statements; nothing here changes anything."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from kiosk.domain import operator as o
from kiosk.domain.hours import business_day
from kiosk.domain.open_code import TABLE, Event, HandedOut
from kiosk.domain.operator import NotDone
from kiosk.domain.turn import Turn

STATEMENT = re.compile(r"[0-9A-Za-z._:# -]{1,120}")
TRANSACTION = re.compile(r"[0-9A-Za-z._-]{1,64}")
LATEST_PAYING_S = 900.0  # after the code's end: what a wallet had begun may still arrive
MAX_DAYS = 40  # a code that lives longer is closed by its payment alone


def statement_days(code: HandedOut) -> tuple[date, ...]:
    """Every day on which this code could be paid; none for a life too long to look through."""
    first = business_day(datetime.fromtimestamp(code.handed_out_s, UTC))
    end_s = max(code.expires_s, code.handed_out_s) + LATEST_PAYING_S
    last = business_day(datetime.fromtimestamp(end_s, UTC))
    count = (last - first).days + 1
    return tuple(first + timedelta(days=n) for n in range(count)) if count <= MAX_DAYS else ()


def check_correction(turn: Turn, order: o.CorrectPayment) -> NotDone | None:
    """Paid needs one row that agrees; not paid needs every day of the code's life, and none."""
    code = turn.ledger.code_book.codes[order.payment_id]
    if code.state is not order.seen_state:
        return NotDone.NOT_IN_THIS_STATE
    event = Event.RECON_SETTLED if order.paid_fen else Event.RECON_ABSENT
    if event not in TABLE[code.state]:
        return NotDone.NOT_LAWFUL
    if not STATEMENT.fullmatch(order.statement) or not order.statement_days:
        return NotDone.EVIDENCE_MISSING
    if order.paid_fen:
        agrees = order.paid_fen == code.amount_fen and TRANSACTION.fullmatch(order.transaction_no)
        return None if agrees else NotDone.EVIDENCE_MISSING
    return check_absent(turn, order, statement_days(code))


def check_absent(turn: Turn, order: o.CorrectPayment, days: tuple[date, ...]) -> NotDone | None:
    """In no statement: said of all its days, and each of them is over."""
    seen = set(order.statement_days)
    is_final = days and seen.issuperset(day.isoformat() for day in days) and max(days) < turn.today
    return None if is_final else NotDone.EVIDENCE_MISSING

"""What each order must bring to be lawful; nothing here changes anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from kiosk.domain import operator as o
from kiosk.domain import operator_codes
from kiosk.domain.hours import business_day, is_possible, text_of
from kiosk.domain.ledger import Ledger, Payment
from kiosk.domain.operator import NotDone
from kiosk.domain.operator_codes import LATEST_PAYING_S, STATEMENT, TRANSACTION
from kiosk.domain.operator_desk import Session
from kiosk.domain.payment import ASKED_ABOUT, Event, can_take
from kiosk.domain.records import ClaimState, PrintState
from kiosk.domain.turn import Turn

MIN_ACCOUNT_DIGITS, MAX_ACCOUNT_DIGITS = 3, 8
ACCOUNT_ID = re.compile(rf"[0-9]{{{MIN_ACCOUNT_DIGITS},{MAX_ACCOUNT_DIGITS}}}")
RECEIPT_NO = re.compile(r"[0-9]{8}-[0-9]{10}")
OWN_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{4,80}")  # has a letter: no person's number
REFERENCE = re.compile(r"[A-Z0-9/-]{0,32}")
PERSONAL = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9X]|[0-9]{15}|1[3-9][0-9]{9})(?![0-9])")
FILE_NAME = re.compile(r"[0-9A-Za-z._-]{1,80}")
MAX_CASES = 200


def is_for_technicians(order: o.Order, session: Session) -> bool:
    """An office account does everything but accounts of others, the machine and its data."""
    match order:
        case o.KeepAccount(account_id, role, _):
            return account_id != session.account_id or role is not session.role
        case o.Took(o.Taking.DAY_EXPORTED, _):
            return False
        case o.Took() | o.DropAccount() | o.AskRestart(o.Restart.MACHINE):
            return True
        case _:
            return False


# --- what may be recorded -------------------------------------------------------------------------


def is_account_id(text: str) -> bool:
    return bool(ACCOUNT_ID.fullmatch(text))


def account_or_none(text: str) -> str:
    return text if is_account_id(text) else ""


def id_or_none(text: str) -> str:
    return text if OWN_ID.fullmatch(text) else ""


def receipt_or_none(text: str) -> str:
    return text if RECEIPT_NO.fullmatch(text) else ""


def file_name(text: str) -> str:
    return text if FILE_NAME.fullmatch(text) else ""


def _looks_personal(text: str) -> bool:
    return bool(PERSONAL.search(re.sub(r"[ /-]", "", text)))


# --- payments --------------------------------------------------------------------------------------


def check_ask_again(turn: Turn, order: o.AskAgain) -> NotDone | None:
    """Not in maintenance only: the answer would move money on, by the program that failed."""
    if turn.rules.maintenance_only:
        return NotDone.MAINTENANCE_ONLY
    if order.payment_id in turn.ledger.code_book.codes:
        known = turn.ledger.code_book.codes[order.payment_id]
        return NotDone.NOT_LAWFUL if known.is_settled else None
    payment = turn.ledger.payments.get(order.payment_id)
    if payment is None:
        return NotDone.UNKNOWN_THING
    asked = payment.state in ASKED_ABOUT or payment.unconfirmed
    return None if asked else NotDone.NOT_LAWFUL


def statement_days(payment: Payment, qr_valid_s: float) -> tuple[date, ...]:
    """The days whose statements hold this payment, if it was paid: mostly one, at midnight
    two; none where the time of the intent is not known."""
    if not payment.intended_s:
        return ()
    first = datetime.fromtimestamp(payment.intended_s, UTC)
    last = first + timedelta(seconds=qr_valid_s + LATEST_PAYING_S)
    days = {business_day(moment) for moment in (first, last)}
    return tuple(sorted(days))


def check_correction(turn: Turn, order: o.CorrectPayment) -> NotDone | None:
    """A correction needs what both sides hold, and an edge of the table for it."""
    if order.payment_id in turn.ledger.code_book.codes:
        return operator_codes.check_correction(turn, order)
    payment = turn.ledger.payments.get(order.payment_id)
    if payment is None:
        return NotDone.UNKNOWN_THING
    if payment.state is not order.seen_state:
        return NotDone.NOT_IN_THIS_STATE
    event = Event.RECON_PAID if order.paid_fen else Event.RECON_ABSENT
    if not can_take(payment.state, event):
        return NotDone.NOT_LAWFUL
    if not STATEMENT.fullmatch(order.statement) or not order.statement_days:
        return NotDone.EVIDENCE_MISSING
    if order.paid_fen:
        agrees = order.paid_fen == payment.amount_fen
        named = TRANSACTION.fullmatch(order.transaction_no)
        return None if agrees and named else NotDone.EVIDENCE_MISSING
    days = statement_days(payment, turn.rules.qr_valid_s)
    return operator_codes.check_absent(turn, order, days)


def money_or_none(turn: Turn, text: str) -> str:
    """A payment's id, or an open code that this kiosk has handed out: nothing that was typed."""
    return text if text in turn.ledger.code_book.codes else id_or_none(text)


def describe_correction(turn: Turn, order: o.CorrectPayment) -> tuple[str, Mapping[str, str | int]]:
    named = STATEMENT.fullmatch(order.statement)
    return money_or_none(turn, order.payment_id), {
        "held_here": order.seen_state.value,
        "statement": order.statement if named else "",
        "paid_fen": order.paid_fen,
        "transaction_no": order.transaction_no
        if TRANSACTION.fullmatch(order.transaction_no)
        else "",
    }


# --- paper -------------------------------------------------------------------------------------------


def check_copy(turn: Turn, order: o.PrintCopy) -> NotDone | None:
    if not RECEIPT_NO.fullmatch(order.receipt_no):
        return NotDone.UNKNOWN_THING
    if not turn.kiosk.can_print:
        return NotDone.PRINTER_NOT_READY
    busy = (turn.kiosk.desk.copy and turn.kiosk.desk.copy.is_going_on) or any(
        claim.receipt_no == order.receipt_no
        and claim.state in (ClaimState.ASKED, ClaimState.GRANTED)
        for claim in turn.ledger.open_claims
    )
    return NotDone.BUSY if busy else None


def doubtful_job(ledger: Ledger, receipt_no: str) -> str:
    """The last print of a receipt, if nobody knows what became of it and nobody has looked."""
    jobs = [job for job in ledger.jobs.values() if job.receipt_no == receipt_no]
    last = jobs[-1] if jobs else None
    return last.job_id if last and last.state is PrintState.DOUBT and not last.judged else ""


def check_judgement(turn: Turn, order: o.JudgePaper) -> NotDone | None:
    job = turn.ledger.jobs.get(order.job_id)
    if job is None:
        return NotDone.UNKNOWN_THING
    is_open_question = doubtful_job(turn.ledger, job.receipt_no) == job.job_id
    return None if is_open_question else NotDone.NOT_IN_THIS_STATE


# --- notes, days, service ---------------------------------------------------------------------------


def check_note(turn: Turn, order: o.WriteNote) -> NotDone | None:
    known = money_or_none(turn, order.subject_id) or receipt_or_none(order.subject_id)
    if not known:
        return NotDone.UNKNOWN_THING
    return _check_reference(order.reference)


def describe_note(turn: Turn, order: o.WriteNote) -> tuple[str, Mapping[str, str | int]]:
    subject = money_or_none(turn, order.subject_id) or receipt_or_none(order.subject_id)
    reference = "" if _check_reference(order.reference) else order.reference
    return subject, {"kind": order.kind.value, "reference": reference}


def _check_reference(text: str) -> NotDone | None:
    if not REFERENCE.fullmatch(text) or _looks_personal(text):
        return NotDone.LOOKS_PERSONAL
    return None


def check_day(turn: Turn, order: o.CloseDay) -> NotDone | None:
    if not _is_day(order.day) or not STATEMENT.fullmatch(order.statement):
        return NotDone.EVIDENCE_MISSING
    if date.fromisoformat(order.day) >= turn.today:
        return NotDone.DAY_NOT_OVER
    if not order.differences <= len(order.cases) <= MAX_CASES or not all(order.cases):
        return NotDone.EVIDENCE_MISSING
    return next((bad for case in order.cases if (bad := _check_reference(case))), None)


def describe_day(turn: Turn, order: o.CloseDay) -> tuple[str, Mapping[str, str | int]]:
    if check_day(turn, order):
        return "", {}
    return order.day, {
        "statement": order.statement,
        "payments": order.payments,
        "amount_fen": order.amount_fen,
        "differences": order.differences,
        "cases": " ".join(order.cases),
        "at_s": int(turn.wall.timestamp()),
    }


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_put_in_service(turn: Turn, _order: o.PutInService) -> NotDone | None:
    return None if turn.ledger.office.closed_because else NotDone.NOT_IN_THIS_STATE


def check_level(_turn: Turn, order: o.SetLevel) -> NotDone | None:
    return None if 0 <= order.percent <= 100 else NotDone.NOT_LAWFUL


def check_hours(turn: Turn, order: o.SetHours) -> NotDone | None:
    if order.week is None:
        return None if turn.ledger.office.hours else NotDone.NOT_IN_THIS_STATE
    return None if is_possible(order.week) else NotDone.HOURS_IMPOSSIBLE


def describe_hours(turn: Turn, order: o.SetHours) -> tuple[str, Mapping[str, str | int]]:
    if order.week is None or not is_possible(order.week):
        return "site_file" if order.week is None else "screen", {}
    return "screen", {"hours": text_of(order.week), "at_s": int(turn.wall.timestamp())}


def check_restart(turn: Turn, _order: o.AskRestart) -> NotDone | None:
    """Not while paper moves: what became of it would be in doubt."""
    copy, sample = turn.kiosk.desk.copy, turn.ledger.office.sample
    printing = (copy and copy.is_going_on) or (sample and sample.state is PrintState.INTENDED)
    return NotDone.BUSY if printing or turn.kiosk.desk.saving else None

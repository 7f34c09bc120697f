"""Journal against statement: every payment of the day matched, or a difference with its kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kiosk.domain.hours import business_day
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.payment import IN_DOUBT, State
from kiosk.reconcile.kinds import OF_THE_FILE, Difference, Kind
from kiosk.reconcile.ours import OurPayment, Ours
from kiosk.reconcile.statement import OPEN_CODE, Statement, StatementLine, version_in
from kiosk.reconcile.totals import Total, totals_of

FEE_AT_MOST = 100  # a hundredth of the amount: more is no fee
PROGRESS_ROWS = 5000
OPEN = frozenset({State.INTENT, State.SHOWN}) | (IN_DOUBT - {State.CONFLICT})
"""Money here of which the kiosk does not know the end."""

NOT_PAID_HERE = frozenset({CodeState.CASE, CodeState.EXPIRED, CodeState.VOIDED})

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A date's two sides; `is_final` False: the statement proves nothing by what it lacks."""

    day: date
    statement_name: str
    ours_count: int
    ours_fen: int
    theirs_count: int
    theirs_fen: int
    matched: int
    differences: tuple[Difference, ...]
    by_item: tuple[Total, ...]
    by_agency: tuple[Total, ...]
    by_wallet: tuple[Total, ...]
    closed_by: str = ""  # the name of the statement that has closed the day; empty: none

    @property
    def is_final(self) -> bool:
        return not any(each.kind in OF_THE_FILE for each in self.differences)


def compare(
    ours: Ours,
    theirs: Statement,
    kiosk_id: str,
    day: date,
    progress: Progress = lambda _done, _of: None,
) -> Comparison:
    """Everything that differs on `day`. `progress` hears (rows done, rows to do)."""
    lines = _by_payment(theirs.lines)
    found = [*_of_the_file(ours, theirs, kiosk_id, day), *theirs.faults, *_within(theirs.lines)]
    matched, of = 0, len(theirs.lines)
    receipts = {no: p.payment_id for p in ours.payments.values() for no in p.receipt_nos}
    for done, (payment_id, same) in enumerate(lines.items(), start=1):
        differences = list(_judge(ours, payment_id, same, kiosk_id, day, receipts))
        found += differences
        matched += not differences
        if done % PROGRESS_ROWS == 0:
            progress(done, of)
    mine = [payment for payment in ours.payments.values() if payment.day == day]
    if not any(each.kind in OF_THE_FILE for each in found):
        found += _missing(mine, lines)
        found += _codes_missing(ours, theirs, day)
    progress(of, of)
    return replace(
        _summed(theirs, mine, day, matched, found),
        closed_by=ours.closed_days.get(day.isoformat(), ""),
    )


def _summed(
    theirs: Statement,
    mine: Iterable[OurPayment],
    day: date,
    matched: int,
    found: Iterable[Difference],
) -> Comparison:
    paid = [payment for payment in mine if payment.state is State.PAID]
    kept = [line for line in theirs.lines if line.state == "paid"]
    by_item, by_agency, by_wallet = totals_of(paid)
    return Comparison(
        day,
        theirs.name,
        len(paid),
        sum(payment.amount_fen for payment in paid),
        len(kept),
        sum(line.amount_fen for line in kept),
        matched,
        tuple(found),
        by_item,
        by_agency,
        by_wallet,
    )


def _by_payment(lines: Iterable[StatementLine]) -> dict[str, list[StatementLine]]:
    found: dict[str, list[StatementLine]] = {}
    for line in lines:
        found.setdefault(line.payment_id, []).append(line)
    return found


# --- the file itself ---------------------------------------------------------------------------------


def _of_the_file(ours: Ours, theirs: Statement, kiosk_id: str, day: date) -> Iterator[Difference]:
    if theirs.kiosk_id != kiosk_id or theirs.day != day:
        yield Difference(Kind.WRONG_FILE, detail=f"{theirs.kiosk_id} {theirs.day}")
    closed_by = ours.closed_days.get(day.isoformat(), "")
    if version_in(closed_by) > theirs.version:
        yield Difference(Kind.OLDER_VERSION, detail=f"{theirs.name} after {closed_by}")


def _within(lines: Iterable[StatementLine]) -> Iterator[Difference]:
    """What contradicts itself in the statement: a bill, receipt or open code twice."""
    bills: defaultdict[str, list[StatementLine]] = defaultdict(list)
    receipts: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        for receipt_no in line.receipt_nos:
            receipts[receipt_no].add(line.payment_id)
        if line.state == "paid":
            for bill_no in line.bill_nos:
                bills[bill_no].append(line)
    for bill_no, same in bills.items():
        payments = {line.payment_id for line in same}
        if len(payments) > 1:
            is_open_code = all(name.startswith(OPEN_CODE) for name in payments)
            kind = Kind.OPEN_CODE_TWICE if is_open_code else Kind.BILL_TWICE
            last = same[-1]
            yield Difference(kind, last.payment_id, None, last.amount_fen, bill_no)
    for receipt_no, names in receipts.items():
        if len(names) > 1:
            yield Difference(Kind.RECEIPT_TWICE, max(names), detail=receipt_no)


# --- one payment ---------------------------------------------------------------------------------------


def _judge(
    ours: Ours,
    payment_id: str,
    same: list[StatementLine],
    kiosk_id: str,
    day: date,
    receipts: Mapping[str, str],
) -> Iterator[Difference]:
    """Everything that is wrong about one payment of the statement."""
    line, fen = same[0], same[0].amount_fen
    if len(same) > 1:
        yield Difference(Kind.PAID_TWICE, payment_id, fen, fen, same[1].transaction_no)
    if business_day(line.paid_at) != day:
        yield Difference(Kind.OTHER_DAY, payment_id, None, fen, line.paid_at.isoformat())
    payment = ours.payments.get(payment_id)
    if payment is None:
        if not _is_our_open_code(ours, line):
            yield _foreign(line, kiosk_id, receipts)
        elif (code_fen := sum(ours.open_codes[no] for no in line.bill_nos)) != fen:
            yield Difference(Kind.AMOUNT_DIFFERS, payment_id, code_fen, fen, line.transaction_no)
        else:
            yield from _late_codes(ours, line)
    else:
        yield from _both(payment, line)


def _is_our_open_code(ours: Ours, line: StatementLine) -> bool:
    return line.payment_id.startswith(OPEN_CODE) and ours.open_codes.keys() >= set(line.bill_nos)


def _late_codes(ours: Ours, line: StatementLine) -> Iterator[Difference]:
    """Codes of this row that the kiosk holds in dispute or as not paid."""
    for code in line.bill_nos:
        if line.state == "paid" and ours.code_states.get(code) in NOT_PAID_HERE:
            fen = ours.open_codes[code]
            yield Difference(Kind.DOUBT_PAID, code, fen, fen, line.transaction_no)


def _foreign(line: StatementLine, kiosk_id: str, receipts: Mapping[str, str]) -> Difference:
    """A payment that this kiosk never made."""
    stolen = next((no for no in line.receipt_nos if no in receipts), "")
    if line.payment_id.startswith(OPEN_CODE):
        kind = Kind.OPEN_CODE_FOREIGN
    elif stolen:
        kind = Kind.RECEIPT_WITHOUT_PAYMENT
    elif not line.payment_id.startswith(f"{kiosk_id}-"):
        kind = Kind.OTHER_KIOSK
    else:
        kind = Kind.PAYMENT_EXTRA
    return Difference(kind, line.payment_id, None, line.amount_fen, stolen or line.transaction_no)


def _both(payment: OurPayment, line: StatementLine) -> Iterator[Difference]:
    if line.state == "voided":
        if payment.state is not State.VOIDED:
            yield _difference(Kind.REFUNDED, payment, line)
        return
    if payment.amount_fen != line.amount_fen:
        less = payment.amount_fen - line.amount_fen
        is_fee = 0 < less * FEE_AT_MOST <= payment.amount_fen
        yield _difference(Kind.FEE_DEDUCTED if is_fee else Kind.AMOUNT_DIFFERS, payment, line)
    if payment.state is State.CONFLICT:
        yield _difference(Kind.CONFLICT, payment, line)
    elif payment.state in OPEN:
        yield _difference(Kind.DOUBT_PAID, payment, line)
    elif payment.state is not State.PAID:
        yield _difference(Kind.PAYMENT_EXTRA, payment, line)
    elif len(line.receipt_nos) < len(line.bill_nos):
        yield _difference(Kind.PAYMENT_WITHOUT_RECEIPT, payment, line)
    if other := _other_content(payment, line):
        fen = (payment.amount_fen, line.amount_fen)
        yield Difference(Kind.CONTENT_DIFFERS, payment.payment_id, *fen, other)


def _other_content(payment: OurPayment, line: StatementLine) -> str:
    """The first number that only one side holds; receipts that are not issued yet are none."""
    if payment.bill_nos != line.bill_nos:
        other = set(payment.bill_nos) ^ set(line.bill_nos)
        if other:
            return min(other)
    if payment.transaction_no not in ("", line.transaction_no):
        return line.transaction_no
    if len(line.receipt_nos) < len(line.bill_nos):
        return ""
    return min(set(payment.receipt_nos).difference(line.receipt_nos), default="")


def _difference(kind: Kind, payment: OurPayment, line: StatementLine) -> Difference:
    return Difference(
        kind, payment.payment_id, payment.amount_fen, line.amount_fen, line.transaction_no
    )


MISSING = {State.PAID: Kind.PAYMENT_MISSING, State.CONFLICT: Kind.CONFLICT} | dict.fromkeys(
    OPEN, Kind.DOUBT_CLOSED
)


def _missing(mine: Iterable[OurPayment], lines: Mapping[str, object]) -> Iterator[Difference]:
    """Money of ours that the statement does not have."""
    for payment in mine:
        kind = MISSING.get(payment.state)
        if kind and payment.payment_id not in lines:
            yield Difference(kind, payment.payment_id, payment.amount_fen, None)


def _codes_missing(ours: Ours, theirs: Statement, day: date) -> Iterator[Difference]:
    """Open codes that were paid on this day, and in no row, neither paid nor voided."""
    told = {code for line in theirs.lines if line.is_of_open_code for code in line.bill_nos}
    for code in ours.codes_paid_on(day):
        if code not in told:
            yield Difference(Kind.OPEN_CODE_MISSING, code, ours.open_codes[code], None)

"""The day's statement as a file, right or with one of the twenty kinds of differences.

    H,1,<kiosk>,<day>,<version>
    P,<payment>,<state>,<fen>,<paid at>,<wallet>,<transaction>,<bill;bill>,<receipt;receipt>
    T,<count>,<fen>,<voided count>,<voided fen>

UTF-8, lines end with LF, the trailer counts every P line and sums the fen of all and of the
voided ones. The kinds are those of daily reconciliation: what a comparison must find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from kiosk.platform_api.wire_services import StatementRow, trailer_of

FORMAT = 1
VERSION = 2  # so that an older one can be told
CHANNEL_FEE = 6  # in a thousand
Rows = tuple[StatementRow, ...]


class Defect(StrEnum):
    """In the order of the twenty kinds; the first is none."""

    MATCHED = "matched"
    PAYMENT_MISSING = "payment_missing"  # the kiosk has it paid
    PAYMENT_EXTRA = "payment_extra"  # the kiosk has it closed, or not at all
    AMOUNT_DIFFERS = "amount_differs"
    FEE_DEDUCTED = "fee_deducted"
    PAID_TWICE = "paid_twice"  # one payment, two transactions
    BILL_TWICE = "bill_twice"  # one bill in two payments
    DOUBT_PAID = "doubt_paid"  # paid here; the kiosk's part is to be in doubt
    DOUBT_CLOSED = "doubt_closed"  # absent here; the kiosk's part is to be in doubt
    REFUNDED = "refunded"
    OTHER_DAY = "other_day"
    OTHER_KIOSK = "other_kiosk"
    RECEIPT_WITHOUT_PAYMENT = "receipt_without_payment"
    PAYMENT_WITHOUT_RECEIPT = "payment_without_receipt"
    RECEIPT_TWICE = "receipt_twice"  # one number, two payments
    OPEN_CODE_TWICE = "open_code_twice"
    OPEN_CODE_FOREIGN = "open_code_foreign"  # settled, never handed out by this kiosk
    CUT_OFF = "cut_off"  # the file ends in the middle
    OLDER_VERSION = "older_version"
    BROKEN_ROW = "broken_row"


class NothingToSpoil(Exception):
    """The day has no payment that the difference could be about."""


def statement_file(kiosk_id: str, day: date, rows: Rows, defect: Defect = Defect.MATCHED) -> bytes:
    """The file's bytes. Raises NothingToSpoil where a defect needs a payment and has none."""
    if not rows and defect not in (Defect.MATCHED, Defect.OLDER_VERSION, Defect.CUT_OFF):
        raise NothingToSpoil(f"{kiosk_id} was paid nothing on {day}: {defect} needs a payment")
    change = _CHANGES.get(defect)
    shown = change(rows) if change else rows
    version = VERSION - 1 if defect is Defect.OLDER_VERSION else VERSION
    trailer = trailer_of(shown)
    lines = [f"H,{FORMAT},{kiosk_id},{day},{version}"]
    lines += [_line(row) for row in shown]
    counts = f"{trailer.count},{trailer.amount_fen},{trailer.voided_count},{trailer.voided_fen}"
    lines.append(f"T,{counts}")
    if defect is Defect.BROKEN_ROW:
        lines[1] = lines[1].replace(",paid,", ",paid,twelve yuan,").replace(",voided,", ",voided,,")
    text = "\n".join(lines).encode() + b"\n"
    return text[: len(text) * 2 // 3] if defect is Defect.CUT_OFF else text


def _line(row: StatementRow) -> str:
    return ",".join(
        (
            "P", row.payment_id, row.state, str(row.amount_fen), row.paid_at.isoformat(),
            row.wallet, row.transaction_no, ";".join(row.bill_nos), ";".join(row.receipt_nos),
        )
    )  # fmt: skip


def _with_first(rows: Sequence[StatementRow], **change: object) -> Rows:
    return (rows[0].model_copy(update=change), *rows[1:])


def _with_copy(rows: Sequence[StatementRow], **change: object) -> Rows:
    """The first row once more, differing in these."""
    return (*rows, rows[0].model_copy(update=change))


def _other(text: str) -> str:
    """Another number of the same length."""
    return "9" * 4 + text[4:]


_CHANGES: Mapping[Defect, Callable[[Rows], Rows]] = MappingProxyType(
    {
        Defect.PAYMENT_MISSING: lambda rows: rows[1:],
        Defect.DOUBT_CLOSED: lambda rows: rows[1:],
        Defect.PAYMENT_EXTRA: lambda rows: _with_copy(
            rows,
            payment_id=f"{rows[0].payment_id}-late",
            transaction_no=_other(rows[0].transaction_no),
            bill_nos=tuple(_other(number) for number in rows[0].bill_nos),
            receipt_nos=(),
        ),
        Defect.AMOUNT_DIFFERS: lambda rows: _with_first(rows, amount_fen=rows[0].amount_fen + 100),
        Defect.FEE_DEDUCTED: lambda rows: _with_first(
            rows, amount_fen=rows[0].amount_fen - rows[0].amount_fen * CHANNEL_FEE // 1000
        ),
        Defect.PAID_TWICE: lambda rows: _with_copy(
            rows, transaction_no=_other(rows[0].transaction_no)
        ),
        Defect.BILL_TWICE: lambda rows: _with_copy(
            rows,
            payment_id=f"{rows[0].payment_id}-2",
            transaction_no=_other(rows[0].transaction_no),
            receipt_nos=(),
        ),
        Defect.REFUNDED: lambda rows: _with_first(rows, state="voided"),
        Defect.OTHER_DAY: lambda rows: _with_first(
            rows, paid_at=rows[0].paid_at + timedelta(days=1)
        ),
        Defect.OTHER_KIOSK: lambda rows: _with_copy(
            rows,
            payment_id="other-kiosk-0001",
            transaction_no=_other(rows[0].transaction_no),
            bill_nos=tuple(_other(number) for number in rows[0].bill_nos),
            receipt_nos=tuple(_other(number) for number in rows[0].receipt_nos),
        ),
        Defect.RECEIPT_WITHOUT_PAYMENT: lambda rows: _with_first(
            rows, payment_id=f"{rows[0].payment_id}-none"
        ),
        Defect.PAYMENT_WITHOUT_RECEIPT: lambda rows: _with_first(rows, receipt_nos=()),
        Defect.RECEIPT_TWICE: lambda rows: _with_copy(
            rows,
            payment_id=f"{rows[0].payment_id}-2",
            transaction_no=_other(rows[0].transaction_no),
            bill_nos=tuple(_other(number) for number in rows[0].bill_nos),
        ),
        Defect.OPEN_CODE_TWICE: lambda rows: _open_code(_open_code(rows, "-a"), "-b"),
        Defect.OPEN_CODE_FOREIGN: lambda rows: _open_code(rows, "-foreign"),
    }
)


def _open_code(rows: Rows, suffix: str) -> Rows:
    """A settlement of the open code that no kiosk was ever given."""
    return _with_copy(
        rows,
        payment_id=f"open{suffix}",
        transaction_no=suffix.rjust(28, "8"),
        bill_nos=(f"33010526389{999_999_999}",),
        receipt_nos=(),
    )

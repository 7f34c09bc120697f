"""The kinds of differences, and who acts on each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """In the order of reliability.md 2.9; MATCHED is no difference."""

    MATCHED = "matched"
    PAYMENT_MISSING = "payment_missing"  # paid here, not in the statement
    PAYMENT_EXTRA = "payment_extra"  # in the statement, closed here or never made here
    AMOUNT_DIFFERS = "amount_differs"
    CONTENT_DIFFERS = "content_differs"  # one payment, other bills, receipts or transaction
    FEE_DEDUCTED = "fee_deducted"  # a little less: somebody kept a fee
    PAID_TWICE = "paid_twice"  # one payment, two transactions
    BILL_TWICE = "bill_twice"  # one bill in two payments
    DOUBT_PAID = "doubt_paid"  # in doubt here, paid there
    DOUBT_CLOSED = "doubt_closed"  # in doubt here, not there
    REFUNDED = "refunded"  # paid here, voided there
    OTHER_DAY = "other_day"  # a row of another business day
    OTHER_KIOSK = "other_kiosk"
    RECEIPT_WITHOUT_PAYMENT = "receipt_without_payment"  # our receipt, under a foreign payment
    PAYMENT_WITHOUT_RECEIPT = "payment_without_receipt"
    RECEIPT_TWICE = "receipt_twice"  # one receipt number under two payments
    OPEN_CODE_TWICE = "open_code_twice"
    OPEN_CODE_FOREIGN = "open_code_foreign"  # settled, never handed out by this kiosk
    OPEN_CODE_MISSING = "open_code_missing"  # paid says the platform, not in its statement
    CUT_OFF = "cut_off"  # no trailer, or its count or sum is wrong
    OLDER_VERSION = "older_version"  # than the one the day was closed by
    BROKEN_ROW = "broken_row"
    CONFLICT = "conflict"  # evidence here contradicts itself
    WRONG_FILE = "wrong_file"  # of another day or kiosk, or no statement at all


class Actor(StrEnum):
    KIOSK = "kiosk"  # settles it by itself
    OFFICE = "office"
    FINANCE = "finance"
    PLATFORM = "platform"


ACTORS: Mapping[Kind, Actor] = MappingProxyType(
    {
        Kind.MATCHED: Actor.KIOSK,
        Kind.PAYMENT_MISSING: Actor.PLATFORM,
        Kind.PAYMENT_EXTRA: Actor.OFFICE,
        Kind.AMOUNT_DIFFERS: Actor.FINANCE,
        Kind.CONTENT_DIFFERS: Actor.PLATFORM,
        Kind.FEE_DEDUCTED: Actor.FINANCE,
        Kind.PAID_TWICE: Actor.FINANCE,
        Kind.BILL_TWICE: Actor.FINANCE,
        Kind.DOUBT_PAID: Actor.OFFICE,
        Kind.DOUBT_CLOSED: Actor.OFFICE,
        Kind.REFUNDED: Actor.FINANCE,
        Kind.OTHER_DAY: Actor.PLATFORM,
        Kind.OTHER_KIOSK: Actor.PLATFORM,
        Kind.RECEIPT_WITHOUT_PAYMENT: Actor.PLATFORM,
        Kind.PAYMENT_WITHOUT_RECEIPT: Actor.PLATFORM,
        Kind.RECEIPT_TWICE: Actor.PLATFORM,
        Kind.OPEN_CODE_TWICE: Actor.FINANCE,
        Kind.OPEN_CODE_FOREIGN: Actor.PLATFORM,
        Kind.OPEN_CODE_MISSING: Actor.PLATFORM,
        Kind.CUT_OFF: Actor.PLATFORM,
        Kind.OLDER_VERSION: Actor.PLATFORM,
        Kind.BROKEN_ROW: Actor.PLATFORM,
        Kind.CONFLICT: Actor.FINANCE,
        Kind.WRONG_FILE: Actor.OFFICE,
    }
)

OF_THE_FILE = frozenset({Kind.CUT_OFF, Kind.OLDER_VERSION, Kind.BROKEN_ROW, Kind.WRONG_FILE})
"""With one of these the statement proves nothing about what it does not hold."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; amounts None where that side has nothing."""

    kind: Kind
    payment_id: str = ""
    ours_fen: int | None = None
    theirs_fen: int | None = None
    detail: str = ""  # a bill, receipt or transaction number, or a line of the file

    @property
    def actor(self) -> Actor:
        return ACTORS[self.kind]

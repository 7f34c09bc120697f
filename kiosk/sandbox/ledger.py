"""The platform's rules about money and paper: pure, so that they can be read and tried.

Everything here takes what the book says now and returns a decision; the book carries it
out in the same transaction.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.domain.platform import PlatformState, Refusal, Refused

RECEIPT_WINDOW_MONTHS = 6
LATE_GRACE_S = 24 * 3600.0  # how long a code that expired may still be paid, where it may at all
CLAIM_HOLD_S = 15 * 60.0  # a claim nobody settles counts as perhaps printed after this

WAITING = (PlatformState.OPEN, PlatformState.USER_PAYING)


class LateWallet(StrEnum):
    """What happens when a wallet pays after the QR code has expired."""

    REFUSED = "refused"  # expiry closes the payment
    ACCEPTED_UNTIL_CLOSED = "accepted_until_closed"  # it stays open until the kiosk closes it
    ACCEPTED_AFTER_CLOSE = "accepted_after_close"  # a platform that breaks its word


class BillStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    REFUNDED = "refunded"


class ClaimState(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    DOUBTFUL = "doubtful"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment in the book; times are seconds of the platform's clock."""

    payment_id: str
    kiosk_id: str
    inquiry_code: str
    fingerprint: str  # of the request that made it; empty for a tombstone
    state: PlatformState
    amount_fen: int | None  # None for a tombstone
    token: str
    created_s: float
    expires_s: float
    wallet: str = ""
    transaction_no: str = ""
    paid_s: float | None = None

    @property
    def is_tombstone(self) -> bool:
        return not self.fingerprint


@dataclass(frozen=True, slots=True)
class BillNow:
    """What matters about a bill when somebody wants to pay it."""

    bill_no: str
    version: int
    amount_fen: int
    status: BillStatus
    leased_by: str | None  # payment id


@dataclass(frozen=True, slots=True)
class WantedBill:
    bill_no: str
    version: int
    expected_fen: int


@dataclass(frozen=True, slots=True)
class Claim:
    claim_id: str
    kiosk_id: str
    receipt_no: str
    reprint: bool
    copy_number: int
    state: ClaimState
    claimed_s: float


# --- payments ----------------------------------------------------------------------------------


def state_now(payment: Payment, now_s: float, late: LateWallet) -> PlatformState:
    """The state after the clock has had its say: a waiting payment closes at its expiry,
    or a day later where late wallets are accepted."""
    if payment.state not in WAITING:
        return payment.state
    grace_s = 0.0 if late is LateWallet.REFUSED else LATE_GRACE_S
    return PlatformState.CLOSED if now_s >= payment.expires_s + grace_s else payment.state


def judge_repeat(existing: Payment, fingerprint: str) -> Refused | Payment:
    """The key is known: the same request gets the payment, another one is refused."""
    if existing.is_tombstone:
        return Refused(Refusal.PAYMENT_CLOSED, "this payment was closed before it arrived")
    if existing.fingerprint != fingerprint:
        return Refused(Refusal.KEY_REUSED, "this payment id belongs to another request")
    return existing


def judge_basket(
    wanted: Sequence[WantedBill], known: Mapping[str, BillNow], payment_id: str
) -> Refused | None:
    """May these bills be paid as they were shown? None: yes, all of them."""
    for item in wanted:
        bill = known.get(item.bill_no)
        if bill is None or bill.status is BillStatus.REFUNDED:
            return Refused(Refusal.NOT_FOUND, f"no open bill {item.bill_no}")
        if bill.status is BillStatus.PAID:
            return Refused(Refusal.ALREADY_PAID, f"bill {item.bill_no} is paid")
        if bill.leased_by not in (None, payment_id):
            return Refused(Refusal.LEASED, f"bill {item.bill_no} is being paid elsewhere")
        if (bill.version, bill.amount_fen) != (item.version, item.expected_fen):
            return Refused(Refusal.AMOUNT_CHANGED, f"bill {item.bill_no} has changed")
    return None


class WalletAnswer(StrEnum):
    """What the cashier tells the phone."""

    PAID_NOW = "paid_now"
    ALREADY_PAID = "already_paid"
    CLOSED = "closed"


def judge_wallet(payment: Payment, bills: Sequence[BillNow], late: LateWallet) -> WalletAnswer:
    """A wallet wants to pay (`payment.state` is already by the clock): one success at most."""
    if payment.state in (PlatformState.PAID, PlatformState.VOIDED):
        return WalletAnswer.ALREADY_PAID
    payable = all(
        bill.status is BillStatus.OPEN and bill.leased_by in (None, payment.payment_id)
        for bill in bills
    )
    if payment.state in WAITING and payable:
        return WalletAnswer.PAID_NOW
    if late is LateWallet.ACCEPTED_AFTER_CLOSE and not payment.is_tombstone and payable:
        return WalletAnswer.PAID_NOW
    return WalletAnswer.CLOSED


# --- receipts ------------------------------------------------------------------------------------


def months_before(day: date, months: int) -> date:
    """The same day `months` calendar months earlier, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def within_window(paid_on: date, today: date) -> bool:
    """Receipts are handed out for six months after payment."""
    return paid_on >= months_before(today, RECEIPT_WINDOW_MONTHS)


def claim_now(claim: Claim, now_s: float) -> ClaimState:
    """A claim that was held too long counts as perhaps printed: its number stays used."""
    if claim.state is ClaimState.HELD and now_s >= claim.claimed_s + CLAIM_HOLD_S:
        return ClaimState.DOUBTFUL
    return claim.state


def copies_used(states: Sequence[ClaimState]) -> int:
    return sum(state in (ClaimState.CONFIRMED, ClaimState.DOUBTFUL) for state in states)


def judge_claim(
    *, reprint: bool, states: Sequence[ClaimState], void: bool, in_window: bool
) -> Refused | int:
    """The number of the copy that may be printed now, 1 being the original.

    `states` are those of the receipt's earlier claims.
    """
    if void:
        return Refused(Refusal.RECEIPT_VOID, "the receipt is void")
    if not in_window:
        return Refused(Refusal.WINDOW_PASSED, "paid more than six months ago")
    if ClaimState.HELD in states:
        return Refused(Refusal.CLAIMED_ELSEWHERE, "a copy is being printed")
    used = copies_used(states)
    if used and not reprint:
        return Refused(Refusal.ALREADY_PRINTED, "the original was printed before")
    return used + 1


def judge_settling(current: ClaimState, wanted: ClaimState) -> Refused | ClaimState:
    """Confirm, doubt or release a claim: certainty replaces doubt, never the other way."""
    if current is wanted or current is ClaimState.HELD:
        return wanted
    if {current, wanted} == {ClaimState.CONFIRMED, ClaimState.DOUBTFUL}:
        return ClaimState.CONFIRMED
    return Refused(Refusal.INVALID, f"the claim is already {current}")


# --- late fees -----------------------------------------------------------------------------------


def late_fee_fen(principal_fen: int, days_late: int, per_ten_thousand_a_day: int) -> int:
    """滞纳金 or 加处罚款, rounded down to fen and never above the principal."""
    fee = principal_fen * max(days_late, 0) * per_ten_thousand_a_day // 10_000
    return min(fee, principal_fen)

"""What travels between kiosk and platform: requests and answers of API version 1.

Requests forbid unknown keys, so that a misspelt key is refused instead of ignored.
Answers ignore them, so that the platform may add a field without stopping every kiosk;
types, bounds and the sums of money are strict in both directions.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from kiosk.domain.platform import PlatformState, Refusal, SubjectKind

MAX_FEN = 10**10
MAX_BILLS = 500
MAX_BASKET = 50
MAX_WAIT_S = 25.0
MIN_VALID_S, MAX_VALID_S = 30, 7200

REQUEST_ID_HEADER = "X-Request-Id"  # random for each request, echoed by each answer
IDEMPOTENCY_HEADER = "Idempotency-Key"

Amount = Annotated[int, Field(ge=1, le=MAX_FEN)]
AmountOrNothing = Annotated[int, Field(ge=0, le=MAX_FEN)]
_ID = r"^[A-Za-z0-9_-]{1,64}$"
Id = Annotated[str, Field(pattern=_ID)]
BillNo = Annotated[str, Field(pattern=r"^[0-9]{20}$")]
ReceiptNo = Annotated[str, Field(pattern=r"^[0-9]{8}-[0-9]{10}$")]
NONCE = r"^[0-9a-f]{32}$"
Nonce = Annotated[str, Field(pattern=NONCE)]


def _sane(moment: datetime) -> datetime:
    """Times at the ends of the calendar cannot be moved between time zones."""
    if not 2000 <= moment.year <= 2100:
        raise ValueError("expected a time between 2000 and 2100")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_sane)]
Text = Annotated[str, Field(max_length=200)]
Count = Annotated[int, Field(ge=0, le=10**6)]
Url = Annotated[str, Field(pattern=r"^https?://[\x21-\x7e]{1,400}$")]


def is_id(text: str) -> bool:
    """May `text` stand in a path: 1 to 64 letters, digits, '-' or '_'."""
    return re.fullmatch(_ID, text) is not None


def subject_echo(nonce: str, kind: str, number: str) -> str:
    """Bind whose bills these are to one request, without naming anybody."""
    return hmac.new(nonce.encode(), f"{kind}\n{number}".encode(), hashlib.sha256).hexdigest()


class Request(BaseModel):
    # Numbers of people must not reach a log by way of a validation error.
    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False
    )


class Answer(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False
    )


# --- requests --------------------------------------------------------------------------------


class SubjectBody(Request):
    kind: SubjectKind
    number: Annotated[str, Field(min_length=1, max_length=32)]
    name: Annotated[str, Field(max_length=100)] = ""


class SearchRequest(Request):
    """Whose bills or receipts; the subject travels in the body, never in a URL."""

    kiosk_id: Id
    lookup_id: Id
    nonce: Nonce
    subject: SubjectBody


class BasketItem(Request):
    bill_no: BillNo
    version: Count
    expected_fen: Amount


class CreatePaymentRequest(Request):
    """Pay these bills together or not at all, exactly as they were shown to the resident."""

    kiosk_id: Id
    payment_id: Id
    inquiry_code: Annotated[str, Field(min_length=1, max_length=32)]
    bills: Annotated[tuple[BasketItem, ...], Field(min_length=1, max_length=MAX_BASKET)]
    amount_fen: Amount
    valid_s: Annotated[int, Field(ge=MIN_VALID_S, le=MAX_VALID_S)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(item.expected_fen for item in self.bills) != self.amount_fen:
            raise ValueError("amount_fen is not the sum of the bills")
        if len({item.bill_no for item in self.bills}) != len(self.bills):
            raise ValueError("a bill appears twice")
        return self


class ClosePaymentRequest(Request):
    kiosk_id: Id


class IssueReceiptsRequest(Request):
    kiosk_id: Id


class ClaimRequest(Request):
    kiosk_id: Id
    receipt_no: ReceiptNo
    reprint: bool


class ConfirmClaimRequest(Request):
    kiosk_id: Id
    doubt: bool


class ReleaseClaimRequest(Request):
    kiosk_id: Id


# --- answers -----------------------------------------------------------------------------------


class BillLineBody(Answer):
    item_code: Annotated[str, Field(max_length=30)]
    item_name: Text
    unit: Annotated[str, Field(max_length=20)]
    quantity: Annotated[int, Field(ge=1, le=10**6)]
    standard_fen: AmountOrNothing
    amount_fen: Amount


class BillBody(Answer):
    bill_no: BillNo
    version: Count
    title: Text
    agency_code: Annotated[str, Field(max_length=30)]
    agency_name: Text
    payer_name_masked: Annotated[str, Field(max_length=100)]
    lines: Annotated[tuple[BillLineBody, ...], Field(min_length=1, max_length=100)]
    late_fee_fen: AmountOrNothing
    amount_fen: Amount
    issued_on: date
    due_on: date | None
    note: Text

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(line.amount_fen for line in self.lines) + self.late_fee_fen != self.amount_fen:
            raise ValueError("amount_fen is not lines plus late fee")
        return self


class BillsAnswer(Answer):
    subject_echo: str
    bills: Annotated[tuple[BillBody, ...], Field(max_length=MAX_BILLS)]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        if len({bill.bill_no for bill in self.bills}) != len(self.bills):
            raise ValueError("a bill appears twice")
        return self


class ReceiptHeadBody(Answer):
    receipt_no: ReceiptNo
    bill_no: BillNo
    title: Text
    agency_name: Text
    amount_fen: Amount
    paid_at: Moment
    channel: Annotated[str, Field(max_length=30)]
    copies_printed: Count
    note: Text = ""


class ReceiptsAnswer(Answer):
    subject_echo: str
    receipts: Annotated[tuple[ReceiptHeadBody, ...], Field(max_length=MAX_BILLS)]


class PaymentAnswer(Answer):
    """One payment as the platform sees it now.

    `amount_fen` is null only where the platform never knew one: an unknown payment, or
    the tombstone left by closing it.
    """

    payment_id: Id
    state: PlatformState
    amount_fen: Amount | None
    qr_url: Url | None = None
    expires_in_s: Annotated[float, Field(ge=0, le=MAX_VALID_S)] = 0.0
    paid_at: Moment | None = None
    wallet: Annotated[str, Field(max_length=30)] = ""
    transaction_no: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        state = self.state
        if self.amount_fen is None and state not in (PlatformState.NOT_FOUND, PlatformState.CLOSED):
            raise ValueError("a known payment has an amount")
        if self.amount_fen is not None and state is PlatformState.NOT_FOUND:
            raise ValueError("an unknown payment has no amount")
        waiting = state in (PlatformState.OPEN, PlatformState.USER_PAYING)
        if waiting != (self.qr_url is not None):
            raise ValueError("qr_url belongs to a waiting payment, and only to it")
        settled = state in (PlatformState.PAID, PlatformState.VOIDED)
        if {bool(self.paid_at), bool(self.wallet), bool(self.transaction_no)} != {settled}:
            raise ValueError("paid_at, wallet and transaction_no belong to a settled payment")
        return self


class IssueReceiptsAnswer(Answer):
    payment_id: Id
    receipts: Annotated[tuple[ReceiptHeadBody, ...], Field(min_length=1, max_length=MAX_BASKET)]


class ReceiptBody(Answer):
    receipt_no: ReceiptNo
    code: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    number: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    check_code: Annotated[str, Field(pattern=r"^[0-9a-z]{6}$")]
    title: Text
    bill_no: BillNo
    payment_id: Id
    payer_name: Annotated[str, Field(min_length=1, max_length=100)]
    payer_number_masked: Annotated[str, Field(max_length=32)]
    agency_code: Annotated[str, Field(max_length=30)]
    agency_name: Text
    lines: Annotated[tuple[BillLineBody, ...], Field(min_length=1, max_length=100)]
    late_fee_fen: AmountOrNothing
    amount_fen: Amount
    issued_on: date
    paid_at: Moment
    wallet: Annotated[str, Field(max_length=30)]
    transaction_no: Annotated[str, Field(max_length=64)] = ""
    verify_url: Url
    note: Text = ""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(line.amount_fen for line in self.lines) + self.late_fee_fen != self.amount_fen:
            raise ValueError("amount_fen is not lines plus late fee")
        if self.receipt_no != f"{self.code}-{self.number}":
            raise ValueError("receipt_no is not code-number")
        return self


class ClaimAnswer(Answer):
    claim_id: Id
    copy_number: Annotated[int, Field(ge=1, le=999)]
    receipt: ReceiptBody


class ClaimStateAnswer(Answer):
    claim_id: Id
    state: Literal["confirmed", "doubtful", "released"]


class HealthAnswer(Answer):
    status: Literal["ok"]
    time: Moment


class Problem(Answer):
    """application/problem+json (RFC 9457) with our stable `code`."""

    type: Text = "about:blank"
    title: Text
    status: Annotated[int, Field(ge=400, le=599)]
    code: Refusal
    detail: Text = ""

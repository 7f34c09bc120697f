"""What travels between kiosk and platform beside bills, payments and copies.

The same rules as in `wire`: requests forbid unknown keys, answers ignore them.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from kiosk.domain.fee_item import FeeCategory
from kiosk.platform_api.wire import (
    MAX_BASKET,
    MAX_FEN,
    Amount,
    Answer,
    BillNo,
    Count,
    Id,
    Moment,
    ReceiptNo,
    Request,
    Text,
    Url,
)

MAX_BLOCK = 200  # open codes fetched at once
MAX_PAGE = 500  # rows of a statement in one answer
Long = Annotated[str, Field(max_length=4000)]
Seconds = Annotated[float, Field(ge=0, le=10**9)]


class Asking(Request):
    kiosk_id: Id


# --- receipts ----------------------------------------------------------------------------------


class VerifyReceiptRequest(Asking):
    """What is printed on the paper; five times a day for one receipt."""

    code: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    number: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    check_code: Annotated[str, Field(pattern=r"^[0-9a-z]{6}$")]

    @property
    def receipt_no(self) -> str:
        return f"{self.code}-{self.number}"


class VerifiedAnswer(Answer):
    receipt_no: ReceiptNo
    void: bool
    title: Text
    agency_name: Text
    amount_fen: Amount
    paid_at: Moment
    copies_printed: Count


class WriteOffRequest(Asking):
    """核销: the number was used for the receipt that is on paper."""

    receipt_no: ReceiptNo


class WriteOffAnswer(Answer):
    write_off_id: Id
    receipt_no: ReceiptNo
    written_off_at: Moment


# --- open codes: one code, one fee, for the time without a network ---------------------------------


class OpenCodesRequest(Asking):
    """A block of codes for one fee item and one amount; the same block id, the same codes."""

    item_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,30}$")]
    amount_fen: Amount
    count: Annotated[int, Field(ge=1, le=MAX_BLOCK)]


class OpenCodeBody(Answer):
    """`signature` is the platform's, base64, over `open_codes.statement_of`: each code can be
    trusted by itself, and only for its kiosk, fee, amount and time."""

    serial: Annotated[int, Field(ge=1, le=MAX_BLOCK)]
    code: BillNo
    qr_url: Url
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{80,100}={0,2}$")]


class OpenCodesAnswer(Answer):
    block_id: Id
    kiosk_id: Id
    item_code: Annotated[str, Field(max_length=30)]
    item_name: Text
    agency_name: Text
    amount_fen: Amount
    expires_at: Moment
    codes: Annotated[tuple[OpenCodeBody, ...], Field(min_length=1, max_length=MAX_BLOCK)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if [code.serial for code in self.codes] != list(range(1, len(self.codes) + 1)):
            raise ValueError("serials do not count from 1")
        if len({code.code for code in self.codes}) != len(self.codes):
            raise ValueError("a code appears twice")
        return self


class HandedOut(Request):
    """`withdrawn`: not wanted any more, to be voided unless it was paid."""

    code: BillNo
    handed_out_at: AwareDatetime
    withdrawn: bool = False


class ReportOpenCodesRequest(Asking):
    """Which codes were shown to residents; asked again, nothing changes."""

    codes: Annotated[tuple[HandedOut, ...], Field(min_length=1, max_length=MAX_BLOCK)]


class OpenCodeState(StrEnum):
    UNUSED = "unused"
    HANDED_OUT = "handed_out"
    SETTLED = "settled"
    EXPIRED = "expired"  # was not paid, and can no longer be
    VOIDED = "voided"  # was not paid, and was taken back
    UNKNOWN = "unknown"  # not of this platform, or not of this kiosk


class OpenCodeStateBody(Answer):
    code: BillNo
    state: OpenCodeState
    receipt_no: ReceiptNo | None = None
    paid_fen: Amount | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        settled = self.state is OpenCodeState.SETTLED
        if (self.receipt_no is not None, self.paid_fen is not None) != (settled, settled):
            raise ValueError("receipt_no and paid_fen belong to a settled code, and only to it")
        return self


class OpenCodeStatesAnswer(Answer):
    states: Annotated[tuple[OpenCodeStateBody, ...], Field(max_length=MAX_BLOCK)]


# --- refunds are requests: finance decides -----------------------------------------------------------


class RefundReason(StrEnum):
    PAID_TWICE = "paid_twice"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_BILL = "wrong_bill"
    OTHER = "other"


class RefundState(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID_BACK = "paid_back"


class RefundRequest(Asking):
    receipt_no: ReceiptNo
    reason: RefundReason


class RefundAnswer(Answer):
    request_id: Id
    receipt_no: ReceiptNo
    amount_fen: Amount
    state: RefundState
    requested_at: Moment


# --- the day's statement ------------------------------------------------------------------------------


class StatementRequest(Asking):
    day: date
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class StatementRow(Answer):
    """A payment that was paid or voided on the day, by the platform's clock."""

    payment_id: Id
    state: Literal["paid", "voided"]
    amount_fen: Amount
    paid_at: Moment
    wallet: Annotated[str, Field(max_length=30)]
    transaction_no: Annotated[str, Field(max_length=64)]
    bill_nos: Annotated[tuple[BillNo, ...], Field(min_length=1, max_length=MAX_BASKET)]
    receipt_nos: Annotated[tuple[ReceiptNo, ...], Field(max_length=MAX_BASKET)]


class StatementTrailer(Answer):
    """Over all pages: a statement whose rows do not come to this is not whole."""

    count: Count
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN * 1000)]
    voided_count: Count
    voided_fen: Annotated[int, Field(ge=0, le=MAX_FEN * 1000)]


class StatementAnswer(Answer):
    kiosk_id: Id
    day: date
    version: Annotated[int, Field(ge=1, le=10**6)]
    page: Annotated[int, Field(ge=1, le=10_000)]
    pages: Annotated[int, Field(ge=1, le=10_000)]
    rows: Annotated[tuple[StatementRow, ...], Field(max_length=MAX_PAGE)]
    trailer: StatementTrailer

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.pages == 1 and trailer_of(self.rows) != self.trailer:
            raise ValueError("the rows do not come to the trailer")
        return self


def trailer_of(rows: tuple[StatementRow, ...]) -> StatementTrailer:
    """Counts and sums over all rows, the voided ones also by themselves."""
    voided = [row.amount_fen for row in rows if row.state == "voided"]
    return StatementTrailer(
        count=len(rows),
        amount_fen=sum(row.amount_fen for row in rows),
        voided_count=len(voided),
        voided_fen=sum(voided),
    )


# --- what the kiosk shows --------------------------------------------------------------------------------


class CatalogueItem(Answer):
    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,30}$")]
    name_zh: Text
    name_en: Text
    category: FeeCategory
    agency_zh: Text
    unit: Annotated[str, Field(max_length=20)]
    enterprise: bool
    has_late_fee: bool
    icon: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class CatalogueAnswer(Answer):
    version: Count
    items: Annotated[tuple[CatalogueItem, ...], Field(max_length=1000)]


class Guide(Answer):
    """办事指南: plain text, never markup."""

    key: Id
    title_zh: Text
    title_en: Text
    text_zh: Long
    text_en: Long


class GuidesAnswer(Answer):
    version: Count
    guides: Annotated[tuple[Guide, ...], Field(max_length=200)]


class NoticeBody(Answer):
    """A line for the start page, within its time."""

    notice_id: Id
    text_zh: Text
    text_en: Text
    since: Moment
    until: Moment


class NoticesAnswer(Answer):
    notices: Annotated[tuple[NoticeBody, ...], Field(max_length=50)]


class RatingRequest(Asking):
    """好差评: a number and, if wanted, one of a few reasons; nothing that names anybody."""

    stars: Annotated[int, Field(ge=1, le=5)]
    reason: Literal["", "slow", "unclear", "printer", "rude", "other"] = ""


class RatingAnswer(Answer):
    rating_id: Id


# --- the kiosk itself ---------------------------------------------------------------------------------------


class RegisterRequest(Request):
    """Who a kiosk is and how it signs; accepted with the code that its operator was given."""

    enrolment_code: Annotated[str, Field(pattern=r"^[A-Z0-9-]{8,40}$")]
    algorithm: Literal["ed25519", "ecdsa-p256-sha256", "sm2-sm3"]
    public_key: Annotated[str, Field(min_length=60, max_length=2000)]  # PEM
    version: Annotated[str, Field(max_length=40)]
    model: Annotated[str, Field(max_length=80)] = ""


class RegisterAnswer(Answer):
    kiosk_id: Id
    registered_at: Moment
    reconnect_window_s: Annotated[float, Field(ge=0, le=600)]


class RenewRequest(Asking):
    """A certificate for a new key, before the old one's ends; the subject is the kiosk's id."""

    csr: Annotated[str, Field(min_length=100, max_length=8000)]  # PKCS #10 in PEM


class RenewAnswer(Answer):
    kiosk_id: Id
    certificate: Annotated[str, Field(min_length=100, max_length=20_000)]  # PEM, with its chain
    until: Moment


class HeartbeatRequest(Asking):
    """Every few minutes; numbers and states, nothing that names anybody."""

    version: Annotated[str, Field(max_length=40)]
    uptime_s: Seconds
    state: Literal["ready", "busy", "out_of_service"]
    payments_in_doubt: Count
    receipts_owed: Count
    paper: Literal["ok", "near_end", "out", "unknown"]


class HeartbeatAnswer(Answer):
    time: Moment
    next_in_s: Annotated[float, Field(ge=10, le=3600)]
    reconnect_window_s: Annotated[float, Field(ge=0, le=600)]

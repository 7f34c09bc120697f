"""Receipts (财政电子票据) as the platform issues them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.bill import BillLine


@dataclass(frozen=True, slots=True)
class ReceiptHead:
    """A receipt in a list: enough to choose it, not enough to print it."""

    receipt_no: str  # "code-number", our key: 33010226-0000012345
    bill_no: str
    title: str
    agency_name: str
    amount_fen: int
    paid_at: datetime  # UTC
    channel: str  # where it was paid: kiosk, wallet, web, counter …
    copies_printed: int  # 0: the original was never printed
    note: str = ""  # 备注 of the bill: whose it is, which term


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """A whole receipt, ready for paper (printed fields of domain.md §4.5).

    Holds the payer's full name, which the law wants on the receipt: memory only.
    """

    receipt_no: str
    code: str  # 票据代码, 8 digits
    number: str  # 票据号码, 10 digits
    check_code: str  # 校验码, 6 lower-case alphanumerics
    title: str  # what was paid for, in the payer's words, as on the bill
    bill_no: str
    payment_id: str
    payer_name: str
    payer_number_masked: str
    agency_code: str
    agency_name: str
    lines: tuple[BillLine, ...]
    late_fee_fen: int
    amount_fen: int
    issued_on: date
    paid_at: datetime  # UTC
    wallet: str  # alipay, wechat, unionpay, zhelibanan … shown as 支付方式
    verify_url: str  # what the printed QR says; no personal data in it
    note: str = ""  # 备注
    transaction_no: str = (
        ""  # 交易流水号, as on the payer's phone; empty where the channel has none
    )

    def __repr__(self) -> str:
        return f"Receipt({self.receipt_no})"


@dataclass(frozen=True, slots=True)
class InquirySlip:
    """What a payer in doubt takes home instead of a receipt; nothing personal."""

    inquiry_code: str
    amount_fen: int
    at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class CodeSlip:
    """An open code on paper: no receipt, nothing personal."""

    code: str
    qr_url: str
    item_name: str
    agency_name: str
    amount_fen: int
    expires_at: datetime  # UTC
    at: datetime  # UTC
    drill: bool = False

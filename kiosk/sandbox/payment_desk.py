"""Payments: created by kiosks, paid by wallets, closed by whoever is first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kiosk.domain.bill import Bill
from kiosk.domain.hours import CHINA
from kiosk.domain.platform import PlatformState, Refusal, Refused
from kiosk.platform_api.wire import CreatePaymentRequest
from kiosk.sandbox import bill_desk, ledger, receipt_desk
from kiosk.sandbox.ledger import WAITING, BillNow, BillStatus, Payment, WalletAnswer
from kiosk.sandbox.payment_book import (
    bills_of_payment,
    payment_by_id,
    payment_by_token,
    save_payment,
)
from kiosk.sandbox.store import Store, new_token


class Wallet(StrEnum):
    ALIPAY = "alipay"
    WECHAT = "wechat"
    UNIONPAY = "unionpay"
    ZHELIBANAN = "zhelibanan"


@dataclass(frozen=True, slots=True)
class Basket:
    """A payment with its bills, for the cashier page."""

    payment: Payment
    bills: tuple[Bill, ...]


# --- the kiosk's side ----------------------------------------------------------------------------


def create(store: Store, request: CreatePaymentRequest) -> Refused | Payment:
    """Open a payment and lease its bills, or repeat the answer given before."""
    fingerprint = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    with store.transaction():
        existing = payment_by_id(store, request.payment_id)
        if existing is not None:
            return ledger.judge_repeat(existing, fingerprint)
        wanted = [
            ledger.WantedBill(item.bill_no, item.version, item.expected_fen)
            for item in request.bills
        ]
        known = _bills_now(store, [item.bill_no for item in wanted])
        refused = ledger.judge_basket(wanted, known, request.payment_id)
        if refused is not None:
            return refused
        now_s = store.now_s()
        payment = Payment(
            payment_id=request.payment_id,
            kiosk_id=request.kiosk_id,
            inquiry_code=request.inquiry_code,
            fingerprint=fingerprint,
            state=PlatformState.OPEN,
            amount_fen=request.amount_fen,
            token=new_token(),
            created_s=now_s,
            expires_s=now_s + request.valid_s,
        )
        save_payment(store, payment)
        for item in wanted:
            store.run("INSERT INTO payment_bills VALUES (?, ?)", (item.bill_no, payment.payment_id))
        return payment


def query(store: Store, payment_id: str) -> Payment | None:
    return payment_by_id(store, payment_id)


def close(store: Store, payment_id: str, kiosk_id: str) -> Payment:
    """Close a waiting payment; leave a tombstone for an unknown one; never undo a paid one."""
    with store.transaction():
        payment = payment_by_id(store, payment_id)
        if payment is None:
            now_s = store.now_s()
            payment = Payment(
                payment_id=payment_id,
                kiosk_id=kiosk_id,
                inquiry_code="",
                fingerprint="",
                state=PlatformState.CLOSED,
                amount_fen=None,
                token=new_token(),
                created_s=now_s,
                expires_s=now_s,
            )
        elif payment.state in WAITING:
            payment = replace(payment, state=PlatformState.CLOSED, wallet="")
        if payment.state is PlatformState.CLOSED:  # Also where only the clock had closed it.
            save_payment(store, payment)
        return payment


# --- the phone's side -----------------------------------------------------------------------------


def basket(store: Store, token: str) -> Basket | None:
    payment = payment_by_token(store, token)
    if payment is None or payment.is_tombstone:
        return None
    found = [
        bill_desk.bill(store, number) for number in bills_of_payment(store, payment.payment_id)
    ]
    return Basket(payment, tuple(bill for bill in found if bill is not None))


def begin(store: Store, token: str, wallet: Wallet) -> Payment | None:
    """A wallet has the payment open: whoever asks hears that somebody is paying."""
    with store.transaction():
        payment = payment_by_token(store, token)
        if payment is not None and payment.state in WAITING:
            payment = replace(payment, state=PlatformState.USER_PAYING, wallet=wallet)
            save_payment(store, payment)
        return payment


def give_up(store: Store, token: str) -> Payment | None:
    """The wallet was left or declined: the payment waits for another try."""
    with store.transaction():
        payment = payment_by_token(store, token)
        if payment is not None and payment.state is PlatformState.USER_PAYING:
            payment = replace(payment, state=PlatformState.OPEN, wallet="")
            save_payment(store, payment)
        return payment


def pay(store: Store, token: str, wallet: Wallet) -> WalletAnswer | None:
    """The money moves: every bill of the basket is settled and receipted, or nothing is.

    None: there is no such payment.
    """
    with store.transaction():
        payment = payment_by_token(store, token)
        if payment is None:
            return None
        numbers = bills_of_payment(store, payment.payment_id)
        bills = list(_bills_now(store, numbers).values())
        verdict = ledger.judge_wallet(payment, bills, store.late)
        if verdict is WalletAnswer.PAID_NOW:
            _settle(store, payment, wallet, numbers)
        return verdict


def void(store: Store, payment_id: str) -> Refused | Payment:
    """Finance gives the money back: bills count as refunded, receipts as void."""
    with store.transaction():
        payment = payment_by_id(store, payment_id)
        if payment is None:
            return Refused(Refusal.NOT_FOUND, f"no payment {payment_id}")
        if payment.state is not PlatformState.PAID:
            return Refused(Refusal.INVALID, f"the payment is {payment.state}")
        payment = replace(payment, state=PlatformState.VOIDED)
        save_payment(store, payment)
        for bill_no in bills_of_payment(store, payment_id):
            bill_desk.set_status(store, bill_no, BillStatus.REFUNDED)
        receipt_desk.void_receipts(store, payment_id)
        return payment


def pay_elsewhere(store: Store, bill_no: str, channel: str) -> Refused | str:
    """The bill is paid at a counter or in an app; returns the number of its receipt."""
    with store.transaction():
        bill = bill_desk.bill_now(store, bill_no)
        if bill is None:
            return Refused(Refusal.NOT_FOUND, f"no bill {bill_no}")
        if bill.status is not BillStatus.OPEN:
            return Refused(Refusal.ALREADY_PAID, f"bill {bill_no} is {bill.status}")
        if bill.leased_by is not None:
            return Refused(Refusal.LEASED, f"bill {bill_no} is being paid at a kiosk")
        return settle_elsewhere(store, bill_no, channel, store.now_s())


def settle_elsewhere(store: Store, bill_no: str, channel: str, paid_s: float) -> str:
    """Book a payment of another channel; inside a transaction. Returns the receipt's number."""
    bill_desk.set_status(store, bill_no, BillStatus.PAID)
    payment_id = "X" + new_transaction_no(store, paid_s)
    return receipt_desk.issue(
        store, bill_no, payment_id, channel=channel, wallet=channel, paid_s=paid_s
    )


def _settle(store: Store, payment: Payment, wallet: Wallet, bill_numbers: list[str]) -> None:
    paid_s = store.now_s()
    save_payment(
        store,
        replace(
            payment,
            state=PlatformState.PAID,
            wallet=wallet,
            transaction_no=new_transaction_no(store, paid_s),
            paid_s=paid_s,
        ),
    )
    for bill_no in bill_numbers:
        bill_desk.set_status(store, bill_no, BillStatus.PAID)
        receipt_desk.issue(
            store, bill_no, payment.payment_id, channel="kiosk", wallet=wallet, paid_s=paid_s
        )


def _bills_now(store: Store, bill_numbers: list[str]) -> dict[str, BillNow]:
    found = ((number, bill_desk.bill_now(store, number)) for number in bill_numbers)
    return {number: bill for number, bill in found if bill is not None}


def new_transaction_no(store: Store, at_s: float) -> str:
    """The channel's serial number: time and a counter, 28 digits."""
    stamp = datetime.fromtimestamp(at_s, CHINA).strftime("%Y%m%d%H%M%S")
    return f"{stamp}{store.next_number('transaction'):014d}"

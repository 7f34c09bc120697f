"""Rows of payments in the book, always with the state the platform's clock gives them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from kiosk.domain.platform import PlatformState
from kiosk.sandbox.ledger import Payment, state_now
from kiosk.sandbox.store import Store

_SAVE = """
INSERT INTO payments (payment_id, kiosk_id, inquiry_code, fingerprint, state, amount_fen,
                      token, created_s, expires_s, wallet, transaction_no, paid_s)
VALUES (:payment_id, :kiosk_id, :inquiry_code, :fingerprint, :state, :amount_fen,
        :token, :created_s, :expires_s, :wallet, :transaction_no, :paid_s)
ON CONFLICT (payment_id) DO UPDATE SET
    state = excluded.state, wallet = excluded.wallet,
    transaction_no = excluded.transaction_no, paid_s = excluded.paid_s
"""


def payment_by_id(store: Store, payment_id: str) -> Payment | None:
    return _first(store, store.rows("SELECT * FROM payments WHERE payment_id = ?", (payment_id,)))


def payment_by_token(store: Store, token: str) -> Payment | None:
    return _first(store, store.rows("SELECT * FROM payments WHERE token = ?", (token,)))


def payments_of_bill(store: Store, bill_no: str) -> list[Payment]:
    found = store.rows(
        "SELECT payments.* FROM payments JOIN payment_bills USING (payment_id) WHERE bill_no = ?",
        (bill_no,),
    )
    return [_payment(store, row) for row in found]


def all_payments(store: Store, limit: int) -> list[Payment]:
    found = store.rows("SELECT * FROM payments ORDER BY created_s DESC LIMIT ?", (limit,))
    return [_payment(store, row) for row in found]


def bills_of_payment(store: Store, payment_id: str) -> list[str]:
    found = store.rows(
        "SELECT bill_no FROM payment_bills WHERE payment_id = ? ORDER BY rowid", (payment_id,)
    )
    return [row["bill_no"] for row in found]


def save_payment(store: Store, payment: Payment) -> None:
    store.run(
        _SAVE, {**asdict(payment), "state": str(payment.state), "wallet": str(payment.wallet)}
    )


def _first(store: Store, found: list[dict[str, Any]]) -> Payment | None:
    return _payment(store, found[0]) if found else None


def _payment(store: Store, row: dict[str, Any]) -> Payment:
    payment = Payment(**{**row, "state": PlatformState(row["state"])})
    return replace(payment, state=state_now(payment, store.now_s(), store.late))

"""Fills a new book with the synthetic population."""

from __future__ import annotations

from kiosk.domain.fee_item import FeeItem
from kiosk.sandbox import bill_desk, payment_desk, receipt_desk, service_desk
from kiosk.sandbox.ledger import Claim, ClaimState
from kiosk.sandbox.people import RESIDENTS, everybody
from kiosk.sandbox.population import History, population
from kiosk.sandbox.store import Store

_FORGET = """
DELETE FROM claims; DELETE FROM claim_tombstones; DELETE FROM receipts; DELETE FROM payment_bills; DELETE FROM payments;
DELETE FROM bills; DELETE FROM people; DELETE FROM counters; DELETE FROM policy;
"""
_DAY_S = 86400.0


def seed(store: Store, items: tuple[FeeItem, ...], residents: int = RESIDENTS) -> None:
    """Write everybody, their bills and their history in one transaction."""
    with store.transaction():
        for person in everybody(residents):
            bill_desk.add_person(store, person)
        for owed in population(items, store.today(), residents):
            bill_desk.add_bill(store, owed.owner.number, owed.bill)
            if owed.history is not None:
                _remember(store, owed.bill.bill_no, owed.history)


def reset(store: Store, items: tuple[FeeItem, ...], residents: int = RESIDENTS) -> None:
    """Forget everything, switches too, and start afresh."""
    with store.transaction():
        store.run(service_desk.FORGET)
        store.run(_FORGET)
        seed(store, items, residents)


def _remember(store: Store, bill_no: str, history: History) -> None:
    paid_s = store.now_s() - history.days_ago * _DAY_S
    receipt_no = payment_desk.settle_elsewhere(store, bill_no, history.channel, paid_s)
    for copy_number in range(1, history.copies + 1):
        claim = Claim(
            claim_id=f"seed-{receipt_no}-{copy_number}",
            kiosk_id="counter",
            receipt_no=receipt_no,
            reprint=copy_number > 1,
            copy_number=copy_number,
            state=ClaimState.CONFIRMED,
            claimed_s=paid_s,
        )
        receipt_desk.add_claim(store, claim)

"""Bills that are left when one was paid: what the last page offers to pay as well.

They live in the visit and end with it. What is shown of them is only a hint: paying them
begins with a new search.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.bill import Bill
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Payment
from kiosk.domain.payment import FINAL
from kiosk.domain.platform import Offer
from kiosk.domain.turn import Turn


def found(turn: Turn, bills: tuple[Bill, ...]) -> None:
    """A search has answered: these are to be paid, and nothing else."""
    assert turn.visit is not None, "only a visit searches"
    turn.visit = replace(turn.visit, unpaid=bills)


def paid(turn: Turn, payment: Payment) -> None:
    """The bills of a payment are settled."""
    assert turn.visit is not None, "only a visit's page follows a payment"
    gone = {bill.bill_no for bill in payment.bills}
    left = tuple(bill for bill in turn.visit.unpaid if bill.bill_no not in gone)
    turn.visit = replace(turn.visit, unpaid=left)


def still_due(kiosk: Kiosk) -> tuple[Bill, ...]:
    """What the visit could pay next; never a bill that money in doubt may have paid."""
    visit = kiosk.visit
    if visit is None or visit.subject is None:
        return ()
    if not kiosk.takes_visitors or Offer.PAYMENTS not in kiosk.rules.offers:
        return ()
    in_doubt = {
        bill.bill_no
        for payment in kiosk.ledger.open_payments
        if payment.was_shown and payment.state not in FINAL
        for bill in payment.bills
    }
    return tuple(bill for bill in visit.unpaid if bill.bill_no not in in_doubt)

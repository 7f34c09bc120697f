"""Payments of which nobody here knows yet whether money moved; every page asks here."""

from __future__ import annotations

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Payment
from kiosk.domain.payment import IN_DOUBT
from kiosk.domain.visit import Checking, Paying, Trouble


def payment_on_screen(kiosk: Kiosk) -> Payment | None:
    """The payment that the page in front of the resident is about, unless it is settled."""
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Paying | Checking | Trouble):
        return None
    payment = kiosk.ledger.payments.get(page.payment_id)
    return payment if payment and not payment.is_settled else None


def doubtful_payment(kiosk: Kiosk) -> Payment | None:
    """The newest payment in doubt of the person who is here; of anybody when nobody is."""
    subject = kiosk.visit.subject if kiosk.visit else None
    for payment in reversed(tuple(kiosk.ledger.payments.values())):
        if payment.state not in IN_DOUBT:
            continue
        if subject is None or subject.digest == payment.subject_digest:
            return payment
    return None

"""Who acts next on money in doubt, and until when nobody else need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kiosk.domain import open_code
from kiosk.domain.code_settling import SETTLING
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Payment
from kiosk.domain.open_code import HandedOut
from kiosk.domain.payment import Event, State, can_take
from kiosk.maintenance.views import Next, Who


def of_payment(kiosk: Kiosk, payment: Payment) -> Next:
    """The kiosk asks until it gives up; a case and contradicting evidence are the office's."""
    if payment.state in (State.CASE, State.CONFLICT):
        return Next(Who.OFFICE)
    gives_up = can_take(payment.state, Event.GAVE_UP) and payment.intended_s
    until_s = payment.intended_s + kiosk.rules.give_up_s if gives_up else 0
    return _asking(kiosk, payment.payment_id, until_s)


def of_code(kiosk: Kiosk, code: HandedOut) -> Next:
    """As for payments; all codes are asked about together."""
    if code.state is open_code.State.CASE:
        return Next(Who.OFFICE)
    gives_up = open_code.Event.GAVE_UP in open_code.TABLE[code.state]
    until_s = code.expires_s + kiosk.rules.open_codes.give_up_s if gives_up else 0
    return _asking(kiosk, SETTLING, until_s)


def _asking(kiosk: Kiosk, chore_key: str, until_s: float) -> Next:
    if kiosk.rules.maintenance_only:
        return Next(Who.NOBODY_YET)
    chore = kiosk.chores.get(chore_key)
    again_at = None
    if chore is not None and not chore.in_flight:
        again_at = kiosk.wall + timedelta(seconds=max(0.0, chore.due_s - kiosk.now_s))
    until = datetime.fromtimestamp(until_s, UTC) if until_s else None
    return Next(Who.KIOSK, again_at, until)

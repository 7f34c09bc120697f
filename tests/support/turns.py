"""One turn of the domain on the table: a kiosk in a chosen state, no engine and no platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from drivers.api import Role
from kiosk.domain.events import Stamp
from kiosk.domain.kiosk import Chore, Kiosk, Rules
from kiosk.domain.ledger import Claim, Ledger, Payment
from kiosk.domain.payment import State
from kiosk.domain.platform import BillToPay, PaymentSeen, PlatformState
from kiosk.domain.records import ClaimState
from kiosk.domain.turn import Turn

NOW_S = 1000.0
WALL = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
RULES = Rules("K1", b"k" * 32, frozenset(Role))


def payment(state: State, **fields: Any) -> Payment:
    """Payment "P" over 100 fen, intended now."""
    bills = (BillToPay("B1", 1, 60), BillToPay("B2", 1, 40))
    known = Payment("P", "V", "digest", "CODE", bills, 100, receipt_later=False)
    return replace(known, state=state, intended_s=int(WALL.timestamp()), **fields)


def claim(state: ClaimState, **fields: Any) -> Claim:
    return replace(Claim("C", "R1", state, reprint=False, copy_number=1), **fields)


def turn_with(
    *payments: Payment,
    claims: tuple[Claim, ...] = (),
    chores: Mapping[str, Chore] | None = None,
    now_s: float = NOW_S,
    wall: datetime = WALL,
    **fields: Any,
) -> Turn:
    ledger = Ledger(
        payments=MappingProxyType({each.payment_id: each for each in payments}),
        claims=MappingProxyType({each.claim_id: each for each in claims}),
    )
    kiosk = Kiosk(RULES, ledger=ledger, chores=MappingProxyType(dict(chores or {})), **fields)
    return Turn(kiosk, Stamp(now_s, wall, "fresh"))


def seen(state: PlatformState, amount_fen: int = 100) -> PaymentSeen:
    return PaymentSeen("P", state, amount_fen)

"""What became of a claimed copy is told to the platform until it has heard."""

from __future__ import annotations

from kiosk.domain.frozen import replace
from kiosk.domain.ledger import Claim
from kiosk.domain.platform import (
    Acknowledged,
    ConfirmClaim,
    Outcome,
    Refusal,
    Refused,
    ReleaseClaim,
)
from kiosk.domain.records import ClaimMoved, ClaimState
from kiosk.domain.turn import Turn

TO_SETTLE = frozenset({ClaimState.USED, ClaimState.DOUBTED, ClaimState.UNUSED})


def move(turn: Turn, claim: Claim, state: ClaimState, reason: str = "") -> None:
    """Record where a claim stands now, in the visit that is on."""
    visit_id = turn.visit.visit_id if turn.visit else ""
    turn.record(
        ClaimMoved(
            claim.claim_id,
            claim.receipt_no,
            visit_id,
            state,
            claim.reprint,
            claim.copy_number,
            reason,
        )
    )


def tend(turn: Turn, claim_id: str) -> None:
    """Tell the platform what became of a claim, if that is due and not on its way."""
    claim = turn.ledger.claims[claim_id]
    chore = turn.chore(claim_id)
    if claim.state not in TO_SETTLE or chore.in_flight or chore.due_s > turn.now_s:
        return
    if turn.is_busy:
        return
    if claim.state is ClaimState.UNUSED:
        turn.want(ReleaseClaim(claim_id))
    else:
        turn.want(ConfirmClaim(claim_id, doubt=claim.state is ClaimState.DOUBTED))
    turn.set_chore(claim_id, replace(chore, in_flight=True))


def on_settle_reply(turn: Turn, call: ConfirmClaim | ReleaseClaim, outcome: Outcome) -> None:
    claim = turn.ledger.claims.get(call.claim_id)
    if claim is None or claim.state not in TO_SETTLE:
        return
    match outcome:
        case Acknowledged():
            move(turn, claim, ClaimState.SETTLED)
            turn.drop_chore(call.claim_id)
        case Refused(code, _) if code is not Refusal.RATE_LIMITED:
            move(turn, claim, ClaimState.SETTLED, reason=code.value)
            turn.drop_chore(call.claim_id)
        case _:
            turn.postpone(call.claim_id)

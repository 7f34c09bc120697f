"""A copy that the office ordered: it has no visit and no page, the desk shows it."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.ledger import Ledger
from kiosk.domain.operator_desk import CopyStep, OfficeCopy
from kiosk.domain.platform import ClaimReceipt
from kiosk.domain.records import ClaimMoved, ClaimState, PrintState
from kiosk.domain.turn import Turn
from kiosk.domain.visit import ItemState

COPY_AFTER = {
    ItemState.PRINTED: CopyStep.PRINTED,
    ItemState.DOUBT: CopyStep.DOUBT,
}
"""Whatever else became of it, nothing is on paper."""


def order(turn: Turn, receipt_no: str, reason: str) -> None:
    """The original where it is owed and was never tried, else a copy marked 补打."""
    reprint = not is_original(turn.ledger, receipt_no)
    copy = OfficeCopy(receipt_no, turn.new_id("C"), reprint=reprint)
    asked = ClaimMoved(
        copy.claim_id, receipt_no, "", ClaimState.ASKED, copy.reprint, reason=f"office {reason}"
    )
    turn.record(asked)
    show(turn, copy)
    turn.want(ClaimReceipt(copy.claim_id, receipt_no, copy.reprint))


def is_original(ledger: Ledger, receipt_no: str) -> bool:
    """Whether what would be printed now is the original: owed, and never tried here."""
    tried = any(
        job.receipt_no == receipt_no and job.state is not PrintState.NOT_PRINTED
        for job in ledger.jobs.values()
    )
    return receipt_no in ledger.owed and not tried


def going_on(turn: Turn, claim_id: str) -> OfficeCopy | None:
    """The copy that waits for this claim, if the office ordered one."""
    copy = turn.kiosk.desk.copy
    return copy if copy and copy.claim_id == claim_id and copy.is_going_on else None


def show(turn: Turn, copy: OfficeCopy) -> None:
    """Put it on the desk."""
    turn.change_desk(copy=copy)


def end(turn: Turn, copy: OfficeCopy, state: ItemState, reason: str) -> None:
    """What became of it stays on the desk until the operator leaves."""
    step = COPY_AFTER.get(state, CopyStep.NOT_PRINTED)
    show(turn, replace(copy, step=step, reason=reason, retry_at_s=None, deadline_s=None))

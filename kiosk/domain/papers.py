"""The flow of paper: claim a copy at the platform, print it, settle the claim.

The copy number is the platform's and is committed before the first byte is sent; a copy
above 1 says 补打. Silence of a printer is doubt, never success.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from drivers.api import (
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
    PrintStage,
)
from kiosk.domain import claim_settling, office_copy, peripherals, strips
from kiosk.domain.effects import PrintReceipt, PrintSlip
from kiosk.domain.frozen import replace
from kiosk.domain.ledger import MAX_UNSETTLED, Claim, Payment, Slip
from kiosk.domain.operator_desk import NO_ANSWER, CopyStep, OfficeCopy
from kiosk.domain.platform import (
    ClaimGranted,
    ClaimReceipt,
    Outcome,
    Refusal,
    Refused,
)
from kiosk.domain.receipt import InquirySlip, Receipt, ReceiptHead
from kiosk.domain.records import (
    CaseKind,
    CaseOpened,
    ClaimMoved,
    ClaimState,
    FoundOnPaper,
    PrintMoved,
    PrintState,
    SlipMoved,
)
from kiosk.domain.turn import Turn
from kiosk.domain.visit import Done, ItemState, Printing, PrintItem

SILENT = PrinterStatus(frozenset({PrinterCondition.SILENT}))

ELSEWHERE = frozenset({Refusal.CLAIMED_ELSEWHERE, Refusal.ALREADY_PRINTED, Refusal.RECEIPT_VOID})
"""Refusals of a copy that nobody needs to come back for."""

NOT_OWED = frozenset({Refusal.ALREADY_PRINTED, Refusal.RECEIPT_VOID})

CLAIM_AFTER = {
    PrintOutcome.PRINTED: (PrintState.PRINTED, ClaimState.USED, ItemState.PRINTED),
    PrintOutcome.NOT_PRINTED: (
        PrintState.NOT_PRINTED,
        ClaimState.UNUSED,
        ItemState.LATER,
    ),
    PrintOutcome.UNKNOWN: (PrintState.DOUBT, ClaimState.DOUBTED, ItemState.DOUBT),
}

STAGE_AFTER = {
    PrintOutcome.PRINTED: PrintStage.CUT,
    PrintOutcome.NOT_PRINTED: PrintStage.QUEUED,
    PrintOutcome.UNKNOWN: PrintStage.SENT,
}
"""What an outcome proves where the driver says no more."""


# --- a batch of receipts on the screen --------------------------------------------------------


def start(
    turn: Turn, heads: Iterable[ReceiptHead], page: Printing, *, reprint: bool = False
) -> None:
    """Print these receipts one after the other on the printing page."""
    items = (PrintItem(each.receipt_no, each.title, each.amount_fen, reprint) for each in heads)
    start_items(turn, tuple(items), page)


def start_items(turn: Turn, items: tuple[PrintItem, ...], page: Printing) -> None:
    turn.show(replace(page, items=items, since_s=turn.now_s))
    _next(turn)


def again(item: PrintItem) -> PrintItem:
    """A further copy of a receipt whose last copy is in doubt."""
    return PrintItem(item.receipt_no, item.title, item.amount_fen, reprint=True)


def _next(turn: Turn) -> None:
    """Claim the next waiting receipt, or end the page when none is left."""
    page = turn.page
    assert isinstance(page, Printing)
    if words := _why_not_now(turn):
        items = tuple(
            replace(item, state=ItemState.LATER, reason=words)
            if item.state is ItemState.WAITING
            else item
            for item in page.items
        )
        page = replace(page, items=items)
    waiting = next((item for item in page.items if item.state is ItemState.WAITING), None)
    if waiting is None:
        finish(turn, page)
        return
    claim_id = turn.new_id("C")
    assert turn.visit is not None
    turn.record(
        ClaimMoved(
            claim_id,
            waiting.receipt_no,
            turn.visit.visit_id,
            ClaimState.ASKED,
            waiting.reprint,
        )
    )
    _update(turn, waiting, state=ItemState.CLAIMING, claim_id=claim_id)
    turn.want(ClaimReceipt(claim_id, waiting.receipt_no, waiting.reprint))


def _why_not_now(turn: Turn) -> str:
    """Empty where the next copy can be claimed and printed."""
    if not turn.kiosk.can_print:
        return turn.kiosk.printer_words
    if len(turn.ledger.open_claims) >= MAX_UNSETTLED:
        return "too many copies are unsettled"
    return ""


def finish(turn: Turn, page: Printing) -> None:
    """The last page of the visit; it stays longer when there is something to read."""
    payment = turn.ledger.payments.get(page.payment_id)
    calm = bool(page.items) and all(item.state is ItemState.PRINTED for item in page.items)
    stay_s = turn.rules.done_s * (1 if calm else 3)
    turn.show(
        Done(
            items=page.items,
            payment_id=page.payment_id,
            paid_fen=page.paid_fen,
            inquiry_code=payment.inquiry_code if payment else "",
            late=page.late,
            until_s=max(turn.now_s + stay_s, strips.recalled_at_s(turn.kiosk)),
        )
    )


def _item(turn: Turn, *, claim_id: str) -> PrintItem | None:
    page = turn.page
    if not isinstance(page, Printing):
        return None
    return next((item for item in page.items if item.claim_id == claim_id), None)


def _update(turn: Turn, item: PrintItem, **fields: object) -> None:
    page = turn.page
    assert isinstance(page, Printing)
    changed = replace(item, **fields)  # type: ignore[arg-type]
    items = tuple(
        changed if (each.receipt_no, each.reprint) == (item.receipt_no, item.reprint) else each
        for each in page.items
    )
    turn.show(replace(page, items=items))


# --- a copy that the office ordered ------------------------------------------------------------


def _copy_on_tick(turn: Turn, copy: OfficeCopy) -> None:
    if copy.retry_at_s is not None and copy.retry_at_s <= turn.now_s:
        office_copy.show(turn, replace(copy, retry_at_s=None, attempt=copy.attempt + 1))
        turn.want(ClaimReceipt(copy.claim_id, copy.receipt_no, copy.reprint))
    elif copy.deadline_s is not None and copy.deadline_s <= turn.now_s:
        on_print_finished(turn, copy.job_id, PrintReport(PrintOutcome.UNKNOWN, SILENT, "deadline"))


# --- claims -----------------------------------------------------------------------------------


def on_claim_reply(turn: Turn, call: ClaimReceipt, outcome: Outcome) -> None:
    claim = turn.ledger.claims.get(call.claim_id)
    if claim is None or claim.state is not ClaimState.ASKED:
        return
    item, copy = _item(turn, claim_id=call.claim_id), office_copy.going_on(turn, call.claim_id)
    match outcome:
        case ClaimGranted() if kind := _misfit(turn, claim, outcome, item):
            _open_case(turn, claim, outcome, kind)
            _give_back(turn, claim, item, ItemState.LATER, kind.value)
        case ClaimGranted():
            _granted(turn, claim, outcome, item)
        case Refused(code, _) if code is not Refusal.RATE_LIMITED:
            if code in NOT_OWED:
                found_on_paper(turn, claim.receipt_no, {"refused": code.value})
            state = ItemState.ELSEWHERE if code in ELSEWHERE else ItemState.LATER
            _give_back(turn, claim, item, state, code.value)
        case _ if item and item.attempt < turn.rules.claim_tries:
            _update(turn, item, retry_at_s=turn.now_s + turn.rules.claim_retry_s)
        case _ if copy and copy.attempt < turn.rules.claim_tries:
            office_copy.show(turn, replace(copy, retry_at_s=turn.now_s + turn.rules.claim_retry_s))
        case _:
            _give_back(turn, claim, item, ItemState.LATER, NO_ANSWER)


def _misfit(
    turn: Turn, claim: Claim, grant: ClaimGranted, item: PrintItem | None
) -> CaseKind | None:
    """Why a granted copy must not be printed: not the amount shown, or perhaps on paper."""
    assert grant.receipt.receipt_no == claim.receipt_no, "believable lets no other through"
    if item is not None and grant.receipt.amount_fen != item.amount_fen:
        return CaseKind.WRONG_AMOUNT
    if grant.copy_number <= _highest_copy(turn, claim.receipt_no):
        return CaseKind.COPY_AGAIN
    return None


def _highest_copy(turn: Turn, receipt_no: str) -> int:
    """The highest copy number of this receipt that may be on paper from here; 0 for none."""
    jobs = (job for job in turn.ledger.jobs.values() if job.receipt_no == receipt_no)
    used = [job.copy_number for job in jobs if job.state is not PrintState.NOT_PRINTED]
    return max(used, default=0)


def _open_case(turn: Turn, claim: Claim, grant: ClaimGranted, kind: CaseKind) -> None:
    evidence: dict[str, str | int] = {
        "granted_fen": grant.receipt.amount_fen,
        "granted_copy": grant.copy_number,
        "highest_copy_here": _highest_copy(turn, claim.receipt_no),
    }
    turn.record(CaseOpened(claim.claim_id, claim.receipt_no, kind, evidence))


def found_on_paper(turn: Turn, receipt_no: str, evidence: dict[str, str | int]) -> None:
    """No longer owed here, unless a doubtful copy of our own may be the one that was counted."""
    if receipt_no in turn.ledger.owed and not _highest_copy(turn, receipt_no):
        turn.record(FoundOnPaper(receipt_no, evidence))


def _give_back(
    turn: Turn, claim: Claim, item: PrintItem | None, state: ItemState, reason: str
) -> None:
    """Release what was not used, or perhaps never had: it must not stay held for anybody."""
    claim_settling.move(turn, claim, ClaimState.UNUSED, reason)
    claim_settling.tend(turn, claim.claim_id)
    if item:
        _update(turn, item, state=state, reason=reason)
        _next(turn)
    elif copy := office_copy.going_on(turn, claim.claim_id):
        office_copy.end(turn, copy, state, reason)


def abandon(turn: Turn, page: Printing) -> None:
    """Give back the claim that waits to be asked again: with the page nobody asks any more."""
    for item in page.items:
        if item.retry_at_s is not None:
            _give_back(turn, turn.ledger.claims[item.claim_id], None, item.state, "left")


def _granted(turn: Turn, claim: Claim, grant: ClaimGranted, item: PrintItem | None) -> None:
    """Commit the copy number and the print intent together, then print."""
    granted = replace(claim, copy_number=grant.copy_number)
    claim_settling.move(turn, granted, ClaimState.GRANTED)
    copy = office_copy.going_on(turn, claim.claim_id)
    if not (item or copy) or not turn.kiosk.can_print:
        _give_back(turn, granted, item, ItemState.LATER, "not printed")
        return
    job_id = turn.new_id("J")
    turn.record(
        PrintMoved(
            job_id,
            claim.claim_id,
            claim.receipt_no,
            grant.copy_number,
            PrintState.INTENDED,
            content_hash(grant.receipt, grant.copy_number),
        )
    )
    deadline_s = turn.now_s + turn.rules.print_deadline_s
    now = {"job_id": job_id, "copy_number": grant.copy_number, "deadline_s": deadline_s}
    if item:
        _update(turn, item, state=ItemState.PRINTING, retry_at_s=None, **now)
    if copy:
        office_copy.show(turn, replace(copy, step=CopyStep.PRINTING, retry_at_s=None, **now))  # type: ignore[arg-type]
    turn.want(PrintReceipt(job_id, grant.receipt, grant.copy_number))


def content_hash(receipt: Receipt, copy_number: int) -> str:
    """Says later which paper a job was, without holding anything personal."""
    facts = f"{receipt.receipt_no}|{receipt.check_code}|{receipt.amount_fen}|{copy_number}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


# --- slips --------------------------------------------------------------------------------------


def print_slip(turn: Turn, payment: Payment) -> None:
    """The inquiry code on paper, if the printer can; the screen shows it in any case."""
    if not turn.kiosk.can_print or turn.ledger.has_slip(payment.payment_id):
        return
    job_id = turn.new_id("S")
    turn.record(SlipMoved(job_id, payment.payment_id, PrintState.INTENDED))
    turn.want(PrintSlip(job_id, InquirySlip(payment.inquiry_code, payment.amount_fen, turn.wall)))


def _slip_finished(turn: Turn, slip: Slip, report: PrintReport) -> None:
    if slip.state is PrintState.INTENDED:
        state, _, _ = CLAIM_AFTER[report.outcome]
        turn.record(SlipMoved(slip.job_id, slip.payment_id, state, report.reason))


# --- print jobs ---------------------------------------------------------------------------------


def on_print_finished(turn: Turn, job_id: str, report: PrintReport) -> None:
    """Record what the printer proved, settle the claim, go on with the next receipt."""
    printed = job_id if report.outcome is not PrintOutcome.NOT_PRINTED else ""
    peripherals.on_printer_seen(turn, report.status, printed)
    if job_id in turn.ledger.slips:
        _slip_finished(turn, turn.ledger.slips[job_id], report)
        return
    job = turn.ledger.jobs.get(job_id)
    if job is None or job.state is not PrintState.INTENDED:
        return
    print_state, claim_state, item_state = CLAIM_AFTER[report.outcome]
    turn.record(
        PrintMoved(
            job.job_id,
            job.claim_id,
            job.receipt_no,
            job.copy_number,
            print_state,
            "",
            report.reason,
            (report.stage or STAGE_AFTER[report.outcome]).value,
            report.proof.value if report.proof else "",
        )
    )
    claim = turn.ledger.claims[job.claim_id]
    claim_settling.move(turn, claim, claim_state, reason=report.reason)
    claim_settling.tend(turn, claim.claim_id)
    item = _item(turn, claim_id=job.claim_id)
    if item:
        _update(turn, item, state=item_state, reason=report.reason, deadline_s=None)
        _next(turn)
    elif copy := office_copy.going_on(turn, job.claim_id):
        office_copy.end(turn, copy, item_state, report.reason)


def recover(turn: Turn) -> None:
    """At start: a job without an outcome may be on paper; a claim without a job is free."""
    for job in turn.ledger.open_jobs:
        turn.record(
            PrintMoved(
                job.job_id,
                job.claim_id,
                job.receipt_no,
                job.copy_number,
                PrintState.DOUBT,
                "",
                "restart",
            )
        )
        claim_settling.move(turn, turn.ledger.claims[job.claim_id], ClaimState.DOUBTED, "restart")
    for slip in turn.ledger.open_slips:
        turn.record(SlipMoved(slip.job_id, slip.payment_id, PrintState.DOUBT, "restart"))
    for claim in turn.ledger.open_claims:
        if claim.state in (ClaimState.ASKED, ClaimState.GRANTED):
            claim_settling.move(turn, claim, ClaimState.UNUSED, "restart")
        claim_settling.tend(turn, claim.claim_id)


def on_tick(turn: Turn) -> None:
    for claim in turn.ledger.open_claims:
        claim_settling.tend(turn, claim.claim_id)
    if turn.kiosk.desk.copy and turn.kiosk.desk.copy.is_going_on:
        _copy_on_tick(turn, turn.kiosk.desk.copy)
    page = turn.page
    if not isinstance(page, Printing):
        return
    if not page.items and turn.now_s - page.since_s >= turn.rules.issue_patience_s:
        finish(turn, page)
        return
    for item in page.items:
        if item.retry_at_s is not None and item.retry_at_s <= turn.now_s:
            _update(turn, item, retry_at_s=None, attempt=item.attempt + 1)
            turn.want(ClaimReceipt(item.claim_id, item.receipt_no, item.reprint))
        elif item.deadline_s is not None and item.deadline_s <= turn.now_s:
            report = PrintReport(PrintOutcome.UNKNOWN, SILENT, "deadline")
            on_print_finished(turn, item.job_id, report)
            return

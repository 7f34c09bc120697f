"""The strip in the printer's mouth: the resident takes it, or it is drawn in when forgotten.

Only of printers that can see their mouth. A strip holds somebody's name: it must not wait for
the next one in the queue.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.api import PrinterCondition, PrinterStatus, Role
from kiosk.domain.effects import TakeBackPaper
from kiosk.domain.kiosk import Kiosk, Strip
from kiosk.domain.records import PaperMoved, PaperState, PrintState
from kiosk.domain.turn import Turn
from kiosk.domain.visit import Done

MOVING = (PaperState.WAITING, PaperState.RECALLED)


def follow(turn: Turn, status: PrinterStatus, job_id: str = "") -> None:
    """What the printer says of its mouth; `job_id` where it has just printed that job."""
    if not status.is_known:
        return
    strip = turn.kiosk.strip
    waits = strip is not None and strip.state in MOVING
    if PrinterCondition.PAPER_AT_MOUTH in status.conditions:
        if job_id or not waits:
            visit_id = turn.visit.visit_id if turn.visit else ""
            turn.change(strip=Strip(job_id, visit_id, turn.now_s, PaperState.WAITING))
    elif strip is not None and waits:
        _gone(turn, strip, retracted=PrinterCondition.RETRACTED in status.conditions)


def _gone(turn: Turn, strip: Strip, *, retracted: bool) -> None:
    state = PaperState.RETRACTED if retracted else PaperState.TAKEN
    turn.record(PaperMoved(strip.job_id, state))
    turn.change(strip=replace(strip, state=state))
    if retracted:
        _give_time_to_read(turn)


def _give_time_to_read(turn: Turn) -> None:
    page = turn.page
    if isinstance(page, Done):
        turn.show(replace(page, until_s=max(page.until_s, turn.now_s + turn.rules.done_s)))


def on_tick(turn: Turn) -> None:
    """Draw in what nobody took in time, or what the next resident would find."""
    kiosk, strip, due_s = turn.kiosk, turn.kiosk.strip, recalled_at_s(turn.kiosk)
    if strip is None or not due_s:
        return
    if _is_printing(turn) or not kiosk.is_up(Role.RECEIPT_PRINTER):
        return
    anothers = turn.visit is not None and turn.visit.visit_id != strip.visit_id
    if anothers or due_s <= turn.now_s:
        turn.record(PaperMoved(strip.job_id, PaperState.RECALLED))
        turn.change(strip=replace(strip, state=PaperState.RECALLED))
        turn.want(TakeBackPaper(strip.job_id))
        _give_time_to_read(turn)


def _is_printing(turn: Turn) -> bool:
    """What is on its way to the printer would come out first, and be drawn in instead."""
    ledger, sample = turn.ledger, turn.ledger.office.sample
    tested = sample is not None and sample.state is PrintState.INTENDED
    return bool(ledger.open_jobs or ledger.open_slips or tested)


def recalled_at_s(kiosk: Kiosk) -> float:
    """When the waiting strip will be drawn in; 0 where none is, or the printer cannot."""
    strip, printer = kiosk.strip, kiosk.printer
    if strip is None or strip.state is not PaperState.WAITING:
        return 0.0
    return strip.since_s + kiosk.rules.take_back_s if printer and printer.takes_back else 0.0


def was_retracted(kiosk: Kiosk, job_id: str) -> bool:
    """Whether the last strip in the mouth was this job's and nobody took it."""
    strip = kiosk.strip
    if strip is None or strip.state is not PaperState.RETRACTED:
        return False
    return bool(job_id) and strip.job_id == job_id

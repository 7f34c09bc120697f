"""Guided paper changes and device tests: the devices themselves move them on."""

from __future__ import annotations

from dataclasses import replace

from drivers.api import (
    CardKind,
    IdCard,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
    Role,
)
from kiosk.domain import operator as o
from kiosk.domain.effects import PrintSample
from kiosk.domain.identifiers import route_scan
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.operator import NotDone
from kiosk.domain.operator_desk import DeviceTest, PaperChange, PaperStep, StepOfTest
from kiosk.domain.records import PrintState, SampleMoved
from kiosk.domain.turn import Turn

SAMPLE_AFTER = {
    PrintOutcome.PRINTED: PrintState.PRINTED,
    PrintOutcome.NOT_PRINTED: PrintState.NOT_PRINTED,
    PrintOutcome.UNKNOWN: PrintState.DOUBT,
}
AFTER_THE_STRIP = (PaperStep.LOOK, PaperStep.NOT_PROVEN)


# --- the test strip -------------------------------------------------------------------------------


def check_print(turn: Turn, _order: o.PrintTest) -> NotDone | None:
    desk, sample = turn.kiosk.desk, turn.ledger.office.sample
    for_test = desk.test is not None and desk.test.role is Role.RECEIPT_PRINTER
    if desk.paper is None and not for_test:
        return NotDone.NOT_IN_THIS_STATE
    if sample is not None and sample.state is PrintState.INTENDED:
        return NotDone.BUSY
    return None if turn.kiosk.can_print else NotDone.PRINTER_NOT_READY


def print_test(turn: Turn, _order: o.PrintTest) -> None:
    desk = turn.kiosk.desk
    job_id = turn.new_id("T")
    turn.record(SampleMoved(job_id, PrintState.INTENDED))
    turn.want(PrintSample(job_id))
    turn.change_desk(sample_deadline_s=turn.now_s + turn.rules.print_deadline_s)
    if desk.paper:
        turn.change_desk(paper=replace(desk.paper, step=PaperStep.PRINTING, job_id=job_id))
    if desk.test:
        turn.change_desk(test=replace(desk.test, step=StepOfTest.WAITING, detail="", job_id=job_id))


def on_sample_finished(turn: Turn, job_id: str, report: PrintReport) -> None:
    """What the printer proved of the strip; silence is doubt here as well."""
    sample, desk = turn.ledger.office.sample, turn.kiosk.desk
    if sample is None or sample.job_id != job_id or sample.state is not PrintState.INTENDED:
        return
    turn.record(SampleMoved(job_id, SAMPLE_AFTER[report.outcome], report.reason))
    turn.change_desk(sample_deadline_s=None)
    proven = report.outcome is PrintOutcome.PRINTED
    if desk.paper and desk.paper.job_id == job_id:
        step = PaperStep.LOOK if proven else PaperStep.NOT_PROVEN
        turn.change_desk(paper=replace(desk.paper, step=step))
    elif desk.test and desk.test.job_id == job_id:
        step_of_test = StepOfTest.SHOWN if proven else StepOfTest.TROUBLE
        detail = report.reason or report.outcome.value
        turn.change_desk(test=replace(desk.test, step=step_of_test, detail=detail))


def is_sample(turn: Turn, job_id: str) -> bool:
    sample = turn.ledger.office.sample
    return sample is not None and sample.job_id == job_id


def recover(turn: Turn) -> None:
    """At start: a strip without an outcome may be on paper."""
    sample = turn.ledger.office.sample
    if sample is not None and sample.state is PrintState.INTENDED:
        turn.record(SampleMoved(sample.job_id, PrintState.DOUBT, "restart"))


def on_tick(turn: Turn) -> None:
    deadline_s, sample = turn.kiosk.desk.sample_deadline_s, turn.ledger.office.sample
    if deadline_s is not None and deadline_s <= turn.now_s and sample is not None:
        silent = PrinterStatus(frozenset({PrinterCondition.SILENT}))
        on_sample_finished(
            turn, sample.job_id, PrintReport(PrintOutcome.UNKNOWN, silent, "deadline")
        )


# --- paper change ------------------------------------------------------------------------------------


def check_free(turn: Turn, _order: object) -> NotDone | None:
    desk = turn.kiosk.desk
    if Role.RECEIPT_PRINTER not in turn.rules.roles:
        return NotDone.UNKNOWN_THING
    return NotDone.BUSY if desk.paper or desk.test else None


def begin_paper_change(turn: Turn, _order: o.BeginPaperChange) -> None:
    turn.change_desk(paper=PaperChange(PaperStep.OPEN_COVER))


def check_end_paper_change(turn: Turn, order: o.EndPaperChange) -> NotDone | None:
    paper = turn.kiosk.desk.paper
    if paper is None or paper.step is PaperStep.PRINTING:
        return NotDone.NOT_IN_THIS_STATE
    if order.confirmed and paper.step is not PaperStep.LOOK:
        return NotDone.NOTHING_PROVEN
    return None


def follow(turn: Turn) -> None:
    """Move the guided paper change to where the printer says it is."""
    paper = turn.kiosk.desk.paper
    if paper is None or paper.step is PaperStep.PRINTING:
        return
    moved = _paper_now(turn.kiosk, paper)
    if moved != paper:
        turn.change_desk(paper=moved)
        turn.hand_seen()  # what moved at a device is as good as a touch


def _paper_now(kiosk: Kiosk, paper: PaperChange) -> PaperChange:
    conditions = kiosk.printer.conditions if kiosk.printer else frozenset()
    is_out = PrinterCondition.PAPER_OUT in conditions
    if PrinterCondition.COVER_OPEN in conditions:
        step = PaperStep.PUT_ROLL if is_out else PaperStep.CLOSE_COVER
        return replace(paper, step=step, was_open=True, was_out=paper.was_out or is_out)
    if paper.step in AFTER_THE_STRIP:
        return paper
    if is_out:
        # Printers without a switch in the cover only say that there is no paper.
        step = PaperStep.PUT_ROLL if paper.was_open else PaperStep.OPEN_COVER
        return replace(paper, step=step, was_out=True)
    if kiosk.can_print and (paper.was_open or paper.was_out):
        return replace(paper, step=PaperStep.READY_TO_TEST)
    return replace(paper, step=PaperStep.CLOSE_COVER) if paper.was_open else paper


# --- device tests ---------------------------------------------------------------------------------------


def check_begin_test(turn: Turn, order: o.BeginDeviceTest) -> NotDone | None:
    desk = turn.kiosk.desk
    if order.role not in turn.rules.roles:
        return NotDone.UNKNOWN_THING
    return NotDone.BUSY if desk.paper or desk.test else None


def begin_test(turn: Turn, order: o.BeginDeviceTest) -> None:
    turn.change_desk(test=DeviceTest(order.role, StepOfTest.WAITING))


def check_end_test(turn: Turn, order: o.EndDeviceTest) -> NotDone | None:
    test = turn.kiosk.desk.test
    if test is None:
        return NotDone.NOT_IN_THIS_STATE
    if order.passed and test.step is not StepOfTest.SHOWN:
        return NotDone.NOTHING_PROVEN
    return None


def describe_test(turn: Turn, order: o.EndDeviceTest) -> tuple[str, dict[str, str | int]]:
    test = turn.kiosk.desk.test
    if test is None:
        return "", {}
    at_s = int(turn.wall.timestamp())
    if order.passed is None:  # Without a subject: a result belongs to a device.
        return "", {"passed": 0, "at_s": at_s, "given_up": test.role.value}
    return test.role.value, {"passed": int(order.passed), "at_s": at_s, "detail": test.detail}


def on_card(turn: Turn, card: IdCard) -> None:
    """A card during a session is for the test, if there is one; nothing of it is kept."""
    chip = card.kind is CardKind.SOCIAL_SECURITY
    _shown(turn, Role.CARD_READER if chip else Role.ID_READER, card.kind.value)


def on_card_failed(turn: Turn, reason: str) -> None:
    test = turn.kiosk.desk.test
    if test and test.role in (Role.ID_READER, Role.CARD_READER):
        turn.change_desk(test=replace(test, step=StepOfTest.TROUBLE, detail=reason))


def on_code(turn: Turn, text: str) -> None:
    """What kind of code it is; the code itself is forgotten."""
    _shown(turn, Role.SCANNER, route_scan(text).kind.value)


def _shown(turn: Turn, role: Role, detail: str) -> None:
    test = turn.kiosk.desk.test
    if test and test.role is role:
        turn.change_desk(test=replace(test, step=StepOfTest.SHOWN, detail=detail))
        turn.hand_seen()

"""A strip in the mouth of a printer that sees it: taken, or drawn in when it is forgotten."""

from __future__ import annotations

import pytest

from drivers.api import PrinterCondition, PrinterStatus, Role
from drivers.api import PrinterCondition as C
from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain.effects import PrintReceipt, PrintSample, TakeBackPaper
from kiosk.domain.records import PaperMoved, PaperState, PrintMoved, PrintState
from kiosk.domain.visit import Done
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels.done import done_page, take_strip
from tests.support.desks import order, technician
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import PaperPrinter, Playbook

ZH = texts(Language.ZH)


@pytest.fixture
def play() -> Playbook:
    """The receipt has just come out and hangs in the mouth; the last page is on the screen."""
    play = Playbook(paper=PaperPrinter(has_presenter=True))
    play.platform.add_paid_receipt(bill(1))
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    play.tick(1)
    assert isinstance(play.page, Done)
    return play


def states(play: Playbook) -> list[PaperState]:
    return [record.state for record in play.diary.records() if isinstance(record, PaperMoved)]


def test_a_strip_that_is_taken_is_recorded_and_nothing_moves(play: Playbook) -> None:
    play.send(e.PrinterSeen(play.paper.taken()))
    play.tick(60)
    assert states(play) == [PaperState.TAKEN]
    assert not play.performed_of(TakeBackPaper)


def test_a_strip_that_nobody_takes_is_drawn_in_after_thirty_seconds(play: Playbook) -> None:
    play.tick(28)
    assert not play.performed_of(TakeBackPaper)
    play.tick(3)
    assert states(play) == [PaperState.RECALLED, PaperState.RETRACTED]
    jobs = [each.job_id for each in play.diary.records() if isinstance(each, PrintMoved)]
    assert [effect.job_id for effect in play.performed_of(TakeBackPaper)] == [jobs[-1]]  # type: ignore[union-attr]


def test_the_intent_is_in_the_journal_before_the_paper_moves(play: Playbook) -> None:
    play.hold = (TakeBackPaper,)
    play.tick(31)
    assert states(play) == [PaperState.RECALLED]


def test_the_last_page_counts_down_and_then_says_what_became_of_the_paper(play: Playbook) -> None:
    assert take_strip(play.kiosk, ZH).startswith("请从出票口取走票据，")
    play.tick(31)
    assert take_strip(play.kiosk, ZH) == ""
    page = done_page(play.kiosk, ZH)
    assert page.title == "票据没有取走，已收回"
    assert "补打" in page.retracted
    assert [(item.state, item.can_reprint) for item in page.items] == [("已收回", True)]


def test_a_copy_of_what_was_drawn_in_can_be_printed_and_is_marked(play: Playbook) -> None:
    play.tick(31)
    receipt_no = play.paper.strips[0][0]
    play.send(e.ReprintTouched(receipt_no))
    play.tick(2)
    assert [copy for _, copy in play.paper.strips] == [1, 2]


def test_a_receipt_that_was_taken_cannot_be_printed_again_from_the_last_page(
    play: Playbook,
) -> None:
    play.send(e.PrinterSeen(play.paper.taken()))
    play.send(e.ReprintTouched(play.paper.strips[0][0]))
    play.tick(2)
    assert len(play.paper.strips) == 1


def test_the_last_page_stays_while_the_strip_waits_and_until_its_end_was_read(
    play: Playbook,
) -> None:
    play.tick(31 + play.rules.done_s - 4)
    assert isinstance(play.page, Done)
    play.tick(6)
    assert play.kiosk.visit is None


def test_the_next_resident_does_not_find_a_forgotten_strip(play: Playbook) -> None:
    play.send(e.LeaveTouched())
    play.tap(WANG)
    play.tick()
    assert states(play) == [PaperState.RECALLED, PaperState.RETRACTED]


def test_a_strip_from_before_a_power_cut_is_drawn_in_as_well(play: Playbook) -> None:
    play.restart()
    play.tick(31)
    records = [each for each in play.diary.records() if isinstance(each, PaperMoved)]
    assert [(each.job_id, each.state) for each in records] == [
        ("", PaperState.RECALLED),
        ("", PaperState.RETRACTED),
    ]


def test_a_presenter_that_is_stuck_is_told_once_and_left_alone(play: Playbook) -> None:
    play.paper.presenter_is_stuck = True
    play.tick(300)
    assert states(play) == [PaperState.RECALLED]
    assert len(play.performed_of(TakeBackPaper)) == 1


def test_a_printer_that_is_away_is_not_told_to_move(play: Playbook) -> None:
    play.send(e.DeviceDown(Role.RECEIPT_PRINTER, "cable"))
    play.tick(60)
    assert not states(play)


def test_nothing_is_drawn_in_while_a_receipt_is_printed(play: Playbook) -> None:
    play.tick(31)
    play.hold = (PrintReceipt,)
    play.send(e.ReprintTouched(play.paper.strips[0][0]))
    play.send(e.PrinterSeen(play.paper._mouth(PrinterCondition.PAPER_AT_MOUTH)))
    play.tick(40)
    assert states(play) == [PaperState.RECALLED, PaperState.RETRACTED]


def test_nothing_is_drawn_in_while_a_test_strip_is_printed(play: Playbook) -> None:
    play.send(e.LeaveTouched())
    technician(play)
    assert order(play, o.BeginPaperChange()) is None
    play.send(e.PrinterSeen(PrinterStatus(frozenset({C.COVER_OPEN, C.PAPER_AT_MOUTH}))))
    mouth = PrinterStatus(frozenset({C.PAPER_AT_MOUTH}), takes_back=True)
    play.send(e.PrinterSeen(mouth))
    play.hold = (PrintSample,)
    assert order(play, o.PrintTest()) is None
    play.tick(35)
    assert play.kiosk.ledger.office.sample is not None
    assert play.kiosk.ledger.office.sample.state is PrintState.INTENDED
    assert not play.performed_of(TakeBackPaper)


def test_silence_of_the_printer_says_nothing_about_the_strip(play: Playbook) -> None:
    play.send(e.PrinterSeen(PrinterStatus(frozenset({PrinterCondition.SILENT}))))
    play.send(e.PrinterSeen(play.paper.status))
    play.tick(31)
    assert states(play) == [PaperState.RECALLED, PaperState.RETRACTED]


def test_a_printed_job_keeps_how_it_was_proven(play: Playbook) -> None:
    (printed,) = (
        each
        for each in play.diary.records()
        if isinstance(each, PrintMoved) and each.state is PrintState.PRINTED
    )
    assert (printed.stage, printed.proof) == ("cut", "process_id")

"""Money in doubt: an inquiry slip, besides the code on the screen."""

from __future__ import annotations

import pytest

from drivers.api import PrinterStatus, PrintOutcome, PrintReport
from kiosk.domain import events as e
from kiosk.domain.effects import PrintSlip
from kiosk.domain.records import PrintMoved, PrintState, SlipMoved
from kiosk.domain.visit import Trouble, TroubleKind
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def in_doubt(play: Playbook) -> str:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.network(up=False)
    play.send(e.BackTouched())
    play.tick(16)
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.MONEY_IN_DOUBT
    return payment_id


def states(play: Playbook) -> list[PrintState]:
    return [record.state for record in play.diary.records() if isinstance(record, SlipMoved)]


def test_doubt_prints_one_slip_with_the_code_that_is_on_the_screen(play: Playbook) -> None:
    in_doubt(play)
    assert isinstance(play.page, Trouble)
    assert [slip.inquiry_code for slip in play.paper.slips] == [play.page.inquiry_code]
    assert states(play) == [PrintState.INTENDED, PrintState.PRINTED]


def test_without_paper_the_code_is_on_the_screen_alone(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.paper_out()
    play.network(up=False)
    play.send(e.BackTouched())
    play.tick(16)
    assert isinstance(play.page, Trouble)
    assert play.page.inquiry_code
    assert not play.paper.slips
    assert not states(play)


def test_the_slip_is_intended_in_the_journal_before_it_is_printed(play: Playbook) -> None:
    play.hold = (PrintSlip,)
    in_doubt(play)
    assert states(play) == [PrintState.INTENDED]
    assert not play.paper.slips


def test_a_slip_cut_off_by_the_power_is_doubtful_afterwards(play: Playbook) -> None:
    play.hold = (PrintSlip,)
    in_doubt(play)
    play.restart()
    assert states(play) == [PrintState.INTENDED, PrintState.DOUBT]


def test_the_same_doubt_seen_again_prints_no_second_slip(play: Playbook) -> None:
    in_doubt(play)
    play.send(e.LeaveTouched())
    play.tap(ZHANG)
    play.tick(6)
    assert len(play.paper.slips) == 1


def test_a_slip_that_failed_does_not_touch_money_or_receipts(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    payment_id = in_doubt(play)
    assert states(play)[-1] is PrintState.DOUBT
    play.paper.outcome = PrintOutcome.PRINTED
    play.platform.wallet_pays(payment_id)
    play.network(up=True)
    play.tick(8)
    assert [copy for _, copy in play.paper.strips] == [1]


def test_nothing_personal_is_on_a_slip(play: Playbook) -> None:
    in_doubt(play)
    text = repr(play.paper.slips)
    assert ZHANG.number not in text
    assert ZHANG.name not in text


def test_the_journal_says_how_far_the_paper_is_proven_to_have_come(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    moves = [record for record in play.diary.records() if isinstance(record, PrintMoved)]
    assert [record.stage for record in moves] == ["", "cut"]


def test_a_late_word_about_a_slip_that_was_given_up_changes_nothing(play: Playbook) -> None:
    in_doubt(play)
    (job_id,) = play.kiosk.ledger.slips
    play.send(e.PrintFinished(job_id, PrintReport(PrintOutcome.UNKNOWN, PrinterStatus())))
    assert states(play) == [PrintState.INTENDED, PrintState.PRINTED]

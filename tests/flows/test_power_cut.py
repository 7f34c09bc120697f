"""The power goes at any commit of a visit: afterwards the money and the paper agree."""

from __future__ import annotations

import pytest

from drivers.api import PrinterStatus, Role
from kiosk.domain import events as e
from kiosk.domain.payment import State
from kiosk.domain.platform import ClosePayment, PlatformState
from kiosk.domain.visit import Choosing, Done
from tests.support.model_platform import ModelPlatform
from tests.support.people import ZHANG, bill
from tests.support.playbook import MemoryDiary, PaperPrinter, Playbook, PowerCut

COMMITS_OF_A_VISIT = 40  # More than any visit here has; later ones simply do not happen.


def visit_until_power_cut(play: Playbook, *, wallet: bool) -> None:
    """A whole visit, with a wallet that pays or a resident who goes back."""
    play.tap(ZHANG)
    play.pay()
    if wallet:
        play.wallet_pays()
    else:
        play.send(e.BackTouched())
    play.tick(200)


def collect_what_is_owed(play: Playbook) -> None:
    """The resident comes back, takes every original, and copies of the doubtful ones."""
    play.tap(ZHANG)
    play.tick()
    if isinstance(play.page, Choosing) and play.page.unprinted:
        play.send(e.CollectTouched())
        play.tick(2)


def assert_money_and_paper_agree(play: Playbook) -> None:
    ledger = play.kiosk.ledger
    assert not ledger.open_payments
    for payment in ledger.payments.values():
        theirs = play.platform.payments.get(payment.payment_id)
        if payment.state is State.PAID:
            assert theirs is not None
            assert theirs.state is PlatformState.PAID
        else:
            assert payment.state is State.CLOSED
            assert theirs is not None
            assert theirs.state is PlatformState.CLOSED
    assert all(times == 1 for times in play.platform.charges.values())
    originals = [receipt_no for receipt_no, copy in play.paper.strips if copy == 1]
    assert len(originals) == len(set(originals))
    for receipt_no in play.platform.receipts:
        on_paper = any(strip == receipt_no for strip, _ in play.paper.strips)
        in_doubt = play.platform.copies[receipt_no] > 0
        assert on_paper or in_doubt  # In doubt: the resident may ask for a marked copy.
    assert play.ledger_of_journal() == ledger


@pytest.mark.parametrize("wallet", [True, False], ids=["paid", "cancelled"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", range(7, COMMITS_OF_A_VISIT))
def test_after_a_power_cut_at_any_commit_the_payment_is_paid_with_a_receipt_or_closed(
    commit: int, when: str, wallet: bool
) -> None:
    platform, diary, paper = ModelPlatform(), MemoryDiary(), PaperPrinter()
    platform.owe(bill(1), bill(2, 20000))
    play = Playbook(platform, diary=diary, paper=paper)
    setattr(diary, f"cut_{when}", commit)
    try:
        visit_until_power_cut(play, wallet=wallet)
    except PowerCut:
        play.restart()
        play.tick(10)
        collect_what_is_owed(play)
        play.tick(200)
    assert_money_and_paper_agree(play)


@pytest.mark.parametrize("commit", range(7, 14))
def test_a_wallet_that_pays_while_the_power_is_off_gets_its_receipt_afterwards(commit: int) -> None:
    platform, diary, paper = ModelPlatform(), MemoryDiary(), PaperPrinter()
    platform.owe(bill(1))
    play = Playbook(platform, diary=diary, paper=paper)
    diary.cut_after = commit
    with pytest.raises(PowerCut):
        visit_until_power_cut(play, wallet=True)
    for payment_id in platform.payments:
        platform.wallet_pays(payment_id)
    play.restart()
    play.tick(10)
    collect_what_is_owed(play)
    play.tick(200)
    assert_money_and_paper_agree(play)


def test_the_intent_is_in_the_journal_before_the_create_call_leaves() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.diary.cut_before = play.diary.commits + 1
    with pytest.raises(PowerCut):
        play.send(e.PayTouched())
    assert not play.platform.payments


def test_nothing_is_shown_that_is_not_committed() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    shown = len(play.published)
    play.diary.cut_before = play.diary.commits + 1
    with pytest.raises(PowerCut):
        play.send(e.PayTouched())
    assert len(play.published) == shown


@pytest.mark.parametrize("kept", [True, False], ids=["is-there", "is-not-there"])
def test_a_failed_commit_is_looked_up_and_the_visit_goes_on(kept: bool) -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.diary.fail_at = play.diary.commits + 1
    play.diary.keeps_failed = kept
    play.pay()
    assert not play.kiosk.halted
    play.wallet_pays()
    assert isinstance(play.page, Done)
    assert play.ledger_of_journal() == play.kiosk.ledger


def halted(play: Playbook) -> Playbook:
    """The disk is gone at the moment when a payment begins."""
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.diary.fail_at = play.diary.commits + 1
    play.diary.fails_for_ever = True
    play.send(e.PayTouched())
    return play


def test_a_journal_that_cannot_be_used_halts_the_kiosk_and_sends_nothing() -> None:
    play = halted(Playbook())
    assert play.kiosk.halted
    assert not play.platform.payments


def test_a_halted_kiosk_serves_again_once_the_journal_can_be_used() -> None:
    play = halted(Playbook())
    play.diary.fail_at, play.diary.fails_for_ever = 0, False
    play.tick(61)
    play.engine.rest()
    play.settle()
    assert not play.kiosk.halted
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    assert isinstance(play.page, Done)


def test_a_kiosk_halted_in_the_middle_of_a_payment_asks_about_it_afterwards() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    payment_id = play.pay()
    play.diary.fail_at, play.diary.fails_for_ever = play.diary.commits + 1, True
    play.send(e.BackTouched())
    assert play.kiosk.halted
    play.platform.wallet_pays(payment_id)
    play.diary.fail_at, play.diary.fails_for_ever = 0, False
    play.tick(61)
    play.engine.rest()
    play.settle()
    assert play.kiosk.ledger.payments[payment_id].state is State.PAID


def test_a_printer_whose_change_could_not_be_committed_is_known_afterwards() -> None:
    play = Playbook()
    play.paper_out()
    play.diary.fail_at, play.diary.fails_for_ever = play.diary.commits + 1, True
    play.send(e.PrinterSeen(PrinterStatus()))
    assert play.kiosk.halted
    play.diary.fail_at, play.diary.fails_for_ever = 0, False
    play.tick(61)
    play.engine.rest()
    assert play.kiosk.can_print


def test_a_printer_that_went_while_the_kiosk_was_halted_is_known_to_be_gone() -> None:
    play = halted(Playbook())
    play.send(e.DeviceDown(Role.RECEIPT_PRINTER, "cable"))
    play.diary.fail_at, play.diary.fails_for_ever = 0, False
    play.tick(61)
    play.engine.rest()
    assert not play.kiosk.halted
    assert not play.kiosk.can_print


def test_a_payment_never_sent_is_closed_with_a_tombstone_after_restart() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.diary.cut_after = play.diary.commits + 1
    with pytest.raises(PowerCut):
        play.send(e.PayTouched())
    play.restart()
    assert play.performed_of(ClosePayment)
    assert play.platform.payments[play.payment_id].state is PlatformState.CLOSED


def test_after_a_restart_the_screen_is_the_start_page() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.pay()
    play.restart()
    assert play.page is None


def test_a_receipt_cut_off_by_the_power_is_doubtful_and_its_copy_is_marked() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.pay()
    play.platform.wallet_pays(play.payment_id)
    play.diary.cut_before = play.diary.commits + 5  # The outcome of the print.
    with pytest.raises(PowerCut):
        play.tick(5)
    play.restart()
    play.tap(ZHANG)
    assert isinstance(play.page, Choosing)
    play.send(e.ReprintTouched(play.page.receipts[0].receipt_no))
    play.tick(2)
    assert isinstance(play.page, Done)
    assert [copy for _, copy in play.paper.strips] == [1, 2]

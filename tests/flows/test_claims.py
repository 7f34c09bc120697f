"""The right to print one copy: asked for once, settled with the truth, never left held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api import PrinterStatus, PrintOutcome, PrintReport, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import PrintReceipt
from kiosk.domain.papers import content_hash
from kiosk.domain.records import ClaimMoved, ClaimState, PrintMoved
from kiosk.domain.visit import Done, ItemState, Printing
from tests.support.people import WANG, ZHANG, bill, receipt_of
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    """A resident with one receipt paid elsewhere and never printed."""
    play = Playbook()
    play.platform.add_paid_receipt(bill(1))
    return play


def collect(play: Playbook) -> None:
    play.tap(ZHANG)
    play.send(e.CollectTouched())


def claim_call(play: Playbook) -> p.ClaimReceipt:
    """Collect, with the claim still on its way."""
    play.hold = (p.ClaimReceipt,)
    collect(play)
    call = play.pending.pop()
    assert isinstance(call, p.ClaimReceipt)
    play.hold = ()
    return call


def only_claim(play: Playbook) -> ClaimState:
    (claim,) = play.kiosk.ledger.claims.values()
    return claim.state


def reasons(play: Playbook) -> list[str]:
    return [row.reason for row in play.diary.records() if isinstance(row, ClaimMoved)]


# --- asking ------------------------------------------------------------------------------------


def test_a_receipt_of_a_payment_is_claimed_as_the_original() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    (claim,) = play.performed_of(p.ClaimReceipt)
    assert isinstance(claim, p.ClaimReceipt)
    assert not claim.reprint


def test_a_claim_still_being_asked_for_is_neither_confirmed_nor_released(play: Playbook) -> None:
    claim_call(play)
    play.tick(10)
    assert not play.performed_of(p.ConfirmClaim)
    assert not play.performed_of(p.ReleaseClaim)


def test_a_lost_claim_is_asked_again_after_exactly_its_pause(play: Playbook) -> None:
    play.link.faults = [(p.ClaimReceipt, "request_lost")]
    collect(play)
    play.tick(play.rules.claim_retry_s - 0.25)
    assert len(play.performed_of(p.ClaimReceipt)) == 1
    play.tick(0.25)
    assert len(play.performed_of(p.ClaimReceipt)) == 2


def test_a_claim_is_asked_for_as_often_as_the_rules_say(play: Playbook) -> None:
    play.link.faults = [(p.ClaimReceipt, "request_lost")] * 9
    collect(play)
    play.tick(30)
    assert len(play.performed_of(p.ClaimReceipt)) == play.rules.claim_tries
    assert reasons(play) == ["", "no answer", "not_found"]


def test_the_wait_for_a_printer_is_not_ended_by_the_pause_of_the_claim(play: Playbook) -> None:
    play.link.faults = [(p.ClaimReceipt, "answer_lost")]
    play.hold = (PrintReceipt,)
    collect(play)
    play.tick(10)
    assert len(play.performed_of(p.ClaimReceipt)) == 2


def test_an_answer_to_a_claim_nobody_made_changes_nothing(play: Playbook) -> None:
    before = len(play.diary.rows)
    receipt = next(iter(play.platform.receipts.values()))
    call = p.ClaimReceipt("C-nobody", receipt.receipt_no, reprint=False)
    play.send(e.PlatformReplied(call, p.ClaimGranted("C-nobody", 1, receipt)))
    assert len(play.diary.rows) == before
    assert not play.paper.strips


def test_a_second_answer_to_a_claim_prints_nothing_more(play: Playbook) -> None:
    call = claim_call(play)
    granted = play.platform.perform("K1", call)
    play.send(e.PlatformReplied(call, granted), e.PlatformReplied(call, granted))
    assert len(play.paper.strips) == 1


def test_a_grant_with_another_amount_is_given_back_as_a_wrong_answer(play: Playbook) -> None:
    call = claim_call(play)
    granted = play.platform.perform("K1", call)
    assert isinstance(granted, p.ClaimGranted)
    wrong = replace(granted, receipt=replace(granted.receipt, amount_fen=1))
    play.send(e.PlatformReplied(call, wrong))
    assert reasons(play) == ["", "wrong_amount", ""]
    assert only_claim(play) is ClaimState.SETTLED


def test_the_copy_number_is_in_the_journal_before_a_grant_is_given_back(play: Playbook) -> None:
    call = claim_call(play)
    play.paper_out()
    play.send(e.PlatformReplied(call, play.platform.perform("K1", call)))
    moves = [row for row in play.diary.records() if isinstance(row, ClaimMoved)]
    assert [(row.state, row.copy_number, row.reason) for row in moves] == [
        (ClaimState.ASKED, 0, ""),
        (ClaimState.GRANTED, 1, ""),
        (ClaimState.UNUSED, 1, "not printed"),
        (ClaimState.SETTLED, 1, ""),
    ]


# --- settling ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "doubt"), [(PrintOutcome.PRINTED, False), (PrintOutcome.UNKNOWN, True)]
)
def test_a_copy_is_confirmed_with_the_doubt_that_there_is(
    play: Playbook, outcome: PrintOutcome, doubt: bool
) -> None:
    play.paper.outcome = outcome
    collect(play)
    (confirmed,) = play.performed_of(p.ConfirmClaim)
    assert isinstance(confirmed, p.ConfirmClaim)
    assert confirmed.doubt is doubt


def test_a_confirmation_on_its_way_is_not_sent_again(play: Playbook) -> None:
    play.hold = (p.ConfirmClaim,)
    collect(play)
    play.tick(30)
    assert len(play.pending) == 1


def test_a_settled_claim_is_no_chore_any_more(play: Playbook) -> None:
    collect(play)
    assert only_claim(play) is ClaimState.SETTLED
    assert not play.kiosk.chores


def test_a_confirmation_that_the_platform_refuses_is_settled_with_its_word(play: Playbook) -> None:
    play.hold = (p.ConfirmClaim,)
    collect(play)
    call = play.pending.pop()
    assert isinstance(call, p.ConfirmClaim)
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.INVALID)))
    assert only_claim(play) is ClaimState.SETTLED
    assert reasons(play)[-1] == "invalid"
    assert not play.kiosk.chores


def test_a_busy_platform_is_told_of_the_copy_again(play: Playbook) -> None:
    play.hold = (p.ConfirmClaim,)
    collect(play)
    call = play.pending.pop()
    assert isinstance(call, p.ConfirmClaim)
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.RATE_LIMITED)))
    assert only_claim(play) is ClaimState.USED
    play.hold = ()
    play.tick(play.rules.janitor_s[0] - 0.25)
    assert only_claim(play) is ClaimState.USED
    play.tick(0.25)
    assert only_claim(play) is ClaimState.SETTLED


def test_a_lost_confirmation_waits_longer_each_time(play: Playbook) -> None:
    play.link.faults = [(p.ConfirmClaim, "request_lost")] * 3
    collect(play)
    asked_at_s = []
    for _ in range(200):
        before = len(play.performed_of(p.ConfirmClaim))
        play.tick(0.25)
        if len(play.performed_of(p.ConfirmClaim)) > before:
            asked_at_s.append(play.now_s - 1000.25)
    assert asked_at_s == [5.0, 15.0, 35.0]


def test_a_second_acknowledgement_leaves_no_second_row(play: Playbook) -> None:
    play.hold = (p.ConfirmClaim,)
    collect(play)
    call = play.pending.pop()
    assert isinstance(call, p.ConfirmClaim)
    play.send(e.PlatformReplied(call, p.Acknowledged()))
    before = len(play.diary.rows)
    play.send(e.PlatformReplied(call, p.Acknowledged()))
    assert len(play.diary.rows) == before


def test_an_acknowledgement_of_a_claim_nobody_made_changes_nothing(play: Playbook) -> None:
    before = len(play.diary.rows)
    play.send(e.PlatformReplied(p.ReleaseClaim("C-nobody"), p.Acknowledged()))
    assert len(play.diary.rows) == before


def test_a_claim_in_doubt_after_a_restart_is_told_at_once(play: Playbook) -> None:
    play.hold = (PrintReceipt,)
    collect(play)
    play.hold = ()
    play.engine.handle(e.Tick())
    play._boot()
    (confirmed,) = play.performed_of(p.ConfirmClaim)
    assert isinstance(confirmed, p.ConfirmClaim)
    assert confirmed.doubt


# --- the printing page ---------------------------------------------------------------------------


def test_receipts_that_stay_away_are_waited_for_exactly_their_patience() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.pay()
    play.hold = (p.IssueReceipts,)
    play.platform.wallet_pays(play.payment_id)
    play.settle()
    assert isinstance(play.page, Printing)
    play.tick(play.rules.issue_patience_s - 0.25)
    assert isinstance(play.page, Printing)
    play.tick(0.25)
    assert isinstance(play.page, Done)
    assert play.page.until_s == play.now_s + 3 * play.rules.done_s


def test_the_last_page_stays_short_after_calm_and_long_with_something_to_read(
    play: Playbook,
) -> None:
    collect(play)
    assert isinstance(play.page, Done)
    assert play.page.until_s == play.now_s + play.rules.done_s
    play.tick(play.rules.done_s)
    play.platform.add_paid_receipt(bill(2))
    play.paper.outcome = PrintOutcome.UNKNOWN
    collect(play)
    assert isinstance(play.page, Done)
    assert play.page.until_s == play.now_s + 3 * play.rules.done_s


def test_a_silent_printer_is_given_up_exactly_at_its_deadline(play: Playbook) -> None:
    play.hold = (PrintReceipt,)
    collect(play)
    play.tick(play.rules.print_deadline_s - 0.25)
    assert isinstance(play.page, Printing)
    play.tick(0.25)
    assert isinstance(play.page, Done)
    assert [item.reason for item in play.page.items] == ["deadline"]


def test_a_printer_gone_between_two_receipts_is_called_silent(play: Playbook) -> None:
    play.platform.add_paid_receipt(bill(2))
    play.hold = (PrintReceipt,)
    collect(play)
    play.send(e.DeviceDown(Role.RECEIPT_PRINTER, "cable"))
    call = play.pending.pop()
    assert isinstance(call, PrintReceipt)
    report = PrintReport(PrintOutcome.UNKNOWN, PrinterStatus(), "cable")
    play.hold = ()
    play.send(e.PrintFinished(call.job_id, report))
    assert isinstance(play.page, Done)
    assert [(item.state, item.reason) for item in play.page.items] == [
        (ItemState.DOUBT, "cable"),
        (ItemState.LATER, "silent"),
    ]


def test_paper_that_ended_between_two_receipts_is_named(play: Playbook) -> None:
    play.platform.add_paid_receipt(bill(2))
    play.hold = (PrintReceipt,)
    collect(play)
    play.paper_out()
    play.hold = ()
    play.settle()
    assert isinstance(play.page, Done)
    assert [item.reason for item in play.page.items] == ["", "paper_out"]


def test_a_grant_that_comes_after_the_visit_leaves_no_print_intent(play: Playbook) -> None:
    call = claim_call(play)
    play.tap(WANG)
    play.send(e.SwapAnswered(accept=True))
    play.send(e.PlatformReplied(call, play.platform.perform("K1", call)))
    assert not [row for row in play.diary.records() if isinstance(row, PrintMoved)]
    assert only_claim(play) is ClaimState.SETTLED


def test_the_hash_of_a_paper_is_sixteen_figures_and_another_for_another_copy() -> None:
    receipt = receipt_of(bill(1))
    assert content_hash(receipt, 1) == "66f9440d6b2f73f0"
    assert content_hash(receipt, 2) != content_hash(receipt, 1)
    assert content_hash(replace(receipt, check_code="a1b2c4"), 1) != content_hash(receipt, 1)

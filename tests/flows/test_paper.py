"""Paper: originals once, copies marked, doubt told, nothing lost."""

from __future__ import annotations

import pytest

from drivers.api import PrinterStatus, PrintOutcome, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import PrintReceipt
from kiosk.domain.records import ClaimState, PrintMoved
from kiosk.domain.visit import Choosing, Done, ItemState, Printing, Trouble, TroubleKind
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    """A resident with one receipt paid elsewhere and never printed."""
    play = Playbook()
    play.platform.add_paid_receipt(bill(1))
    return play


def pay_one(play: Playbook) -> None:
    play.platform.owe(bill(9))
    play.tap(ZHANG)
    play.send(e.PayTouched())
    play.tick()
    play.wallet_pays()


def done(play: Playbook) -> Done:
    assert isinstance(play.page, Done)
    return play.page


# --- collecting ------------------------------------------------------------------------------------


def test_one_touch_prints_every_unprinted_receipt(play: Playbook) -> None:
    play.platform.add_paid_receipt(bill(2))
    play.platform.owe(bill(3))
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    play.tick(2)
    assert len(play.paper.strips) == 2
    assert all(item.state is ItemState.PRINTED for item in done(play).items)


def test_with_nothing_to_pay_the_receipts_come_without_a_touch(play: Playbook) -> None:
    play.tap(ZHANG)
    play.tick(9)
    assert [copy for _, copy in play.paper.strips] == [1]


def test_receipts_do_not_come_by_themselves_while_there_is_something_to_pay(
    play: Playbook,
) -> None:
    play.platform.owe(bill(3))
    play.tap(ZHANG)
    play.tick(20)
    assert not play.paper.strips


def test_a_printed_receipt_is_not_printed_again_by_collecting(play: Playbook) -> None:
    play.tap(ZHANG)
    play.tick(9)
    play.send(e.LeaveTouched())
    play.tap(ZHANG)
    play.tick(9)
    assert len(play.paper.strips) == 1


def test_a_further_copy_carries_the_next_copy_number(play: Playbook) -> None:
    play.tap(ZHANG)
    play.tick(9)
    play.send(e.LeaveTouched())
    play.tap(ZHANG)
    assert isinstance(play.page, Choosing)
    play.send(e.ReprintTouched(play.page.receipts[0].receipt_no))
    play.tick(2)
    assert [copy for _, copy in play.paper.strips] == [1, 2]


def test_collecting_without_paper_says_so_and_claims_nothing(play: Playbook) -> None:
    play.paper_out()
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.PRINTER_NOT_READY
    assert not play.platform.claims


def test_a_receipt_being_printed_at_another_kiosk_is_left_to_it(play: Playbook) -> None:
    other = Playbook(play.platform, kiosk_id="K2")
    receipt_no = next(iter(play.platform.receipts))
    other.platform.perform("K2", p.ClaimReceipt("C-other", receipt_no, reprint=False))
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    play.tick(2)
    assert [item.state for item in done(play).items] == [ItemState.ELSEWHERE]
    assert not play.paper.strips


# --- proof, doubt, failure ---------------------------------------------------------------------------


def test_the_claim_is_confirmed_only_after_the_printers_proof(play: Playbook) -> None:
    play.tap(ZHANG)
    play.hold = (p.ConfirmClaim,)
    play.tick(9)
    claim = next(iter(play.kiosk.ledger.claims.values()))
    assert claim.state is ClaimState.USED
    assert play.platform.claims[claim.claim_id].open


def test_a_silent_printer_is_doubt_and_never_success(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    play.tap(ZHANG)
    play.tick(9)
    assert len(done(play).doubtful) == 1


def test_the_copy_after_a_doubtful_print_is_marked(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    play.tap(ZHANG)
    play.tick(9)
    play.paper.outcome = PrintOutcome.PRINTED
    play.send(e.ReprintTouched(done(play).doubtful[0].receipt_no))
    play.tick(2)
    assert [copy for _, copy in play.paper.strips] == [1, 2]


def test_a_job_that_never_left_keeps_the_original_for_later(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.NOT_PRINTED
    play.tap(ZHANG)
    play.tick(9)
    assert len(done(play).later) == 1
    assert all(copies == 0 for copies in play.platform.copies.values())


def test_an_original_released_is_printed_as_the_original_afterwards(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.NOT_PRINTED
    play.tap(ZHANG)
    play.tick(9)
    play.send(e.LeaveTouched())
    play.paper.outcome = PrintOutcome.PRINTED
    play.tap(ZHANG)
    play.tick(9)
    assert [copy for _, copy in play.paper.strips] == [1]


def test_paper_that_ends_between_two_receipts_leaves_the_second_for_later(play: Playbook) -> None:
    play.platform.add_paid_receipt(bill(2))
    play.tap(ZHANG)
    play.hold = (p.ClaimReceipt,)
    play.send(e.CollectTouched())
    play.hold = ()
    play.settle_one()
    play.paper_out()
    play.tick(2)
    states = [item.state for item in done(play).items]
    assert states.count(ItemState.LATER) >= 1


def test_a_printer_that_never_reports_becomes_doubt_at_the_deadline(play: Playbook) -> None:
    play.hold = (PrintReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    play.tick(61)
    assert len(done(play).doubtful) == 1


def test_a_report_after_the_deadline_changes_nothing(play: Playbook) -> None:
    play.hold = (PrintReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    play.tick(61)
    play.hold = ()
    play.settle()
    moves = [r.state for r in play.diary.records() if isinstance(r, PrintMoved)]
    assert moves == ["intended", "doubt"]


def test_a_printer_slower_than_its_deadline_is_believed_again_when_it_reports(
    play: Playbook,
) -> None:
    play.hold = (PrintReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    play.tick(61)
    assert not play.kiosk.can_print
    play.hold = ()
    play.settle()
    assert play.kiosk.can_print


def test_a_lost_claim_answer_is_asked_again_with_the_same_claim(play: Playbook) -> None:
    play.link.faults = [(p.ClaimReceipt, "answer_lost")]
    play.tap(ZHANG)
    play.tick(12)
    assert len(set(play.performed_of(p.ClaimReceipt))) == 1
    assert [copy for _, copy in play.paper.strips] == [1]


def test_a_claim_without_any_answer_is_released(play: Playbook) -> None:
    play.link.faults = [(p.ClaimReceipt, "answer_lost")] * 3
    play.tap(ZHANG)
    play.tick(15)
    assert len(done(play).later) == 1
    assert not any(claim.open for claim in play.platform.claims.values())


def test_a_claim_that_waits_to_be_asked_again_is_given_back_with_its_visit(
    play: Playbook,
) -> None:
    play.link.faults = [(p.ClaimReceipt, "answer_lost")]
    play.tap(ZHANG)
    play.tick(8)
    assert isinstance(play.page, Printing)
    play.tap(WANG)
    play.send(e.SwapAnswered(accept=True))
    play.tick(60)
    assert not any(claim.open for claim in play.platform.claims.values())
    assert not play.kiosk.ledger.open_claims


def test_a_busy_platform_is_asked_again_for_the_same_claim(play: Playbook) -> None:
    play.hold = (p.ClaimReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    call = play.pending[0]
    assert isinstance(call, p.ClaimReceipt)
    play.pending.clear()
    play.hold = ()
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.RATE_LIMITED)))
    play.tick(3)
    assert [copy for _, copy in play.paper.strips] == [1]


def test_a_claim_lost_and_then_refused_is_given_back(play: Playbook) -> None:
    play.link.faults = [(p.ClaimReceipt, "answer_lost")]
    play.tap(ZHANG)
    play.tick(8)
    play.hold = (p.ClaimReceipt,)
    play.tick(3)
    call = play.pending[0]
    assert isinstance(call, p.ClaimReceipt)
    play.pending.clear()
    play.hold = ()
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.INVALID)))
    play.tick(1)
    assert not any(claim.open for claim in play.platform.claims.values())


def test_a_receipt_printed_before_is_not_promised_for_later(play: Playbook) -> None:
    play.hold = (p.ClaimReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    call = play.pending[0]
    assert isinstance(call, p.ClaimReceipt)
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.ALREADY_PRINTED)))
    assert [item.state for item in done(play).items] == [ItemState.ELSEWHERE]


def test_a_lost_confirmation_is_repeated_until_the_platform_knows(play: Playbook) -> None:
    play.link.faults = [(p.ConfirmClaim, "request_lost")] * 2
    play.tap(ZHANG)
    play.tick(60)
    assert not play.kiosk.ledger.open_claims
    assert list(play.platform.copies.values()) == [1]


def test_the_receipt_of_a_payment_made_here_is_owed_until_it_is_on_paper(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    pay_one(play)
    assert len(play.kiosk.ledger.owed) == 1


def owed_but_not_printed(play: Playbook) -> str:
    play.paper.outcome = PrintOutcome.NOT_PRINTED
    pay_one(play)
    play.send(e.LeaveTouched())
    (receipt_no,) = play.kiosk.ledger.owed
    return receipt_no


def test_a_receipt_that_was_printed_elsewhere_is_no_longer_owed_here(play: Playbook) -> None:
    receipt_no = owed_but_not_printed(play)
    play.platform.copies[receipt_no] = 1
    play.tap(ZHANG)
    assert not play.kiosk.ledger.owed
    play.restart()
    assert not play.kiosk.ledger.owed


def test_a_refused_original_is_no_longer_owed_here(play: Playbook) -> None:
    owed_but_not_printed(play)
    play.paper.outcome = PrintOutcome.PRINTED
    play.tap(ZHANG)
    play.hold = (p.ClaimReceipt,)
    play.send(e.CollectTouched())
    while play.pending:  # one of another payment, too
        call = play.pending.pop()
        assert isinstance(call, p.ClaimReceipt)
        play.send(e.PlatformReplied(call, p.Refused(p.Refusal.ALREADY_PRINTED)))
    assert not play.paper.strips
    assert not play.kiosk.ledger.owed


def test_our_own_doubtful_copy_does_not_count_as_printed_elsewhere(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    pay_one(play)
    play.send(e.LeaveTouched())
    play.tap(ZHANG)
    assert len(play.kiosk.ledger.owed) == 1


def test_a_payment_is_paid_whatever_the_paper_does(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    pay_one(play)
    assert done(play).paid_fen == 15000


# --- the paper belongs to one visit ---------------------------------------------------------------------


def test_a_job_that_ends_after_the_visit_is_still_recorded(play: Playbook) -> None:
    play.hold = (PrintReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    play.tap(WANG)
    play.send(e.SwapAnswered(accept=True))
    play.hold = ()
    play.settle()
    assert not play.kiosk.ledger.open_jobs


def test_a_claim_granted_after_the_visit_is_given_back(play: Playbook) -> None:
    play.hold = (p.ClaimReceipt,)
    play.tap(ZHANG)
    play.tick(9)
    play.tap(WANG)
    play.send(e.SwapAnswered(accept=True))
    play.hold = ()
    play.settle()
    assert not play.paper.strips
    assert not any(claim.open for claim in play.platform.claims.values())


def test_a_printer_lost_and_back_is_not_ready_until_it_said_so(play: Playbook) -> None:
    play.send(e.DeviceDown(Role.RECEIPT_PRINTER, "cable"), e.DeviceUp(Role.RECEIPT_PRINTER))
    assert not play.kiosk.can_print
    play.send(e.PrinterSeen(PrinterStatus()))
    assert play.kiosk.can_print

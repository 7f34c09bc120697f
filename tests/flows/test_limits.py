"""What a careless or hostile platform sends, and how much, never stops the kiosk."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.ledger import CASES_KEPT, MAX_UNSETTLED, OWED_KEPT, rebuild
from kiosk.domain.payment import Event, State
from kiosk.domain.records import (
    CaseKind,
    CaseOpened,
    PaymentIntended,
    PaymentMoved,
    ReceiptOwed,
    Record,
)
from kiosk.domain.turn import MAX_IN_FLIGHT
from kiosk.domain.visit import Choosing, Done, ItemState, Notice, Paying, Trouble, TroubleKind
from kiosk.domain.visits import MAX_BASKET, MAX_PAYMENT_FEN
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook


def choosing(play: Playbook) -> Choosing:
    assert isinstance(play.page, Choosing)
    return play.page


def test_no_more_bills_are_chosen_than_one_payment_can_hold() -> None:
    play = Playbook()
    play.platform.owe(*(bill(number) for number in range(1, MAX_BASKET + 6)))
    play.tap(ZHANG)
    assert len(choosing(play).selected) == MAX_BASKET


def test_one_bill_more_than_a_payment_can_hold_is_explained() -> None:
    play = Playbook()
    play.platform.owe(*(bill(number) for number in range(1, MAX_BASKET + 2)))
    play.tap(ZHANG)
    left_out = next(b for b in choosing(play).bills if b.bill_no not in choosing(play).selected)
    play.send(e.BillToggled(left_out.bill_no))
    assert choosing(play).notice is Notice.TOO_MANY
    assert len(choosing(play).selected) == MAX_BASKET


def test_a_sum_above_the_platforms_limit_is_never_chosen() -> None:
    play = Playbook()
    play.platform.owe(bill(1, MAX_PAYMENT_FEN - 5), bill(2, 10))
    play.tap(ZHANG)
    assert choosing(play).total_fen <= MAX_PAYMENT_FEN


def test_a_wallet_that_was_faster_than_the_create_answer_is_watched() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.link.faults = [(p.CreatePayment, "answer_lost")]
    play.send(e.PayTouched())
    payment_id = play.payment_id
    play.platform.wallet_opens(payment_id)
    play.tick(2)
    assert isinstance(play.page, Paying)
    assert play.page.user_paying
    play.wallet_pays()
    assert isinstance(play.page, Done)


def test_a_platform_that_answers_at_once_without_news_is_asked_at_most_once_a_second() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    payment_id = play.pay()
    asked = len(play.performed_of(p.QueryPayment))
    call = p.QueryPayment(payment_id, 15000, wait_s=25)
    seen = p.PaymentSeen(payment_id, p.PlatformState.NOT_FOUND, 15000)
    for _ in range(50):
        play.send(e.PlatformReplied(call, seen))
    assert len(play.performed_of(p.QueryPayment)) - asked <= 1


def collecting(play: Playbook) -> p.ClaimGranted:
    """A resident collects; the claim is on its way, and this is what the platform grants."""
    play.platform.add_paid_receipt(bill(1))
    play.tap(ZHANG)
    play.hold = (p.ClaimReceipt,)
    play.send(e.CollectTouched())
    call = play.pending[-1]
    assert isinstance(call, p.ClaimReceipt)
    granted = play.platform.perform("K1", call)
    assert isinstance(granted, p.ClaimGranted)
    return granted


def answer_claim(play: Playbook, granted: p.ClaimGranted) -> None:
    call = play.pending.pop()
    assert isinstance(call, p.ClaimReceipt)
    play.hold = ()
    play.send(e.PlatformReplied(call, granted))


def test_a_receipt_with_another_amount_than_was_shown_is_not_printed() -> None:
    play = Playbook()
    granted = collecting(play)
    wrong = replace(granted.receipt, amount_fen=granted.receipt.amount_fen + 100)
    answer_claim(play, replace(granted, receipt=wrong))
    assert not play.paper.strips
    assert isinstance(play.page, Done)
    assert play.page.items[0].state is ItemState.LATER
    (case,) = play.kiosk.ledger.cases.values()
    assert case.kind is CaseKind.WRONG_AMOUNT
    assert case.evidence["granted_fen"] == wrong.amount_fen
    assert play.performed_of(p.ReleaseClaim)
    play.restart()
    assert list(play.kiosk.ledger.cases.values()) == [case]


def test_an_original_granted_twice_is_printed_once() -> None:
    play = Playbook()
    granted = collecting(play)
    answer_claim(play, granted)
    play.tick(2)
    play.send(e.LeaveTouched())
    play.platform.copies[granted.receipt.receipt_no] = 0  # The platform forgot.
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    play.tick(5)
    assert [copy for _, copy in play.paper.strips] == [1]
    (case,) = play.kiosk.ledger.cases.values()
    assert case.kind is CaseKind.COPY_AGAIN
    assert case.evidence["highest_copy_here"] == 1


def test_with_too_many_payments_unsettled_none_is_begun() -> None:
    play = Playbook()
    play.hold = (p.QueryPayment, p.ClosePayment)
    unsettled(play, MAX_UNSETTLED)
    play.platform.owe(bill(500))
    play.send(e.CodeScanned(bill(500).bill_no), e.PayTouched(), e.AgreeTouched())
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.NOT_PAID_NETWORK
    assert len(play.kiosk.ledger.open_payments) == MAX_UNSETTLED


def test_with_too_many_copies_unsettled_none_is_claimed() -> None:
    play = Playbook()
    for number in range(MAX_UNSETTLED + 1):
        play.platform.add_paid_receipt(bill(number + 1))
    play.hold = (p.ConfirmClaim, p.CheckLink)
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    assert isinstance(play.page, Done)
    assert [item.state for item in play.page.items].count(ItemState.PRINTED) == MAX_UNSETTLED
    assert play.page.items[-1].reason == "too many copies are unsettled"


def test_the_newest_receipts_are_remembered_as_owed() -> None:
    records: list[Record] = []
    for number in range(OWED_KEPT + 3):
        records += paid_with_a_receipt(number)
    owed = rebuild(records).owed
    assert len(owed) == OWED_KEPT
    assert next(iter(owed)) == "R3"


def paid_with_a_receipt(number: int) -> list[Record]:
    payment_id = f"P{number}"
    return [
        PaymentIntended(payment_id, "V", "", "CODE", (p.BillToPay("B", 1, 5),), 5, False),
        PaymentMoved(payment_id, Event.CREATED, State.SHOWN, {}),
        PaymentMoved(payment_id, Event.SEEN_PAID, State.PAID, {}),
        ReceiptOwed(payment_id, f"R{number}", "B", 5),
    ]


def test_the_newest_cases_are_kept_in_memory() -> None:
    opened = [CaseOpened(f"C{n}", "R", CaseKind.COPY_AGAIN, {}) for n in range(CASES_KEPT + 2)]
    cases = rebuild(opened).cases
    assert len(cases) == CASES_KEPT
    assert "C1" not in cases


def unsettled(play: Playbook, count: int) -> None:
    """So many payments are left behind, each closed without an answer so far."""
    for number in range(count):
        play.platform.owe(bill(number + 1))
        cancel(play, number + 1)
        play.tick(16)
        play.send(e.LeaveTouched())


def cancel(play: Playbook, number: int) -> None:
    """A visitor with this payment code begins to pay and thinks better of it."""
    play.send(e.CodeScanned(bill(number).bill_no), e.PayTouched(), e.AgreeTouched())
    assert isinstance(play.page, Paying)
    play.send(e.BackTouched())


def test_who_stands_at_the_kiosk_is_asked_about_though_the_chores_are_many() -> None:
    play = Playbook()
    play.hold = (p.QueryPayment, p.ClosePayment)
    unsettled(play, MAX_IN_FLIGHT + 5)
    play.platform.owe(bill(100))
    cancel(play, 100)
    asked = play.pending[-1]
    assert isinstance(asked, p.QueryPayment)
    assert (asked.payment_id, asked.awaited) == (play.payment_id, True)


def test_a_start_with_many_open_payments_asks_about_a_few_at_once() -> None:
    play = Playbook()
    play.hold = (p.QueryPayment, p.ClosePayment)
    unsettled(play, MAX_IN_FLIGHT + 10)
    play.restart()
    asked = [call for call in play.pending if isinstance(call, p.QueryPayment)]
    assert len(asked) == MAX_IN_FLIGHT
    play.hold = ()
    play.settle()
    play.tick(900)
    assert not play.kiosk.ledger.open_payments

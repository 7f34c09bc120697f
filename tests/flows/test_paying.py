"""Paying: the ordinary way, and every way in which it can go wrong before the paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api import Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.payment import State
from kiosk.domain.visit import (
    Checking,
    Choosing,
    Confirming,
    Done,
    Notice,
    Paying,
    Printing,
    Trouble,
    TroubleKind,
)
from tests.support.model_platform import FAULTS, ModelPlatform
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def state_of(play: Playbook) -> State:
    return play.kiosk.ledger.payments[play.payment_id].state


def shown_trouble(play: Playbook) -> TroubleKind:
    assert isinstance(play.page, Trouble)
    return play.page.kind


# --- the ordinary way ----------------------------------------------------------------------------


def test_one_touch_pays_and_the_receipt_comes_out(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    assert isinstance(play.page, Done)
    assert play.page.paid_fen == 15000
    assert [copy for _, copy in play.paper.strips] == [1]


def test_the_qr_is_shown_only_after_the_platform_opened_the_payment(play: Playbook) -> None:
    play.hold = (p.CreatePayment,)
    play.tap(ZHANG)
    play.send(e.PayTouched())
    assert isinstance(play.page, Paying)
    assert not play.page.qr_url
    play.hold = ()
    play.settle()
    assert isinstance(play.page, Paying)
    assert play.page.qr_url


def test_bills_not_chosen_are_not_paid(play: Playbook) -> None:
    other = bill(2, 700)
    play.platform.owe(other)
    play.tap(ZHANG)
    play.send(e.BillToggled(other.bill_no))
    play.pay()
    play.wallet_pays()
    assert list(play.platform.charges) == [bill(1).bill_no]


def test_paying_without_a_chosen_bill_does_nothing(play: Playbook) -> None:
    play.tap(ZHANG)
    play.send(e.BillToggled(bill(1).bill_no), e.PayTouched())
    assert isinstance(play.page, Choosing)
    assert not play.kiosk.ledger.payments


def test_two_quick_touches_on_pay_make_one_payment(play: Playbook) -> None:
    play.tap(ZHANG)
    play.send(e.PayTouched(), e.PayTouched(), e.PayTouched())
    assert len(play.kiosk.ledger.payments) == 1


def test_an_open_wallet_is_shown_to_the_resident(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.platform.wallet_opens(payment_id)
    play.tick(3)
    assert isinstance(play.page, Paying)
    assert play.page.user_paying


# --- before money is taken --------------------------------------------------------------------------


def test_without_paper_the_resident_is_asked_before_paying(play: Playbook) -> None:
    play.paper_out()
    play.tap(ZHANG)
    play.send(e.PayTouched())
    assert isinstance(play.page, Confirming)
    assert play.page.no_receipt_now
    assert not play.kiosk.ledger.payments


def test_paying_without_paper_leaves_the_receipt_to_be_collected(play: Playbook) -> None:
    play.paper_out()
    play.tap(ZHANG)
    play.send(e.PayTouched(), e.AgreeTouched())
    play.tick()
    play.wallet_pays()
    assert isinstance(play.page, Done)
    assert len(play.page.later) == 1
    assert not play.paper.strips
    assert len(play.kiosk.ledger.owed) == 1


def test_a_printer_that_was_never_read_counts_as_unable(play: Playbook) -> None:
    play.send(e.DeviceDown(role=ROLE, reason="cable"), e.DeviceUp(role=ROLE))
    assert not play.kiosk.can_print


ROLE = Role.RECEIPT_PRINTER


def test_with_the_link_down_no_payment_is_begun(play: Playbook) -> None:
    play.tap(ZHANG)
    play.network(up=False)
    play.tick(37)
    play.send(e.PayTouched())
    assert shown_trouble(play) is TroubleKind.NOT_PAID_NETWORK
    assert not play.kiosk.ledger.payments


def test_a_bill_found_by_code_is_confirmed_with_the_payers_name_first(play: Playbook) -> None:
    play.send(e.CodeScanned(bill(1).bill_no))
    play.send(e.PayTouched())
    assert isinstance(play.page, Confirming)
    assert play.page.other_payer


# --- bills that change ----------------------------------------------------------------------------


def test_a_changed_amount_is_shown_again_and_confirmed_again(play: Playbook) -> None:
    play.tap(ZHANG)
    play.platform.owe(bill(1, 18000, version=2))
    play.pay()
    assert isinstance(play.page, Confirming)
    assert [(c.before_fen, c.now_fen) for c in play.page.changes] == [(15000, 18000)]
    assert state_of(play) is State.REFUSED


def test_the_new_amount_is_what_is_paid_after_agreement(play: Playbook) -> None:
    play.tap(ZHANG)
    play.platform.owe(bill(1, 18000, version=2))
    play.pay()
    play.send(e.AgreeTouched())
    play.tick()
    play.wallet_pays()
    assert isinstance(play.page, Done)
    assert play.page.paid_fen == 18000


def test_a_bill_paid_elsewhere_meanwhile_is_not_charged_again(play: Playbook) -> None:
    play.tap(ZHANG)
    paid = play.platform.bills.pop(bill(1).bill_no)
    play.platform.add_paid_receipt(paid)
    play.pay()
    assert isinstance(play.page, Choosing)
    assert play.page.notice is Notice.PAID_ELSEWHERE
    assert len(play.page.unprinted) == 1


def test_the_same_bill_on_two_kiosks_shows_one_qr_and_tells_the_second() -> None:
    platform = ModelPlatform()
    platform.owe(bill(1))
    first, second = Playbook(platform, kiosk_id="K1"), Playbook(platform, kiosk_id="K2")
    first.tap(ZHANG)
    second.tap(WANG)
    first.pay()
    second.pay()
    assert isinstance(first.page, Paying)
    assert first.page.qr_url
    assert shown_trouble(second) is TroubleKind.LEASED


def test_after_the_other_kiosk_let_go_the_second_can_pay() -> None:
    platform = ModelPlatform()
    platform.owe(bill(1))
    first, second = Playbook(platform, kiosk_id="K1"), Playbook(platform, kiosk_id="K2")
    first.tap(ZHANG)
    second.tap(WANG)
    first.pay()
    second.pay()
    first.send(e.BackTouched())
    second.send(e.RetryTouched())
    second.pay()
    second.wallet_pays()
    assert isinstance(second.page, Done)


# --- answers that do not come -----------------------------------------------------------------------


def test_a_lost_answer_to_create_is_asked_again_with_the_same_key(play: Playbook) -> None:
    play.tap(ZHANG)
    play.link.faults = [(p.CreatePayment, "answer_lost")]
    play.pay()
    play.tick(2)
    creates = play.performed_of(p.CreatePayment)
    assert len(creates) == 2
    assert creates[0] == creates[1]
    assert isinstance(play.page, Paying)
    assert play.page.qr_url


def test_a_create_that_never_gets_through_ends_without_money(play: Playbook) -> None:
    play.tap(ZHANG)
    play.link.faults = [(p.CreatePayment, "request_lost")] * 3
    play.pay()
    play.tick(10)
    assert shown_trouble(play) is TroubleKind.NOT_PAID_NETWORK
    assert state_of(play) is State.CLOSED


def test_a_delayed_create_cannot_open_what_was_closed(play: Playbook) -> None:
    play.tap(ZHANG)
    play.link.faults = [(p.CreatePayment, "request_lost")] * 3
    play.pay()
    play.tick(10)
    late = play.platform.perform("K1", play.performed_of(p.CreatePayment)[0])  # type: ignore[arg-type]
    assert late == p.Refused(p.Refusal.PAYMENT_CLOSED)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_bad_poll_never_ends_the_polling(play: Playbook, fault: str) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.link.faults = [(p.QueryPayment, fault)]
    play.platform.wallet_opens(payment_id)
    play.tick(5)
    play.wallet_pays()
    assert isinstance(play.page, Done)


def test_a_paid_answer_with_another_amount_moves_no_money_state(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    seen = p.PaymentSeen(payment_id, p.PlatformState.PAID, 14999)
    play.send(e.PlatformReplied(p.QueryPayment(payment_id, 15000, wait_s=25), seen))
    assert state_of(play) is State.SHOWN


def test_a_paid_answer_for_an_unknown_payment_moves_nothing(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    before = play.kiosk.ledger
    seen = p.PaymentSeen("someone-elses", p.PlatformState.PAID, 15000)
    play.send(e.PlatformReplied(p.QueryPayment("someone-elses", 15000), seen))
    assert play.kiosk.ledger == before


@pytest.mark.parametrize("wait_s", [0.0, 25.0])
def test_an_answer_about_another_payment_moves_neither(play: Playbook, wait_s: float) -> None:
    play.tap(ZHANG)
    first = play.pay()
    play.network(up=False)
    play.send(e.LeaveTouched())
    play.tick(16)
    play.send(e.LeaveTouched())
    play.network(up=True)
    play.platform.owe(bill(2))
    play.hold = (p.QueryPayment, p.ClosePayment)
    play.tick(6)
    play.tap(WANG)
    play.send(e.BillToggled(bill(1).bill_no))
    second = play.pay()
    assert second != first
    before = {key: each.state for key, each in play.kiosk.ledger.payments.items()}
    seen = p.PaymentSeen(first, p.PlatformState.PAID, 15000)
    play.send(e.PlatformReplied(p.QueryPayment(second, 15000, wait_s=wait_s), seen))
    assert {key: each.state for key, each in play.kiosk.ledger.payments.items()} == before


@pytest.mark.parametrize(("other_id", "amount_fen"), [("K1-other", 15000), ("", 15001)])
def test_a_qr_of_another_payment_or_amount_is_never_shown(
    play: Playbook, other_id: str, amount_fen: int
) -> None:
    play.tap(ZHANG)
    play.hold = (p.CreatePayment,)
    play.send(e.PayTouched())
    call = play.pending[0]
    assert isinstance(call, p.CreatePayment)
    seen = p.PaymentSeen(
        other_id or call.payment_id, p.PlatformState.OPEN, amount_fen, "https://pay.example/x", 180
    )
    play.send(e.PlatformReplied(call, seen))
    assert isinstance(play.page, Paying)
    assert not play.page.qr_url
    assert state_of(play) is State.CREATE_UNKNOWN


def test_a_busy_platform_is_no_refusal_and_is_asked_again_with_the_same_key(
    play: Playbook,
) -> None:
    play.tap(ZHANG)
    play.hold = (p.CreatePayment,)
    play.send(e.PayTouched())
    call = play.pending.popleft()
    assert isinstance(call, p.CreatePayment)
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.RATE_LIMITED)))
    assert state_of(play) is State.CREATE_UNKNOWN
    play.hold = ()
    play.tick(3)
    assert play.performed_of(p.CreatePayment)[-1] == call
    assert state_of(play) is State.SHOWN


def test_a_key_reuse_answer_is_no_proof_that_nothing_was_opened(play: Playbook) -> None:
    play.tap(ZHANG)
    play.hold = (p.CreatePayment,)
    play.send(e.PayTouched())
    call = play.pending[0]
    assert isinstance(call, p.CreatePayment)
    play.send(e.PlatformReplied(call, p.Refused(p.Refusal.KEY_REUSED)))
    assert state_of(play) is State.CREATE_UNKNOWN


# --- ending without paying ------------------------------------------------------------------------


def test_cancelling_asks_closes_and_says_that_nothing_was_charged(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.send(e.BackTouched())
    assert isinstance(play.page, Choosing)
    assert play.page.notice is Notice.NOT_CHARGED
    assert state_of(play) is State.CLOSED


def test_closing_always_asks_first(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.performed.clear()
    play.send(e.BackTouched())
    kinds = [type(effect) for effect in play.performed]
    assert kinds[:2] == [p.QueryPayment, p.ClosePayment]
    assert play.platform.payments[payment_id].state is p.PlatformState.CLOSED


def test_a_wallet_faster_than_the_cancelling_finger_is_a_payment(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.hold = (p.QueryPayment,)
    play.send(e.BackTouched())
    assert isinstance(play.page, Checking)
    play.platform.wallet_pays(payment_id)
    play.hold = ()
    play.settle()
    assert isinstance(play.page, Done)
    assert play.page.late
    assert len(play.paper.strips) == 1


def test_a_wallet_between_the_last_query_and_the_close_is_a_payment(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.hold = (p.ClosePayment,)
    play.send(e.BackTouched())
    play.platform.wallet_pays(payment_id)
    play.hold = ()
    play.settle()
    assert state_of(play) is State.PAID
    assert isinstance(play.page, Done)


def test_an_expiring_qr_is_hidden_and_the_platform_asked(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.tick(171)
    assert shown_trouble(play) is TroubleKind.NOT_PAID_EXPIRED
    assert state_of(play) is State.CLOSED


def test_the_payment_page_does_not_time_out_before_the_qr_does(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.tick(160)
    assert isinstance(play.page, Paying)


def test_a_resident_who_leaves_while_paying_gets_the_payment_closed_first(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.send(e.LeaveTouched())
    assert play.page is None
    assert state_of(play) is State.CLOSED


# --- money in doubt ---------------------------------------------------------------------------------


def doubtful(play: Playbook) -> str:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.network(up=False)
    play.send(e.BackTouched())
    play.tick(16)
    return payment_id


def test_silence_after_cancelling_shows_doubt_with_an_inquiry_code(play: Playbook) -> None:
    doubtful(play)
    assert shown_trouble(play) is TroubleKind.MONEY_IN_DOUBT
    assert isinstance(play.page, Trouble)
    assert play.page.inquiry_code == play.kiosk.ledger.payments[play.payment_id].inquiry_code


def test_doubt_is_resolved_on_the_screen_when_the_network_returns(play: Playbook) -> None:
    payment_id = doubtful(play)
    play.platform.wallet_pays(payment_id)
    play.network(up=True)
    play.tick(8)
    assert isinstance(play.page, Done)
    assert play.page.late


def test_an_unpaid_doubtful_payment_ends_closed(play: Playbook) -> None:
    doubtful(play)
    play.network(up=True)
    play.tick(90)
    assert state_of(play) is State.CLOSED


def test_doubt_is_asked_about_after_the_resident_left(play: Playbook) -> None:
    payment_id = doubtful(play)
    play.send(e.LeaveTouched())
    play.platform.wallet_pays(payment_id)
    play.network(up=True)
    play.tick(400)
    assert state_of(play) is State.PAID
    assert len(play.kiosk.ledger.owed) == 1


def test_a_late_payment_is_collected_at_the_next_visit(play: Playbook) -> None:
    payment_id = doubtful(play)
    play.send(e.LeaveTouched())
    play.platform.wallet_pays(payment_id)
    play.network(up=True)
    play.tick(400)
    play.tap(ZHANG)
    play.send(e.CollectTouched())
    play.tick(2)
    assert [copy for _, copy in play.paper.strips] == [1]


def test_seven_days_of_silence_become_a_case_for_a_human(play: Playbook) -> None:
    doubtful(play)
    play.tick(9 * 86400)
    assert state_of(play) is State.CASE


def test_not_found_alone_never_ends_a_payment(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    del play.platform.payments[payment_id]
    play.hold = (p.ClosePayment,)
    play.send(e.BackTouched())
    assert state_of(play) is State.CLOSING


def test_contradicting_evidence_is_a_conflict_that_keeps_both(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.send(e.BackTouched())
    seen = p.PaymentSeen(payment_id, p.PlatformState.PAID, 15000, wallet="alipay")
    play.send(e.PlatformReplied(p.QueryPayment(payment_id, 15000), seen))
    assert state_of(play) is State.CONFLICT
    answers = [
        record.evidence.get("answer")
        for record in play.diary.records()
        if hasattr(record, "evidence")
    ]
    assert answers[-2:] == ["closed", "paid"]


def test_an_old_answer_of_a_long_poll_never_closes_without_asking(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    watched = next(x for x in play.pending if isinstance(x, p.QueryPayment))
    play.network(up=False)
    play.hold = (p.QueryPayment,)
    play.send(e.BackTouched())
    play.hold = ()
    play.tick(1)
    play.hold = (p.QueryPayment,)
    play.tick(5)
    seen = p.PaymentSeen(payment_id, p.PlatformState.OPEN, 15000)
    play.send(e.PlatformReplied(watched, seen))
    assert state_of(play) is State.UNKNOWN
    asking = [x for x in play.pending if isinstance(x, p.QueryPayment) and not x.wait_s]
    assert len(asking) == 1


# --- receipts that do not come ----------------------------------------------------------------------


def test_receipts_with_other_amounts_are_not_ours(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.hold = (p.IssueReceipts,)
    play.platform.wallet_pays(payment_id)
    play.settle()
    assert isinstance(play.page, Printing)
    right = play.platform.perform("K1", p.IssueReceipts(payment_id))
    assert isinstance(right, p.ReceiptsIssued)
    wrong = replace(right, receipts=(replace(right.receipts[0], amount_fen=1),))
    play.send(e.PlatformReplied(p.IssueReceipts(payment_id), wrong))
    assert not play.kiosk.ledger.owed


def test_when_receipts_stay_away_the_resident_is_told_to_collect_later(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.hold = (p.IssueReceipts,)
    play.platform.wallet_pays(payment_id)
    play.settle()
    play.tick(13)
    assert isinstance(play.page, Done)
    assert play.page.paid_fen == 15000
    assert not play.page.items


def test_a_lost_issue_answer_is_asked_again(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.link.faults = [(p.IssueReceipts, "answer_lost")]
    play.wallet_pays()
    play.tick(6)
    assert isinstance(play.page, Done)
    assert len(play.paper.strips) == 1

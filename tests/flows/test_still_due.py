"""Bills that are left after a payment: offered on the last page, looked up afresh, never twice."""

from __future__ import annotations

import pytest

from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.still_due import still_due
from kiosk.domain.visit import Choosing, Done, Trouble, TroubleKind
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    """Three bills, two of them paid, their receipts in the hand."""
    play = Playbook()
    play.platform.owe(bill(1), bill(2, 20000), bill(3, 3000))
    play.tap(ZHANG)
    play.send(e.BillToggled(bill(3).bill_no))
    play.pay()
    play.wallet_pays()
    play.tick(3)
    assert isinstance(play.page, Done)
    return play


def left(play: Playbook) -> list[str]:
    return [each.bill_no for each in still_due(play.kiosk)]


def test_the_last_page_knows_the_bill_that_is_left(play: Playbook) -> None:
    assert left(play) == [bill(3).bill_no]


def test_paying_the_rest_begins_with_a_new_search_in_the_same_visit(play: Playbook) -> None:
    assert play.kiosk.visit is not None
    visit_id, searched = play.kiosk.visit.visit_id, len(play.performed_of(p.SearchBills))
    play.send(e.PayRestTouched())
    assert isinstance(play.page, Choosing)
    assert [each.bill_no for each in play.page.chosen] == [bill(3).bill_no]
    assert play.kiosk.visit.visit_id == visit_id
    assert len(play.performed_of(p.SearchBills)) == searched + 1


def test_when_the_rest_is_paid_nothing_is_left(play: Playbook) -> None:
    play.send(e.PayRestTouched())
    play.pay()
    play.wallet_pays()
    play.tick(3)
    assert isinstance(play.page, Done)
    assert left(play) == []
    assert set(play.platform.charges.values()) == {1}


def test_with_nothing_left_the_touch_does_nothing(play: Playbook) -> None:
    play.send(e.PayRestTouched())
    play.pay()
    play.wallet_pays()
    play.tick(3)
    page = play.page
    play.send(e.PayRestTouched())
    assert type(play.page) is type(page) is Done


def test_a_network_that_is_gone_is_said_as_for_every_search(play: Playbook) -> None:
    play.network(up=False)
    play.send(e.PayRestTouched())
    play.tick(20)
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.LOOKUP_FAILED


def test_what_is_left_is_forgotten_with_the_visit(play: Playbook) -> None:
    play.send(e.LeaveTouched())
    assert left(play) == []
    play.hold = (p.SearchBills,)
    play.tap(WANG)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.unpaid == ()


def test_a_nearly_full_disk_offers_no_further_payment(play: Playbook) -> None:
    play.send(e.DiskSeen(low=True, mirror_trouble=""))
    assert left(play) == []


def test_a_bill_that_money_in_doubt_may_have_paid_is_not_offered() -> None:
    play = Playbook()
    play.platform.owe(bill(1), bill(2, 20000))
    play.tap(ZHANG)
    play.send(e.BillToggled(bill(2, 20000).bill_no))
    play.pay()
    play.network(up=False)
    play.send(e.LeaveTouched())
    play.tick(20)
    play.send(e.LeaveTouched())
    play.network(up=True)
    play.link.faults = [(p.ClosePayment, "request_lost")] * 40
    play.tap(ZHANG)
    play.send(e.BillToggled(bill(1).bill_no))
    play.pay()
    play.platform.wallet_pays(play.payment_id)
    play.settle()
    play.tick(3)
    assert isinstance(play.page, Done)
    assert play.kiosk.ledger.open_payments
    assert play.kiosk.visit is not None
    assert [each.bill_no for each in play.kiosk.visit.unpaid] == [bill(1).bill_no]
    assert left(play) == []

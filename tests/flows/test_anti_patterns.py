"""Mistakes that others have made with money and paper; the rest of the list is named in the
other flow tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from drivers.api import PrinterStatus, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.payment import State
from kiosk.domain.visit import Checking, Choosing, Confirming, Done, Paying, Searching, Trouble
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook

End = Callable[[Playbook], None]

ENDS: dict[str, End] = {
    "cancelled": lambda play: play.send(e.BackTouched()),
    "left": lambda play: play.send(e.LeaveTouched()),
    "expired": lambda play: play.tick(171),
    "other_card": lambda play: play.send(e.CardShown(WANG), e.SwapAnswered(accept=True)),
    "restarted": lambda play: play.restart(),
}


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_every_end_without_payment_asks_and_then_closes_at_the_platform(
    play: Playbook, end: End
) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.performed.clear()
    end(play)
    asked = [x for x in play.performed if isinstance(x, p.QueryPayment | p.ClosePayment)]
    janitor = [x for x in asked if not getattr(x, "wait_s", 0.0)]
    assert [type(x) for x in janitor] == [p.QueryPayment, p.ClosePayment]
    assert play.platform.payments[payment_id].state is p.PlatformState.CLOSED


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_end_that_nobody_answers_is_unknown_and_never_only_a_remark_here(
    play: Playbook, end: End
) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.network(up=False)
    end(play)
    play.tick(2)
    assert play.kiosk.ledger.payments[payment_id].state is State.UNKNOWN


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_wallet_that_was_faster_than_any_end_has_paid(play: Playbook, end: End) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.hold = (p.QueryPayment,)
    end(play)
    play.platform.wallet_pays(payment_id)
    play.hold = ()
    play.tick(10)
    assert play.kiosk.ledger.payments[payment_id].state is State.PAID
    assert play.kiosk.ledger.payments[payment_id].receipts_issued == 1


def test_the_kiosk_has_no_call_that_could_give_money_back_blindly() -> None:
    names = {call.__name__ for call in get_args(p.PlatformCall)}
    assert not {name for name in names if "Refund" in name or "Reverse" in name or "Void" in name}


def test_no_answer_that_is_none_ever_moves_an_open_payment_to_an_end(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    for reason in ("html", "half_json", "status_502", "captive_portal", "wrong_amount"):
        call = p.QueryPayment(payment_id, 15000, wait_s=25.0)
        play.send(e.PlatformReplied(call, p.AnswerLost(reason)))
    assert play.kiosk.ledger.payments[payment_id].state is State.SHOWN


PAGES: dict[type, End] = {
    Searching: lambda play: setattr(play, "hold", (p.SearchBills,)) or play.tap(ZHANG),  # type: ignore[func-returns-value]
    Choosing: lambda play: play.tap(ZHANG),
    Confirming: lambda play: play.send(
        e.CodeScanned(bill(1).bill_no), e.PayTouched()
    ),
    Paying: lambda play: (play.tap(ZHANG), play.pay())[0],
    Checking: lambda play: (
        play.tap(ZHANG), play.pay(), setattr(play, "hold", (p.QueryPayment,)),
        play.send(e.BackTouched()),
    )[0],
    Done: lambda play: (play.tap(ZHANG), play.pay(), play.wallet_pays())[0],
    Trouble: lambda play: (
        play.tap(ZHANG), play.network(up=False), play.tick(37), play.send(e.PayTouched()),
    )[0],
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_devices_that_come_and_go_keep_the_visit_on_every_page(play: Playbook, page: type) -> None:
    PAGES[page](play)
    assert isinstance(play.page, page)
    visit_id = play.kiosk.visit.visit_id  # type: ignore[union-attr]
    for role in Role:
        play.send(e.DeviceDown(role, "cable"), e.DeviceUp(role))
    play.send(e.PrinterSeen(PrinterStatus()))
    assert isinstance(play.page, page)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.visit_id == visit_id

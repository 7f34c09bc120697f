"""Card, cables and network pulled at every screen: the money is told and ends settled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api import CardRemoved, PrinterCondition, PrinterStatus, PrintOutcome, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import PrintReceipt
from kiosk.domain.payment import FINAL, State
from kiosk.domain.visit import (
    Checking,
    Choosing,
    Confirming,
    Done,
    EnteringCode,
    Paying,
    Printing,
    Searching,
    Trouble,
)
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

Act = Callable[[Playbook], None]


def choosing(play: Playbook) -> None:
    play.tap(ZHANG)


def searching(play: Playbook) -> None:
    play.hold = (p.SearchBills,)
    play.tap(ZHANG)


def entering(play: Playbook) -> None:
    play.send(e.EnterCodeTouched())


def confirming(play: Playbook) -> None:
    play.send(e.CodeScanned(bill(1).bill_no), e.PayTouched())


def preparing(play: Playbook) -> None:
    play.tap(ZHANG)
    play.hold = (p.CreatePayment,)
    play.send(e.PayTouched())


def paying(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()


def checking(play: Playbook) -> None:
    paying(play)
    play.hold = (p.QueryPayment,)
    play.send(e.BackTouched())


def printing(play: Playbook) -> None:
    paying(play)
    play.hold = (PrintReceipt,)
    play.wallet_pays()


def done(play: Playbook) -> None:
    paying(play)
    play.wallet_pays()


SCREENS: dict[type, Act] = {
    Searching: searching,
    EnteringCode: entering,
    Choosing: choosing,
    Confirming: confirming,
    Checking: checking,
    Printing: printing,
    Done: done,
    Paying: paying,
}


def pull_card(play: Playbook) -> None:
    play.send(CardRemoved())


def pull_reader(play: Playbook) -> None:
    play.send(e.DeviceDown(Role.ID_READER, "unplugged"))


def pull_scanner(play: Playbook) -> None:
    play.send(e.DeviceDown(Role.SCANNER, "unplugged"))


def pull_printer(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    play.paper.status = PrinterStatus(frozenset({PrinterCondition.OFFLINE}))
    play.send(e.DeviceDown(Role.RECEIPT_PRINTER, "unplugged"))


def pull_network(play: Playbook) -> None:
    play.network(up=False)


PULLS: tuple[Act, ...] = (pull_card, pull_reader, pull_scanner, pull_printer, pull_network)


@pytest.mark.parametrize("pull", PULLS, ids=lambda pull: pull.__name__)
@pytest.mark.parametrize("screen", list(SCREENS), ids=lambda screen: screen.__name__)
def test_whatever_is_pulled_at_a_screen_the_money_ends_settled_and_true(
    screen: type, pull: Act
) -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    SCREENS[screen](play)
    assert isinstance(play.page, screen)
    pull(play)
    play.hold = ()
    play.settle()
    play.tick(30)
    assert_no_lie(play)
    play.network(up=True)
    play.tick(600)
    for payment in play.kiosk.ledger.payments.values():
        assert payment.state in FINAL
        theirs = play.platform.payments[payment.payment_id]
        assert (payment.state is State.PAID) == (theirs.state is p.PlatformState.PAID)
    assert play.page is None


def assert_no_lie(play: Playbook) -> None:
    """While a payment is unsettled, the page says so; a settled one is never called doubtful."""
    page = play.page
    for payment in play.kiosk.ledger.open_payments:
        unsettled = payment.state not in FINAL
        told = isinstance(page, Paying | Checking) or (
            isinstance(page, Trouble) and page.payment_id == payment.payment_id
        )
        assert told or not unsettled or page is None


def test_a_payment_being_prepared_when_the_network_goes_takes_no_money() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    preparing(play)
    play.network(up=False)
    play.hold = ()
    play.settle()
    play.tick(40)
    assert isinstance(play.page, Trouble)
    play.network(up=True)
    play.tick(60)
    assert not play.platform.charges

"""An outage from end to end: a code is taken, a phone pays it, the receipt is collected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain import events as e
from kiosk.domain import open_codes
from kiosk.domain.kiosk import Kiosk, Link
from kiosk.domain.open_code import State
from kiosk.domain.visit import Choosing, ShowingCode
from kiosk.ui.dock.contract import DockFacts, Fault, PhoneStage
from tests.demo.test_dock_actions import Play

FEE, AMOUNT_FEN = "103050101", 15000
RESERVE = f"""
link_check_s = 0.5
link_retry_s = 0.5
[platform]
reconnect_window_s = 0.0
[open_codes]
[[open_codes.reserve]]
item = "{FEE}"
amount_fen = {AMOUNT_FEN}
count = 5
"""


class Outage(Play):
    """The dock's play, with a kiosk that keeps open codes."""

    def take_code(self) -> ShowingCode:
        self.kiosk.wait(lambda k: k.link is Link.UP and _left(k) > 0)
        self.actions.set_fault(Fault.NETWORK_DOWN, on=True)
        self.kiosk.wait(open_codes.is_offered)
        self.kiosk.post(e.OpenCodeWanted())
        self.kiosk.post(e.FeeChosen(FEE))
        self.kiosk.post(e.HandOutTouched())
        page = self.kiosk.wait_page(ShowingCode)
        assert isinstance(page, ShowingCode)
        return page

    def pay_by_phone(self) -> None:
        self.wait(lambda facts: facts.phone.stage is PhoneStage.READY)
        self.actions.phone_open()
        self.wait(lambda facts: facts.phone.stage is PhoneStage.OPENED)
        self.actions.phone_pay("alipay")
        self.wait(lambda facts: facts.phone.stage is PhoneStage.PAID)


def _left(kiosk: Kiosk) -> int:
    return open_codes.left(kiosk, kiosk.rules.open_codes.reserves[0], at_s=0)


def _state(kiosk: Kiosk, page: ShowingCode) -> State:
    return kiosk.ledger.code_book.codes[page.code].state


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def outage(tmp_path: Path, sandbox: SandboxProcess) -> Iterator[Outage]:
    sandbox.post("/sandbox/reset")
    sandbox.post("/sandbox/link", {"heal": True})
    outage = Outage(tmp_path, sandbox, RESERVE)
    outage.actions.start()
    with outage.kiosk:
        outage.kiosk.ready()
        yield outage
    outage.actions.stop(20.0)


def test_a_code_of_an_outage_is_paid_by_phone_settled_and_its_receipt_collected(
    outage: Outage,
) -> None:
    page = outage.take_code()
    facts: DockFacts = outage.wait(lambda facts: bool(facts.strips))  # the slip with the code
    assert facts.strips[-1].exists()
    outage.pay_by_phone()
    assert _state(outage.kiosk.kiosk, page) is State.OPEN
    outage.actions.set_fault(Fault.NETWORK_DOWN, on=False)
    settled = outage.kiosk.wait(lambda k: _state(k, page) is State.SETTLED)
    receipt_no = settled.ledger.code_book.codes[page.code].receipt_no
    outage.kiosk.post(e.LeaveTouched())
    outage.kiosk.wait(lambda k: k.visit is None)
    outage.actions.place_card(outage.index_of("王秀英"))
    choosing = outage.kiosk.wait_page(Choosing)
    assert isinstance(choosing, Choosing)
    assert receipt_no in {head.receipt_no for head in choosing.receipts}


def test_a_withdrawn_code_can_no_longer_be_paid_once_the_network_is_back(outage: Outage) -> None:
    page = outage.take_code()
    outage.wait(lambda facts: facts.phone.stage is PhoneStage.READY)
    outage.actions.phone_open()
    outage.wait(lambda facts: facts.phone.stage is PhoneStage.OPENED)
    outage.kiosk.post(e.WithdrawTouched())
    outage.actions.set_fault(Fault.NETWORK_DOWN, on=False)
    outage.kiosk.wait(lambda k: _state(k, page) is State.VOIDED)
    outage.actions.phone_pay("alipay")
    outage.wait(lambda facts: facts.phone.stage is PhoneStage.CLOSED)


def test_after_a_restart_in_the_outage_the_reserve_goes_on_with_the_next_code(
    outage: Outage,
) -> None:
    first = outage.take_code()
    outage.kiosk.__exit__()
    with outage.new_kiosk() as kiosk:
        kiosk.wait(open_codes.is_offered)
        kiosk.post(e.OpenCodeWanted())
        kiosk.post(e.FeeChosen(FEE))
        kiosk.post(e.HandOutTouched())
        second = kiosk.wait_page(ShowingCode)
        assert isinstance(second, ShowingCode)
        assert second.code > first.code

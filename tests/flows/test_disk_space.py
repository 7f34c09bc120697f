"""The journal's disk fills up: nothing new is begun, everything begun is finished."""

from __future__ import annotations

import pytest

from kiosk.domain import events as e
from kiosk.domain.kiosk import Service
from kiosk.domain.payment import State
from kiosk.domain.platform import ClosePayment, CreatePayment
from kiosk.domain.records import DeviceChanged
from kiosk.domain.visit import Choosing, Done, EnteringCode, Printing, Trouble, TroubleKind
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook

LOW, AMPLE = e.DiskSeen(low=True), e.DiskSeen(low=False)


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def conditions(play: Playbook, role: str) -> list[str]:
    records = play.diary.records()
    return [r.condition for r in records if isinstance(r, DeviceChanged) and r.role == role]


def test_the_start_page_says_that_no_payments_are_taken(play: Playbook) -> None:
    play.send(LOW)
    assert play.kiosk.service is Service.NO_SPACE
    play.send(e.EnterCodeTouched())
    play.tap(ZHANG)
    play.send(e.CodeScanned(bill(1).bill_no))
    assert play.kiosk.visit is None


def test_whoever_is_choosing_is_told_before_paying_and_keeps_the_receipts(play: Playbook) -> None:
    play.platform.add_paid_receipt(bill(2))
    play.tap(ZHANG)
    play.send(LOW, e.PayTouched())
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.NO_SPACE
    assert not play.performed_of(CreatePayment)
    play.send(e.BackTouched(), e.CollectTouched())
    assert isinstance(play.page, Printing | Done)
    play.tick(3)
    assert len(play.paper.strips) == 1


def test_who_is_typing_a_code_may_go_on_to_what_is_owed(play: Playbook) -> None:
    play.send(e.EnterCodeTouched(), LOW)
    assert isinstance(play.page, EnteringCode)
    play.send(e.CodeSubmitted(bill(1).bill_no))
    assert isinstance(play.page, Choosing)


def test_an_open_payment_is_paid_and_printed_as_ever(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.send(LOW)
    play.wallet_pays()
    assert isinstance(play.page, Done)
    assert len(play.paper.strips) == 1


def test_an_open_payment_is_closed_as_ever(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.send(LOW, e.BackTouched())
    assert play.performed_of(ClosePayment)
    assert play.kiosk.ledger.payments[payment_id].state is State.CLOSED


def test_the_next_card_finds_the_start_page_after_the_last_visit(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.send(LOW)
    play.tap(WANG)
    assert play.kiosk.visit is None
    assert play.kiosk.service is Service.NO_SPACE


def test_service_comes_back_by_itself(play: Playbook) -> None:
    play.send(LOW)
    play.send(AMPLE)
    assert play.kiosk.service is Service.IN_SERVICE
    play.tap(ZHANG)
    play.pay()
    assert play.performed_of(CreatePayment)


def test_the_journal_says_when_room_ran_out_and_came_back_once_each(play: Playbook) -> None:
    play.send(LOW, LOW, AMPLE, AMPLE)
    assert conditions(play, "disk") == ["low_space", "enough_space"]


def test_a_lost_mirror_is_in_the_journal_with_its_reason_and_stops_nothing(play: Playbook) -> None:
    play.send(e.DiskSeen(low=False, mirror_trouble="no such directory " + "x" * 400))
    assert play.kiosk.service is Service.IN_SERVICE
    play.send(AMPLE)
    lost, kept = conditions(play, "mirror")
    assert lost.startswith("no such directory")
    assert len(lost) == 200
    assert kept == "kept"


def test_the_engine_looks_at_the_disk_every_ten_seconds(play: Playbook) -> None:
    play.diary.low = True
    play.engine.rest()
    assert play.kiosk.low_space
    play.diary.low = False
    play.tick(9)
    play.engine.rest()
    assert play.kiosk.low_space
    play.tick(1)
    play.engine.rest()
    assert not play.kiosk.low_space


def test_a_disk_that_does_not_answer_halts_the_kiosk(play: Playbook) -> None:
    play.diary.is_silent = True
    play.engine.rest()
    assert play.kiosk.service is Service.HALTED

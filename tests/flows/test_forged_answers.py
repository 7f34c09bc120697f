"""Somebody answers in the platform's place: no payment is begun, what is open is asked on."""

from __future__ import annotations

import pytest

from kiosk.domain import events as e
from kiosk.domain.kiosk import Service
from kiosk.domain.payment import State
from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    CheckLink,
    CreatePayment,
    NotSent,
    Outcome,
    QueryPayment,
)
from kiosk.domain.records import DeviceChanged
from kiosk.domain.visit import Trouble, TroubleKind
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

FORGED = AnswerLost("signature_wrong")


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def answered(play: Playbook, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        play.send(e.PlatformReplied(CheckLink(), outcome))


def noted(play: Playbook) -> list[str]:
    records = play.diary.records()
    return [r.condition for r in records if isinstance(r, DeviceChanged) and r.role == "platform"]


def test_one_forged_answer_stops_nothing(play: Playbook) -> None:
    answered(play, FORGED, Acknowledged(), FORGED, Acknowledged())
    assert play.kiosk.service is Service.IN_SERVICE
    assert noted(play) == []


def test_two_in_a_row_stop_payments_and_are_recorded_once(play: Playbook) -> None:
    answered(play, FORGED, FORGED, AnswerLost("signature_stale"))
    assert play.kiosk.service is Service.NOT_GENUINE
    play.tap(ZHANG)
    assert play.kiosk.visit is None
    assert noted(play) == ["signature_wrong"]


def test_silence_between_them_does_not_make_them_forgotten(play: Playbook) -> None:
    answered(play, FORGED, AnswerLost("answer_timeout"), NotSent("connection_refused"), FORGED)
    assert play.kiosk.service is Service.NOT_GENUINE


def test_silence_alone_is_no_forgery(play: Playbook) -> None:
    answered(play, *[AnswerLost("answer_timeout")] * 5)
    assert play.kiosk.service is Service.NO_LINK


def test_a_genuine_answer_brings_payments_back(play: Playbook) -> None:
    answered(play, FORGED, FORGED, Acknowledged())
    assert play.kiosk.service is Service.IN_SERVICE
    assert noted(play) == ["signature_wrong", "genuine"]
    play.tap(ZHANG)
    assert play.kiosk.visit is not None


def test_whoever_is_choosing_is_told_before_paying(play: Playbook) -> None:
    play.tap(ZHANG)
    answered(play, FORGED, FORGED)
    play.send(e.PayTouched())
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.NOT_GENUINE
    assert not play.performed_of(CreatePayment)


def test_an_open_payment_is_asked_about_until_the_platform_itself_answers(play: Playbook) -> None:
    play.tap(ZHANG)
    play.send(e.PayTouched())
    payment_id = play.performed_of(CreatePayment)[0].payment_id
    answered(play, FORGED, FORGED)
    assert play.kiosk.service is Service.NOT_GENUINE
    asked = len(play.performed_of(QueryPayment))
    assert play.platform.wallet_pays(payment_id)
    play.tick(60)
    assert len(play.performed_of(QueryPayment)) > asked
    assert play.kiosk.ledger.payments[payment_id].state is State.PAID

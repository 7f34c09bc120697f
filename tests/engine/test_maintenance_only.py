"""After repeated failures the kiosk serves operators alone, and does nothing by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain.effects import DeskEffect, Effect, RestartNow, SaveAccount
from kiosk.domain.kiosk import Kiosk, Service
from kiosk.domain.records import DeviceChanged, VisitOpened
from kiosk.engine.engine import Engine
from kiosk.maintenance.home import doubtful_of
from kiosk.maintenance.views import ActOn
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

ACCOUNT = "1001"


class SafeMode:
    """The playbook's kiosk, started again for maintenance only."""

    def __init__(self) -> None:
        self.play = Playbook()
        self.play.platform.owe(bill(1))
        self.play.tap(ZHANG)
        self.play.pay()
        self.play.network(up=False)
        self.play.send(e.BackTouched())
        self.effects: list[Effect] = []
        self.shown: list[Kiosk] = []
        rules = replace(self.play.rules, maintenance_only=True)
        self.engine = Engine(
            rules, self.play.diary, self.play, self.effects.append, self.shown.append
        )
        self.engine.handle(e.Started("again", "test"))

    def order(self, order: o.Order) -> o.NotDone | None:
        self.engine.handle(e.Ordered(order))
        return self.engine.kiosk.desk.answer

    def log_in(self) -> None:
        assert self.order(o.KeepAccount(ACCOUNT, o.AccountRole.TECHNICIAN, "hash")) is None
        self.engine.handle(e.AccountSaved(ACCOUNT, o.AccountRole.TECHNICIAN, dropped=False))
        assert self.order(o.LogIn(ACCOUNT, right=True)) is None


@pytest.fixture
def safe() -> SafeMode:
    return SafeMode()


def test_it_takes_no_money(safe: SafeMode) -> None:
    assert safe.engine.kiosk.service is Service.HALTED


def test_no_resident_is_served(safe: SafeMode) -> None:
    rows = len(safe.play.diary.rows)
    safe.engine.handle(e.CardShown(ZHANG))
    assert safe.engine.kiosk.visit is None
    assert VisitOpened.__name__ not in [kind for kind, _ in safe.play.diary.rows[rows:]]


def test_nobody_is_asked_and_nothing_printed_however_long_it_lasts(safe: SafeMode) -> None:
    assert safe.engine.kiosk.ledger.open_payments
    for _ in range(100):
        safe.play.now_s += 60
        safe.engine.handle(e.Tick())
    assert safe.effects == []


def test_a_technician_logs_in_and_restarts_the_program(safe: SafeMode) -> None:
    safe.log_in()
    assert safe.order(o.AskRestart(o.Restart.APPLICATION)) is None
    assert [type(effect) for effect in safe.effects] == [SaveAccount, RestartNow]
    assert all(isinstance(effect, DeskEffect) for effect in safe.effects)


def test_asking_again_is_refused_and_not_offered_since_nobody_is_asked(safe: SafeMode) -> None:
    safe.log_in()
    doubtful = next(iter(safe.engine.kiosk.ledger.open_payments))
    assert safe.order(o.AskAgain(doubtful.payment_id)) is o.NotDone.MAINTENANCE_ONLY
    listed = doubtful_of(safe.engine.kiosk)
    assert listed
    assert all(ActOn.ASK_AGAIN not in each.acts for each in listed)


def test_an_operator_who_leaves_is_logged_out_when_the_time_is_up(safe: SafeMode) -> None:
    safe.log_in()
    safe.play.now_s += safe.play.rules.desk_idle_s - 0.25
    safe.engine.handle(e.Tick())
    assert safe.engine.kiosk.desk.session is not None
    safe.play.now_s += 0.25
    safe.engine.handle(e.Tick())
    assert safe.engine.kiosk.desk.session is None


def test_time_passes_on_the_screen(safe: SafeMode) -> None:
    shown = len(safe.shown)
    safe.play.now_s += 60
    safe.engine.handle(e.Tick())
    (now,) = safe.shown[shown:]
    assert now is safe.engine.kiosk
    stamp = safe.play.stamp()
    assert (now.now_s, now.wall) == (stamp.mono_s, stamp.wall)


def test_a_disk_that_fills_up_is_told_once_and_shown_to_the_operator(safe: SafeMode) -> None:
    safe.play.diary.low = True
    for _ in range(3):
        safe.play.now_s += 60
        safe.engine.rest()
    assert safe.engine.kiosk.low_space
    kinds = [kind for kind, _ in safe.play.diary.rows]
    assert kinds[-1] == DeviceChanged.__name__ != kinds[-2]


def test_the_payment_in_doubt_is_still_there_at_the_next_start(safe: SafeMode) -> None:
    doubtful = [each.payment_id for each in safe.engine.kiosk.ledger.open_payments]
    safe.play.restart()
    assert [each.payment_id for each in safe.play.kiosk.ledger.open_payments] == doubtful

"""What waiting for a wallet costs the platform, counted in virtual time."""

from __future__ import annotations

from kiosk.domain import platform as p
from kiosk.domain.effects import Effect
from kiosk.domain.visit import Paying
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook


class PatientPlaybook(Playbook):
    """Long polls without news are answered when their time is over, as the platform does."""

    def _is_held(self, effect: Effect) -> bool:
        if not isinstance(effect, p.QueryPayment) or effect.wait_s == 0:
            return super()._is_held(effect)
        self.asked_s.setdefault(id(effect), self.now_s)
        return not self._has_news(effect) and self.now_s < self.asked_s[id(effect)] + effect.wait_s

    asked_s: dict[int, float] = {}  # noqa: RUF012 one playbook per test


def test_waiting_for_a_wallet_costs_less_than_one_request_in_twenty_seconds() -> None:
    play = PatientPlaybook()
    play.asked_s = {}
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.pay()
    assert isinstance(play.page, Paying)
    before, began_s = len(play.performed_of(p.QueryPayment)), play.now_s
    for _ in range(160 * 4):
        play.tick(0.25)
    assert isinstance(play.page, Paying)
    polls = len(play.performed_of(p.QueryPayment)) - before
    assert polls > 3
    assert polls / (play.now_s - began_s) <= 0.05

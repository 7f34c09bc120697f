"""Who may log in, how long a wrong PIN is held, and that no clock or restart shortens it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api import Role
from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain.operating import LOCKED_S, hold_s
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.domain.records import OperatorActed
from tests.support.desks import HASH, order, technician
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    """Two accounts, nobody logged in."""
    play = Playbook()
    technician(play)
    assert order(play, o.KeepAccount("201", AccountRole.OFFICE, HASH)) is None
    assert order(play, o.LogOut()) is None
    return play


def acts(play: Playbook) -> list[tuple[str, str, str]]:
    return [
        (record.account_id, record.act.value, record.refused)
        for record in play.diary.records()
        if isinstance(record, OperatorActed)
    ]


def test_the_first_account_is_a_technicians_and_made_without_anybody_logged_in() -> None:
    play = Playbook()
    wrong = o.KeepAccount("201", AccountRole.OFFICE, HASH)
    assert order(play, wrong) is NotDone.NOT_YOUR_ROLE
    assert order(play, o.KeepAccount("901", AccountRole.TECHNICIAN, HASH)) is None
    second = o.KeepAccount("902", AccountRole.TECHNICIAN, HASH)
    assert order(play, second) is NotDone.NOT_LOGGED_IN


def test_an_account_counts_only_when_the_file_holds_it() -> None:
    play = Playbook()
    play.hold = (object,)
    order(play, o.KeepAccount("901", AccountRole.TECHNICIAN, HASH))
    assert not play.kiosk.ledger.office.accounts
    play.hold = ()
    play.restart()
    assert order(play, o.KeepAccount("901", AccountRole.TECHNICIAN, HASH)) is None


def test_a_hash_is_neither_in_the_journal_nor_in_a_repr(play: Playbook) -> None:
    assert HASH not in str(play.diary.rows)
    assert HASH not in repr(o.KeepAccount("901", AccountRole.TECHNICIAN, HASH))


def test_every_log_in_good_or_bad_and_log_out_is_in_the_journal(play: Playbook) -> None:
    play.diary.rows.clear()
    play.diary.times.clear()
    order(play, o.LogIn("201", right=False))
    play.tick(1)
    order(play, o.LogIn("201", right=True))
    order(play, o.LogOut())
    assert acts(play) == [
        ("201", "log_in", "wrong_pin"),
        ("201", "log_in", ""),
        ("201", "log_out", ""),
    ]


def test_the_record_is_durable_before_anybody_is_logged_in(play: Playbook) -> None:
    play.diary.fail_at, play.diary.fails_for_ever = play.diary.commits + 1, True
    play.send(e.Ordered(o.LogIn("201", right=True)))
    assert play.kiosk.desk.session is None
    assert play.kiosk.halted


def test_waits_double_up_to_the_lock() -> None:
    assert [hold_s(n) for n in range(12)] == [
        0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, LOCKED_S, LOCKED_S,
    ]  # fmt: skip


def test_even_the_right_pin_is_not_looked_at_while_the_account_is_held(play: Playbook) -> None:
    for _ in range(3):
        assert order(play, o.LogIn("201", right=False)) is NotDone.WRONG_PIN
        play.tick(5)
    order(play, o.LogIn("201", right=False))
    assert order(play, o.LogIn("201", right=True)) is NotDone.HELD
    play.tick(8)
    assert order(play, o.LogIn("201", right=True)) is None


def test_a_held_try_counts_no_further_wrong_pin(play: Playbook) -> None:
    for _ in range(5):
        order(play, o.LogIn("201", right=False))
    assert play.kiosk.ledger.office.failures["201"] == 1


def locked(play: Playbook) -> None:
    for _ in range(10):
        assert order(play, o.LogIn("201", right=False)) is NotDone.WRONG_PIN
        play.tick(300)


def test_ten_wrong_pins_lock_for_half_an_hour_and_a_restart_begins_it_again(
    play: Playbook,
) -> None:
    locked(play)
    assert order(play, o.LogIn("201", right=True)) is NotDone.HELD
    play.tick(1400)
    play.restart()
    play.tick(1700)
    assert order(play, o.LogIn("201", right=True)) is NotDone.HELD
    play.tick(101)
    assert order(play, o.LogIn("201", right=True)) is None


def test_turning_the_clock_on_does_not_shorten_a_wait(play: Playbook) -> None:
    locked(play)
    for days in (365, -365):
        play.clock_off = timedelta(days=days)
        play.send(e.Tick())
        assert order(play, o.LogIn("201", right=True)) is NotDone.HELD
        play.restart()
        assert order(play, o.LogIn("201", right=True)) is NotDone.HELD


def test_one_account_held_does_not_hold_another(play: Playbook) -> None:
    locked(play)
    assert order(play, o.LogIn("901", right=True)) is None


def test_a_new_pin_by_a_technician_ends_the_lock(play: Playbook) -> None:
    locked(play)
    order(play, o.LogIn("901", right=True))
    order(play, o.KeepAccount("201", AccountRole.OFFICE, HASH))
    order(play, o.LogOut())
    play.tick(1)
    assert "201" not in play.kiosk.ledger.office.failures


def test_guesses_of_account_numbers_share_one_wait_and_are_not_recorded(play: Playbook) -> None:
    assert order(play, o.LogIn("330199190001010010", right=False)) is NotDone.WRONG_PIN
    assert order(play, o.LogIn("555", right=True)) is NotDone.HELD
    assert "330199190001010010" not in str(play.diary.rows)


def test_nobody_is_logged_in_during_a_visit(play: Playbook) -> None:
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    assert order(play, o.LogIn("901", right=True)) is NotDone.VISIT_GOING_ON


def test_no_visit_begins_while_an_operator_is_logged_in(play: Playbook) -> None:
    order(play, o.LogIn("901", right=True))
    play.tap(ZHANG)
    play.send(e.EnterCodeTouched(), e.CodeScanned(bill(1).bill_no))
    assert play.kiosk.visit is None


def test_a_minute_without_a_touch_logs_out_and_a_touch_begins_it_again(play: Playbook) -> None:
    order(play, o.LogIn("901", right=True))
    play.tick(59)
    order(play, o.StillThere())
    play.tick(59)
    assert play.kiosk.desk.session is not None
    play.tick(1)
    assert play.kiosk.desk.session is None
    assert acts(play)[-1] == ("901", "log_out", "")


def test_a_restart_logs_out(play: Playbook) -> None:
    order(play, o.LogIn("901", right=True))
    play.restart()
    assert play.kiosk.desk.session is None


def test_the_office_does_not_make_accounts_but_changes_its_own_pin(play: Playbook) -> None:
    order(play, o.LogIn("201", right=True))
    other = o.KeepAccount("202", AccountRole.OFFICE, HASH)
    assert order(play, other) is NotDone.NOT_YOUR_ROLE
    more = o.KeepAccount("201", AccountRole.TECHNICIAN, HASH)
    assert order(play, more) is NotDone.NOT_YOUR_ROLE
    assert order(play, o.KeepAccount("201", AccountRole.OFFICE, HASH)) is None


def test_the_last_technician_cannot_be_dropped_nor_made_an_office_account(play: Playbook) -> None:
    order(play, o.LogIn("901", right=True))
    assert order(play, o.DropAccount("901")) is NotDone.LAST_TECHNICIAN
    office = o.KeepAccount("901", AccountRole.OFFICE, HASH)
    assert order(play, office) is NotDone.LAST_TECHNICIAN
    assert order(play, o.DropAccount("201")) is None
    assert set(play.kiosk.ledger.office.accounts) == {"901"}


def test_whose_role_is_taken_away_may_no_more_at_once(play: Playbook) -> None:
    technician(play)
    assert order(play, o.KeepAccount("902", AccountRole.TECHNICIAN, HASH)) is None
    assert order(play, o.KeepAccount("901", AccountRole.OFFICE, HASH)) is None
    assert order(play, o.DropAccount("201")) is NotDone.NOT_YOUR_ROLE
    back = o.KeepAccount("901", AccountRole.TECHNICIAN, HASH)
    assert order(play, back) is NotDone.NOT_YOUR_ROLE


def test_whose_account_is_dropped_is_logged_out(play: Playbook) -> None:
    order(play, o.LogIn("901", right=True))
    order(play, o.KeepAccount("902", AccountRole.TECHNICIAN, HASH))
    order(play, o.DropAccount("901"))
    assert play.kiosk.desk.session is None


def test_an_accounts_file_that_cannot_be_written_makes_no_account(play: Playbook) -> None:
    order(play, o.LogIn("901", right=True))
    play.hold = (object,)
    play.engine.handle(e.Ordered(o.KeepAccount("203", AccountRole.OFFICE, HASH)))
    play.pending.clear()
    play.hold = ()
    busy = order(play, o.KeepAccount("204", AccountRole.OFFICE, HASH))
    assert busy is NotDone.BUSY
    play.send(e.AccountSaved("203", AccountRole.OFFICE, dropped=False, failed="read-only"))
    assert "203" not in play.kiosk.ledger.office.accounts
    assert order(play, o.KeepAccount("204", AccountRole.OFFICE, HASH)) is None


def test_only_technicians_restart_the_machine_and_take_the_bundle(play: Playbook) -> None:
    order(play, o.LogIn("201", right=True))
    assert order(play, o.AskRestart(o.Restart.MACHINE)) is NotDone.NOT_YOUR_ROLE
    assert order(play, o.Took(o.Taking.SUPPORT_BUNDLE)) is NotDone.NOT_YOUR_ROLE
    assert order(play, o.Took(o.Taking.DAY_EXPORTED, "day.csv")) is None
    assert order(play, o.BeginDeviceTest(Role.SCANNER)) is None

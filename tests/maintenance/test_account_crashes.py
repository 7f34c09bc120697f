"""The power goes between the journal and the accounts file: who may log in can log in."""

from __future__ import annotations

import pytest

from kiosk.domain import operator as o
from kiosk.domain.events import Ordered
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.maintenance.accounts import Accounts
from tests.support.desks import desk_upon, order
from tests.support.playbook import Playbook

HASH = "$argon2id$any"
TECHNICIANS = ("901", "902")


@pytest.fixture
def play(tmp_path):
    """Two technicians in the journal and in the file; the first is logged in."""
    play = Playbook()
    desk_upon(play, tmp_path, {})
    for each in TECHNICIANS:
        assert order(play, o.KeepAccount(each, AccountRole.TECHNICIAN, HASH)) is None
        order(play, o.LogIn("901", right=True))
    return play


def in_file(directory):
    return set(Accounts(directory / "data").load())


def cut_short(play, given, *, after_the_file):
    """The power goes when the order is durable, before or after the file is written."""
    play.engine.handle(Ordered(given))
    if after_the_file:
        for effect in play.pending:
            play.office.serve(effect)
    play.answers.clear()
    play.restart()


@pytest.mark.parametrize("after_the_file", [False, True])
def test_a_drop_that_a_crash_cut_short_is_done(play, tmp_path, after_the_file):
    cut_short(play, o.DropAccount("902"), after_the_file=after_the_file)
    assert set(play.kiosk.ledger.office.accounts) == {"901"} == in_file(tmp_path)


@pytest.mark.parametrize("after_the_file", [False, True])
def test_whose_drop_was_cut_short_counts_as_no_technician(play, after_the_file):
    cut_short(play, o.DropAccount("902"), after_the_file=after_the_file)
    assert order(play, o.LogIn("901", right=True)) is None
    assert order(play, o.DropAccount("901")) is NotDone.LAST_TECHNICIAN


@pytest.mark.parametrize("after_the_file", [False, True])
def test_a_new_account_that_a_crash_cut_short_is_none_and_can_be_made_again(
    play, tmp_path, after_the_file
):
    new = o.KeepAccount("203", AccountRole.OFFICE, HASH)
    cut_short(play, new, after_the_file=after_the_file)
    assert set(play.kiosk.ledger.office.accounts) == set(TECHNICIANS) == in_file(tmp_path)
    order(play, o.LogIn("901", right=True))
    assert order(play, new) is None
    assert "203" in play.kiosk.ledger.office.accounts


def test_a_file_that_cannot_be_written_lets_nobody_in_who_was_dropped(play, tmp_path):
    path = tmp_path / "data" / "accounts.json"
    path.unlink()
    path.mkdir()
    assert order(play, o.DropAccount("902")) is None
    order(play, o.LogOut())
    assert order(play, o.LogIn("902", right=True)) is NotDone.WRONG_PIN

"""What staff typed is gone from memory with the page, the log-out or the order it was typed for."""

import gc
from dataclasses import replace

import pytest

from kiosk.domain.office_book import Office
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.ui.sample_maintenance import DESK, HOURS, NOBODY
from kiosk.ui.sample_screens import NOW_S, SCREENS
from tests.ui.test_maintenance_pages import Room, SampleDesk

TYPED = (4, 0, 9, 7, 2, 6)
"""Never a text here, which a search through memory would find."""
ACCOUNT = "1001"
WITH_ACCOUNT = replace(
    NOBODY,
    ledger=replace(NOBODY.ledger, office=Office(accounts={ACCOUNT: AccountRole.TECHNICIAN})),
)


def is_held():
    """Whether any object of this process holds what was typed."""
    gc.collect()
    return any(
        type(each) is str and len(each) == len(TYPED) and tuple(map(ord, each)) == AS_ORDS
        for holder in gc.get_objects()
        for each in gc.get_referents(holder)
    )


AS_ORDS = tuple(ord("0") + digit for digit in TYPED)


@pytest.fixture
def room(qapp):
    made = Room(SampleDesk())
    yield made
    made.shell.close()


def type_it(room):
    room.type([str(digit) for digit in TYPED])
    assert is_held(), "or the search finds nothing"


def at_log_in(room):
    room.go("login", WITH_ACCOUNT)
    room.type(ACCOUNT)
    room.tap("下一步")


def at_new_pin(room):
    room.go(f"pin-{ACCOUNT}", DESK)


def at_new_pin_again(room):
    room.go(f"pin-{ACCOUNT}", DESK)
    type_it(room)
    room.tap("下一步")


def at_new_account(room):
    room.go("new_account-office", DESK)
    room.type("3003")
    room.tap("下一步")


def at_code(room):
    room.go("payments", DESK)
    room.tap("输号码")


def at_case(room):
    room.go("day", DESK)
    room.tap("开始对账", "确认日结")


def at_hours(room):
    room.go("hours", HOURS)
    room.tap("改周六")


INSIDE = [at_new_pin, at_new_pin_again, at_new_account, at_code, at_case, at_hours]


@pytest.mark.parametrize("begin", INSIDE)
def test_what_was_typed_is_forgotten_with_the_page(room, begin):
    begin(room)
    type_it(room)
    room.go("home")
    assert not is_held()


@pytest.mark.parametrize("begin", INSIDE)
def test_what_was_typed_is_forgotten_with_the_log_out(room, begin):
    begin(room)
    type_it(room)
    room.show(replace(NOBODY, now_s=NOW_S + 1))
    assert not room.is_open
    assert not is_held()


def test_a_pin_typed_at_the_log_in_is_forgotten_when_nobody_goes_on(room):
    at_log_in(room)
    type_it(room)
    room.show(replace(WITH_ACCOUNT, now_s=NOW_S + 120))
    assert not room.is_open
    assert not is_held()


def test_a_pin_typed_at_the_log_in_is_forgotten_when_a_resident_comes(room):
    at_log_in(room)
    type_it(room)
    room.show(SCREENS["trouble-no-space"])
    assert not is_held()


@pytest.mark.parametrize("answer", [None, NotDone.WRONG_PIN], ids=["taken", "refused"])
def test_a_pin_is_forgotten_once_it_was_sent(qapp, answer):
    room = Room(SampleDesk(answer=answer))
    try:
        at_log_in(room)
        type_it(room)
        room.tap("登录")
        assert not is_held()
    finally:
        room.shell.close()


@pytest.mark.parametrize("answer", [None, NotDone.NOT_YOUR_ROLE], ids=["taken", "refused"])
def test_a_new_pin_is_forgotten_once_it_was_sent(qapp, answer):
    room = Room(SampleDesk(answer=answer))
    try:
        at_new_pin_again(room)
        type_it(room)
        room.tap("换成新密码")
        assert not is_held()
    finally:
        room.shell.close()


def test_two_pins_that_differ_are_both_forgotten(room):
    at_new_pin_again(room)
    room.type("11223344")
    room.tap("换成新密码")
    assert not is_held()

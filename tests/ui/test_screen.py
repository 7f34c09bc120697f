"""Which page is on the screen, what the header says, what is veiled, when it warns."""

from dataclasses import replace

import pytest

from kiosk.domain import visit as v
from kiosk.domain.events import Stamp, Tick
from kiosk.domain.kiosk import Link
from kiosk.domain.step import step
from kiosk.ui.sample_screens import (
    BY_CODE,
    CHOOSING,
    COMPANY,
    NOW_S,
    PAYING,
    PERSON,
    READY,
    SCREENS,
    WALL,
    at,
)
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.header import header
from kiosk.ui.viewmodels.privacy import VEIL_AFTER_S, is_veiled
from kiosk.ui.viewmodels.screen import Screen, screen
from kiosk.ui.viewmodels.warning import warning

ZH = texts(Language.ZH)
EXPECTED = {
    "attract": Screen.ATTRACT,
    "starting": Screen.OUT_OF_SERVICE,
    "no-link": Screen.OUT_OF_SERVICE,
    "closed-by-staff": Screen.OUT_OF_SERVICE,
    "closed-hours": Screen.OUT_OF_SERVICE,
    "halted": Screen.OUT_OF_SERVICE,
    "halted-while-paying": Screen.OUT_OF_SERVICE,
    "code-entry": Screen.CODE_ENTRY,
    "searching": Screen.SEARCHING,
    "bills": Screen.BILLS,
    "bills-collect": Screen.BILLS,
    "warning": Screen.BILLS,
    "confirm-changes": Screen.CONFIRM,
    "pay-preparing": Screen.PAY,
    "pay": Screen.PAY,
    "checking": Screen.CHECKING,
    "printing": Screen.PRINTING,
    "done": Screen.DONE,
    "trouble-doubt": Screen.TROUBLE,
    "swap": Screen.SWAP,
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_the_page_follows_from_the_snapshot(name, expected):
    assert screen(SCREENS[name]) is expected


def test_every_page_of_the_screen_has_a_sample():
    assert {screen(kiosk) for kiosk in SCREENS.values()} == set(Screen)


def test_a_visit_goes_on_when_the_link_breaks():
    assert screen(replace(at(CHOOSING), link=Link.DOWN)) is Screen.BILLS


def test_another_card_hides_the_page_and_the_name_of_the_first():
    assert screen(SCREENS["swap"]) is Screen.SWAP
    assert header(SCREENS["swap"], ZH).visitor == ""


@pytest.mark.parametrize(
    ("subject", "words"),
    [(PERSON, "张*三"), (BY_CODE, "缴款码尾号 0317"), (COMPANY, "单位代码尾号 T00X"), (None, "")],
)
def test_the_header_names_the_visitor_masked(subject, words):
    assert header(at(CHOOSING, subject), ZH).visitor == words


def test_a_card_without_a_name_is_named_by_its_masked_number():
    nameless = replace(PERSON, name="")
    assert header(at(CHOOSING, nameless), ZH).visitor == "330***********0010"


@pytest.mark.parametrize(
    ("name", "can_leave"),
    [("bills", True), ("pay", True), ("checking", False), ("printing", False), ("done", False),
     ("attract", False), ("swap", False), ("halted-while-paying", False)],
)  # fmt: skip
def test_one_can_leave_but_not_while_money_or_paper_moves(name, can_leave):
    assert header(SCREENS[name], ZH).can_leave is can_leave


def test_the_clock_shows_the_time_in_china():
    assert header(READY, ZH).clock == "14:26"


def test_the_name_of_the_kiosk_is_told_where_it_says_more_than_the_title():
    assert header(READY, ZH, "拱墅区政务服务中心").site == "拱墅区政务服务中心"
    assert header(READY, ZH, "公共支付自助机").site == ""


# --- privacy -----------------------------------------------------------------------------------


def waited(page, seconds):
    kiosk = at(page)
    return replace(kiosk, visit=replace(kiosk.visit, touched_s=NOW_S - seconds))


@pytest.mark.parametrize(
    ("page", "seconds", "veiled"),
    [
        (CHOOSING, VEIL_AFTER_S - 0.1, False),
        (CHOOSING, VEIL_AFTER_S, True),
        (v.Confirming(CHOOSING), VEIL_AFTER_S, True),
        (PAYING, 100, False),
        (replace(CHOOSING, auto_collect_at_s=NOW_S + 3), 100, False),
    ],
)
def test_names_and_amounts_are_veiled_ten_seconds_after_the_last_touch(page, seconds, veiled):
    assert is_veiled(waited(page, seconds)) is veiled


def test_the_start_page_has_nothing_to_veil():
    assert not is_veiled(READY)


def test_the_name_in_the_header_is_veiled_with_the_page():
    assert header(waited(CHOOSING, 12), ZH).visitor == ""


# --- the warning before the end ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "waited_s", "seconds"),
    [
        (CHOOSING, 39.0, None),
        (CHOOSING, 40.0, 20),
        (CHOOSING, 59.5, 1),
        (v.Confirming(CHOOSING), 45.0, 15),
        (v.EnteringCode(), 45.0, 15),
        (v.Trouble(v.TroubleKind.LOOKUP_FAILED), 45.0, 15),
        (v.Trouble(v.TroubleKind.MONEY_IN_DOUBT), 59.0, None),
        (v.Trouble(v.TroubleKind.MONEY_IN_DOUBT), 105.0, 15),
        (PAYING, 59.0, None),
        (v.Searching("L", NOW_S), 59.0, None),
    ],
)
def test_a_warning_counts_down_before_the_visit_ends(page, waited_s, seconds):
    shown = warning(waited(page, waited_s), ZH)
    assert shown.is_shown is (seconds is not None)
    assert shown.seconds == (seconds or 0)


@pytest.mark.parametrize(
    "page", [CHOOSING, v.EnteringCode(), v.Trouble(v.TroubleKind.MONEY_IN_DOUBT)]
)
def test_the_warning_reaches_its_end_when_the_core_ends_the_visit(page):
    kiosk = at(page)
    rules = kiosk.rules
    while True:
        assert kiosk.now_s < NOW_S + 10 * rules.idle_s
        before = kiosk
        kiosk = step(kiosk, Tick(), Stamp(kiosk.now_s + 0.5, WALL, "0" * 26)).kiosk
        if kiosk.visit is None:
            break
    assert warning(before, ZH).seconds == 1
    warned_s = 0.0
    kiosk = at(page)
    while (kiosk := replace(kiosk, now_s=kiosk.now_s + 0.5)).now_s < before.now_s + 0.5:
        warned_s += 0.5 if warning(kiosk, ZH).is_shown else 0
    assert warned_s >= rules.warn_s - 0.5


def test_nothing_warns_over_the_question_of_the_other_card():
    kiosk = waited(CHOOSING, 50)
    kiosk = replace(kiosk, visit=replace(kiosk.visit, swap=BY_CODE))
    assert not warning(kiosk, ZH).is_shown


@pytest.mark.parametrize(
    ("until_s", "now_s", "seconds"), [(10, 0, 10), (10, 0.4, 10), (10, 9.99, 1), (10, 11, 0)]
)
def test_a_countdown_shows_one_until_its_end(until_s, now_s, seconds):
    assert wording.seconds_left(until_s, now_s) == seconds

"""Opening hours that operators set on the screen, in place of the site file's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.domain import operator as o
from kiosk.domain.hours import DAY_MINUTES, Week, next_opening, span_of, spans_of, text_of, week_of
from kiosk.domain.kiosk import Service
from kiosk.domain.ledger import rebuild
from kiosk.domain.operator import NotDone
from kiosk.domain.records import OperatorActed
from tests.support.desks import order, technician
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

ALWAYS = (((0, DAY_MINUTES),),) * 7
SUNDAYS: Week = ((),) * 6 + (((510, 720), (810, 1050)),)  # the playbook's day is a Saturday
SITE = (span_of("mon-fri 08:30-17:30"), span_of("sat 09:00-12:00"))


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    technician(play)
    return play


def test_hours_set_on_the_screen_hold_at_once_and_after_a_restart(play: Playbook) -> None:
    assert order(play, o.SetHours(SUNDAYS)) is None
    for _ in range(2):
        assert play.kiosk.service is Service.CLOSED
        order(play, o.LogOut())
        play.tap(ZHANG)
        assert play.kiosk.visit is None
        play.restart()
    assert week_of(play.kiosk.opening_hours) == SUNDAYS


def test_the_site_files_hours_hold_where_none_were_set_and_again_when_they_are_taken_back(
    play: Playbook,
) -> None:
    play.engine.kiosk = replace(play.kiosk, rules=replace(play.rules, opening_hours=SITE))
    assert play.kiosk.opening_hours == SITE
    assert order(play, o.SetHours(None)) is NotDone.NOT_IN_THIS_STATE
    assert order(play, o.SetHours(ALWAYS)) is None
    assert week_of(play.kiosk.opening_hours) == ALWAYS
    assert order(play, o.SetHours(None)) is None
    assert play.kiosk.opening_hours == SITE


def test_who_set_them_to_what_and_when_is_in_the_journal(play: Playbook) -> None:
    order(play, o.SetHours(SUNDAYS))
    acts = [each for each in play.diary.records() if isinstance(each, OperatorActed)]
    assert (acts[-1].account_id, acts[-1].subject) == ("901", "screen")
    assert acts[-1].detail["hours"] == "sun 08:30-12:00; sun 13:30-17:30"
    kept = rebuild(play.diary.records()).office
    assert kept.hours_set_s == acts[-1].detail["at_s"] > 0


@pytest.mark.parametrize(
    "day",
    [
        ((600, 600),),
        ((600, 540),),
        ((0, DAY_MINUTES + 1),),
        ((-1, 600),),
        ((540, 720), (700, 800)),
        ((540, 720), (720, 800)),
        ((810, 1050), (510, 720)),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_changes_nothing(
    play: Playbook, day: tuple[tuple[int, int], ...]
) -> None:
    assert order(play, o.SetHours((day, *ALWAYS[1:]))) is NotDone.HOURS_IMPOSSIBLE
    assert play.kiosk.opening_hours == ()


@pytest.mark.parametrize("week", [((),) * 7, ALWAYS[1:], (*ALWAYS, ALWAYS[0])])
def test_a_week_that_never_opens_or_has_not_seven_days_is_refused(
    play: Playbook, week: Week
) -> None:
    assert order(play, o.SetHours(week)) is NotDone.HOURS_IMPOSSIBLE
    assert play.kiosk.service is Service.IN_SERVICE


def test_a_week_is_the_same_after_it_was_written_and_read() -> None:
    for week in (SUNDAYS, ALWAYS, week_of(SITE)):
        assert week_of(spans_of(text_of(week))) == week


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ((2026, 11, 20, 0, 29), (2026, 11, 20, 0, 30)),  # a Friday; 08:30 in China
        ((2026, 11, 20, 0, 30), (2026, 11, 21, 1, 0)),
        ((2026, 11, 21, 5, 0), (2026, 11, 23, 0, 30)),
        ((2026, 11, 20, 17, 0), (2026, 11, 21, 1, 0)),  # Saturday in China already
    ],
)
def test_the_next_opening_is_the_first_moment_after_now(
    at: tuple[int, ...], opens: tuple[int, ...]
) -> None:
    now, then = datetime(*at, tzinfo=UTC), datetime(*opens, tzinfo=UTC)  # type: ignore[misc]
    assert next_opening(SITE, now) == then


def test_a_week_with_one_opening_comes_back_after_seven_days_and_always_open_never() -> None:
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert next_opening((span_of("mon 08:30-09:00"),), monday) == monday + timedelta(days=7)
    assert next_opening((), monday) is None


def test_spans_that_overlap_in_the_site_file_are_one() -> None:
    spans = tuple(map(span_of, ("mon 13:00-17:00", "mon-tue 08:00-12:00", "mon 11:00-13:00")))
    assert week_of(spans)[:2] == (((480, 1020),), ((480, 720),))
    assert week_of(()) == ALWAYS

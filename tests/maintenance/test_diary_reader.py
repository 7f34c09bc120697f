"""Where a day begins in a journal whose clock was not always right."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.engine.engine import Entry
from kiosk.maintenance.diary_reader import EARLIER_ROWS, SLICE_ROWS, DiaryReader

START = datetime(2026, 11, 1, tzinfo=UTC)
ROWS = 20_000  # one a minute: two weeks
DAY_ROWS = 1440
LOST = datetime(1970, 1, 1, tzinfo=UTC)


class Diary:
    """One row a minute; `wrong` rows have the time of a wrong clock."""

    def __init__(self, wrong, clock):
        self._wrong, self._clock = wrong, clock
        self.last_seq = ROWS

    def at(self, seq):
        return self._clock if seq in self._wrong else START + timedelta(minutes=seq)

    def entries(self, first, limit):
        numbers = range(max(first, 1), min(first + limit - 1, ROWS) + 1)
        return [Entry(seq, self.at(seq), "Sample", {}) for seq in numbers]

    def ask(self, question):
        future = Future()
        future.set_result(question(self))
        return future


@pytest.mark.parametrize("wrong", [range(0), range(9_990, 10_011), range(14_000, 14_010)])
@pytest.mark.parametrize("clock", [LOST, datetime(2036, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("day", [0, 3, 7, 13])
def test_no_row_of_a_day_or_later_lies_before_where_it_is_said_to_begin(wrong, clock, day):
    reader = DiaryReader(Diary(wrong, clock).ask)
    begin = 1 + day * DAY_ROWS
    first = reader.first_at(START + timedelta(days=day, minutes=1))
    assert first <= begin


@pytest.mark.parametrize("day", [3, 7, 13])
def test_a_clock_that_was_right_costs_at_most_a_few_slices(day):
    reader = DiaryReader(Diary(range(0), LOST).ask)
    begin = 1 + day * DAY_ROWS
    first = reader.first_at(START + timedelta(days=day, minutes=1))
    assert begin - EARLIER_ROWS - SLICE_ROWS < first <= begin


def test_after_the_newest_row_there_is_nothing_to_miss():
    reader = DiaryReader(Diary(range(0), LOST).ask)
    assert reader.first_at(START + timedelta(days=99)) == ROWS - EARLIER_ROWS

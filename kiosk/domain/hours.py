"""Opening hours: weekly spans in China's time, which has had no daylight saving since 1991."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import pairwise

CHINA = timezone(timedelta(hours=8), "UTC+8")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? ([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
DAY_MINUTES = 24 * 60

Week = tuple[tuple[tuple[int, int], ...], ...]
"""Monday to Sunday; of each day the minutes from which and to which it is open, in order."""


def business_day(at: datetime) -> date:
    """The day in China at this moment: the day of the books."""
    return at.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class Span:
    """Open on these weekdays (0: Monday) from one minute of the day to before another."""

    weekdays: frozenset[int]
    from_min: int
    to_min: int


def span_of(text: str) -> Span:
    """Reads "mon-fri 08:30-17:30" or "sat 09:00-12:00"; raises ValueError in words."""
    found = SPAN.fullmatch(text.strip().lower())
    if not found or found[1] not in DAYS or (found[2] and found[2] not in DAYS):
        raise ValueError('expected days and hours such as "mon-fri 08:30-17:30"')
    first = DAYS.index(found[1])
    last = DAYS.index(found[2]) if found[2] else first
    from_min, to_min = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    if last < first:
        raise ValueError("the days run from Monday to Sunday: write two entries")
    if not from_min < to_min <= DAY_MINUTES:
        words = "the hours end before they begin, or after 24:00: write two entries over midnight"
        raise ValueError(words)
    return Span(frozenset(range(first, last + 1)), from_min, to_min)


def is_open(spans: tuple[Span, ...], at: datetime) -> bool:
    """Whether `at` lies in any span; without spans it is always open."""
    local = at.astimezone(CHINA)
    minute = local.hour * 60 + local.minute
    return not spans or any(
        local.weekday() in span.weekdays and span.from_min <= minute < span.to_min for span in spans
    )


def next_opening(spans: tuple[Span, ...], at: datetime) -> datetime | None:
    """The first moment after `at` at which a span begins; none where it is always open."""
    if not spans:
        return None
    week, today = week_of(spans), business_day(at)
    begins = (
        datetime.combine(day, time(), CHINA) + timedelta(minutes=from_min)
        for day in (today + timedelta(days=n) for n in range(len(DAYS) + 1))
        for from_min, _ in week[day.weekday()]
    )
    return next((moment for moment in begins if moment > at), None)


def week_of(spans: tuple[Span, ...]) -> Week:
    """Day by day, spans that touch or overlap as one; without spans every day is open."""
    if not spans:
        return (((0, DAY_MINUTES),),) * len(DAYS)
    return tuple(
        _joined(sorted((s.from_min, s.to_min) for s in spans if day in s.weekdays))
        for day in range(len(DAYS))
    )


def _joined(day: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for from_min, to_min in day:
        if joined and from_min <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], to_min))
        else:
            joined.append((from_min, to_min))
    return tuple(joined)


def is_possible(week: Week) -> bool:
    """Seven days, each with spans one after the other, and at least one that is open."""
    return len(week) == len(DAYS) and any(week) and all(map(_is_day, week))


def _is_day(day: tuple[tuple[int, int], ...]) -> bool:
    minutes = [minute for span in day for minute in span]
    rising = all(a < b for a, b in pairwise(minutes))
    return rising and all(0 <= minute <= DAY_MINUTES for minute in minutes)


def text_of(week: Week) -> str:
    """As the journal keeps it: "mon 08:30-12:00; mon 13:30-17:30; tue 00:00-24:00"."""
    return "; ".join(
        f"{DAYS[number]} {clock_of(from_min)}-{clock_of(to_min)}"
        for number, day in enumerate(week)
        for from_min, to_min in day
    )


def clock_of(minute: int) -> str:
    """Minutes since midnight as on a clock, 1440 as 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@lru_cache(maxsize=8)
def spans_of(text: str) -> tuple[Span, ...]:
    """Of what `text_of` wrote; raises ValueError."""
    return tuple(span_of(each) for each in text.split("; "))

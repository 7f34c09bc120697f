"""Opening hours: weekly spans in China's time, which has had no daylight saving since 1991."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? ([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
DAY_MINUTES = 24 * 60


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
        raise ValueError("the hours end before they begin, or after 24:00")
    return Span(frozenset(range(first, last + 1)), from_min, to_min)


def is_open(spans: tuple[Span, ...], at: datetime) -> bool:
    """Whether `at` lies in any span; without spans it is always open."""
    local = at.astimezone(CHINA)
    minute = local.hour * 60 + local.minute
    return not spans or any(
        local.weekday() in span.weekdays and span.from_min <= minute < span.to_min for span in spans
    )

"""Which days of the books still wait for their closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from kiosk.domain.hours import business_day, week_of
from kiosk.domain.kiosk import OLDEST_NOW, Kiosk
from kiosk.domain.ledger import SETTLED_KEPT

DAYS_BACK = 31  # older ones are found by going back on the day's page


def unclosed_days(kiosk: Kiosk) -> tuple[date, ...]:
    """Days before today that nobody has closed, oldest first.

    From the first day that the ledger knows of; a weekday on which the kiosk does not open
    counts only where money moved on it.
    """
    if kiosk.wall < OLDEST_NOW:
        return ()
    today = kiosk.today
    closed = {date.fromisoformat(day) for day in kiosk.ledger.office.closed_days}
    busy = set(_busy(kiosk))
    first = min(busy | closed, default=today)
    if len(kiosk.ledger.payments) >= SETTLED_KEPT:  # on a busy day it knows of nothing earlier
        first = min(first, today - timedelta(days=1))
    week = week_of(kiosk.opening_hours)
    days = (today - timedelta(days=n) for n in range(DAYS_BACK, 0, -1))
    return tuple(
        day
        for day in days
        if day >= first and day not in closed and (week[day.weekday()] or day in busy)
    )


def _busy(kiosk: Kiosk) -> Iterator[date]:
    """Days on which a payment began or an open code was handed out."""
    moments = [each.intended_s for each in kiosk.ledger.payments.values()]
    moments += [each.handed_out_s for each in kiosk.ledger.code_book.codes.values()]
    for at_s in moments:
        if at_s:
            yield business_day(datetime.fromtimestamp(at_s, UTC))

"""Closed days of which the platform has published another statement since.

What was closed by which statement is the journal's; what the platform has now is asked anew
after each log-in, so nothing of it is kept beyond the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from kiosk.domain.kiosk import OLDEST_NOW, Kiosk
from kiosk.maintenance.unclosed import DAYS_BACK
from kiosk.maintenance.views import Revised
from kiosk.reconcile.statement import version_in

MAX_HEARD = 400  # days, as many as the ledger remembers closings of


def closed_days(kiosk: Kiosk) -> tuple[date, ...]:
    """The closed days of the last month, newest first."""
    if kiosk.wall < OLDEST_NOW:
        return ()
    oldest = kiosk.today - timedelta(days=DAYS_BACK)
    days = (date.fromisoformat(day) for day in kiosk.ledger.office.closed_days)
    return tuple(sorted((day for day in days if day >= oldest), reverse=True))


class Published:
    """Which statement the platform was last heard to publish for a day.

    A statement's name is `day.vVERSION:digest`; a first look knows no digest.
    """

    def __init__(self) -> None:
        self._names: Mapping[date, str] = MappingProxyType({})

    def heard(self, day: date, name: str) -> None:
        known = self._names.get(day, "")
        if known.startswith(f"{name}:"):
            return  # the same version, of which more is known already
        names = {**self._names, day: name}
        kept = sorted(names)[-MAX_HEARD:]
        self._names = MappingProxyType({each: names[each] for each in kept})

    def revised(self, kiosk: Kiosk) -> tuple[Revised, ...]:
        """The days that an operator should close again, oldest first."""
        closed = kiosk.ledger.office.closed_days
        found = (
            Revised(day, closed[day.isoformat()][0], name)
            for day, name in sorted(self._names.items())
            if day.isoformat() in closed
        )
        return tuple(each for each in found if is_revised(each.closed_by, each.published))


def is_revised(closed_by: str, published: str) -> bool:
    """Whether the platform has another statement now; one older than that of the closing is
    none, because it proves nothing."""
    if version_in(published) != version_in(closed_by):
        return version_in(published) > version_in(closed_by)
    return ":" in published and published != closed_by

"""For tests that speak of today while processes with clocks of their own do."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from kiosk.domain.hours import CHINA

MARGIN = timedelta(minutes=2)


def begin_well_before_midnight() -> None:
    """Where the day in China ends within two minutes, wait for the next one."""
    now = datetime.now(CHINA)
    tomorrow = (now + MARGIN).replace(hour=0, minute=0, second=0, microsecond=0)
    if tomorrow > now:
        threading.Event().wait((tomorrow - now).total_seconds())

"""Opening hours at the end of the day."""

from __future__ import annotations

import pytest

from kiosk.domain.hours import span_of


def test_a_day_ends_at_twenty_four_hours_and_not_a_minute_later() -> None:
    assert span_of("mon 09:00-24:00").to_min == 1440
    with pytest.raises(ValueError, match="after 24:00"):
        span_of("mon 09:00-24:01")

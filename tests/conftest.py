"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A change is judged by its own doing: every run tries the same examples, and neither a slow
# example nor slow making of examples is a failure. `--hypothesis-profile=search` tries others.
settings.register_profile(
    "kiosk", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "search", settings.get_profile("kiosk"), derandomize=False, print_blob=True
)
settings.load_profile("kiosk")

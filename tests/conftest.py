"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# Two cores shared with others: a slow example is no failure, a wrong one is.
settings.register_profile("kiosk", deadline=None, print_blob=True)
settings.load_profile("kiosk")

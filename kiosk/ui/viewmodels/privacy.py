"""What is hidden from bystanders when nobody touches the screen."""

from __future__ import annotations

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Choosing, Confirming

VEIL_AFTER_S = 10.0


def is_veiled(kiosk: Kiosk) -> bool:
    """Names and amounts are covered until the next touch; a page counting down to print
    by itself stays readable."""
    visit = kiosk.visit
    if visit is None or not isinstance(visit.page, Choosing | Confirming):
        return False
    if isinstance(visit.page, Choosing) and visit.page.auto_collect_at_s is not None:
        return False
    return kiosk.now_s - visit.touched_s >= VEIL_AFTER_S

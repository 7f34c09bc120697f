"""When the next tick can matter: the simulation leaves out those that cannot.

`test_ticks_left_out_would_have_changed_nothing` holds this against the production's `step`.
"""

from __future__ import annotations

from drivers.api import Role
from kiosk.domain import code_settling, open_codes
from kiosk.domain.claim_settling import TO_SETTLE
from kiosk.domain.kiosk import Chore, Kiosk, Link, Strip
from kiosk.domain.payment import ASKED_ABOUT
from kiosk.domain.strips import recalled_at_s
from kiosk.domain.visit import (
    Checking,
    Choosing,
    ChoosingFee,
    Done,
    Paying,
    Printing,
    Searching,
    Visit,
)
from kiosk.domain.visits import TIMES_OUT, idle_s_of

NEVER = float("inf")


def due_at_s(kiosk: Kiosk) -> float:
    """The earliest time, by the kiosk's clock, at which a tick can change anything."""
    return min(link_due_at_s(kiosk), rest_due_at_s(kiosk))


def link_due_at_s(kiosk: Kiosk) -> float:
    """When the link is to be checked."""
    return NEVER if kiosk.link_check_in_flight else kiosk.link_check_at_s


def rest_due_at_s(kiosk: Kiosk) -> float:
    """Everything but the check of the link."""
    return min(_own_due_s(kiosk), codes_due_at_s(kiosk))


class RestDue:
    """`rest_due_at_s`, which looks at the open codes again only where they may have changed."""

    def __init__(self) -> None:
        self._known: tuple[object, ...] = ()
        self._codes_due_s = NEVER

    def __call__(self, kiosk: Kiosk) -> float:
        offset_s = round(kiosk.wall.timestamp() - kiosk.now_s)
        known = self._known
        if not (
            known
            and known[0] is kiosk.reserve
            and known[1] is kiosk.chores
            and known[2] is kiosk.ledger.code_book
            and known[3] is kiosk.link
            and known[4] == offset_s
            and kiosk.now_s < self._codes_due_s
        ):
            self._codes_due_s = codes_due_at_s(kiosk)
            self._known = (
                kiosk.reserve, kiosk.chores, kiosk.ledger.code_book, kiosk.link, offset_s
            )  # fmt: skip
        return min(_own_due_s(kiosk), self._codes_due_s)


def codes_due_at_s(kiosk: Kiosk) -> float:
    return _open_codes_due_s(kiosk) if kiosk.link is Link.UP else NEVER


def _own_due_s(kiosk: Kiosk) -> float:
    due_s = kiosk.notice_until_s if kiosk.notice else NEVER
    for key, chore in kiosk.chores.items():
        if not chore.in_flight and chore.due_s < due_s and _is_asked_about(kiosk, key):
            due_s = chore.due_s
    if kiosk.strip is not None:
        due_s = min(due_s, _strip_due_s(kiosk, kiosk.strip))
    if kiosk.visit is not None:
        due_s = min(due_s, _visit_due_s(kiosk, kiosk.visit))
    return due_s


def _strip_due_s(kiosk: Kiosk, strip: Strip) -> float:
    """Of a strip in the printer's mouth; at once when another resident comes."""
    due_s = recalled_at_s(kiosk)
    if not due_s or not kiosk.is_up(Role.RECEIPT_PRINTER):
        return NEVER
    anothers = kiosk.visit is not None and kiosk.visit.visit_id != strip.visit_id
    return kiosk.now_s if anothers else due_s


def _open_codes_due_s(kiosk: Kiosk) -> float:
    """Codes to settle, reserves to fill up, and blocks that grow too old to count."""
    due_s, book = NEVER, kiosk.ledger.code_book
    if book.open:
        due_s = _chore_due_s(kiosk, code_settling.SETTLING)
    if kiosk.reserve is None:
        return due_s
    for each in kiosk.rules.open_codes.reserves:
        key = each.item_code, each.amount_fen
        if key in book.wanted or open_codes.is_low(kiosk, each):
            due_s = min(due_s, _chore_due_s(kiosk, open_codes.refill_key(*key)))
    for block in kiosk.reserve:
        ages_in_s = block.expires_s - kiosk.rules.open_codes.renew_s - kiosk.wall.timestamp()
        if ages_in_s > 0:
            due_s = min(due_s, kiosk.now_s + ages_in_s)
    return due_s


def _chore_due_s(kiosk: Kiosk, key: str) -> float:
    chore = kiosk.chores.get(key, Chore(due_s=kiosk.now_s))
    return NEVER if chore.in_flight else chore.due_s


def _is_asked_about(kiosk: Kiosk, key: str) -> bool:
    payment = kiosk.ledger.payments.get(key)
    if payment is not None:
        return payment.state in ASKED_ABOUT or payment.wants_receipts
    claim = kiosk.ledger.claims.get(key)
    return claim is not None and claim.state in TO_SETTLE


def _visit_due_s(kiosk: Kiosk, visit: Visit) -> float:
    page, rules = visit.page, kiosk.rules
    due_s = visit.swap_asked_s + rules.swap_s if visit.swap is not None else NEVER
    match page:
        case Searching():
            return min(due_s, _or_never(page.retry_at_s))
        case Paying():
            due_s = min(due_s, _or_never(page.retry_at_s), _or_never(page.query_at_s))
            return min(due_s, page.hide_at_s) if page.qr_url else due_s
        case Checking():
            return min(due_s, page.since_s + rules.doubt_after_s)
        case Printing():
            waits = page.since_s + rules.issue_patience_s if not page.items else NEVER
            times = [t for item in page.items for t in (item.retry_at_s, item.deadline_s)]
            return min([due_s, waits, *(_or_never(each) for each in times)])
        case Done():
            return min(due_s, page.until_s)
        case ChoosingFee() if kiosk.link is Link.UP and not rules.open_codes.drill:
            return kiosk.now_s
    if isinstance(page, TIMES_OUT):
        due_s = min(due_s, visit.touched_s + idle_s_of(rules, page))
    if isinstance(page, Choosing):
        due_s = min(due_s, _or_never(page.auto_collect_at_s))
    return due_s


def _or_never(time_s: float | None) -> float:
    return NEVER if time_s is None else time_s

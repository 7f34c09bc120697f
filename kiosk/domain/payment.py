"""The life of one payment, as a table.

Every edge names the evidence that moves it. Money moves only on the platform's word:
no clock, button or lost answer leads to PAID or CLOSED.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    INTENT = "intent"  # in the journal; a create may be on its way
    CREATE_UNKNOWN = "create_unknown"  # create sent, no answer that can be trusted
    SHOWN = "shown"  # the platform holds it open; its QR may be on the screen
    CLOSING = "closing"  # we want it closed; until the platform says so it may be paid
    UNKNOWN = "unknown"  # closing brought no answer; the janitor asks again
    PAID = "paid"
    CLOSED = "closed"  # the platform will never take money for it
    REFUSED = "refused"  # the platform never opened it
    VOIDED = "voided"  # paid, then voided by the authority
    CASE = "case"  # seven days without evidence: a human decides
    CONFLICT = "conflict"  # two pieces of evidence contradict each other


class Event(StrEnum):
    CREATED = "created"
    CREATE_REFUSED = "create_refused"
    CREATE_LOST = "create_lost"
    SEEN_OPEN = "seen_open"
    SEEN_PAID = "seen_paid"
    SEEN_CLOSED = "seen_closed"
    SEEN_VOIDED = "seen_voided"
    CLOSE_WANTED = "close_wanted"  # resident, screen time-out, QR about to expire, restart
    CLOSE_LOST = "close_lost"
    RECON_PAID = "recon_paid"  # the day's statement, the last word
    RECON_ABSENT = "recon_absent"
    GAVE_UP = "gave_up"  # T+7 and nothing


S, E = State, Event
TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType({
    (S.INTENT, E.CREATED): S.SHOWN,
    (S.INTENT, E.CREATE_REFUSED): S.REFUSED,
    (S.INTENT, E.CREATE_LOST): S.CREATE_UNKNOWN,
    (S.INTENT, E.CLOSE_WANTED): S.CLOSING,
    (S.CREATE_UNKNOWN, E.CREATED): S.SHOWN,
    (S.CREATE_UNKNOWN, E.CREATE_REFUSED): S.REFUSED,
    (S.CREATE_UNKNOWN, E.CLOSE_WANTED): S.CLOSING,
    (S.CREATE_UNKNOWN, E.SEEN_PAID): S.PAID,
    (S.SHOWN, E.SEEN_PAID): S.PAID,
    (S.SHOWN, E.SEEN_CLOSED): S.CLOSED,
    (S.SHOWN, E.CLOSE_WANTED): S.CLOSING,
    (S.CLOSING, E.SEEN_CLOSED): S.CLOSED,
    (S.CLOSING, E.SEEN_PAID): S.PAID,
    (S.CLOSING, E.CLOSE_LOST): S.UNKNOWN,
    (S.UNKNOWN, E.SEEN_PAID): S.PAID,
    (S.UNKNOWN, E.SEEN_CLOSED): S.CLOSED,
    (S.UNKNOWN, E.SEEN_OPEN): S.CLOSING,
    (S.UNKNOWN, E.RECON_PAID): S.PAID,
    (S.UNKNOWN, E.RECON_ABSENT): S.CLOSED,
    (S.UNKNOWN, E.GAVE_UP): S.CASE,
    (S.CASE, E.SEEN_PAID): S.PAID,
    (S.CASE, E.SEEN_CLOSED): S.CLOSED,
    (S.CASE, E.RECON_PAID): S.PAID,
    (S.CASE, E.RECON_ABSENT): S.CLOSED,
    (S.PAID, E.SEEN_VOIDED): S.VOIDED,
    (S.PAID, E.SEEN_CLOSED): S.CONFLICT,
    (S.PAID, E.RECON_ABSENT): S.CONFLICT,
    (S.CLOSED, E.SEEN_PAID): S.CONFLICT,
    (S.CLOSED, E.RECON_PAID): S.CONFLICT,
    (S.REFUSED, E.SEEN_PAID): S.CONFLICT,
    (S.REFUSED, E.RECON_PAID): S.CONFLICT,
})  # fmt: skip

FINAL = frozenset({S.PAID, S.CLOSED, S.REFUSED, S.VOIDED, S.CONFLICT})
"""Nothing more is asked about these; contradicting evidence still moves them."""

IN_DOUBT = frozenset({S.CREATE_UNKNOWN, S.CLOSING, S.UNKNOWN, S.CASE, S.CONFLICT})
"""Nobody here knows whether money moved: the screen says 请勿重复支付."""


class IllegalTransition(Exception):
    """A bug: the caller offered an event that the state cannot take."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a payment that is {state} cannot take '{event}'")


def after(state: State, event: Event) -> State:
    """The state that follows; raises IllegalTransition where the table has no edge."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None


def can_take(state: State, event: Event) -> bool:
    return (state, event) in TRANSITIONS

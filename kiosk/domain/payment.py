"""The life of one payment, as a table.

Every edge names the evidence that moves it. Money moves only on the platform's word:
no clock, button or lost answer leads to PAID or CLOSED.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    CASE = "case"  # seven days without evidence: a human decides, and we still ask
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
    RECON_PAID = "recon_paid"  # forced by the day's statement, the last word
    RECON_ABSENT = "recon_absent"
    GAVE_UP = "gave_up"  # T+7 and nothing


@dataclass(frozen=True, slots=True)
class Edge:
    """One legal move: what is known, what is heard, what follows from it."""

    state: State
    event: Event
    to: State
    evidence: str
    note: str = ""


S, E = State, Event

ANSWER = "the platform's answer, with our id and our amount"
STATEMENT = "the day's statement"
CONTRADICTS = "both pieces of evidence are kept, nothing is overwritten"
LATE = "late success: the receipt is owed"

EDGES = (
    Edge(S.INTENT, E.CREATED, S.SHOWN, ANSWER, "QR and the platform's expiry are stored"),
    Edge(S.INTENT, E.CREATE_REFUSED, S.REFUSED, "a refusal of the only request sent"),
    Edge(S.INTENT, E.CREATE_LOST, S.CREATE_UNKNOWN, "no answer, 5xx, one that is not believed"),
    Edge(S.INTENT, E.CLOSE_WANTED, S.CLOSING, "touch, time-out, restart", "it may be on its way"),
    Edge(S.CREATE_UNKNOWN, E.CREATED, S.SHOWN, ANSWER, "the same key, asked again"),
    Edge(S.CREATE_UNKNOWN, E.CREATE_REFUSED, S.CLOSING, "a refusal of the repeated request",
         "the first may still arrive: only a tombstone keeps it out"),
    Edge(S.CREATE_UNKNOWN, E.CLOSE_WANTED, S.CLOSING, "touch, tries used up, restart"),
    Edge(S.CREATE_UNKNOWN, E.SEEN_PAID, S.PAID, ANSWER),
    Edge(S.SHOWN, E.SEEN_PAID, S.PAID, ANSWER),
    Edge(S.SHOWN, E.SEEN_CLOSED, S.CLOSED, ANSWER),
    Edge(S.SHOWN, E.SEEN_VOIDED, S.VOIDED, ANSWER),
    Edge(S.SHOWN, E.CLOSE_WANTED, S.CLOSING, "touch, 10 s before expiry, other card, restart",
         "decides nothing: query, then close"),
    Edge(S.CLOSING, E.SEEN_CLOSED, S.CLOSED, ANSWER),
    Edge(S.CLOSING, E.SEEN_PAID, S.PAID, ANSWER, LATE),
    Edge(S.CLOSING, E.SEEN_VOIDED, S.VOIDED, ANSWER),
    Edge(S.CLOSING, E.CLOSE_LOST, S.UNKNOWN, "no answer to the close", "the janitor asks"),
    Edge(S.CLOSING, E.RECON_PAID, S.PAID, STATEMENT, LATE),
    Edge(S.UNKNOWN, E.SEEN_PAID, S.PAID, ANSWER, LATE),
    Edge(S.UNKNOWN, E.SEEN_CLOSED, S.CLOSED, ANSWER),
    Edge(S.UNKNOWN, E.SEEN_VOIDED, S.VOIDED, ANSWER),
    Edge(S.UNKNOWN, E.SEEN_OPEN, S.CLOSING, "open or not found, to the janitor's query",
         "not found alone is never terminal: close leaves a tombstone"),
    Edge(S.UNKNOWN, E.RECON_PAID, S.PAID, STATEMENT, LATE),
    Edge(S.UNKNOWN, E.RECON_ABSENT, S.CLOSED, STATEMENT),
    Edge(S.UNKNOWN, E.GAVE_UP, S.CASE, "seven days without an answer", "asked daily all the same"),
    Edge(S.CASE, E.SEEN_PAID, S.PAID, ANSWER, LATE),
    Edge(S.CASE, E.SEEN_CLOSED, S.CLOSED, ANSWER),
    Edge(S.CASE, E.SEEN_VOIDED, S.VOIDED, ANSWER),
    Edge(S.CASE, E.SEEN_OPEN, S.CLOSING, "open or not found, to the janitor's query"),
    Edge(S.CASE, E.RECON_PAID, S.PAID, STATEMENT, LATE),
    Edge(S.CASE, E.RECON_ABSENT, S.CLOSED, STATEMENT),
    Edge(S.PAID, E.SEEN_VOIDED, S.VOIDED, ANSWER),
    Edge(S.PAID, E.SEEN_CLOSED, S.CONFLICT, ANSWER, CONTRADICTS),
    Edge(S.PAID, E.RECON_ABSENT, S.CONFLICT, STATEMENT, CONTRADICTS),
    Edge(S.CLOSED, E.SEEN_PAID, S.CONFLICT, ANSWER, CONTRADICTS),
    Edge(S.CLOSED, E.SEEN_VOIDED, S.CONFLICT, ANSWER, CONTRADICTS),
    Edge(S.CLOSED, E.RECON_PAID, S.CONFLICT, STATEMENT, CONTRADICTS),
    Edge(S.REFUSED, E.SEEN_PAID, S.CONFLICT, ANSWER, CONTRADICTS),
    Edge(S.REFUSED, E.SEEN_VOIDED, S.CONFLICT, ANSWER, CONTRADICTS),
    Edge(S.REFUSED, E.RECON_PAID, S.CONFLICT, STATEMENT, CONTRADICTS),
    Edge(S.VOIDED, E.SEEN_CLOSED, S.CONFLICT, ANSWER, CONTRADICTS),
    Edge(S.VOIDED, E.RECON_ABSENT, S.CONFLICT, STATEMENT, CONTRADICTS),
)  # fmt: skip

TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {(edge.state, edge.event): edge.to for edge in EDGES}
)

FINAL = frozenset({S.PAID, S.CLOSED, S.REFUSED, S.VOIDED, S.CONFLICT})
"""Nothing more is asked about these; contradicting evidence still moves them."""

ASKED_ABOUT = frozenset({S.CLOSING, S.UNKNOWN, S.CASE})
"""What the janitor drives: query, then close, until the platform has spoken."""

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

"""The payment table: every pair of state and event, and what no table may allow."""

from __future__ import annotations

import itertools

import pytest

from kiosk.domain import payment
from kiosk.domain.payment import FINAL, TRANSITIONS, Event, State, after, can_take

PAIRS = list(itertools.product(State, Event))
PAID_EVIDENCE = {Event.SEEN_PAID, Event.RECON_PAID}
CLOSED_EVIDENCE = {Event.SEEN_CLOSED, Event.RECON_ABSENT}


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_either_has_one_edge_or_is_refused_loudly(state: State, event: Event) -> None:
    if can_take(state, event):
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(payment.IllegalTransition, match=state.value):
            after(state, event)


def test_only_evidence_of_payment_leads_to_paid() -> None:
    into = {event for (_, event), to in TRANSITIONS.items() if to is State.PAID}
    assert into <= PAID_EVIDENCE


def test_only_evidence_of_closing_leads_to_closed() -> None:
    into = {event for (_, event), to in TRANSITIONS.items() if to is State.CLOSED}
    assert into <= CLOSED_EVIDENCE


def test_an_unknown_payment_never_becomes_refused() -> None:
    assert (State.UNKNOWN, Event.CREATE_REFUSED) not in TRANSITIONS


def test_wanting_to_close_never_decides() -> None:
    outcomes = {to for (_, event), to in TRANSITIONS.items() if event is Event.CLOSE_WANTED}
    assert outcomes == {State.CLOSING}


def test_a_final_payment_moves_only_by_contradiction_or_void() -> None:
    for (state, _), to in TRANSITIONS.items():
        if state in FINAL:
            assert to in (State.CONFLICT, State.VOIDED)


def test_every_state_can_be_reached_from_the_intent() -> None:
    reached = {State.INTENT}
    for _ in State:
        reached |= {to for (state, _), to in TRANSITIONS.items() if state in reached}
    assert reached == set(State)


def test_every_open_state_can_end() -> None:
    ends = set(FINAL)
    for _ in State:
        ends |= {state for (state, _), to in TRANSITIONS.items() if to in ends}
    assert set(State) == ends


def test_states_in_doubt_are_never_shown_as_settled() -> None:
    assert payment.IN_DOUBT.isdisjoint({State.PAID, State.CLOSED, State.REFUSED, State.VOIDED})

"""Breadth-first search to the fixed point: the payment table against a hidden platform.

The platform, the wallet, the paper and every message on its way move in every order;
answers may be as old as they like. No reachable state may be a lie.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kiosk.domain.payment import ASKED_ABOUT, FINAL, Event, State, after, can_take
from kiosk.domain.platform import PlatformState as P
from kiosk.domain.records import PrintState

WAITING = (P.OPEN, P.USER_PAYING)
TOOK_MONEY = (P.PAID, P.VOIDED)
HEARD = {
    P.PAID: Event.SEEN_PAID,
    P.CLOSED: Event.SEEN_CLOSED,
    P.VOIDED: Event.SEEN_VOIDED,
}


@dataclass(frozen=True, slots=True)
class World:
    """One payment: what the kiosk holds, what is true, what is on its way."""

    state: State = State.INTENT
    truth: P = P.NOT_FOUND
    creates: bool = True  # a create request may still arrive, again and again
    closes: bool = False  # so may a close
    answers: frozenset[P] = frozenset()  # states that were true when they were asked for
    qr_known: bool = False  # somebody may scan it
    paper: PrintState | None = None
    corrected: bool = False  # by a statement

    @property
    def lies(self) -> bool:
        free = self.state in (State.CLOSED, State.REFUSED)
        paid = self.state in (State.PAID, State.VOIDED)
        if free:
            return self.truth in TOOK_MONEY
        return paid and self.truth not in TOOK_MONEY


def moves(world: World) -> Iterator[World]:
    yield from platform_moves(world)
    yield from kiosk_moves(world)
    yield from paper_moves(world)


def platform_moves(world: World) -> Iterator[World]:
    truth = world.truth
    if world.creates:
        if truth is P.NOT_FOUND:
            yield replace(world, truth=P.OPEN, answers=world.answers | {P.OPEN})
        yield replace(world, answers=world.answers | {truth})
    if world.closes:
        closed = truth in (*WAITING, P.NOT_FOUND)
        after_close = P.CLOSED if closed else truth
        yield replace(world, truth=after_close, answers=world.answers | {after_close})
    if truth in WAITING:
        yield replace(world, truth=P.CLOSED)  # expired by the platform's clock
    if truth in WAITING and world.qr_known:
        yield replace(world, truth=P.USER_PAYING)
        yield replace(world, truth=P.PAID)
    if truth is P.PAID:
        yield replace(world, truth=P.VOIDED)


def take(world: World, event: Event) -> World:
    state = after(world.state, event)
    return replace(world, state=state, closes=world.closes or state is State.CLOSING)


def kiosk_moves(world: World) -> Iterator[World]:
    state = world.state
    if state in (State.SHOWN, *ASKED_ABOUT):
        yield replace(world, answers=world.answers | {world.truth})  # a query arrives
    for answer in world.answers:
        heard = HEARD.get(answer)
        if heard and can_take(state, heard):
            yield take(world, heard)
        elif answer in (*WAITING, P.NOT_FOUND) and can_take(state, Event.SEEN_OPEN):
            yield take(world, Event.SEEN_OPEN)
        if answer is not P.NOT_FOUND and state in (State.INTENT, State.CREATE_UNKNOWN):
            yield replace(take(world, Event.CREATED), qr_known=True)
    if state in (State.INTENT, State.CREATE_UNKNOWN) and world.truth is P.NOT_FOUND:
        yield take(world, Event.CREATE_REFUSED)
    for silent in (Event.CREATE_LOST, Event.CLOSE_WANTED, Event.CLOSE_LOST, Event.GAVE_UP):
        if can_take(state, silent):
            yield take(world, silent)
    yield from statements(world)


def statements(world: World) -> Iterator[World]:
    """Of finished days: only what can no longer change is in them."""
    if world.truth in TOOK_MONEY and can_take(world.state, Event.RECON_PAID):
        yield replace(take(world, Event.RECON_PAID), corrected=True)
    if world.truth is P.CLOSED and can_take(world.state, Event.RECON_ABSENT):
        yield replace(take(world, Event.RECON_ABSENT), corrected=True)


def paper_moves(world: World) -> Iterator[World]:
    if world.state is State.PAID and world.paper in (None, PrintState.NOT_PRINTED):
        yield replace(world, paper=PrintState.INTENDED)
    if world.paper is PrintState.INTENDED:
        for outcome in (PrintState.PRINTED, PrintState.NOT_PRINTED, PrintState.DOUBT):
            yield replace(world, paper=outcome)


def reachable() -> dict[World, list[World]]:
    first = World()
    seen: dict[World, list[World]] = {}
    queue = deque([first])
    while queue:
        world = queue.popleft()
        if world in seen:
            continue
        seen[world] = list(moves(world))
        queue.extend(seen[world])
    return seen


WORLDS = reachable()


def test_the_search_comes_to_a_fixed_point_of_some_size() -> None:
    assert 500 < len(WORLDS) < 200_000
    assert {world.state for world in WORLDS} == set(State) - {State.CONFLICT}


def test_no_reachable_state_is_a_lie() -> None:
    lies = [world for world in WORLDS if world.lies]
    assert not lies, lies[:3]


def test_an_honest_platform_never_leads_to_a_conflict() -> None:
    assert not [world for world in WORLDS if world.state is State.CONFLICT]


def test_paper_comes_out_only_for_what_was_paid() -> None:
    for world in WORLDS:
        if world.paper is not None:
            assert world.state in (State.PAID, State.VOIDED)
            assert world.truth in TOOK_MONEY


def test_paper_never_moves_money() -> None:
    for world, following in WORLDS.items():
        for then in following:
            if then.paper is not world.paper:
                assert (then.state, then.truth) == (world.state, world.truth)


def test_from_everywhere_the_payment_can_still_be_settled() -> None:
    before: dict[World, set[World]] = {world: set() for world in WORLDS}
    for world, following in WORLDS.items():
        for then in following:
            before[then].add(world)
    settled = {world for world in WORLDS if world.state in FINAL}
    queue = deque(settled)
    while queue:
        for earlier in before[queue.popleft()]:
            if earlier not in settled:
                settled.add(earlier)
                queue.append(earlier)
    assert settled == set(WORLDS)


def test_a_platform_that_breaks_its_word_ends_in_conflict_once_it_is_heard() -> None:
    broken = [
        replace(world, truth=P.PAID, answers=frozenset({P.PAID}))
        for world in WORLDS
        if world.state in (State.CLOSED, State.REFUSED)
    ]
    assert broken
    for world in broken:
        assert State.CONFLICT in {then.state for then in kiosk_moves(world)}


def test_a_table_with_a_hole_in_it_would_be_found() -> None:
    """The search can fail: were NOT_FOUND terminal, a delayed create would make a lie."""
    closed_by_not_found = World(state=State.CLOSED, truth=P.NOT_FOUND, qr_known=True)
    queue, seen = deque([closed_by_not_found]), set()
    while queue:
        world = queue.popleft()
        if world in seen:
            continue
        seen.add(world)
        queue.extend(platform_moves(world))
    assert any(world.lies for world in seen)

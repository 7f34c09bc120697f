"""What must be true after each named interruption of a paid visit."""

from __future__ import annotations

from kiosk.domain.payment import State
from tests.simulation.books import check_books
from tests.simulation.crash_case import Case, Crash, CrashWorld, Meanwhile, Point, play

ORDER = list(Point)


def judge(case: Case) -> None:
    """Play the case; raises Broken or AssertionError."""
    world = play(case)
    assert not world.machine.kiosk.halted, "the kiosk stays halted"
    assert world.machine.page is None, "the visit never ends"
    assert state_here(world) in expected(case), f"the payment ends {state_here(world)}"
    check_books(world)  # type: ignore[arg-type]


def state_here(world: CrashWorld) -> State | None:
    states = list(world.machine.disk.states.values())
    assert len(states) <= 1 or states[:-1] == [State.CLOSED] * (len(states) - 1)
    return states[-1] if states else None


def expected(case: Case) -> set[State | None]:
    """The state the payment must end in; None: there never was one."""
    at = ORDER.index(case.point)
    goes_on = case.crash == Crash.EIO  # Found after reopening: the visit goes on.
    lost = case.crash in (Crash.POWER_NONE, Crash.POWER_TORN, Crash.ENOSPC)
    if at >= ORDER.index(Point.K5):
        return {State.PAID}
    if goes_on:
        return {State.PAID}
    if at < ORDER.index(Point.K2) or (case.point is Point.K2 and lost):
        return {None}
    shown = case.point is Point.K4 and not lost
    if shown and case.meanwhile is Meanwhile.PAID:
        return {State.PAID}
    return {State.CLOSED}

"""`python -m tests.crash.enumerate --states N --seed S`: power cuts at every operation.

Random lives of a journal (production code, recorded below SQLite) are cut at every
operation, and every disk that may be left is started again. The first broken promise ends
the run with the command that shows it again.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crash.lives import Life, live
from tests.crash.states import Judge, State, states

SHARED_MEMORY = Path("/dev/shm")
REPLAY = "python -m tests.crash.enumerate --replay {seed}:{index}"
MOST_FAILURES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of some states of one life."""

    states: int
    opened: int  # different images that were opened
    seconds: float
    failures: tuple[str, ...]

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.states + other.states,
            self.opened + other.opened,
            self.seconds + other.seconds,
            self.failures + other.failures,
        )


def judge_life(seed: str, most: int, stride: int = 1) -> Tally:
    """Judge the first `most` of every `stride`-th state of the life of this seed."""
    started = time.process_time()
    count, failures = 0, []
    with scratch() as root:
        try:
            life = live(seed, root / "life")
        except AssertionError as broken:
            return Tally(0, 0, 0.0, (f"life {seed}, without a power cut: {broken}",))
        judge = Judge(life, root / "cut")
        for state in states(life, stride):
            if count == most:
                break
            count += 1
            if complaint := judge.complaint(state):
                failures.append(f"{REPLAY.format(seed=seed, index=state.index)}\n    {complaint}")
                if len(failures) == MOST_FAILURES_SHOWN:
                    break
    return Tally(count, judge.opened, time.process_time() - started, tuple(failures))


def replay(seed: str, index: int) -> str:
    """The story of one state; ends with the complaint, if there still is one."""
    with scratch() as root:
        life = live(seed, root / "life")
        state = next(each for each in states(life) if each.index == index)
        return f"{story(life, state)}\n{Judge(life, root / 'cut').complaint(state) or 'sound'}"


def story(life: Life, state: State) -> str:
    boot = life.boots[state.boot]
    lines = [f"boot {state.boot} of the life of seed {life.seed}"]
    by_moment: dict[int, list[str]] = {}
    for promise in boot.promises:
        word = "acknowledged" if promise.is_there else "said to be absent"
        by_moment.setdefault(promise.since, []).append(f"batch {promise.batch} {word}")
    for moment, op in enumerate(boot.ops[: state.moment]):
        lines += [f"       >> {said}" for said in by_moment.get(moment, ())]
        lines.append(f"{moment:>6} {op}")
    lines += [f"       >> {said}" for said in by_moment.get(state.moment, ())]
    model = "ordered" if state.is_ordered else "strict"
    lines.append(f"power cut; {model} names; of the un-synced survived: {state.cut}")
    lines += [
        f"       found {name}: {'directory' if content is None else f'{len(content)} bytes'}"
        for name, content in state.image.items()
    ]
    return "\n".join(lines)


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory in memory where there is one."""
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="journal-", dir=place) as name:
        yield Path(name)


def judged(wanted: int, seed: int, jobs: int, seconds: float) -> Iterator[Tally]:
    """Judge lives until `wanted` states are done; after `seconds` no further life is begun."""
    left, number, until_s = wanted, 0, time.monotonic() + seconds
    with ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(judge_life, f"{seed}.{number + each}", left) for each in range(jobs)}
        number += jobs
        while running:
            done = next(as_completed(running))
            running.remove(done)
            tally = done.result()
            left -= tally.states
            yield tally
            if left > 0 and not tally.failures and time.monotonic() < until_s:
                running.add(pool.submit(judge_life, f"{seed}.{number}", left))
                number += 1


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--states", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=math.inf, help="then begin no other life")
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--replay", metavar="SEED:INDEX")
    chosen = options.parse_args()
    if chosen.replay:
        seed, _, index = chosen.replay.rpartition(":")
        print(replay(seed, int(index)))
        return 0
    total, shown_s = Tally(0, 0, 0.0, ()), time.perf_counter()
    for tally in judged(chosen.states, chosen.seed, chosen.jobs, chosen.seconds):
        total += tally
        if total.failures or time.perf_counter() - shown_s > 5:
            shown_s = time.perf_counter()
            print(f"  {total.states:>9} states", flush=True)
        if total.failures:
            break
    for failure in total.failures:
        print(failure)
    print(
        f"crash states: {total.states} judged, {total.opened} different, "
        f"{len(total.failures)} broken promises; "
        f"{total.states / max(total.seconds, 1e-9):.0f} states in a second of one core"
    )
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())

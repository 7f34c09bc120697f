"""`python -m tests.simulation`: lives of kiosks, seed after seed; see `make simulate`."""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Iterator

from tests.simulation.life import Outcome, live

TOLD_EVERY = 50_000  # sessions, how far a long run is


def main() -> int:
    options = _options()
    if options.seed is not None:
        return _replay(options.seed, story=options.story)
    began_s, cpu = time.perf_counter(), options.jobs
    sessions = paid = lives = 0
    virtual_s = 0.0
    broken: list[Outcome] = []
    for outcome in outcomes(options.first, options.seeds, options.sessions, cpu):
        lives += 1
        if (sessions + outcome.sessions) // TOLD_EVERY > sessions // TOLD_EVERY:
            took_s = time.perf_counter() - began_s
            print(f"seed {outcome.seed}: {sessions} sessions in {took_s:.0f} s", flush=True)
        sessions += outcome.sessions
        paid += outcome.paid
        virtual_s += outcome.virtual_s
        if outcome.broken:
            broken.append(outcome)
            print(f"seed {outcome.seed}: {outcome.broken}")
            print(f"    python -m tests.simulation --seed {outcome.seed} --story", flush=True)
            if len(broken) >= options.show:
                break
    took_s = time.perf_counter() - began_s
    print(
        f"{sessions} sessions ({paid} paid) in {lives} lives, {virtual_s / 86400:.0f} virtual days, "
        f"{took_s:.1f} s on {cpu} cores: {sessions / _cpu_s():.0f} sessions per second of a core; "
        f"{len(broken)} broken"
    )
    return 1 if broken else 0


def outcomes(first: int, seeds: int, sessions: int, jobs: int) -> Iterator[Outcome]:
    """Lives until there were so many seeds, or so many sessions (where that is not 0)."""
    numbers = range(first, first + seeds) if seeds else range(first, first + sessions)
    done = 0
    with multiprocessing.Pool(jobs, collect_rarely) as pool:  # joined, so that its time is counted
        for outcome in pool.imap(live, numbers, chunksize=8):
            yield outcome
            done += outcome.sessions
            if sessions and done >= sessions:
                return
        pool.close()
        pool.join()


def collect_rarely() -> None:
    """A life makes hardly any cycles and is soon over: what lasts is not looked through again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _cpu_s() -> float:
    """Processor time of the pool: what others do on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _replay(seed: int, *, story: bool) -> int:
    outcome = live(seed, tells=story)
    for line in outcome.story:
        print(line)
    print(outcome.broken or f"seed {seed}: nothing is broken")
    return 1 if outcome.broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=0, help="lives to play")
    parser.add_argument("--sessions", type=int, default=0, help="or: visits to play")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--show", type=int, default=5, help="stop after so many broken ones")
    parser.add_argument("--seed", type=int, help="replay one life")
    parser.add_argument("--story", action="store_true", help="and tell it")
    options = parser.parse_args()
    if options.seed is None and not options.seeds and not options.sessions:
        options.seeds = 200
    return options


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.fleet`: many kiosks on one platform, over real HTTP, and an outage drill.

Each kiosk is the production's engine, client and breaker; a driver lets their time pass.
Three parts: nobody is there (how much do they ask), residents pay, then the link is a black
hole for a while. Ends with 1 where something was not as promised; figures in out/fleet.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

from kiosk.demo.phone import Phone
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain.kiosk import Link
from kiosk.domain.platform import SubjectKind
from kiosk.sandbox.people import Person, everybody
from tests.fleet.kiosk import FleetKiosk
from tests.fleet.tally import Tally, latencies_ms, peak_per_s, sent

OUT = Path("out/fleet.json")
POOL = 500
FILES_OF_A_KIOSK = 30  # each channel: here, and twice in the link and once in the platform
IDLE_LIMIT_PER_S = 0.05
HERD_LIMIT = 0.5  # of the fleet in one second; without jitter it is all of it, again and again
SETTLE_S = 65.0  # every kiosk has asked everything once


class Fleet:
    """Kiosks that live in one thread; residents come when they are sent."""

    def __init__(self, sandbox: SandboxProcess, count: int, window_s: float, seed: int) -> None:
        self.tally = Tally()
        self.turned_away = 0
        self.arrivals_per_s = 0.0
        self._random = Random(seed)
        self._pool = ThreadPoolExecutor(POOL)
        self._people = _payers(count * 4)
        self.kiosks = [
            FleetKiosk(number, sandbox.url, window_s, self._pool, self.tally, _pay)
            for number in range(count)
        ]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        next_s = time.monotonic()
        while not self._stopping.is_set():
            now_s = time.monotonic()
            if self.arrivals_per_s and now_s >= next_s:
                self._arrive()
                next_s = now_s + self._random.expovariate(self.arrivals_per_s)
            for kiosk in self.kiosks:
                kiosk.turn(time.monotonic())
            self._stopping.wait(0.005)

    def _arrive(self) -> None:
        free = [kiosk for kiosk in self.kiosks if kiosk.is_free]
        if free and self._people and not self._random.choice(free).welcome(self._people.pop()):
            self.turned_away += 1

    def part(self, seconds: float) -> tuple[float, float]:
        """Let time pass; when it began and ended."""
        start_s = time.monotonic()
        self._stopping.wait(seconds)
        return start_s, time.monotonic()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._pool.shutdown(wait=True)
        for kiosk in self.kiosks:
            kiosk.close()


def _payers(count: int) -> list[Person]:
    """Strangers to the demonstration; each owes something."""
    people = [one for one in everybody(count * 2) if one.kind is SubjectKind.PERSON]
    return people[20 : 20 + count]


def _pay(address: str) -> None:
    Phone().pay(address)


def _drill(
    fleet: Fleet, sandbox: SandboxProcess, outage_s: float, after_s: float
) -> dict[str, Any]:
    """The link to the platform swallows everything, then works again."""
    hurt, away = fleet.tally.hurt, fleet.turned_away
    for kiosk in fleet.kiosks:
        kiosk.link_changes.clear()
    sandbox.post("/sandbox/link", {"mode": "black_hole"})
    down_s, _ = fleet.part(outage_s)
    sandbox.post("/sandbox/link", {"mode": "up"})
    up_s, end_s = fleet.part(after_s)
    lost = [_first(kiosk, Link.DOWN, down_s) for kiosk in fleet.kiosks]
    back = [_first(kiosk, Link.UP, up_s) for kiosk in fleet.kiosks]
    after = fleet.tally.between(up_s, end_s)
    return {
        "outage_s": outage_s,
        "noticed": len([one for one in lost if one is not None]),
        "detect_s": _spread([one for one in lost if one is not None]),
        "still_away": sum(kiosk.kiosk.link is not Link.UP for kiosk in fleet.kiosks),
        "recover_s": _spread([one for one in back if one is not None]),
        "residents_hurt": fleet.tally.hurt - hurt,
        "residents_sent_away": fleet.turned_away - away,
        "peak_requests_per_s_after": peak_per_s(after),
        "requests_per_kiosk_after": round(len(sent(after)) / len(fleet.kiosks), 2),
    }


def _first(kiosk: FleetKiosk, link: Link, since_s: float) -> float | None:
    found = [at_s for at_s, seen in kiosk.link_changes if seen is link and at_s >= since_s]
    return found[0] - since_s if found else None


def _spread(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {"p50": round(statistics.median(seconds), 1), "max": round(max(seconds), 1)}


def _measured(options: argparse.Namespace, sandbox: SandboxProcess) -> dict[str, Any]:
    fleet = Fleet(sandbox, options.kiosks, options.window_s, options.seed)
    try:
        fleet.part(SETTLE_S)
        start_s, end_s = fleet.part(options.idle_s)
        idle = fleet.tally.between(start_s, end_s)
        fleet.arrivals_per_s = options.arrivals_per_s
        start_s, end_s = fleet.part(options.busy_s)
        busy = fleet.tally.between(start_s, end_s)
        paid = fleet.tally.paid
        drill = _drill(fleet, sandbox, options.outage_s, options.after_s)
        fleet.arrivals_per_s = 0.0
        fleet.part(20.0)
        doubt = sum(len(kiosk.kiosk.chores) for kiosk in fleet.kiosks)
    finally:
        fleet.close()
    return {
        "kiosks": options.kiosks,
        "idle_requests_per_s_and_kiosk": round(
            len(sent(idle)) / options.idle_s / options.kiosks, 4
        ),
        "busy_requests": len(sent(busy)),
        "busy_requests_per_s": round(len(sent(busy)) / options.busy_s, 1),
        "busy_errors": dict(
            Counter(f"{one.call}: {one.trouble}" for one in idle + busy if one.trouble)
        ),
        "visits_paid_before_the_drill": paid,
        "latency_ms": latencies_ms(busy),
        "drill": drill,
        "visits_paid": fleet.tally.paid,
        "visits_ended": fleet.tally.ended,
        "unsettled_at_the_end": doubt,
    }


def _broken(found: dict[str, Any]) -> list[str]:
    """Promises that were not kept."""
    drill = found["drill"]
    herd = HERD_LIMIT * found["kiosks"]
    promises = {
        f"at most {IDLE_LIMIT_PER_S} requests a second from an idle kiosk": (
            found["idle_requests_per_s_and_kiosk"] <= IDLE_LIMIT_PER_S
        ),
        "no error while nothing is broken": not found["busy_errors"],
        "residents paid": found["visits_paid_before_the_drill"] > 0,
        "every kiosk noticed the outage": drill["noticed"] == found["kiosks"],
        "every kiosk came back": drill["still_away"] == 0,
        f"no herd: at most {herd:.0f} requests a second": (
            drill["peak_requests_per_s_after"] <= herd
        ),
        "nothing is left in doubt": found["unsettled_at_the_end"] == 0,
    }
    return [promise for promise, kept in promises.items() if not kept]


def _make_room(files: int) -> None:
    """Where the platform has no file left it cuts connections, as if the network had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise SystemExit(f"needs {files} open files, may have {hard}: raise `ulimit -n` or KIOSKS=")
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fleet", description=__doc__)
    parser.add_argument("--kiosks", type=int, default=200)
    parser.add_argument("--window-s", type=float, default=10.0, help="the first reconnect window")
    parser.add_argument("--idle-s", type=float, default=40.0)
    parser.add_argument("--busy-s", type=float, default=45.0)
    parser.add_argument("--outage-s", type=float, default=45.0)
    parser.add_argument("--after-s", type=float, default=45.0)
    parser.add_argument("--arrivals-per-s", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _make_room(options.kiosks * FILES_OF_A_KIOSK)
    residents = options.kiosks * 10
    with (
        tempfile.TemporaryDirectory() as place,
        SandboxProcess(Path(place), residents=residents) as sandbox,
    ):
        found = _measured(options, sandbox)
    found["broken_promises"] = _broken(found)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))
    return 1 if found["broken_promises"] else 0


if __name__ == "__main__":
    sys.exit(main())

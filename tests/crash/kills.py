"""`python -m tests.crash.kills --count N --seed S`: kill -9 at random moments.

Most kills hit a process that does nothing but write a journal with its mirror; some hit a
whole kiosk during a visit, with real HTTP to a sandbox that lives on. After each the books
are opened again, and every promise is checked.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain.records import EvidenceKept, Record, VisitEnded
from kiosk.journal.journal import Journal
from kiosk.journal.verify import verify
from tests.crash.enumerate import scratch
from tests.crash.test_kill9 import (
    assert_books_agree,
    assert_receipts_are_right,
    first_item,
    payer,
    play,
)
from tests.support.journals import KEY, NOON

KILLS_ON_ONE_JOURNAL = 20  # then a new one: checking a long journal takes long
VISITS_IN_100 = 4
LONGEST_WRITE_S = 0.03
LONGEST_VISIT_S = 2.5
MOST_BATCHES = 100_000
ID = "{round}-{number}"


@dataclass(slots=True)
class Score:
    journal_kills: int = 0
    visit_kills: int = 0
    visits_that_ended_first: int = 0
    acknowledged: int = 0  # batches, each found again

    @property
    def kills(self) -> int:
        return self.journal_kills + self.visit_kills


# --- the journal's process ---------------------------------------------------------------------


def batch_of(random: Random) -> list[Record]:
    return [
        EvidenceKept("pay-1", {"note": "x" * random.choice((5, 600, 9000))})
        if random.random() < 0.3
        else VisitEnded(f"visit-{random.randrange(10**6)}", "done")
        for _ in range(random.choice((1, 1, 2, 3, 20)))
    ]


def write_for_ever(place: Path, seed: int, number: int, said: int) -> None:
    """The child: says each batch that was acknowledged, one line each."""
    random = Random(f"writer {seed} {number}")
    journal = Journal.open(place / "state", KEY, mirror=place / "mirror")
    for each in range(MOST_BATCHES):
        batch = ID.format(round=number, number=each)
        journal.commit(batch_of(random), NOON, 1.0, batch)
        os.write(said, f"{batch}\n".encode())
        if random.random() < 0.1:
            journal.checkpoint()
        if random.random() < 0.05:
            journal.close()
            journal = Journal.open(place / "state", KEY, mirror=place / "mirror")


def acknowledged_before_kill(place: Path, seed: int, number: int, after_s: float) -> list[str]:
    """Let a child write, kill it `after_s` later, return what it said."""
    said, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        try:
            write_for_ever(place, seed, number, say)
        finally:
            os._exit(70)  # a child that ends by itself is a bug: its parent asks how it died
    os.close(say)
    heard = b""
    deadline_s = time.monotonic() + after_s
    while (left_s := deadline_s - time.monotonic()) > 0:
        readable, _, _ = select.select([said], [], [], left_s)
        if readable and not (piece := os.read(said, 65536)):
            break
        heard += piece if readable else b""
    os.kill(child, signal.SIGKILL)
    while piece := os.read(said, 65536):
        heard += piece
    os.close(said)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the writer ended by itself with status {status}"
    return [line for line in heard.decode().split("\n")[:-1] if line]


def assert_journal_is_whole(place: Path, seed: int, acknowledged: list[str]) -> None:
    with Journal.open(place / "state", KEY, mirror=place / "mirror") as journal:
        sizes = Counter(row.batch for row in journal.records())
        assert journal.mirror_trouble == ""
    for batch in acknowledged:
        assert batch in sizes, f"batch {batch} was acknowledged and is lost"
    rounds = {batch.partition("-")[0] for batch in sizes}
    for number in rounds:
        random = Random(f"writer {seed} {number}")
        present = sum(batch.partition("-")[0] == number for batch in sizes)
        for each in range(present):
            batch = ID.format(round=number, number=each)
            assert sizes[batch] == len(batch_of(random)), f"batch {batch} is not whole"
            skip_choices(random)
    report = verify(place / "state", KEY, mirror=place / "mirror")
    assert report.findings == (), report.findings


def skip_choices(random: Random) -> None:
    """What the writer draws after each batch."""
    random.random()
    random.random()


def kill_journals(count: int, seed: int, score: Score) -> None:
    moments = Random(f"moments {seed}")
    while score.journal_kills < count:
        with scratch() as place:
            acknowledged: list[str] = []
            for _ in range(min(KILLS_ON_ONE_JOURNAL, count - score.journal_kills)):
                after_s = moments.uniform(0, LONGEST_WRITE_S)
                acknowledged += acknowledged_before_kill(place, seed, score.journal_kills, after_s)
                assert_journal_is_whole(place, seed, acknowledged)
                score.journal_kills += 1
            score.acknowledged += len(acknowledged)
        print(f"  {score.journal_kills:>6} of {count} kills of the journal", flush=True)


# --- the whole kiosk ---------------------------------------------------------------------------


def kill_visits(count: int, seed: int, score: Score) -> None:
    moments = Random(f"visits {seed}")
    tries = 0
    with scratch() as place, SandboxProcess(place / "sandbox") as sandbox:
        while score.visit_kills < count:
            assert tries < 3 * count + 10, "most visits end before they can be killed"
            kill_visit(sandbox, place / f"visit-{tries}", tries, moments, score)
            tries += 1
            print(f"  {score.visit_kills:>6} of {count} kills of whole visits", flush=True)


def kill_visit(
    sandbox: SandboxProcess, place: Path, index: int, moments: Random, score: Score
) -> None:
    person = payer(sandbox, index)
    bill = sandbox.post(
        "/sandbox/bills",
        {"owner": person["number"], "item_code": first_item(), "amount_fen": 12300},
    )
    order: dict[str, Any] = {
        "directory": str(place),
        "url": sandbox.url,
        "name": person["name"],
        "number": person["number"],
        "bill_no": bill["bill_no"],
        "commit": 0,
        "when": "",
        "recover": False,
    }
    before = {payment["payment_id"] for payment in sandbox.get("/sandbox/payments")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.visit_process", json.dumps(order)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(moments.uniform(0.3, LONGEST_VISIT_S))
        score.visits_that_ended_first += 1
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(120)
        score.visit_kills += 1
    again = play(sandbox, order | {"recover": True})
    assert again.returncode == 0, again.stderr
    account = json.loads(again.stdout.splitlines()[-1])
    theirs = {
        payment["payment_id"]: payment
        for payment in sandbox.get("/sandbox/payments")
        if payment["payment_id"] in account["payments"] or payment["payment_id"] not in before
    }
    assert_books_agree(account, theirs)
    assert_receipts_are_right(sandbox, account, theirs, place)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    visits = chosen.count * VISITS_IN_100 // 100
    score = Score()
    started_s = time.monotonic()
    kill_journals(chosen.count - visits, chosen.seed, score)
    journals_s = time.monotonic() - started_s
    kill_visits(visits, chosen.seed, score)
    print(
        f"kills: {score.journal_kills} of the journal ({score.journal_kills / journals_s:.0f}/s, "
        f"{score.acknowledged} acknowledged batches found again), {score.visit_kills} of whole "
        f"visits ({score.visits_that_ended_first} ended first); 0 promises broken; "
        f"{score.kills / (time.monotonic() - started_s):.1f} kills/s in all"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A kiosk that is killed at any moment has lost nothing that was acknowledged."""

from __future__ import annotations

import random
import subprocess
import sys

from kiosk.journal.journal import Journal
from kiosk.journal.verify import verify
from tests.support.journals import KEY

KILLS = 20


def acknowledged_before_kill(directory, commits: int) -> int:
    """Run the writer, kill it after some commits, return the last row it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journal.append_forever", str(directory)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(commits)]
    process.kill()
    rest = process.stdout.read().splitlines(keepends=True)
    process.wait(120)
    process.stdout.close()
    whole = [line for line in (*lines, *rest) if line.endswith("\n")]
    return int(whole[-1])


def test_every_acknowledged_row_survives_kill_9(tmp_path):
    moments = random.Random(20261121)
    for _ in range(KILLS):
        acknowledged = acknowledged_before_kill(tmp_path, moments.randint(1, 40))
        report = verify(tmp_path, KEY)
        assert report.is_sound, report.findings
        assert report.rows >= acknowledged
        with Journal.open(tmp_path, KEY) as journal:
            rows = list(journal.records())
            assert [row.seq for row in rows] == list(range(1, journal.last_seq + 1))


def test_a_batch_is_whole_or_absent_after_kill_9(tmp_path):
    acknowledged_before_kill(tmp_path, 25)
    with Journal.open(tmp_path, KEY) as journal:
        sizes: dict[str, int] = {}
        for row in journal.records():
            sizes[row.batch] = sizes.get(row.batch, 0) + 1
    assert list(sizes.values()) == [1 + number % 3 for number in range(len(sizes))]

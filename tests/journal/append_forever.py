"""Appends to a journal until it is killed, and says each commit that returned."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from kiosk.journal.journal import Journal
from tests.support.journals import KEY, ended

MOST_BATCHES = 1_000_000


def main() -> None:
    journal = Journal.open(Path(sys.argv[1]), KEY)
    for number in range(MOST_BATCHES):
        batch = [ended(number)] * (1 + number % 3)
        seq = journal.commit(batch, datetime.now(UTC), number / 10)
        print(seq, flush=True)
        if number % 7 == 0:
            journal.checkpoint()


main()

"""A journal commit against a bare write and fdatasync of as many bytes."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from kiosk.domain import payment
from kiosk.domain.records import PaymentMoved
from kiosk.journal.journal import FILE_NAME, Journal
from tests.bench.figures import Figure

RUNS = 400
EVIDENCE = {
    "answer": "paid",
    "amount_fen": 15000,
    "wallet": "alipay",
    "transaction_no": "2026112122001400000000000001",
    "paid_at": "2026-11-21T06:00:00+00:00",
}


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        return [_commit(Path(place))]


def _commit(place: Path) -> Figure:
    record = PaymentMoved("demo-0001-01J", payment.Event.SEEN_PAID, payment.State.PAID, EVIDENCE)
    commits, bare = [], []
    with Journal.open(place / "journal", b"k" * 32) as journal:
        wal = place / "journal" / f"{FILE_NAME}-wal"
        journal.commit([record], datetime.now(UTC), 0.0)
        before = wal.stat().st_size
        journal.commit([record], datetime.now(UTC), 0.0)
        size = wal.stat().st_size - before
        descriptor = os.open(place / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.write(descriptor, bytes(size))
        for _ in range(RUNS):
            start = time.perf_counter()
            journal.commit([record], datetime.now(UTC), 0.0)
            middle = time.perf_counter()
            os.write(descriptor, bytes(size))
            os.fdatasync(descriptor)
            commits.append((middle - start) * 1000)
            bare.append((time.perf_counter() - middle) * 1000)
        os.close(descriptor)
    return Figure(
        "commit of one record",
        "ms",
        tuple(commits),
        f"write + fdatasync of {size} bytes",
        tuple(bare),
        "≤ 1.3 × the bare write",
    )

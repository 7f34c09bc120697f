"""A journal commit against a bare write and fdatasync of as many bytes; what a visit stores."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from kiosk.domain import payment
from kiosk.domain.events import LeaveTouched
from kiosk.domain.records import PaymentMoved
from kiosk.engine.diary import JournalDiary
from kiosk.journal.journal import FILE_NAME, Journal
from tests.bench.figures import Figure
from tests.support.people import ZHANG, bill
from tests.support.playbook import MemoryDiary, Playbook

RUNS = 400
BLOCKS, VISITS_EACH = 6, 20
EVIDENCE = {
    "answer": "paid",
    "amount_fen": 15000,
    "wallet": "alipay",
    "transaction_no": "2026112122001400000000000001",
    "paid_at": "2026-11-21T06:00:00+00:00",
}


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        return [_commit(Path(place)), _visits(Path(place) / "visits")]


def _visits(place: Path) -> Figure:
    """Paid visits with one receipt each, from card to paper, on the production's journal."""
    diary = JournalDiary(partial(Journal.open, place, b"k" * 32))
    play = Playbook(diary=cast(MemoryDiary, diary))
    stored_kb = []
    for _ in range(BLOCKS):
        before = _stored_bytes(place, diary)
        for _ in range(VISITS_EACH):
            play.platform.owe(bill(len(play.kiosk.ledger.payments) % 1000 + 1))
            play.tap(ZHANG)
            play.pay()
            play.wallet_pays()
            play.send(LeaveTouched())
            play.tick(2)
        stored_kb.append((_stored_bytes(place, diary) - before) / VISITS_EACH / 1000)
    paid = sum(each.state is payment.State.PAID for each in play.kiosk.ledger.payments.values())
    assert paid == len(play.kiosk.ledger.payments) > 0
    diary.close()
    return Figure("journal of one paid visit", "kB", tuple(stored_kb), "", (), "≤ 10 kB")


def _stored_bytes(place: Path, diary: JournalDiary) -> int:
    diary.tidy()
    return (place / FILE_NAME).stat().st_size


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

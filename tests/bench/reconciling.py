"""What comparing costs beside reading and parsing both files, in the same run."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from kiosk.domain.payment import Event, State
from kiosk.domain.platform import BillToPay
from kiosk.domain.record_rows import to_row
from kiosk.domain.records import PaymentIntended, PaymentMoved, ReceiptOwed, Record
from kiosk.reconcile import Ours, compare, read_statement
from tests.bench.figures import Figure

ROWS = 100_000
RUNS = 3
DAY = date(2026, 11, 20)
FIRST = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def measure() -> Sequence[Figure]:
    """100,000 payments here against 100,000 rows there."""
    journal, statement = _files()
    reading_ms, comparing_ms = [], []
    for _ in range(RUNS):
        began_s = time.perf_counter()
        ours = Ours()
        for line in io.BytesIO(journal):
            at, kind, values = json.loads(line)
            ours.take(datetime.fromisoformat(at), kind, values)
        theirs = read_statement(io.BytesIO(statement))
        read_s = time.perf_counter()
        found = compare(ours, theirs, "K1", DAY)
        compared_s = time.perf_counter()
        assert found.matched == ROWS, "the files agree"
        assert not found.differences, "the files agree"
        reading_ms.append((read_s - began_s) * 1000)
        comparing_ms.append((compared_s - read_s) * 1000)
    return [
        Figure(
            "reconcile 100,000 × 100,000 payments: compare",
            "ms",
            tuple(comparing_ms),
            "read and parse both files",
            tuple(reading_ms),
            "ratio ≤ 3",
        )
    ]


def _files() -> tuple[bytes, bytes]:
    journal, rows = io.StringIO(), []
    for number in range(ROWS):
        at = FIRST + timedelta(milliseconds=100 * number)
        for record in _records(number, at):
            kind, body = to_row(record)
            journal.write(json.dumps([at.isoformat(), kind, body]) + "\n")
        rows.append(
            f"P,K1-{number:026},paid,5000,{at.isoformat()},alipay,{number:028},"
            f"33010526{number:012},33010226-{number:010}"
        )
    head, trailer = f"H,1,K1,{DAY},1", f"T,{ROWS},{5000 * ROWS},0,0"
    return journal.getvalue().encode(), "\n".join([head, *rows, trailer, ""]).encode()


def _records(number: int, at: datetime) -> tuple[Record, ...]:
    payment_id, bill_no = f"K1-{number:026}", f"33010526{number:012}"
    paid = {
        "answer": "paid", "amount_fen": 5000, "wallet": "alipay",
        "transaction_no": f"{number:028}", "paid_at": at.isoformat(),
    }  # fmt: skip
    return (
        PaymentIntended(
            payment_id, f"V-{number}", "d" * 32, "ABCD-EFGH", (BillToPay(bill_no, 1, 5000),), 5000,
            receipt_later=False, parts=(("001", "示例单位", "103042707", 5000),),
        ),
        PaymentMoved(payment_id, Event.SEEN_PAID, State.PAID, paid),
        ReceiptOwed(payment_id, f"33010226-{number:010}", bill_no, 5000),
    )  # fmt: skip

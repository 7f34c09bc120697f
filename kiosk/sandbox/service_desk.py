"""What the platform does beside bills, payments and copies: codes, refunds, statements, fleet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from kiosk.domain.hours import CHINA
from kiosk.domain.platform import Refusal, Refused
from kiosk.platform_api import wire_services as wire
from kiosk.platform_api.signing_keys import Algorithm, VerifyingKey, verifying_key
from kiosk.sandbox import receipt_desk
from kiosk.sandbox.payment_book import bills_of_payment
from kiosk.sandbox.store import Store

CHECKS_A_DAY = 5

TABLES = """
CREATE TABLE IF NOT EXISTS write_offs (
    write_off_id TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL,
    receipt_no TEXT NOT NULL REFERENCES receipts (receipt_no), at_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refund_requests (
    request_id TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL,
    receipt_no TEXT NOT NULL REFERENCES receipts (receipt_no),
    reason TEXT NOT NULL, state TEXT NOT NULL, at_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS open_code_blocks (
    block_id TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL, item_code TEXT NOT NULL,
    amount_fen INTEGER NOT NULL, wanted INTEGER NOT NULL, expires_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS open_codes (
    code TEXT PRIMARY KEY, block_id TEXT NOT NULL REFERENCES open_code_blocks (block_id),
    serial INTEGER NOT NULL, token TEXT NOT NULL UNIQUE, handed_out_s REAL, receipt_no TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS open_codes_voided (
    code TEXT PRIMARY KEY REFERENCES open_codes (code), voided_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS ratings (
    rating_id TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL,
    stars INTEGER NOT NULL, reason TEXT NOT NULL, at_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS devices (
    kiosk_id TEXT PRIMARY KEY, algorithm TEXT NOT NULL, public_key TEXT NOT NULL,
    version TEXT NOT NULL, model TEXT NOT NULL, at_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS heartbeats (
    kiosk_id TEXT PRIMARY KEY, at_s REAL NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS receipt_checks (
    receipt_no TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (receipt_no, day)
) STRICT;
"""
FORGET = """
DELETE FROM write_offs; DELETE FROM refund_requests;
DELETE FROM open_codes_voided; DELETE FROM open_codes;
DELETE FROM open_code_blocks; DELETE FROM ratings; DELETE FROM devices; DELETE FROM heartbeats;
DELETE FROM receipt_checks;
"""


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# --- receipts ----------------------------------------------------------------------------------


def verify_receipt(store: Store, asked: wire.VerifyReceiptRequest) -> Refused | wire.VerifiedAnswer:
    receipt_no, day = asked.receipt_no, store.today().isoformat()
    with store.transaction():
        store.run(
            "INSERT INTO receipt_checks VALUES (?, ?, 1)"
            " ON CONFLICT (receipt_no, day) DO UPDATE SET count = receipt_checks.count + 1",
            (receipt_no, day),
        )
        checks = store.value(
            "SELECT count FROM receipt_checks WHERE receipt_no = ? AND day = ?", (receipt_no, day)
        )
    if checks > CHECKS_A_DAY:
        return Refused(Refusal.RATE_LIMITED, f"{CHECKS_A_DAY} checks a day for one receipt")
    found = receipt_desk.verify(store, receipt_no, asked.check_code)
    if found is None:
        return Refused(Refusal.NOT_FOUND, "there is no such receipt")
    head = found.head
    return wire.VerifiedAnswer(
        receipt_no=receipt_no,
        void=found.void,
        title=head.title,
        agency_name=head.agency_name,
        amount_fen=head.amount_fen,
        paid_at=head.paid_at,
        copies_printed=head.copies_printed,
    )


def write_off(
    store: Store, write_off_id: str, asked: wire.WriteOffRequest
) -> Refused | wire.WriteOffAnswer:
    with store.transaction():
        known = store.rows("SELECT * FROM write_offs WHERE write_off_id = ?", (write_off_id,))
        if not known:
            refused = _usable(store, asked.receipt_no)
            if refused is not None:
                return refused
            row = (write_off_id, asked.kiosk_id, asked.receipt_no, store.now_s())
            store.run("INSERT INTO write_offs VALUES (?, ?, ?, ?)", row)
            known = store.rows("SELECT * FROM write_offs WHERE write_off_id = ?", (write_off_id,))
    kept = known[0]
    if (kept["kiosk_id"], kept["receipt_no"]) != (asked.kiosk_id, asked.receipt_no):
        return Refused(Refusal.KEY_REUSED, "this id belongs to another request")
    return wire.WriteOffAnswer(
        write_off_id=write_off_id,
        receipt_no=kept["receipt_no"],
        written_off_at=_moment(kept["at_s"]),
    )


def _usable(store: Store, receipt_no: str) -> Refused | None:
    found = store.rows("SELECT void FROM receipts WHERE receipt_no = ?", (receipt_no,))
    if not found:
        return Refused(Refusal.NOT_FOUND, f"no receipt {receipt_no}")
    return Refused(Refusal.RECEIPT_VOID, "the receipt is void") if found[0]["void"] else None


# --- refunds -------------------------------------------------------------------------------------


def request_refund(
    store: Store, request_id: str, asked: wire.RefundRequest
) -> Refused | wire.RefundAnswer:
    with store.transaction():
        if not store.rows("SELECT * FROM refund_requests WHERE request_id = ?", (request_id,)):
            refused = _usable(store, asked.receipt_no)
            if refused is not None:
                return refused
            state = str(wire.RefundState.RECEIVED)
            row = (
                request_id, asked.kiosk_id, asked.receipt_no, str(asked.reason), state,
                store.now_s(),
            )  # fmt: skip
            store.run("INSERT INTO refund_requests VALUES (?, ?, ?, ?, ?, ?)", row)
        kept = store.rows("SELECT * FROM refund_requests WHERE request_id = ?", (request_id,))[0]
    wanted = (asked.kiosk_id, asked.receipt_no, str(asked.reason))
    if (kept["kiosk_id"], kept["receipt_no"], kept["reason"]) != wanted:
        return Refused(Refusal.KEY_REUSED, "this id belongs to another request")
    return query_refund(store, request_id)


def query_refund(store: Store, request_id: str) -> Refused | wire.RefundAnswer:
    found = store.rows(
        "SELECT refund_requests.*, bills.amount_fen FROM refund_requests"
        " JOIN receipts USING (receipt_no) JOIN bills USING (bill_no) WHERE request_id = ?",
        (request_id,),
    )
    if not found:
        return Refused(Refusal.NOT_FOUND, f"no request {request_id}")
    kept = found[0]
    return wire.RefundAnswer(
        request_id=request_id,
        receipt_no=kept["receipt_no"],
        amount_fen=kept["amount_fen"],
        state=wire.RefundState(kept["state"]),
        requested_at=_moment(kept["at_s"]),
    )


def decide_refund(store: Store, request_id: str, state: wire.RefundState) -> Refused | str:
    """Finance's side, for the control page; returns the receipt's number."""
    with store.transaction():
        found = store.rows(
            "SELECT receipt_no FROM refund_requests WHERE request_id = ?", (request_id,)
        )
        if not found:
            return Refused(Refusal.NOT_FOUND, f"no request {request_id}")
        store.run(
            "UPDATE refund_requests SET state = ? WHERE request_id = ?", (str(state), request_id)
        )
        return str(found[0]["receipt_no"])


# --- the day ------------------------------------------------------------------------------------------


def statement_rows(store: Store, kiosk_id: str, day: date) -> tuple[wire.StatementRow, ...]:
    """Paid or voided on the day in Hangzhou, in the order of payment."""
    start = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    found = store.rows(
        "SELECT * FROM payments WHERE kiosk_id = ? AND state IN ('paid', 'voided')"
        " AND paid_s >= ? AND paid_s < ? ORDER BY paid_s, payment_id",
        (kiosk_id, start.timestamp(), (start + timedelta(days=1)).timestamp()),
    )
    return tuple(_statement_row(store, row) for row in found)


def _statement_row(store: Store, row: dict[str, object]) -> wire.StatementRow:
    payment_id = str(row["payment_id"])
    receipts = store.rows(
        "SELECT receipt_no FROM receipts WHERE payment_id = ? ORDER BY receipt_no", (payment_id,)
    )
    return wire.StatementRow.model_validate(
        {
            "payment_id": payment_id,
            "state": row["state"],
            "amount_fen": row["amount_fen"],
            "paid_at": _moment(float(str(row["paid_s"]))),
            "wallet": row["wallet"],
            "transaction_no": row["transaction_no"],
            "bill_nos": tuple(bills_of_payment(store, payment_id)),
            "receipt_nos": tuple(one["receipt_no"] for one in receipts),
        }
    )


def statement(store: Store, asked: wire.StatementRequest) -> Refused | wire.StatementAnswer:
    if asked.day > store.today():
        return Refused(Refusal.NOT_FOUND, "that day has not come")
    rows = statement_rows(store, asked.kiosk_id, asked.day)
    pages = max(-(-len(rows) // wire.MAX_PAGE), 1)
    if asked.page > pages:
        return Refused(Refusal.NOT_FOUND, f"there are {pages} pages")
    start = (asked.page - 1) * wire.MAX_PAGE
    trailer = wire.trailer_of(rows)
    return wire.StatementAnswer(
        kiosk_id=asked.kiosk_id,
        day=asked.day,
        version=1 + trailer.voided_count,  # all that changes of a day that is over
        page=asked.page,
        pages=pages,
        rows=rows[start : start + wire.MAX_PAGE],
        trailer=trailer,
    )


# --- residents and kiosks --------------------------------------------------------------------------------


def rate(store: Store, rating_id: str, asked: wire.RatingRequest) -> Refused | wire.RatingAnswer:
    with store.transaction():
        row = (rating_id, asked.kiosk_id, asked.stars, asked.reason, store.now_s())
        store.run("INSERT INTO ratings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
        kept = store.rows("SELECT * FROM ratings WHERE rating_id = ?", (rating_id,))[0]
    if (kept["kiosk_id"], kept["stars"], kept["reason"]) != row[1:4]:
        return Refused(Refusal.KEY_REUSED, "this id belongs to another rating")
    return wire.RatingAnswer(rating_id=rating_id)


def register(store: Store, kiosk_id: str, asked: wire.RegisterRequest) -> None:
    with store.transaction():
        store.run(
            "INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kiosk_id) DO UPDATE SET"
            " algorithm = excluded.algorithm, public_key = excluded.public_key,"
            " version = excluded.version, model = excluded.model, at_s = excluded.at_s",
            (
                kiosk_id, asked.algorithm, asked.public_key, asked.version, asked.model,
                store.now_s(),
            ),
        )  # fmt: skip


def registered(store: Store) -> Iterator[tuple[str, VerifyingKey]]:
    """The kiosks that have told their keys, for the start of the sandbox."""
    for row in store.rows("SELECT * FROM devices"):
        algorithm = Algorithm(row["algorithm"])
        yield row["kiosk_id"], verifying_key(row["public_key"].encode(), algorithm)


def beat(store: Store, asked: wire.HeartbeatRequest) -> None:
    with store.transaction():
        store.run(
            "INSERT INTO heartbeats VALUES (?, ?, ?) ON CONFLICT (kiosk_id) DO UPDATE SET"
            " at_s = excluded.at_s, body = excluded.body",
            (asked.kiosk_id, store.now_s(), asked.model_dump_json()),
        )

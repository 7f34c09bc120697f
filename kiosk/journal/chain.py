"""The rows of the journal and the keyed chain that ties each to the one before."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kiosk.domain.record_rows import BadRecord, from_row, to_row
from kiosk.domain.records import Record

MAX_BODY_BYTES = 65536
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")  # JSON can name what no text can hold
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CANONICAL = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is stored; `body` is canonical JSON."""

    seq: int
    batch: str
    at_us: int
    mono_ms: int
    kind: str
    body: str
    mac: bytes

    @property
    def at(self) -> datetime:
        """When it was committed; raises BadRecord for a number that is no time."""
        try:
            return EPOCH + timedelta(microseconds=self.at_us)
        except OverflowError as error:
            raise BadRecord(f"row {self.seq} holds no time") from error

    @property
    def values(self) -> Mapping[str, Any]:
        """The record's fields; raises BadRecord when the body is no JSON object of text."""
        try:
            values = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadRecord(f"row {self.seq} holds no JSON") from error
        if not isinstance(values, dict):
            raise BadRecord(f"row {self.seq} holds no JSON object")
        if HALF_CHARACTER.search(self.body) and not _is_text(values):
            raise BadRecord(f"row {self.seq} holds half a character")
        return values

    @property
    def columns(self) -> tuple[int, str, int, int, str, str, bytes]:
        """As they stand in the table; `astuple` would copy each of them, for every commit."""
        return self.seq, self.batch, self.at_us, self.mono_ms, self.kind, self.body, self.mac

    def record(self) -> Record:
        """The record of this row; raises BadRecord when this version cannot read it."""
        return from_row(self.kind, self.values)


def _is_text(values: Mapping[str, Any]) -> bool:
    try:
        canonical(values).encode()
    except ValueError:
        return False
    return True


def first_mac(key: bytes) -> bytes:
    """What stands before row 1: bound to the key, so that an empty journal has a mac too."""
    return hmac.digest(key, b"kiosk journal, before the first row", hashlib.sha256)


def row_mac(
    key: bytes,
    before: bytes,
    seq: int,
    batch: bytes,
    at_us: int,
    mono_ms: int,
    kind: bytes,
    body: bytes,
) -> bytes:
    """HMAC-SHA256 over the mac before and every column, each led by its length."""
    parts = (before, b"%d" % seq, batch, b"%d" % at_us, b"%d" % mono_ms, kind, body)
    # Without the lengths, bytes could move between two columns under the same mac.
    message = b"".join([len(part).to_bytes(4) + part for part in parts])
    return hmac.digest(key, message, hashlib.sha256)


def mac_of(key: bytes, before: bytes, row: Row) -> bytes:
    return row_mac(
        key,
        before,
        row.seq,
        row.batch.encode(),
        row.at_us,
        row.mono_ms,
        row.kind.encode(),
        row.body.encode(),
    )


def chained(
    key: bytes,
    last: tuple[int, bytes],
    records: Iterable[Record],
    stamp: tuple[str, int, int],
) -> list[Row]:
    """The records as rows after the one with number and mac `last`.

    `stamp` is batch, microseconds since 1970 and milliseconds of the process. Raises
    ValueError for a record that is too long.
    """
    seq, mac = last
    batch, at_us, mono_ms = stamp
    rows = []
    for record in records:
        kind, values = to_row(record)
        body = canonical(values)
        stored = body.encode()
        if len(stored) > MAX_BODY_BYTES:
            raise ValueError(f"a {kind} record of {len(body)} characters is too long")
        seq += 1
        mac = row_mac(key, mac, seq, batch.encode(), at_us, mono_ms, kind.encode(), stored)
        rows.append(Row(seq, batch, at_us, mono_ms, kind, body, mac))
    return rows


def canonical(values: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no spaces, UTF-8; numbers that JSON lacks raise ValueError."""
    return CANONICAL.encode(values)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    if at.tzinfo is None:
        raise ValueError("a journal time needs its time zone")
    return (at - EPOCH) // timedelta(microseconds=1)

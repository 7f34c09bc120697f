"""Takes out of texts for the support everything that could be a person, a PIN or a key.

Nothing is kept because it looks harmless; it is kept because it has the form of something
that we know. What is taken out leaves a mark in brackets.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from kiosk import event_catalogue
from kiosk.domain.operator import CopyReason
from kiosk.domain.record_rows import KINDS
from kiosk.event_ids import EventId
from kiosk.observability import ALLOWED_FIELDS, mask

TEXT = "[text]"
WORD = r"[a-z][a-z_]{0,39}"
REASON = re.compile(rf"{WORD}(?:[ ,:.]{{1,2}}{WORD}){{0,15}}\.?")
OWN_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
PUBLIC_NUMBERS = {
    "receipt_no": re.compile(r"[0-9]{8}-[0-9]{10}"),
    "bill_no": re.compile(r"[0-9]{20}"),
    "transaction_no": re.compile(r"[0-9A-Za-z]{20,40}"),
    "account_id": re.compile(r"[0-9]{3,5}"),  # six digits and more could be a PIN
    "timestamp": MOMENT,
    "paid_at": MOMENT,
    "inquiry_code": re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}"),
    "version": re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){1,3}"),
}
SECRET = re.compile(r"[0-9A-Fa-f]{32,}|[A-Za-z0-9+/=]{41,}|\$argon2|BEGIN ")
FRAME = re.compile(
    r'\s*File "(?:[^"]*?/)?((?:kiosk|drivers)/[a-z_/]{1,80}\.py|[a-z_]{1,40}\.py)"'
    r", line (\d+), in ([A-Za-z_<>]{1,60})"
)
RAISED = re.compile(r"([A-Za-z_.]{1,80}(?:Error|Exception|Failed|Refused|Lost|Trouble))\b")
ERRNO_WORDS = frozenset(os.strerror(number) for number in range(1, 134))
DETAILS = frozenset(
    {
        "amount_fen", "answer", "at_s", "confirmed", "detail", "differences", "expires_in_s",
        "fact", "held_here", "kind", "paid_at", "paid_fen", "passed", "payments", "percent",
        "reason", "refused", "role", "transaction_no", "wallet", "whole", "why",
    }
)  # fmt: skip
NEVER = frozenset({"subject_digest", "parts", "bills", "content_hash", "qr_sha256"})
KEPT_WORDS = {
    "event": frozenset(EventId),
    "level": frozenset("debug info warning error critical".split()),
}
MAX_LINE_CHARS = 20_000
MAX_NUMBER = 10**10  # the highest amount in fen; numbers of phones and persons are above it


def scrub_value(name: str, value: object) -> object:
    """A value under this name, or a mark in its place."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) <= MAX_NUMBER else "[number]"
    if not isinstance(value, str):
        return f"[{type(value).__name__}]"
    return scrub_text(name, value)


def scrub_text(name: str, text: str) -> str:
    """`text` where it has a known form: a public number of ours, an id, a stable code."""
    if not text or text in KEPT_WORDS.get(name, ()) or text in ERRNO_WORDS:
        return text
    if name == "exception":
        return " | ".join(_frames(text))
    public = PUBLIC_NUMBERS.get(name)
    if public is not None and public.fullmatch(text):
        return text
    if (
        mask(text) != text
        or SECRET.search(text)
        or (re.search(r"[0-9]{5}", text) and not _is_id(name))
    ):
        return TEXT
    if _is_id(name) and OWN_ID.fullmatch(text):
        return text
    is_ours = " " not in text or set(re.findall("[a-z]+", text)) <= _words()
    return text if REASON.fullmatch(text) and is_ours else TEXT


@cache
def _words() -> frozenset[str]:
    """Of which our own sentences are made: a sentence with any other could name somebody."""
    said = " ".join((*EventId, *CopyReason, *(event_catalogue.entry(each).en for each in EventId)))
    return frozenset(re.findall("[a-z]+", said))


def _is_id(name: str) -> bool:
    return name == "subject" or name.endswith("_id")


def _frames(text: str) -> Iterator[str]:
    """Where it happened and what kind of error it was; never what the error said."""
    for line in text.splitlines():
        if frame := FRAME.match(line):
            yield f"{frame[1]}:{frame[2]} {frame[3]}"
        elif raised := RAISED.match(line):
            yield raised[1]


def log_line(line: str) -> str:
    """One line of the log as JSON; a line that is none says only that it was there."""
    try:
        values = json.loads(line[:MAX_LINE_CHARS])
    except (ValueError, RecursionError):
        return json.dumps({"event": "[no JSON]"})
    if not isinstance(values, dict):
        return json.dumps({"event": "[no JSON]"})
    kept = {k: scrub_value(k, v) for k, v in values.items() if k in ALLOWED_FIELDS - NEVER}
    return json.dumps(kept, ensure_ascii=False)


def journal_row(seq: int, at: str, kind: str, values: Mapping[str, Any]) -> str:
    """One row of the journal as JSON: known kinds, known fields, known forms."""
    if kind not in KINDS:
        return json.dumps({"seq": seq, "at": at, "kind": "[kind]"})
    names = {field.name for field in fields(KINDS[kind])} - NEVER
    body: dict[str, object] = {}
    for name, value in values.items():
        if name in ("evidence", "detail") and isinstance(value, dict):
            body[name] = {k: scrub_value(k, v) for k, v in value.items() if k in DETAILS}
        elif name in names:
            body[name] = scrub_value(name, value)
    return json.dumps({"seq": seq, "at": at, "kind": kind, **body}, ensure_ascii=False)


def lines_of(raw: Iterable[bytes]) -> Iterator[str]:
    for line in raw:
        yield log_line(line.decode("utf-8", "replace"))

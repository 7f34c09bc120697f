"""Is the reserve of open codes full enough, and does a code need an operator?

Read from the journal alone: it says which blocks are here and which codes left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from kiosk.domain.code_book import CodeBook
from kiosk.domain.ledger import rebuild
from kiosk.domain.money import yuan
from kiosk.domain.open_code import Reserve, State
from kiosk.domain.record_rows import BadRecord
from kiosk.domain.records import OpenCodesKept, OpenCodesWanted, Record
from kiosk.event_ids import EventId
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalError
from kiosk.journal.reader import Reader
from kiosk.maintenance.verdicts import Check
from kiosk.settings import Settings

MAX_CASES = 5


def open_codes(settings: Settings, now: datetime) -> Iterator[Check]:
    """One check for each reserve of the site, one for codes in doubt; none without reserves."""
    rules = settings.open_codes.rules()
    directory = settings.storage_directory
    if not rules.reserves or not (directory / FILE_NAME).exists():
        return
    try:
        with Reader(directory) as reader:
            records = tuple(row.record() for row in reader.rows())
    except (JournalError, BadRecord):
        return  # The journal's own check says why.
    book = rebuild(records).code_book
    for reserve in rules.reserves:
        left = _left(records, book, reserve, now.timestamp() + rules.renew_s)
        name = f"open codes {reserve.item_code} {yuan(reserve.amount_fen)}"
        low = left <= reserve.count * rules.low_water
        event = EventId.KIOSK_OPEN_CODES_LOW if low else EventId.KIOSK_OPEN_CODES_GOOD
        why = f"; the last block did not come: {book.trouble}" if low and book.trouble else ""
        yield Check(name, event, f"{left} left of {reserve.count}{why}")
    yield from _codes(book)


def _left(records: Iterable[Record], book: CodeBook, reserve: Reserve, at_s: float) -> int:
    wanted: set[str] = set()
    left = 0
    for record in records:
        if isinstance(record, OpenCodesWanted):
            if (record.item_code, record.amount_fen) == (reserve.item_code, reserve.amount_fen):
                wanted.add(record.block_id)
        elif isinstance(record, OpenCodesKept) and record.expires_s > at_s:
            is_here = record.block_id in wanted
            left += is_here * (record.count - book.last_serials.get(record.block_id, 0))
    return left


def _codes(book: CodeBook) -> Iterator[Check]:
    cases = [each for each in book.open if each.state is State.CASE]
    if cases:
        named = ", ".join(f"{each.code} ({dict(each.evidence)})" for each in cases[:MAX_CASES])
        yield Check("open codes in doubt", EventId.KIOSK_OPEN_CODES_CASE, named)
    if waiting := len(book.open) - len(cases):
        found = f"{waiting} handed out and not settled yet"
        yield Check("open codes handed out", EventId.KIOSK_OPEN_CODES_WAITING, found)

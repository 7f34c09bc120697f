"""What the ledger knows of open codes: bounded, and an operator's word until it is confirmed."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kiosk.domain.code_book import CodeBook, day_of
from kiosk.domain.open_code import FORCED_BY, Event, State
from kiosk.domain.records import (
    LinkChanged,
    OpenCodeHandedOut,
    OpenCodeMoved,
    OpenCodesKept,
    OpenCodesMissed,
    OpenCodesWanted,
    Record,
)

HANDED_OUT_S = 1_795_240_800  # 2026-11-21 06:00 UTC
WANTED = OpenCodesWanted("B1", "103", 8000, 5)


def handed_out(number: int = 1, *, block_id: str = "B1", at_s: int = HANDED_OUT_S) -> Record:
    return OpenCodeHandedOut(
        f"code-{number}", block_id, number, "V", "103", 8000, HANDED_OUT_S + 600, at_s
    )


def moved(number: int, event: Event, state: State, **evidence: str | int) -> Record:
    return OpenCodeMoved(f"code-{number}", event, state, evidence)


def folded(records: Iterable[Record]) -> CodeBook:
    book = CodeBook()
    for record in records:
        book = book.apply(record)
    return book


# --- the reserve -----------------------------------------------------------------------------------


def test_a_block_is_wanted_until_it_is_here() -> None:
    other = OpenCodesWanted("B2", "104", 500, 5)
    book = folded([WANTED, other, OpenCodesMissed("B1", "time-out", for_good=False)])
    assert book.wanted == {("103", 8000): WANTED, ("104", 500): other}
    assert book.trouble == "time-out"
    kept = book.apply(OpenCodesKept("B1", 5, HANDED_OUT_S))
    assert kept.wanted == {("104", 500): other}
    assert kept.trouble == ""


def test_a_block_that_is_refused_for_good_is_wanted_no_more() -> None:
    book = folded([WANTED, OpenCodesMissed("B1", "invalid", for_good=True)])
    assert (dict(book.wanted), book.trouble) == ({}, "invalid")


def test_the_last_serials_of_the_newest_thousand_blocks_are_remembered() -> None:
    blocks = [f"B{n}" for n in range(1002)]
    book = folded(handed_out(n, block_id=b) for n, b in enumerate(blocks, 1))
    assert list(book.last_serials) == blocks[2:]
    assert book.last_serials["B1001"] == 1002


def test_a_serial_that_was_handed_out_before_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="each once"):
        folded([handed_out(2), handed_out(2)])


# --- codes that were handed out ----------------------------------------------------------------


def test_the_oldest_codes_with_an_end_are_forgotten_and_open_ones_never() -> None:
    many = 258
    ended = [moved(n, Event.SEEN_EXPIRED, State.EXPIRED) for n in range(2, many + 1)]
    book = folded([*(handed_out(n) for n in range(1, many + 1)), *ended])
    assert len(book.codes) == 256
    assert next(iter(book.codes)) == "code-1"
    assert not {"code-2", "code-3"} & set(book.codes)
    assert [each.code for each in book.open] == ["code-1"]


def test_a_code_keeps_the_receipt_that_was_once_named_for_it() -> None:
    settled = moved(1, Event.SEEN_SETTLED, State.SETTLED, receipt_no="R1")
    doubted = moved(1, Event.SEEN_VOIDED, State.CASE, answer="voided")
    code = folded([handed_out(), settled, doubted]).codes["code-1"]
    assert (code.receipt_no, code.disputed) == ("R1", True)
    assert code.evidence == {"answer": "voided"}


def test_a_case_without_an_earlier_verdict_is_not_disputed() -> None:
    code = folded([handed_out(), moved(1, Event.GAVE_UP, State.CASE)]).codes["code-1"]
    assert not code.disputed


def test_a_dispute_that_an_operator_ends_is_over() -> None:
    book = folded(
        [
            handed_out(),
            moved(1, Event.SEEN_SETTLED, State.SETTLED),
            moved(1, Event.SEEN_VOIDED, State.CASE),
            moved(1, Event.RECON_SETTLED, State.SETTLED, **{FORCED_BY: "901"}),
        ]
    )
    code = book.codes["code-1"]
    assert (code.disputed, code.unconfirmed, code.is_settled) == (False, True, False)


def test_an_edge_that_the_table_does_not_have_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        folded([handed_out(), moved(1, Event.SEEN_EXPIRED, State.SETTLED)])


# --- caps ----------------------------------------------------------------------------------------


def test_a_day_in_beijing_begins_at_sixteen_hours_utc() -> None:
    midnight_s = 1_795_276_800  # 2026-11-21 16:00 UTC
    assert day_of(midnight_s) == day_of(midnight_s - 1) + 1
    assert day_of(midnight_s) == day_of(midnight_s + 86399)


def test_what_is_handed_out_counts_for_its_day_and_for_the_outage() -> None:
    next_day_s = HANDED_OUT_S + 86400
    book = folded([handed_out(1), handed_out(2), handed_out(3, at_s=next_day_s)])
    assert (book.day, book.day_fen) == (day_of(next_day_s), 8000)
    assert book.outage_fen == 24000


def test_an_outage_ends_with_the_link() -> None:
    book = folded([handed_out()])
    assert book.apply(LinkChanged(up=False)) is book
    back = book.apply(LinkChanged(up=True))
    assert back.outage_fen == 0
    assert back.day_fen == 8000
    assert back.apply(LinkChanged(up=True)) is back

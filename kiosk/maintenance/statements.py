"""Getting the platform's statement of a day: from a file, or page by page over the network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from kiosk.maintenance.trouble import DeskTrouble
from kiosk.platform_api import wire_services as wire
from kiosk.platform_api.services import FETCH_STATEMENT
from kiosk.reconcile.statement import (
    MAX_LINE_BYTES,
    NoStatement,
    Progress,
    Statement,
    StatementLine,
    digest_of,
    read_statement,
)

MAX_PAGES = 2000  # 500 rows each: a million, as many as a file can hold


FetchStatement = Callable[[date], Statement]
"""Raises DeskTrouble (statement_not_had)."""
FetchVersion = Callable[[date], str]
"""As `fetch_version`. Raises DeskTrouble (statement_not_had)."""


def read_file(path: Path, progress: Progress = lambda _: None) -> Statement:
    """The statement of a file; raises NoStatement or OSError."""
    with path.open("rb") as file:
        lines = iter(lambda: file.readline(MAX_LINE_BYTES + 1), b"")
        return read_statement(lines, progress)


def fetch_version(ask: Callable[..., object], kiosk_id: str, day: date) -> str:
    """The name of the day's present statement without its digest, from its first page.

    Raises DeskTrouble (statement_not_had).
    """
    return f"{day}.v{_page(ask, kiosk_id, day, 1).version}"


def fetch(ask: Callable[..., object], kiosk_id: str, day: date) -> Statement:
    """The whole statement of a day; pages that change meanwhile are refused.

    Raises DeskTrouble (statement_not_had).
    """
    first = _page(ask, kiosk_id, day, 1)
    answers = [first]
    for number in range(2, min(first.pages, MAX_PAGES) + 1):
        answer = _page(ask, kiosk_id, day, number)
        if (answer.version, answer.trailer) != (first.version, first.trailer):
            raise DeskTrouble("statement_not_had", "the statement changed while it was fetched")
        answers.append(answer)
    rows = tuple(row for answer in answers for row in answer.rows)
    if wire.trailer_of(rows) != first.trailer:
        raise DeskTrouble("statement_not_had", "the statement's rows do not come to its trailer")
    lines = tuple(_line(row) for row in rows)
    return Statement(kiosk_id, day, first.version, digest_of(lines), lines, ())


def _page(ask: Callable[..., object], kiosk_id: str, day: date, page: int) -> wire.StatementAnswer:
    answer = ask(FETCH_STATEMENT, wire.StatementRequest(kiosk_id=kiosk_id, day=day, page=page))
    if isinstance(answer, wire.StatementAnswer):
        return answer
    why = getattr(answer, "reason", "") or str(getattr(answer, "code", "no_answer"))
    raise DeskTrouble("statement_not_had", f"the platform gives no statement of {day}: {why}")


def _line(row: wire.StatementRow) -> StatementLine:
    return StatementLine(
        row.payment_id,
        row.state,
        row.amount_fen,
        row.paid_at,
        row.wallet,
        row.transaction_no,
        row.bill_nos,
        row.receipt_nos,
    )


__all__ = [
    "FetchStatement",
    "FetchVersion",
    "NoStatement",
    "fetch",
    "fetch_version",
    "read_file",
]

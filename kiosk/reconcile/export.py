"""A comparison as CSV for spreadsheets; no cell can be taken for a formula."""

from __future__ import annotations

import csv
from typing import TextIO

from kiosk.reconcile.compare import Comparison
from kiosk.reconcile.totals import Total

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHOWN_DIGITS = 15  # of a number in a spreadsheet; the rest becomes zeros
HEAD = ("section", "kind", "payment_or_code", "ours_fen", "theirs_fen", "count", "who", "detail")


def safe(value: object) -> str:
    """A cell's text; one that a spreadsheet would calculate or round is led by an apostrophe."""
    text = "" if value is None else str(value)
    # Numbers of our own making may be negative; text never may begin so.
    is_long = text.isdecimal() and len(text) > SHOWN_DIGITS
    if isinstance(value, str) and (is_long or text.startswith(DANGEROUS)):
        return "'" + text
    return text


def export_csv(comparison: Comparison, out: TextIO) -> int:
    """Write sums, totals and differences; returns the number of differences.

    Open the file with newline="" and encoding "utf-8-sig", which spreadsheets expect.
    """
    writer = csv.writer(out)
    writer.writerow(HEAD)

    def row(*cells: object) -> None:
        writer.writerow([safe(cell) for cell in cells])

    day = comparison.day.isoformat()
    row("day", day, comparison.statement_name, comparison.ours_fen, comparison.theirs_fen,
        comparison.matched, "", f"ours {comparison.ours_count} theirs {comparison.theirs_count}")  # fmt: skip
    sections: tuple[tuple[str, tuple[Total, ...]], ...] = (
        ("item", comparison.by_item),
        ("agency", comparison.by_agency),
        ("wallet", comparison.by_wallet),
    )
    for section, totals in sections:
        for total in totals:
            row(section, "", total.code, total.amount_fen, None, total.count, "", total.name)
    for each in comparison.differences:
        row("difference", each.kind.value, each.payment_id, each.ours_fen, each.theirs_fen, 1,
            each.actor.value, each.detail)  # fmt: skip
    return len(comparison.differences)

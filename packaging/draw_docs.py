"""Draws the tables of ARCHITECTURE.md from the code; `--check` says whether they are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.domain.payment import EDGES, FINAL, State

DOCUMENT = Path(__file__).parent.parent / "ARCHITECTURE.md"
BEGIN = "<!-- drawn by `make docs`: payment table -->"
END = "<!-- end of what is drawn -->"


def payment_table() -> str:
    """Every edge with its evidence, in the order of the states."""
    rows = [
        f"| {edge.state} | {edge.event} | {edge.to} | {edge.evidence} | {edge.note} |"
        for edge in EDGES
    ]
    final = ", ".join(state for state in State if state in FINAL)
    return "\n".join(
        [
            "| state | event | follows | evidence | note |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"{len(State)} states, {len(EDGES)} edges; final: {final}.",
            "A pair that is not here raises IllegalTransition.",
        ]
    )


def drawn(text: str) -> str:
    """The document with what lies between the marks drawn anew; raises ValueError without them."""
    before, mark, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{DOCUMENT.name} lacks the marks of the payment table")
    del old
    return f"{before}{BEGIN}\n\n{payment_table()}\n\n{END}{after}"


def main() -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    new = drawn(text)
    if "--check" in sys.argv:
        print("stale: run make docs" if new != text else f"{DOCUMENT.name} is up to date")
        return int(new != text)
    DOCUMENT.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

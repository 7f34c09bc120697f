"""Draws the tables of ARCHITECTURE.md from the code; `--check` says whether they are stale."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from kiosk.domain.payment import EDGES, FINAL, State

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
CATALOGUE = ROOT / "tests" / "fault_catalogue.toml"
BEGIN = "<!-- drawn by `make docs`: {} -->"
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


def fault_table() -> str:
    """Every fault of the catalogue, and where it is met."""
    rows = [
        f"| {number} | {row['fault']} | {', '.join(row.get('lives', ()))} "
        f"| {len(row.get('cells', ())) or ''} | {_rest(row)} |"
        for number, row in tomllib.loads(CATALOGUE.read_text(encoding="utf-8")).items()
    ]
    return "\n".join(
        [
            "| # | what happens | in simulated lives by | single faults | tests; else |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _rest(row: dict[str, Any]) -> str:
    tests = ", ".join(f"`{name}`" for name in row.get("tests", ()))
    return "; ".join(each for each in (tests, row.get("outside", "")) if each)


TABLES = {"payment table": payment_table, "fault table": fault_table}


def drawn(text: str) -> str:
    """The document with what lies between the marks drawn anew; raises ValueError without them."""
    for name, table in TABLES.items():
        begin = BEGIN.format(name)
        before, mark, rest = text.partition(begin)
        _, end, after = rest.partition(END)
        if not (mark and end):
            raise ValueError(f"{DOCUMENT.name} lacks the marks of the {name}")
        text = f"{before}{begin}\n\n{table()}\n\n{END}{after}"
    return text


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

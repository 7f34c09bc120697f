"""`python -m tests.bench`: the benchmark table, and `out/bench.json`."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import commits, devices, platform, reconciling, screens, visits
from tests.bench.figures import Figure

OUT = Path("out/bench.json")
PARTS = (commits, visits, devices, platform, reconciling, screens)


def main() -> None:
    console = Console(width=190)
    figures: list[Figure] = []
    for part in PARTS:
        with console.status(f"measuring {part.__name__.rsplit('.', 1)[-1]} …"):
            figures += part.measure()
    console.print(table_of(figures))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([row_of(figure) for figure in figures], indent=1) + "\n")
    console.print(f"written to {OUT}")


def table_of(figures: list[Figure]) -> Table:
    table = Table(title="Figures of this run; a ratio says more than a time", show_lines=True)
    for column in (
        "what",
        "n",
        "p50",
        "p95",
        "p99",
        "against",
        "its p50",
        "its p95",
        "ratio",
        "goal",
    ):
        table.add_column(column)
    for figure in figures:
        table.add_row(
            figure.name,
            str(len(figure.samples)),
            f"{figure.p50:.2f} {figure.unit}",
            f"{figure.p95:.2f} {figure.unit}",
            f"{figure.p99:.2f} {figure.unit}",
            figure.peer or "–",
            f"{figure.peer_p50:.2f} {figure.unit}" if figure.peer else "–",
            f"{figure.peer_p95:.2f} {figure.unit}" if figure.peer else "–",
            f"{figure.ratio:.2f}" if figure.peer else "–",
            figure.goal,
        )
    return table


def row_of(figure: Figure) -> dict[str, object]:
    return {
        "name": figure.name,
        "unit": figure.unit,
        "n": len(figure.samples),
        "p50": figure.p50,
        "p95": figure.p95,
        "p99": figure.p99,
        "peer": figure.peer,
        "peer_p50": figure.peer_p50,
        "peer_p95": figure.peer_p95,
        "ratio": figure.ratio,
        "goal": figure.goal,
    }


if __name__ == "__main__":
    main()

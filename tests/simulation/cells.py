"""`python -m tests.simulation.cells`: both matrices of one paid visit, cell by cell; see `make cells`."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial

from tests.simulation import crash_verdict, single_faults
from tests.simulation.crash_case import Point, cases

Cell = tuple[str, Callable[[], None]]


def interruptions() -> list[Cell]:
    """Each step × way to be interrupted × what the platform does × how the printer is."""
    return [(case.name, partial(crash_verdict.judge, case)) for case in cases()]


def faults() -> list[Cell]:
    """Each single fault × each step of payment and print."""
    return [
        (f"{fault} at {point}", partial(single_faults.play, fault, point))
        for fault in single_faults.FAULTS
        for point in Point
    ]


def complaint(cell: Cell) -> str:
    """What broke, with the cell's name; empty where nothing did."""
    name, play = cell
    try:
        play()
    except Exception as error:  # noqa: BLE001 - a bug of the kiosk is what we are here for
        return f"{name}: {type(error).__name__}: {error}"
    return ""


def broken(cells: Iterable[Cell]) -> list[str]:
    with multiprocessing.Pool(os.cpu_count() or 1) as pool:
        return [words for words in pool.imap(complaint, cells, chunksize=16) if words]


def main() -> int:
    found: list[str] = []
    named = (("named interruptions", interruptions()), ("single faults × steps", faults()))
    for name, cells in named:
        began_s = time.perf_counter()
        here = broken(cells)
        print("\n".join([*here, f"{len(cells)} cells of {name}, {len(here)} broken"]), end="")
        print(f"; {time.perf_counter() - began_s:.1f} s", flush=True)
        found += here
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

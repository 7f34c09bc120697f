"""The catalogue of faults, and the names that it may use."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
CATALOGUE = TESTS / "fault_catalogue.toml"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: what happens, where it is made to happen, and what else covers it."""

    fault: str
    lives: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    outside: str = ""


def catalogue() -> Mapping[str, Fault]:
    """The rows by their number; raises TypeError for a key that no row has."""
    content = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {
        number: Fault(**{k: _frozen(v) for k, v in row.items()}) for number, row in content.items()
    }


def _frozen(value: str | list[str]) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else tuple(value)


@cache
def known_tests() -> frozenset[str]:
    """Every test function that pytest collects, or that a contract hands on to its subclasses."""
    files = [*TESTS.rglob("test_*.py"), *TESTS.rglob("contract.py")]
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )

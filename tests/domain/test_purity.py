"""The domain is pure: it imports nothing that could do I/O, tell the time or roll dice."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kiosk.domain

HERE = Path(kiosk.domain.__file__).parent
FORBIDDEN = frozenset(
    {
        *("asyncio", "io", "logging", "os", "queue", "random", "secrets", "socket"),
        *("sqlite3", "subprocess", "threading", "time"),
    }
)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.stem)
def test_a_domain_module_imports_only_pure_things(path: Path) -> None:
    for name in imports_of(path):
        top = name.split(".")[0]
        allowed = (
            name == "drivers.api"
            or name.startswith("kiosk.domain")
            or top == "stdnum"
            or (top in sys.stdlib_module_names and top not in FORBIDDEN)
        )
        assert allowed, f"{path.name} imports {name}"


def test_the_domain_never_asks_the_clock() -> None:
    for path in HERE.glob("*.py"):
        text = path.read_text()
        assert "datetime.now" not in text
        assert "date.today" not in text

"""ARCHITECTURE.md shows the tables that the code has."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def draw_docs():
    spec = spec_from_file_location("draw_docs", ROOT / "packaging" / "draw_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_in_the_document_are_those_in_the_code(draw_docs) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert draw_docs.drawn(text) == text, "stale: run make docs"


def test_every_test_that_the_architecture_names_exists() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (ROOT / "ARCHITECTURE.md").read_text("utf-8")))
    sources = "\n".join(file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 15
    assert [name for name in sorted(named) if f"def {name}(" not in sources] == []

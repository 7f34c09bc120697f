"""ARCHITECTURE.md shows the payment table that the code has."""

from __future__ import annotations

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


def test_the_payment_table_in_the_document_is_the_one_in_the_code(draw_docs) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert draw_docs.drawn(text) == text, "stale: run make docs"

"""ARCHITECTURE.md shows the payment table that the code has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_payment_table_in_the_document_is_the_one_in_the_code() -> None:
    result = subprocess.run(
        [sys.executable, "packaging/draw_docs.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr

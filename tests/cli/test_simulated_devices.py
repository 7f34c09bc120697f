"""A newcomer without a site file can try every device command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.cli.app import run


@pytest.fixture
def site(tmp_path: Path) -> str:
    path = tmp_path / "site.toml"
    path.write_text(f'schema = 1\n[storage]\ndirectory = "{tmp_path / "state"}"\n')
    return str(path)


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


def test_the_simulated_reader_has_a_synthetic_card_on_it(
    site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["device", "read-card", "--site", site, "--json"]) == 0
    assert answer(capsys)["number"] == "330199190001010010"


def test_the_simulated_printer_proves_its_sample_and_leaves_a_picture(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["device", "print-sample", "--site", site, "--json"]) == 0
    assert answer(capsys)["state"] == "printed"
    assert list((tmp_path / "state" / "receipts").glob("*.png"))

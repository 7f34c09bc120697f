"""A damaged journal is a finding in plain words for every tool that reads it, never a bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.cli.app import run
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.head import HEAD_NAME
from kiosk.journal.journal import Journal
from tests.support.journals import NOON, ended, tamper

FINDING = 1
TOOLS = {
    "show": ("journal", "show"),
    "verify": ("journal", "verify"),
    "jsonl": ("journal", "export"),
    "csv": ("journal", "export", "--format", "csv"),
    "doctor": ("doctor",),
}


def edited(change: str) -> Callable[[Path], None]:
    return lambda data: tamper(data, f"UPDATE entry SET {change} WHERE seq = 1")


def body(text: str) -> Callable[[Path], None]:
    return edited(f"body = '{text}'")


def head_is_a_directory(data: Path) -> None:
    (data / HEAD_NAME).unlink()
    (data / HEAD_NAME).mkdir()


def cut_in_the_middle_of_a_page(data: Path) -> None:
    (data / FILE_NAME).write_bytes((data / FILE_NAME).read_bytes()[:5000])


def log_is_a_directory(data: Path) -> None:
    (data / (FILE_NAME + "-wal")).unlink(missing_ok=True)
    (data / (FILE_NAME + "-wal")).mkdir()


DAMAGE: dict[str, Callable[[Path], None]] = {
    "a_time_in_the_far_future": edited(f"at_us = {2**63 - 1}"),
    "a_time_in_the_far_past": edited(f"at_us = {-(2**63)}"),
    "a_clock_of_ages": edited(f"mono_ms = {2**63 - 1}"),
    "half_a_character": body('{"visit_id":"\\ud800","reason":"x"}'),
    "half_a_character_in_a_name": body('{"\\udfff":"V"}'),
    "bytes_that_are_no_text": edited("body = CAST(x'ff7b7d' AS TEXT)"),
    "a_number_of_5000_digits": body('{"a":' + "9" * 5000 + "}"),
    "no_number": body('{"a":NaN}'),
    "brackets_without_end": body("[" * 30000),
    "commands_for_the_terminal": edited("kind = '[red]' || char(27) || '[2J'"),
    "head_is_a_directory": head_is_a_directory,
    "no_bytes": lambda data: (data / FILE_NAME).write_bytes(b"") and None,
    "cut": cut_in_the_middle_of_a_page,
    "log_is_a_directory": log_is_a_directory,
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.toml"
    file.write_text('schema = 1\n[storage]\ndirectory = "data"\n')
    key = keys.for_directory(tmp_path / "data").journal
    with Journal.open(tmp_path / "data", key) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.commit([ended(2)], NOON, 2.0)
    return file


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_no_damage_is_a_bug_of_the_tool(site: Path, damage: str, tool: str, capsys) -> None:  # type: ignore[no-untyped-def]
    DAMAGE[damage](site.parent / "data")
    code = run([*TOOLS[tool], "--site", str(site)])
    said = capsys.readouterr()
    assert code in (0, FINDING), said.err
    assert "Traceback" not in said.err
    assert tool != "show" or "\x1b[2J" not in said.out


@pytest.mark.parametrize("damage", DAMAGE)
def test_verification_always_finds_it(site: Path, damage: str) -> None:
    DAMAGE[damage](site.parent / "data")
    assert run(["journal", "verify", "--site", str(site)]) == FINDING

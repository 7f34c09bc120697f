"""What a bug in a command looks like from outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from kiosk.cli.app import run

NUMBER = "330199190001010010"


@pytest.fixture
def broken():
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def command() -> None:
        holder = f"张三 {NUMBER}"
        raise RuntimeError(f"cannot read {holder}")

    return app


def test_a_bug_ends_with_70_and_shows_no_person(broken, capsys):
    assert run([], broken) == 70
    error = capsys.readouterr().err
    assert "RuntimeError: cannot read [hanzi] [18 digits]" in error
    assert "This is a bug in the kiosk" in error
    assert NUMBER not in error
    assert "张三" not in error


def test_a_file_of_the_kiosks_user_is_no_bug_but_a_matter_of_who_asks(capsys):
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def command() -> None:
        raise PermissionError(13, "Permission denied", "/var/lib/kiosk/journal.sqlite3")

    assert run([], app) == 2
    error = capsys.readouterr().err
    assert "/var/lib/kiosk/journal.sqlite3: Permission denied" in error
    assert "sudo" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("arguments", [["openapi"], ["journal", "--help"]])
def test_a_full_disk_behind_standard_output_is_told_and_is_no_bug(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kiosk", *arguments],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=240, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_with_130(capsys):
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def command() -> None:
        raise KeyboardInterrupt

    assert run([], app) == 130
    assert "Traceback" not in capsys.readouterr().err

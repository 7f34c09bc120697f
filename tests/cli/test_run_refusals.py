"""`kiosk run` on a machine that is not ready says so in words and ends with 2."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.app import run


def site(tmp_path: Path, text: str) -> str:
    path = tmp_path / "site.toml"
    path.write_text(f"schema = 1\n{text}")
    return str(path)


def test_a_demo_site_without_a_platform_is_told_what_to_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "--site", site(tmp_path, "")]) == 2
    assert "platform.base_url" in capsys.readouterr().err


def test_a_storage_that_cannot_be_used_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    text = (
        f'[platform]\nbase_url = "http://127.0.0.1:9"\n[storage]\ndirectory = "{tmp_path}/file"\n'
    )
    assert run(["run", "--site", site(tmp_path, text)]) == 2
    assert "storage directory" in capsys.readouterr().err


@pytest.mark.parametrize("kiosk_id", ["hz.gs-0001", "x" * 33])
def test_an_id_that_would_not_fit_into_a_payments_number_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kiosk_id: str
) -> None:
    assert run(["check-settings", site(tmp_path, f'[kiosk]\nid = "{kiosk_id}"\n')]) == 2
    assert "kiosk.id" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["demo", "run"])
@pytest.mark.parametrize("display", ["", ":7654"])
def test_a_machine_without_a_display_is_told_so(tmp_path: Path, command: str, display: str) -> None:
    place = f'[platform]\nbase_url = "http://127.0.0.1:9"\n[storage]\ndirectory = "{tmp_path}/s"\n'
    options = ["--site", site(tmp_path, place)] if command == "run" else []
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    plain = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", command, *options],
        env={**plain, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 2
    assert "window cannot be opened" in done.stdout + done.stderr


def test_the_storage_is_its_owners_alone(tmp_path: Path) -> None:
    text = f'[platform]\nbase_url = "http://127.0.0.1:9"\n[storage]\ndirectory = "{tmp_path}/s"\n'
    plain = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--site", site(tmp_path, text)],
        env={**plain, "QT_QPA_PLATFORM": "xcb"},
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700

"""`kiosk renew-certificate`: for a daily timer, silent until two thirds of the life are over."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.cli.app import run
from kiosk.platform_api.renewal import RENEWED
from kiosk.sandbox.server import SandboxServer
from tests.support.certificates import AUTHORITY, DAY, ExtendedKeyUsageOID, Wish, issue


@pytest.fixture
def site(tmp_path: Path):
    def write(base_url: str, age_days: int) -> str:
        use = ExtendedKeyUsageOID.CLIENT_AUTH
        since, until = -age_days * DAY, (90 - age_days) * DAY
        wish = Wish("K1", since=since, until=until, addresses=(), use=use)
        issue(wish, issue(AUTHORITY)).write(tmp_path, "own")
        path = tmp_path / "site.toml"
        path.write_text(
            f'schema = 1\n[kiosk]\nid = "K1"\n[storage]\ndirectory = "data"\n[platform]\n'
            f'base_url = "{base_url}"\n'
            'certificate_file = "own.pem"\ncertificate_key_file = "own.key"\n'
        )
        return str(path)

    return write


def test_before_it_is_due_nothing_is_asked(site, capsys) -> None:
    assert run(["renew-certificate", "--site", site("http://127.0.0.1:9", 59)]) == 0
    assert "not due before" in capsys.readouterr().out


def test_when_it_is_due_it_is_renewed(site, tmp_path, capsys) -> None:
    server = SandboxServer(tmp_path / "sandbox", residents=30)
    try:
        url = server.start().url
        assert run(["renew-certificate", "--site", site(url, 61)]) == 0
        assert "renewed: good until" in capsys.readouterr().out
        assert (tmp_path / "data" / RENEWED).exists()
        assert run(["renew-certificate", "--site", str(tmp_path / "site.toml")]) == 0
        assert "not due before" in capsys.readouterr().out
    finally:
        server.stop()


def test_without_a_platform_it_ends_with_a_finding(site, capsys) -> None:
    assert run(["renew-certificate", "--site", site("http://127.0.0.1:9", 61)]) == 1
    assert "not renewed" in capsys.readouterr().out


def test_a_site_without_a_certificate_is_told_so(tmp_path, capsys) -> None:
    path = tmp_path / "site.toml"
    path.write_text('schema = 1\n[storage]\ndirectory = "data"\n')
    assert run(["renew-certificate", "--site", str(path)]) == 2
    assert "names no certificate" in capsys.readouterr().err

"""`kiosk journal` with a second copy: verify compares, rebuild restores."""

from __future__ import annotations

import json

import pytest

from kiosk.cli.app import run
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.journal import Journal
from kiosk.settings import load
from tests.support.journals import NOON, ended, tamper

SITE = 'schema = 1\n[storage]\ndirectory = "data"\nmirror_directory = "copy"\n'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    key = keys.for_directory(tmp_path / "data").journal
    with Journal.open(tmp_path / "data", key, mirror=tmp_path / "copy") as journal:
        for number in range(1, 4):
            journal.commit([ended(number)], NOON, 1.0)
    return str(tmp_path / "site.toml")


def test_the_site_file_names_the_mirror_and_a_demo_keeps_no_room_back(site, tmp_path):
    (tmp_path / "plain.toml").write_text("schema = 1\n")
    settings = load(tmp_path / "site.toml")
    assert settings.mirror_directory == tmp_path / "copy"
    assert settings.reserve_bytes == 0
    assert load(tmp_path / "plain.toml").mirror_directory is None


def test_verification_tells_a_journal_that_ends_before_its_mirror(site, tmp_path, capsys):
    (tmp_path / "data" / "head.json").unlink()
    tamper(tmp_path / "data", "DELETE FROM entry WHERE seq = 3")
    assert run(["journal", "verify", "--site", site, "--json"]) == 1
    kinds = {each["kind"] for each in json.loads(capsys.readouterr().out)["findings"]}
    assert kinds == {"head_missing", "truncation", "mirror_ahead"}


def test_a_damaged_journal_is_restored_and_verifies(site, tmp_path, capsys):
    (tmp_path / "data" / FILE_NAME).write_bytes(b"damaged")
    assert run(["journal", "rebuild", "--site", site]) == 0
    assert "3 rows are back" in capsys.readouterr().out
    assert run(["journal", "verify", "--site", site]) == 0
    assert (tmp_path / "data" / "damaged-1" / FILE_NAME).read_bytes() == b"damaged"


def test_nothing_is_rebuilt_without_a_mirror_in_the_site_file(site, tmp_path, capsys):
    (tmp_path / "site.toml").write_text('schema = 1\n[storage]\ndirectory = "data"\n')
    assert run(["journal", "rebuild", "--site", site]) == 2
    assert "names no mirror_directory" in capsys.readouterr().err


def test_nothing_is_rebuilt_from_a_mirror_that_is_not_there(site, tmp_path, capsys):
    (tmp_path / "copy" / "journal.mirror").unlink()
    assert run(["journal", "rebuild", "--site", site]) == 2
    assert "there is no journal.mirror in" in capsys.readouterr().err


def test_nothing_is_rebuilt_without_the_key(site, tmp_path, capsys):
    (tmp_path / "data" / keys.KEY_NAME).unlink()
    assert run(["journal", "rebuild", "--site", site]) == 2
    assert "put the journal's key file back" in capsys.readouterr().err
    assert not (tmp_path / "data" / keys.KEY_NAME).exists()

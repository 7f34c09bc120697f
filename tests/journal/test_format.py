"""What lies on the disk, byte by byte: a kiosk of tomorrow must read the files of today."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from datetime import UTC, datetime

import pytest

from kiosk.domain.records import VisitEnded
from kiosk.journal import chain, keys
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.mirror import frame_of
from kiosk.journal.reader import Reader
from tests.support.journals import KEY, NOON, ended

SECRET = "5a" * 32


def mac(message: bytes, key: bytes = KEY) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def led(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@pytest.fixture
def rows(tmp_path):
    with Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror") as journal:
        journal.commit([ended(1), VisitEnded("访问-2", "done")], NOON, 12.3456, "batch-1")
        return list(journal.records())


def test_the_files_of_a_journal_have_their_names(rows, tmp_path):
    keys.load_or_create(tmp_path / "state" / "journal.key")
    names = {path.name for path in (tmp_path / "state").iterdir()}
    assert names == {
        "head.json", "journal.key", "journal.lock", "journal.sqlite3", "journal.sqlite3-wal",
        "journal.tail",
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "mirror").iterdir()] == ["journal.mirror"]


def test_a_row_is_what_it_was(rows):
    first, second = rows
    assert (first.seq, first.batch, first.at_us, first.mono_ms, first.kind, first.body) == (
        1,
        "batch-1",
        1795233600000000,
        12346,
        "VisitEnded",
        '{"reason":"done","visit_id":"visit-1"}',
    )
    assert first.at == datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert second.seq == 2


def test_the_chain_is_what_it_was(rows):
    before = mac(b"kiosk journal, before the first row")
    assert chain.first_mac(KEY) == before
    for row in rows:
        message = led(
            before,
            str(row.seq).encode(),
            row.batch.encode(),
            str(row.at_us).encode(),
            str(row.mono_ms).encode(),
            row.kind.encode(),
            row.body.encode(),
        )
        assert row.mac == mac(message)
        before = row.mac


def test_text_is_stored_as_itself_and_keys_in_order():
    assert chain.canonical({"b": 1, "a": "元", "c": [True, None]}) == (
        '{"a":"元","b":1,"c":[true,null]}'
    )


def test_the_head_is_what_it_was(rows, tmp_path):
    content = json.loads((tmp_path / "state" / "head.json").read_text())
    seal = mac(b"kiosk journal head 2 " + rows[1].mac).hex()
    assert content == {"seq": 2, "mac": rows[1].mac.hex(), "seal": seal}


def test_the_mirror_is_what_it_was(rows, tmp_path):
    payload = json.dumps(
        [
            [row.seq, row.batch, row.at_us, row.mono_ms, row.kind, row.body, row.mac.hex()]
            for row in rows
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    frame = len(payload).to_bytes(4, "big") + zlib.crc32(payload).to_bytes(4, "big") + payload
    assert frame_of(rows) == frame
    assert (tmp_path / "mirror" / "journal.mirror").read_bytes() == frame


def test_the_mirror_holds_text_as_itself():
    assert "元".encode() in frame_of([chain.Row(1, "b", 0, 0, "k", "元", b"")])


def test_the_keys_of_a_secret_are_what_they_were(tmp_path):
    path = tmp_path / "journal.key"
    path.touch(0o600)
    path.write_text(f"{SECRET}\n")
    derived = keys.load_or_create(path)
    secret = bytes.fromhex(SECRET)
    assert derived.journal == mac(b"kiosk journal chain, version 1", secret)
    assert derived.digest == mac(b"kiosk subject digest, version 1", secret)
    assert derived.reserve == mac(b"kiosk open codes, version 1", secret)


def test_a_new_key_file_holds_32_bytes_in_hexadecimal_digits_and_a_line_end(tmp_path):
    keys.load_or_create(tmp_path / "journal.key")
    text = (tmp_path / "journal.key").read_text()
    assert len(bytes.fromhex(text.removesuffix("\n"))) == 32
    assert text.endswith("\n")


def test_the_database_says_that_it_is_a_kiosk_journal(rows, tmp_path):
    content = (tmp_path / "state" / "journal.sqlite3").read_bytes()
    assert content[68:72] == b"KIOS"
    with Reader(tmp_path / "state") as reader:
        assert reader.connection.pragma("user_version") == 1
        assert reader.connection.pragma("query_only") == 1


def test_the_kinds_of_findings_have_the_names_that_programs_know():
    assert {kind.value for kind in Kind} == {
        "edited_row", "gap", "reorder", "truncation", "wrong_key", "corrupt_file",
        "changed_schema", "head_missing", "head_changed", "unreadable_record",
        "mirror_damaged", "mirror_ahead", "mirror_differs", "mirror_behind", "clock_jump",
        "volume_missing", "volume_swapped",
    }  # fmt: skip

"""The reserve of open codes: sealed, in order, never twice, and never a false one."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.platform_api.open_code_pool import MAX_BLOCKS, OpenCodePool, PoolUnusable
from kiosk.platform_api.open_codes import CodeForged, signature_of
from kiosk.platform_api.signing_keys import Algorithm
from kiosk.platform_api.wire_services import OpenCodeBody, OpenCodesAnswer
from tests.platform_api.signed import pair

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SECRET = b"s" * 32
KEYS = pair(Algorithm.ED25519, "platform")
FEE = ("103042701", 5000)


def block_of(block_id: str = "B1", count: int = 10, days: int = 7) -> OpenCodesAnswer:
    unsigned = OpenCodesAnswer(
        block_id=block_id,
        kiosk_id="K1",
        item_code=FEE[0],
        item_name="幼儿园保教费",
        agency_name="示例幼儿园",
        amount_fen=FEE[1],
        expires_at=NOW + timedelta(days=days),
        codes=tuple(
            OpenCodeBody(
                serial=serial,
                code=f"{int.from_bytes(block_id.encode()) % 10**9:010d}{serial:010d}",
                qr_url=f"http://platform/open/{block_id}-{serial}",
                signature="A" * 86 + "==",
            )
            for serial in range(1, count + 1)
        ),
    )
    codes = tuple(
        code.model_copy(update={"signature": signature_of(unsigned, code, KEYS.signing)})
        for code in unsigned.codes
    )
    return unsigned.model_copy(update={"codes": codes})


def pool_at(path: Path, secret: bytes = SECRET, kiosk_id: str = "K1") -> OpenCodePool:
    return OpenCodePool(path, secret, kiosk_id, KEYS.verifying)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "open-codes"


def test_codes_come_in_order_and_what_the_journal_names_is_never_given_again(path: Path) -> None:
    pool, handed_out = pool_at(path), set()
    pool.add(block_of("B1", 3), NOW)
    pool.add(block_of("B2", 2), NOW)
    serials = []
    while ready := pool.next(*FEE, handed_out, NOW):
        serials.append((ready.block.block_id, ready.code.serial))
        handed_out.add(ready.code.code)
        pool = pool_at(path)  # a restart between any two residents
    assert serials == [("B1", 1), ("B1", 2), ("B1", 3), ("B2", 1), ("B2", 2)]


def test_a_code_is_good_for_its_fee_its_amount_and_its_time(path: Path) -> None:
    pool = pool_at(path)
    pool.add(block_of(days=7), NOW)
    assert pool.next(FEE[0], FEE[1] + 1, set(), NOW) is None
    assert pool.next("103050101", FEE[1], set(), NOW) is None
    assert pool.next(*FEE, set(), NOW + timedelta(days=7)) is None
    assert pool.next(*FEE, set(), NOW + timedelta(days=7, seconds=-1)) is not None


def test_the_reserve_is_low_at_a_fifth(path: Path) -> None:
    pool = pool_at(path)
    assert pool.reserve(*FEE, set(), NOW).is_low
    pool.add(block_of(count=10), NOW)
    codes = [code.code for code in block_of(count=10).codes]
    assert pool.reserve(*FEE, set(codes[:7]), NOW).left == 3
    assert not pool.reserve(*FEE, set(codes[:7]), NOW).is_low
    assert pool.reserve(*FEE, set(codes[:8]), NOW).is_low


def test_nothing_of_a_code_can_be_read_from_the_file(path: Path) -> None:
    pool_at(path).add(block_of(), NOW)
    raw = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    for secret in (b"platform", b"103042701", block_of().codes[0].code.encode()):
        assert secret not in raw


def test_a_changed_or_foreign_file_is_refused(path: Path) -> None:
    pool_at(path).add(block_of(count=2), NOW)
    raw = path.read_bytes()
    for place in range(0, len(raw), 7):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(PoolUnusable):
            pool_at(path)
    for content in (b"", raw[:20], raw[:-1], raw + b"x"):
        path.write_bytes(content)
        with pytest.raises(PoolUnusable, match="fetched again"):
            pool_at(path)
    path.write_bytes(raw)
    for secret, kiosk_id in ((secrets.token_bytes(32), "K1"), (SECRET, "K2")):
        with pytest.raises(PoolUnusable):
            pool_at(path, secret, kiosk_id)


def test_a_forged_block_is_not_kept_and_a_code_is_checked_again_before_it_shows(
    path: Path,
) -> None:
    pool, good = pool_at(path), block_of()
    forged = good.codes[4].model_copy(update={"qr_url": "http://elsewhere/open/x"})
    spoilt = good.model_copy(update={"codes": (*good.codes[:4], forged, *good.codes[5:])})
    with pytest.raises(CodeForged):
        pool.add(spoilt, NOW)
    assert not path.exists()
    pool.add(good, NOW)
    other = OpenCodePool(path, SECRET, "K1", pair(Algorithm.ED25519, "kiosk").verifying)
    with pytest.raises(CodeForged):
        other.next(*FEE, set(), NOW)


def test_another_kiosks_block_and_blocks_without_end_are_refused(path: Path) -> None:
    pool = pool_at(path)
    with pytest.raises(PoolUnusable, match="is for K2"):
        pool.add(block_of().model_copy(update={"kiosk_id": "K2"}), NOW)
    for number in range(MAX_BLOCKS):
        pool.add(block_of(f"B{number}", 1), NOW)
    pool.add(block_of("B0", 1), NOW)  # the same one again takes no more room
    with pytest.raises(PoolUnusable, match="kept already"):
        pool.add(block_of("one-more", 1), NOW)
    pool.add(block_of("later", 1, days=30), NOW + timedelta(days=8))
    assert pool.reserve(*FEE, set(), NOW + timedelta(days=8)).fetched == 1

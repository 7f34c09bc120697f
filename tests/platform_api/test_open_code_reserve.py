"""The reserve as the kiosk uses it: fetched, checked, sealed, opened again, reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain import platform as p
from kiosk.platform_api import services, wire
from kiosk.platform_api import wire_services as body
from kiosk.platform_api.open_code_pool import MAX_BLOCKS
from kiosk.platform_api.open_code_reserve import OpenCodeReserve
from kiosk.platform_api.operations import Operation
from kiosk.platform_api.signing_keys import Algorithm
from tests.platform_api.signed import pair
from tests.platform_api.test_open_code_pool import FEE, KEYS, NOW, SECRET, block_of

Said = wire.Answer | p.NotSent | p.AnswerLost | p.Refused
FETCH = p.FetchOpenCodes("B1", *FEE, count=10)


class Platform:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self, answer: Callable[[str], Said]) -> None:
        self.answer = answer
        self.asked: list[tuple[Operation, wire.Request | None]] = []

    def __call__(self, operation: Operation, body: wire.Request | None = None, **ids: str) -> Said:
        self.asked.append((operation, body))
        return self.answer(ids.get("block_id", ""))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "open-codes"


def reserve_at(path: Path, answer: Callable[[str], Said] = block_of) -> OpenCodeReserve:
    reserve = OpenCodeReserve(
        path, lambda: SECRET, "K1", KEYS.verifying, Platform(answer), lambda: NOW
    )
    reserve.perform(p.ReadReserve())
    return reserve


def read(path: Path) -> p.ReserveRead:
    reserve = OpenCodeReserve(
        path, lambda: SECRET, "K1", KEYS.verifying, Platform(block_of), lambda: NOW
    )
    outcome = reserve.perform(p.ReadReserve())
    assert isinstance(outcome, p.ReserveRead)
    return outcome


def test_a_fetched_block_is_sealed_and_read_again_after_a_restart(path: Path) -> None:
    outcome = reserve_at(path).perform(FETCH)
    assert isinstance(outcome, p.OpenCodesFetched)
    assert [code.serial for code in outcome.block.codes] == list(range(1, 11))
    assert read(path) == p.ReserveRead((outcome.block,))


def test_what_the_platform_did_not_answer_is_passed_on(path: Path) -> None:
    for fact in (p.NotSent("x"), p.AnswerLost("y"), p.Refused(p.Refusal.KEY_REUSED)):
        assert reserve_at(path, lambda _, fact=fact: fact).perform(FETCH) == fact  # type: ignore[misc]
    assert not path.exists()


def test_a_short_block_and_a_forged_one_are_not_kept(path: Path) -> None:
    assert reserve_at(path, lambda _: block_of(count=9)).perform(FETCH) == p.AnswerLost(
        "wrong_count"
    )
    good = block_of()
    false = good.codes[3].model_copy(update={"qr_url": "http://elsewhere/x"})
    codes = (*good.codes[:3], false, *good.codes[4:])
    forged = good.model_copy(update={"codes": codes})
    assert reserve_at(path, lambda _: forged).perform(FETCH) == p.AnswerLost("forged_code")
    assert read(path) == p.ReserveRead(())


def test_a_full_reserve_takes_no_more_until_blocks_are_spent(path: Path) -> None:
    reserve = reserve_at(path)
    for number in range(MAX_BLOCKS):
        assert isinstance(
            reserve.perform(p.FetchOpenCodes(f"F{number}", *FEE, 10)), p.OpenCodesFetched
        )
    assert reserve.perform(FETCH) == p.AnswerLost("reserve_full")
    room = p.FetchOpenCodes("B1", *FEE, 10, spent=("F0",))
    assert isinstance(reserve.perform(room), p.OpenCodesFetched)


def test_a_disk_that_cannot_be_written_is_no_block(path: Path) -> None:
    reserve = reserve_at(path / "missing" / "open-codes")
    assert reserve.perform(FETCH) == p.AnswerLost("reserve_not_written: No such file or directory")


def test_a_changed_file_is_put_aside_and_told(path: Path) -> None:
    reserve_at(path).perform(FETCH)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert read(path) == p.ReserveRead((), "reserve_unusable")
    assert path.with_suffix(".unusable").exists()
    assert read(path) == p.ReserveRead(())


def test_an_unreadable_file_is_told_and_left(path: Path) -> None:
    path.mkdir()
    assert read(path) == p.ReserveRead((), "reserve_unreadable: Is a directory")


def test_a_changed_file_that_cannot_be_put_aside_is_told_and_left(path: Path) -> None:
    path.write_bytes(b"nothing that was ever sealed")
    path.with_suffix(".unusable").mkdir()
    assert read(path) == p.ReserveRead((), "reserve_unreadable: Is a directory")
    assert path.exists()


def test_a_kept_block_of_another_key_is_left_out(path: Path) -> None:
    reserve_at(path).perform(FETCH)
    other = OpenCodeReserve(
        path, lambda: SECRET, "K1", pair(Algorithm.ED25519, "kiosk").verifying, Platform(block_of)
    )
    outcome = other.perform(p.ReadReserve())
    assert outcome == p.ReserveRead((), "forged_code_in_reserve")


def test_without_the_platforms_key_there_are_no_codes(path: Path) -> None:
    reserve = OpenCodeReserve(path, lambda: SECRET, "K1", None, Platform(block_of))
    assert reserve.perform(p.ReadReserve()) == p.ReserveRead((), "no_platform_key")
    assert reserve.perform(FETCH) == p.NotSent("reserve_not_open")


def test_a_report_says_what_became_of_each_code(path: Path) -> None:
    codes = [code.code for code in block_of().codes[:2]]
    states = (
        body.OpenCodeStateBody(
            code=codes[0], state=body.OpenCodeState.SETTLED,
            receipt_no="33010226-0000000001", paid_fen=FEE[1],
        ),
        body.OpenCodeStateBody(code=codes[1], state=body.OpenCodeState.VOIDED),
    )  # fmt: skip
    reports = tuple(
        p.CodeReport(code, int((NOW - timedelta(hours=1)).timestamp()), withdrawn=False)
        for code in codes
    )
    answer = body.OpenCodeStatesAnswer(states=states)
    outcome = reserve_at(path, lambda _: answer).perform(p.ReportOpenCodes(reports))
    assert outcome == p.OpenCodesSeen(
        (
            p.CodeSeen(codes[0], p.CodeState.SETTLED, FEE[1], "33010226-0000000001"),
            p.CodeSeen(codes[1], p.CodeState.VOIDED),
        )
    )
    swapped = body.OpenCodeStatesAnswer(states=states[::-1])
    wrong = reserve_at(path, lambda _: swapped).perform(p.ReportOpenCodes(reports))
    assert wrong == p.AnswerLost("wrong_codes")
    lost = reserve_at(path, lambda _: p.AnswerLost("x")).perform(p.ReportOpenCodes(reports))
    assert lost == p.AnswerLost("x")
    assert services.REPORT_OPEN_CODES.answer is body.OpenCodeStatesAnswer


def test_codes_that_are_over_by_the_machines_own_clock_make_room(path: Path) -> None:
    """Blocks of long ago fill the reserve; the clock that is the default knows that they are old."""
    for number in range(MAX_BLOCKS + 1):
        ask = Platform(lambda block_id: block_of(block_id, days=-5_000))
        reserve = OpenCodeReserve(path, lambda: SECRET, "K1", KEYS.verifying, ask)
        reserve.perform(p.ReadReserve())
        call = p.FetchOpenCodes(f"B{number}", *FEE, count=10)
        assert isinstance(reserve.perform(call), p.OpenCodesFetched)

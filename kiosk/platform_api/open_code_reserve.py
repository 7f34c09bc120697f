"""The reserve of open codes as the kiosk uses it: fetched, checked, sealed, reported.

Lives on one thread, beside one client. Which codes were handed out is the journal's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, assert_never

from kiosk.domain import open_code as domain
from kiosk.domain.platform import (
    AnswerLost,
    CodeSeen,
    CodeState,
    FetchOpenCodes,
    NotSent,
    OpenCodesFetched,
    OpenCodesSeen,
    Outcome,
    ReadReserve,
    Refused,
    ReportOpenCodes,
    ReserveCall,
    ReserveRead,
)
from kiosk.platform_api import services, wire
from kiosk.platform_api import wire_services as body
from kiosk.platform_api.open_code_pool import OpenCodePool, PoolUnusable
from kiosk.platform_api.open_codes import CodeForged
from kiosk.platform_api.operations import Operation
from kiosk.platform_api.signing_keys import VerifyingKey

ASIDE = ".unusable"


class Ask(Protocol):
    """`PlatformClient.ask`."""

    def __call__(
        self, operation: Operation, body: wire.Request | None = None, **ids: str
    ) -> wire.Answer | NotSent | AnswerLost | Refused: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class OpenCodeReserve:
    """Performs the calls about open codes; `key` is the platform's, None: codes are refused.

    `secret` gives the 32 bytes that seal the file, when they are needed first.
    """

    def __init__(
        self,
        path: Path,
        secret: Callable[[], bytes],
        kiosk_id: str,
        key: VerifyingKey | None,
        ask: Ask,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._path, self._secret, self._kiosk_id = path, secret, kiosk_id
        self._key, self._ask, self._now = key, ask, now
        self._pool: OpenCodePool | None = None

    def perform(self, call: ReserveCall) -> Outcome:
        """Never raises for anything that network, platform or disk do."""
        match call:
            case ReadReserve():
                return self._read()
            case FetchOpenCodes():
                return self._fetch(call)
            case ReportOpenCodes():
                return self._report(call)
            case _:
                assert_never(call)

    def _read(self) -> ReserveRead:
        if self._key is None:
            return ReserveRead((), "no_platform_key")
        try:
            pool, trouble = self._open_or_begin_anew(self._key)
        except OSError as error:
            return ReserveRead((), f"reserve_unreadable: {error.strerror}")
        blocks = tuple(_block(one) for one in pool.blocks)
        if len(blocks) < pool.count:
            trouble = "forged_code_in_reserve"
        return ReserveRead(blocks, trouble)

    def _open_or_begin_anew(self, key: VerifyingKey) -> tuple[OpenCodePool, str]:
        try:
            return self._open(key), ""
        except PoolUnusable:  # Nothing in it can be believed: begin anew, keep it for a look.
            self._path.replace(self._path.with_suffix(ASIDE))
            return self._open(key), "reserve_unusable"

    def _open(self, key: VerifyingKey) -> OpenCodePool:
        self._pool = OpenCodePool(self._path, self._secret(), self._kiosk_id, key)
        return self._pool

    def _fetch(self, call: FetchOpenCodes) -> Outcome:
        """A block counts only when it is genuine and sealed on disk."""
        if self._pool is None:
            return NotSent("reserve_not_open")
        asked = body.OpenCodesRequest(
            kiosk_id=self._kiosk_id,
            item_code=call.item_code,
            amount_fen=call.amount_fen,
            count=call.count,
        )
        answer = self._ask(services.FETCH_OPEN_CODES, asked, block_id=call.block_id)
        if not isinstance(answer, wire.Answer):
            return answer
        assert isinstance(answer, body.OpenCodesAnswer)
        if len(answer.codes) != call.count:
            return AnswerLost("wrong_count")
        try:
            self._pool.add(answer, self._now(), frozenset(call.spent))
        except CodeForged:
            return AnswerLost("forged_code")
        except PoolUnusable:
            return AnswerLost("reserve_full")
        except OSError as error:
            return AnswerLost(f"reserve_not_written: {error.strerror}")
        return OpenCodesFetched(_block(answer))

    def _report(self, call: ReportOpenCodes) -> Outcome:
        asked = body.ReportOpenCodesRequest(
            kiosk_id=self._kiosk_id,
            codes=tuple(
                body.HandedOut(
                    code=one.code,
                    handed_out_at=datetime.fromtimestamp(one.handed_out_s, UTC),
                    withdrawn=one.withdrawn,
                )
                for one in call.codes
            ),
        )
        answer = self._ask(services.REPORT_OPEN_CODES, asked)
        if not isinstance(answer, wire.Answer):
            return answer
        assert isinstance(answer, body.OpenCodeStatesAnswer)
        if [one.code for one in answer.states] != [one.code for one in call.codes]:
            return AnswerLost("wrong_codes")
        return OpenCodesSeen(
            tuple(
                CodeSeen(one.code, CodeState(one.state), one.paid_fen or 0, one.receipt_no or "")
                for one in answer.states
            )
        )


def _block(answer: body.OpenCodesAnswer) -> domain.Block:
    return domain.Block(
        block_id=answer.block_id,
        item_code=answer.item_code,
        item_name=answer.item_name,
        agency_name=answer.agency_name,
        amount_fen=answer.amount_fen,
        expires_s=int(answer.expires_at.timestamp()),
        codes=tuple(domain.OpenCode(one.serial, one.code, one.qr_url) for one in answer.codes),
    )

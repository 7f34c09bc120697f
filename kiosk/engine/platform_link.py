"""Platform calls in the background: one worker and one connection for each channel.

Channels are separate so that a long poll never delays a close, nor a slow search a
payment, and that whoever stands at the kiosk never waits behind what the janitor still
has to ask for others. Every call brings exactly one `PlatformReplied` back.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import assert_never

from kiosk.domain.events import Event, PlatformReplied
from kiosk.domain.platform import (
    CheckLink,
    ClaimReceipt,
    ClosePayment,
    ConfirmClaim,
    CreatePayment,
    FetchOpenCodes,
    IssueReceipts,
    Outcome,
    PlatformCall,
    QueryPayment,
    ReadReserve,
    ReleaseClaim,
    ReportOpenCodes,
    SearchBills,
    SearchReceipts,
)
from kiosk.domain.platform_upkeep import FetchNotices, RenewCertificate, SendHeartbeat
from kiosk.engine.worker import Worker


class Channel(StrEnum):
    BILLS = "bills"
    RECEIPTS = "receipts"
    MONEY = "money"
    WATCH = "watch"
    PAPER = "paper"
    CHORES = "chores"
    LINK = "link"
    OPEN_CODES = "open_codes"


def channel_of(call: PlatformCall) -> Channel:
    match call:
        case SearchBills():
            return Channel.BILLS
        case SearchReceipts():
            return Channel.RECEIPTS
        case QueryPayment() if call.wait_s > 0:
            return Channel.WATCH
        case QueryPayment() | ClosePayment():
            return Channel.MONEY if call.awaited else Channel.CHORES
        case CreatePayment():
            return Channel.MONEY
        case IssueReceipts():
            return Channel.PAPER if call.awaited else Channel.CHORES
        case ClaimReceipt():
            return Channel.PAPER
        case ConfirmClaim() | ReleaseClaim():
            return Channel.CHORES
        case SendHeartbeat() | FetchNotices() | RenewCertificate():
            return Channel.CHORES
        case CheckLink():
            return Channel.LINK
        case ReadReserve() | FetchOpenCodes() | ReportOpenCodes():
            return Channel.OPEN_CODES
        case _:
            assert_never(call)


Perform = Callable[[PlatformCall], Outcome]


class PlatformLink:
    def __init__(self, make_perform: Callable[[], Perform], post: Callable[[Event], None]) -> None:
        self._workers = {
            channel: self._worker(channel, make_perform(), post) for channel in Channel
        }

    @staticmethod
    def _worker(
        channel: Channel, perform: Perform, post: Callable[[Event], None]
    ) -> Worker[PlatformCall]:
        def work(call: PlatformCall) -> None:
            post(PlatformReplied(call, perform(call)))

        return Worker(f"platform-{channel}", work)

    def start(self) -> None:
        for worker in self._workers.values():
            worker.start()

    def put(self, call: PlatformCall) -> None:
        self._workers[channel_of(call)].put(call)

    def stop(self, timeout_s: float) -> None:
        """Calls still running end with the process; the next start asks about them."""
        for worker in self._workers.values():
            worker.stop(timeout_s)

"""What a kiosk and its platform tell each other about themselves: neither money nor paper moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Readiness(StrEnum):
    READY = "ready"
    BUSY = "busy"  # somebody is there
    OUT_OF_SERVICE = "out_of_service"


class PaperLevel(StrEnum):
    OK = "ok"
    NEAR_END = "near_end"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """How a kiosk is, in numbers and states."""

    readiness: Readiness
    uptime_s: float
    open_payments: int
    receipts_owed: int
    paper: PaperLevel


@dataclass(frozen=True, slots=True)
class SendHeartbeat:
    health: Health


@dataclass(frozen=True, slots=True)
class FetchNotices:
    pass


@dataclass(frozen=True, slots=True)
class RenewCertificate:
    """Renew the certificate of the connection, where it is time."""


UpkeepCall = SendHeartbeat | FetchNotices | RenewCertificate


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """The platform's sentence for the start page, within its time."""

    text_zh: str
    text_en: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class NoticesFetched:
    notices: tuple[PublicNotice, ...]

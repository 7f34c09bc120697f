"""Performs what a kiosk asks for its own sake: heartbeat, notices, its certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.platform_api import services
from kiosk.platform_api import wire_services as wire
from kiosk.platform_api.open_code_reserve import Ask
from kiosk.platform_api.renewal import Renewal
from kiosk.platform_api.tls import CertificateUnusable, Life


@dataclass(frozen=True, slots=True)
class Upkeep:
    """`ask` is PlatformClient.ask; without a certificate there is no `renewal`."""

    kiosk_id: str
    version: str
    ask: Ask
    renewal: Renewal | None
    now: Callable[[], datetime]

    def perform(self, call: u.UpkeepCall) -> p.Outcome:
        match call:
            case u.SendHeartbeat(health):
                return self._beat(health)
            case u.FetchNotices():
                return self._notices()
            case u.RenewCertificate():
                return self._renew()
            case _:
                assert_never(call)

    def _beat(self, health: u.Health) -> p.Outcome:
        body = wire.HeartbeatRequest(
            kiosk_id=self.kiosk_id,
            version=self.version,
            uptime_s=health.uptime_s,
            state=health.readiness.value,
            payments_in_doubt=health.open_payments,
            receipts_owed=health.receipts_owed,
            paper=health.paper.value,
        )
        answer = self.ask(services.HEARTBEAT, body)
        if isinstance(answer, p.NotSent | p.AnswerLost | p.Refused):
            return answer
        return p.Acknowledged()

    def _notices(self) -> p.Outcome:
        answer = self.ask(services.FETCH_NOTICES)
        if isinstance(answer, p.NotSent | p.AnswerLost | p.Refused):
            return answer
        assert isinstance(answer, wire.NoticesAnswer)
        return u.NoticesFetched(
            tuple(
                u.PublicNotice(
                    each.text_zh,
                    each.text_en,
                    each.since.astimezone(UTC),
                    each.until.astimezone(UTC),
                )
                for each in answer.notices
            )
        )

    def _renew(self) -> p.Outcome:
        """Acknowledged also where it is not due yet; a file that cannot be used is NotSent."""
        if self.renewal is None:
            return p.Acknowledged()
        now = self.now()
        try:
            if not self.renewal.life.is_due(now):
                return p.Acknowledged()
            renewed = self.renewal.renew(now)
        except (CertificateUnusable, OSError) as error:
            return p.NotSent(f"certificate: {type(error).__name__}")
        return p.Acknowledged() if isinstance(renewed, Life) else renewed

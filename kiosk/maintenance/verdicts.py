"""What a check says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kiosk import event_catalogue
from kiosk.event_catalogue import Severity
from kiosk.event_ids import EventId


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # serves, but somebody should look
    FAILED = "failed"


RISING = tuple(Verdict)
VERDICTS = {
    Severity.NOTE: Verdict.OK,
    Severity.WARNING: Verdict.WARNING,
    Severity.STOP: Verdict.FAILED,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was examined: the event says what it means, `detail` what was found here.

    `detail` holds names, figures and messages of this machine, in English, and may be empty.
    """

    name: str
    event: EventId
    detail: str = ""
    at_least: Verdict = Verdict.OK  # where this finding is worse here than the event is by itself

    @property
    def entry(self) -> event_catalogue.Entry:
        return event_catalogue.entry(self.event)

    @property
    def verdict(self) -> Verdict:
        return max(VERDICTS[self.entry.severity], self.at_least, key=RISING.index)

    @property
    def message(self) -> str:
        return self.detail or self.entry.en

    @property
    def advice(self) -> str:
        """What to do, in English; empty where all is well."""
        return "" if self.verdict is Verdict.OK else self.entry.advice("en")

    def as_json(self) -> Mapping[str, Any]:
        """{name, verdict, event, message, advice, message_zh, advice_zh}"""
        is_well = self.verdict is Verdict.OK
        return {
            "name": self.name,
            "verdict": self.verdict,
            "event": self.event,
            "message": self.message,
            "advice": self.advice,
            "message_zh": self.entry.zh,
            "advice_zh": "" if is_well else self.entry.advice("zh"),
        }

"""Faults of the platform itself, ordered ahead: the link's faults are in `link`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.domain.platform import Refusal

MAX_FAULTS = 100


class FaultKind(StrEnum):
    ERROR_BEFORE = "error_before"  # 500, and nothing was done
    ERROR_AFTER = "error_after"  # 500, though everything was done
    HTML_AFTER = "html_after"  # done, but some proxy answers with a page
    DELAY = "delay"  # done after `seconds`
    REFUSE = "refuse"  # refused with `code`, nothing was done
    WRONG_SUBJECT = "wrong_subject"  # somebody else's bills or receipts
    WRONG_PAYMENT_ID = "wrong_payment_id"
    WRONG_AMOUNT = "wrong_amount"
    UNSIGNED = "unsigned"  # the right answer without the platform's signature
    FORGED = "forged"  # the right answer, signed with somebody else's key
    ALTERED = "altered"  # the body was changed after it was signed
    REPLAYED = "replayed"  # the answer to an earlier request of this operation, signature and all


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, for which operation ("*": any), how many times."""

    kind: FaultKind
    operation: str = "*"
    times: int = 1
    seconds: float = 0.0
    code: Refusal = Refusal.RATE_LIMITED


class FaultBox:
    """Faults waiting for their request, taken first in, first out."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Raises ValueError when too many are waiting."""
        if len(self._waiting) >= MAX_FAULTS:
            raise ValueError(f"{MAX_FAULTS} faults are waiting already")
        self._waiting.append(fault)

    def take(self, operation: str) -> Fault | None:
        for index, fault in enumerate(self._waiting):
            if fault.operation in ("*", operation):
                if fault.times > 1:
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._waiting[index]
                return fault
        return None

    def clear(self) -> None:
        self._waiting.clear()

    def waiting(self) -> tuple[Fault, ...]:
        return tuple(self._waiting)

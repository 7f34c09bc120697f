"""The operator's side of the kiosk's state: who is logged in, and what is going on for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from drivers.api import Role
from kiosk.domain.operator import AccountRole, NotDone

HANDS_BUSY = 3


class PaperStep(StrEnum):
    """Where a guided paper change is; the printer itself moves it on."""

    OPEN_COVER = "open_cover"
    PUT_ROLL = "put_roll"  # the cover is open: take the old roll out, put the new one in
    CLOSE_COVER = "close_cover"  # paper is there, the cover is still open
    READY_TO_TEST = "ready_to_test"  # print the test strip
    PRINTING = "printing"
    LOOK = "look"  # the printer proved it: does the operator agree?
    NOT_PROVEN = "not_proven"  # the strip may be there, the printer did not say so: again


class StepOfTest(StrEnum):
    WAITING = "waiting"  # for a card, a code, or the operator's word to print
    SHOWN = "shown"  # the device has shown what it should
    TROUBLE = "trouble"  # it said what is wrong; waiting goes on


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in."""

    account_id: str
    role: AccountRole
    since_s: float
    touched_s: float


@dataclass(frozen=True, slots=True)
class PaperChange:
    step: PaperStep
    was_open: bool = False  # the cover, since the change began
    was_out: bool = False  # so is a roll changed in printers that do not tell of their cover
    job_id: str = ""  # of the last test strip


@dataclass(frozen=True, slots=True)
class DeviceTest:
    role: Role
    step: StepOfTest
    detail: str = ""  # a stable code: the card's kind, the code's kind, the trouble
    job_id: str = ""


class CopyStep(StrEnum):
    ASKING = "asking"  # the platform for the copy's number
    PRINTING = "printing"
    PRINTED = "printed"
    DOUBT = "doubt"
    NOT_PRINTED = "not_printed"


NO_ANSWER = "no answer"
"""The reason of a copy that the platform was asked for in vain."""


@dataclass(frozen=True, slots=True)
class OfficeCopy:
    """A copy that the office ordered."""

    receipt_no: str
    claim_id: str
    reprint: bool
    step: CopyStep = CopyStep.ASKING
    job_id: str = ""
    copy_number: int = 0
    reason: str = ""  # why not, a stable code
    attempt: int = 1
    retry_at_s: float | None = None
    deadline_s: float | None = None

    @property
    def is_going_on(self) -> bool:
        return self.step in (CopyStep.ASKING, CopyStep.PRINTING)


@dataclass(frozen=True, slots=True)
class OperatorDesk:
    """The operator's side of the kiosk's state; `Kiosk.desk`."""

    session: Session | None = None
    held_until_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Until when (`Stamp.mono_s`) a PIN of this account is not even looked at."""
    paper: PaperChange | None = None
    test: DeviceTest | None = None
    copy: OfficeCopy | None = None
    saving: str = ""  # the account that is being written to the accounts file
    sample_deadline_s: float | None = None  # of the test strip that is being printed
    answer: NotDone | None = None  # to the last order; None: done

    def ends_at_s(self, idle_s: float) -> float:
        """When the session ends without another touch, for an idle time; infinity: there is none.

        Hands that change a roll are not at the screen: they have three times as long.
        """
        if self.session is None:
            return float("inf")
        return self.session.touched_s + (HANDS_BUSY * idle_s if self.paper else idle_s)

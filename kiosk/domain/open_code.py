"""Open codes (一费一码): what one is, what becomes of one that was handed out, and the rules.

A code is bound to one fee and one amount and is paid by phone, over the phone's own network,
while the kiosk has none. So the kiosk never knows at once whether it was paid: a code that was
handed out is asked about until the platform says what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """What this kiosk knows of a code that it handed out."""

    OPEN = "open"  # may be paid at any time until it expires
    WITHDRAWN = "withdrawn"  # given back on the screen: to be voided, unless it was paid
    SETTLED = "settled"  # paid; its receipt exists
    EXPIRED = "expired"  # not paid, and no longer payable
    VOIDED = "voided"  # not paid, and taken back
    CASE = "case"  # an operator must look; asked about daily all the same


class Event(StrEnum):
    WITHDRAW = "withdraw"
    SEEN_SETTLED = "seen_settled"
    SEEN_EXPIRED = "seen_expired"
    SEEN_VOIDED = "seen_voided"
    SEEN_FOREIGN = "seen_foreign"  # the platform does not know it as this kiosk's
    AMOUNT_DIFFERS = "amount_differs"  # paid, but not what the code says
    GAVE_UP = "gave_up"  # long expired, and no word of it
    RECON_SETTLED = "recon_settled"  # an operator, by the day's statement
    RECON_ABSENT = "recon_absent"  # an operator: no statement of its whole life has it


FORCED_BY = "forced_by"  # in the evidence of an operator's correction: the account
FINAL = frozenset({State.SETTLED, State.EXPIRED, State.VOIDED})

_VERDICTS = {
    Event.SEEN_SETTLED: State.SETTLED,
    Event.SEEN_EXPIRED: State.EXPIRED,
    Event.SEEN_VOIDED: State.VOIDED,
}
_DOUBTS = {
    Event.SEEN_FOREIGN: State.CASE,
    Event.AMOUNT_DIFFERS: State.CASE,
    Event.GAVE_UP: State.CASE,
}
_CORRECTIONS = {Event.RECON_SETTLED: State.SETTLED, Event.RECON_ABSENT: State.EXPIRED}
_UNDECIDED = {**_VERDICTS, **_DOUBTS, Event.RECON_SETTLED: State.SETTLED}

TABLE: Mapping[State, Mapping[Event, State]] = MappingProxyType(
    {
        State.OPEN: {**_UNDECIDED, Event.WITHDRAW: State.WITHDRAWN},
        State.WITHDRAWN: _UNDECIDED,
        State.CASE: {**_VERDICTS, **_CORRECTIONS},
        # A second verdict that says otherwise overwrites nothing: an operator decides.
        # The same verdict again is recorded where it confirms an operator's correction.
        State.SETTLED: {
            Event.SEEN_SETTLED: State.SETTLED,
            Event.SEEN_EXPIRED: State.CASE,
            Event.SEEN_VOIDED: State.CASE,
            Event.AMOUNT_DIFFERS: State.CASE,
        },
        State.EXPIRED: {
            Event.SEEN_SETTLED: State.SETTLED,  # a late payment is adopted
            Event.AMOUNT_DIFFERS: State.CASE,
            Event.SEEN_EXPIRED: State.EXPIRED,
            Event.SEEN_VOIDED: State.VOIDED,
            Event.RECON_SETTLED: State.SETTLED,
        },
        State.VOIDED: {Event.SEEN_SETTLED: State.CASE, Event.RECON_SETTLED: State.CASE},
    }
)


@dataclass(frozen=True, slots=True)
class Reserve:
    """Codes to keep for one fee and amount; `count` are fetched at once."""

    item_code: str
    amount_fen: int
    count: int


@dataclass(frozen=True, slots=True)
class OpenCodeRules:
    """What a site allows; no reserves: open codes are not in use."""

    reserves: tuple[Reserve, ...] = ()
    low_water: float = 0.2  # of `count`: then more are fetched
    max_code_fen: int = 50_000  # a code on paper may be treated as a static one: 500 yuan a day
    per_visit: int = 3
    per_day_fen: int = 1_000_000
    per_outage_fen: int = 2_000_000
    spare_s: float = 3600.0  # a code must live this much longer to be handed out
    renew_s: float = 86400.0  # a block this close to its end counts for nothing in the reserve
    show_s: float = 240.0  # how long a code stays on the screen without a touch
    give_up_s: float = 7 * 86400.0  # after its expiry a code without a verdict is a case
    drill: bool = False  # practice: no real code, nothing counted


@dataclass(frozen=True, slots=True)
class OpenCode:
    serial: int
    code: str
    qr_url: str


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """Codes of one fee and amount, checked: signed by the platform for this kiosk."""

    block_id: str
    item_code: str
    item_name: str
    agency_name: str
    amount_fen: int
    expires_s: int  # since 1970, by the platform's clock
    codes: tuple[OpenCode, ...]

    def __repr__(self) -> str:
        return f"Block({self.block_id}, {len(self.codes)} codes)"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A code that left the reserve, as the journal knows it."""

    code: str
    item_code: str
    amount_fen: int
    expires_s: int
    handed_out_s: int
    state: State = State.OPEN
    receipt_no: str = ""
    evidence: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    disputed: bool = False  # two verdicts contradicted each other: repeating one ends nothing

    @property
    def unconfirmed(self) -> bool:
        """Closed by an operator; the platform has not agreed yet."""
        return self.state in FINAL and FORCED_BY in self.evidence

    @property
    def is_settled(self) -> bool:
        return self.state in FINAL and not self.unconfirmed

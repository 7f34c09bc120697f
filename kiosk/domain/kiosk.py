"""The kiosk's whole state: one immutable value, also what the screen is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType

from drivers.api import PaperLoading, PrinterStatus, Role
from kiosk.domain.hours import Span, business_day, is_open, spans_of
from kiosk.domain.ledger import Ledger
from kiosk.domain.open_code import Block, OpenCodeRules
from kiosk.domain.operator_desk import OperatorDesk
from kiosk.domain.platform import EVERYTHING, Offer
from kiosk.domain.platform_upkeep import PublicNotice
from kiosk.domain.records import PaperState
from kiosk.domain.visit import Notice, Visit

NO_OPEN_CODES = OpenCodeRules()
OLDEST_NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that shows less has lost its battery."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings that decisions depend on; fixed for the life of the process."""

    kiosk_id: str
    digest_key: bytes
    roles: frozenset[Role]  # devices this site has
    idle_s: float = 60.0  # without a touch, then the visit ends
    warn_s: float = 20.0  # the warning before it
    done_s: float = 20.0  # how long the last page stays
    swap_s: float = 20.0
    qr_valid_s: int = 180
    qr_hide_s: float = 10.0  # hidden this long before the platform's expiry
    lookup_tries: int = 3
    lookup_retry_s: float = 1.5
    create_tries: int = 3
    create_retry_s: float = 1.5
    poll_wait_s: float = 25.0
    poll_gap_s: float = 1.0
    poll_retry_s: float = 2.0
    doubt_after_s: float = 15.0  # of checking, then the resident gets an inquiry code
    claim_tries: int = 3
    claim_retry_s: float = 1.5
    print_deadline_s: float = 60.0
    take_back_s: float = 30.0  # a strip waits in the mouth, where the printer can draw it in
    issue_patience_s: float = 12.0  # waiting for receipts at the printing page
    auto_collect_s: float = 8.0
    link_check_s: float = 24.0  # with heartbeat and notices under 0.05 requests a second
    link_retry_s: float = 5.0
    heartbeat_s: float = 0.0  # telling the platform how the kiosk is; 0: never
    notices_s: float = 0.0  # fetching the notices of the day; 0: never
    renewal_s: float = 0.0  # looking whether the certificate is to be renewed; 0: never
    janitor_s: tuple[float, ...] = (5, 10, 20, 40, 80, 300, 3600, 86400)  # the last for ever
    give_up_s: float = 7 * 86400.0  # an unknown payment this old becomes a case for a human
    open_codes: OpenCodeRules = NO_OPEN_CODES
    desk_idle_s: float = 60.0  # without a touch, then the operator is logged out
    offers: frozenset[Offer] = EVERYTHING  # what the platform has
    paper_loading: PaperLoading = PaperLoading.ANY
    opening_hours: tuple[Span, ...] = ()  # of the site file; empty: always open
    maintenance_only: bool = False  # the program failed again and again: operators alone are served


FORGED_ANSWERS = 2  # in a row: one may be a bit that flipped, two are somebody


class Presence(StrEnum):
    UNKNOWN = "unknown"  # being opened
    UP = "up"
    DOWN = "down"


class Link(StrEnum):
    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class Service(StrEnum):
    """What the start page can offer."""

    IN_SERVICE = "in_service"
    STARTING = "starting"
    NO_LINK = "no_link"
    NO_SPACE = "no_space"  # the journal's disk is nearly full: nothing new is begun
    CLOSED = "closed"  # outside the opening hours
    OUT_OF_SERVICE = "out_of_service"  # an operator took it out of service
    NOT_GENUINE = "not_genuine"  # somebody answers in the platform's place: nothing new is begun
    HALTED = "halted"  # the journal cannot be written: no money is taken


@dataclass(frozen=True, slots=True)
class Chore:
    """One unfinished piece of money or paper that is asked about until it is settled."""

    attempt: int = 0
    due_s: float = 0.0
    since_s: float = 0.0  # when it began, as far as this process knows
    in_flight: bool = False
    closing: bool = False  # the query was answered, the close that follows it is on its way


class Job(StrEnum):
    """What a kiosk does for its own sake."""

    HEARTBEAT = "heartbeat"
    NOTICES = "notices"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class JobDue:
    at_s: float
    in_flight: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """The last strip that was seen in the printer's mouth; `job_id` is empty where unknown."""

    job_id: str
    visit_id: str
    since_s: float
    state: PaperState


@dataclass(frozen=True, slots=True)
class Kiosk:
    rules: Rules
    ledger: Ledger = field(default_factory=Ledger)
    visit: Visit | None = None  # None: the start page
    notice: Notice | None = None  # on the start page
    notice_until_s: float = 0.0
    presence: Mapping[Role, Presence] = field(default_factory=lambda: MappingProxyType({}))
    lost_because: Mapping[Role, str] = field(default_factory=lambda: MappingProxyType({}))
    printer: PrinterStatus | None = None  # None until it was read once since it came up
    strip: Strip | None = None
    card_on_reader: bool = False
    link: Link = Link.UNKNOWN
    link_check_at_s: float = 0.0
    link_check_in_flight: bool = False
    upkeep: Mapping[Job, JobDue] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[PublicNotice, ...] = ()
    certificate_trouble: str = ""  # why it was not renewed
    chores: Mapping[str, Chore] = field(default_factory=lambda: MappingProxyType({}))
    reserve: tuple[Block, ...] | None = None  # open codes; None: not read yet
    now_s: float = 0.0
    wall: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    low_space: bool = False  # outcomes still find room, a new payment might not
    forged_answers: int = 0  # since the last answer that the platform signed, counted to the limit
    mirror_trouble: str = ""  # why the journal has no second copy now
    desk: OperatorDesk = field(default_factory=OperatorDesk)
    halted: str = ""  # why no money can be taken, set by the engine

    def is_up(self, role: Role) -> bool:
        return self.presence.get(role) is Presence.UP

    @property
    def can_print(self) -> bool:
        """Only a printer that was asked and said so; silence is no."""
        return (
            self.is_up(Role.RECEIPT_PRINTER) and self.printer is not None and self.printer.can_print
        )

    @property
    def printer_words(self) -> str:
        """What keeps the printer from printing; one that is gone is silent, whatever it said."""
        if self.printer is None or not self.is_up(Role.RECEIPT_PRINTER):
            return "silent"
        return self.printer.words

    @property
    def can_read_cards(self) -> bool:
        """A card is of use only where the platform can be asked about its owner."""
        if Offer.OWNERS not in self.rules.offers:
            return False
        return self.is_up(Role.ID_READER) or self.is_up(Role.CARD_READER)

    @property
    def takes_visitors(self) -> bool:
        return not self.halted and not self.low_space and not self.is_answered_by_others

    @property
    def is_answered_by_others(self) -> bool:
        """What comes back is not the platform's: no payment is begun, what is open is asked on."""
        return self.forged_answers >= FORGED_ANSWERS

    @property
    def opening_hours(self) -> tuple[Span, ...]:
        """What was set on the screen, else what the site file says."""
        hours = self.ledger.office.hours
        return spans_of(hours) if hours else self.rules.opening_hours

    @property
    def today(self) -> date:
        return business_day(self.wall)

    @property
    def service(self) -> Service:
        if self.halted or self.rules.maintenance_only:
            return Service.HALTED
        if self.low_space:
            return Service.NO_SPACE
        if self.ledger.office.closed_because:
            return Service.OUT_OF_SERVICE
        if not is_open(self.opening_hours, self.wall):
            return Service.CLOSED
        if self.is_answered_by_others:
            return Service.NOT_GENUINE
        if self.link is Link.UNKNOWN:
            return Service.STARTING
        if self.link is Link.DOWN:
            return Service.NO_LINK
        return Service.IN_SERVICE  # without any reader a code can still be typed

"""What must survive: the rows of the journal.

A record is committed before any effect that it allows, and the kiosk's ledger is
nothing but the fold of its records. No record holds personal data: people are keyed
digests, papers and payments are their own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kiosk.domain import open_code, payment
from kiosk.domain.operator import AccountRole, Act
from kiosk.domain.platform import BillToPay


class PrintState(StrEnum):
    """The life of one print job (one copy of one receipt)."""

    INTENDED = "intended"  # committed before the first byte
    PRINTED = "printed"  # the printer proved it
    NOT_PRINTED = "not_printed"  # proven: nothing left the kiosk
    DOUBT = "doubt"  # bytes may be on paper: the next copy is marked 补打


class ClaimState(StrEnum):
    """The life of the right to print one copy, as this kiosk knows it."""

    ASKED = "asked"  # committed before the claim call leaves
    GRANTED = "granted"
    USED = "used"  # to be confirmed as printed
    DOUBTED = "doubted"  # to be confirmed as perhaps printed
    UNUSED = "unused"  # to be released, also after a refusal: a copy of the request may come late
    SETTLED = "settled"  # the platform knows the outcome


class PaperState(StrEnum):
    """A strip in the printer's mouth."""

    WAITING = "waiting"
    RECALLED = "recalled"  # committed before the printer is told to draw it in
    TAKEN = "taken"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class KioskStarted:
    boot_id: str
    version: str


@dataclass(frozen=True, slots=True)
class VisitOpened:
    visit_id: str
    subject_kind: str
    subject_digest: str


@dataclass(frozen=True, slots=True)
class VisitEnded:
    visit_id: str
    reason: str


Part = tuple[str, str, str, int]
"""Agency code, agency, item code, fen."""


@dataclass(frozen=True, slots=True)
class PaymentIntended:
    """Committed before the create call: the payment id is the idempotency key for ever."""

    payment_id: str
    visit_id: str
    subject_digest: str
    inquiry_code: str
    bills: tuple[BillToPay, ...]
    amount_fen: int
    receipt_later: bool  # the payer agreed to collect the receipt another time
    intended_s: int = 0  # seconds since 1970 by the wall clock, 0: not known
    parts: tuple[Part, ...] = ()  # what it is for, for the day's totals


@dataclass(frozen=True, slots=True)
class PaymentMoved:
    """One edge of the payment table, with the evidence that justified it."""

    payment_id: str
    event: payment.Event
    state: payment.State
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class EvidenceKept:
    """Evidence that moved nothing but must not be forgotten (conflicts keep both sides)."""

    payment_id: str
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class ReceiptOwed:
    """A receipt of a payment made here exists and is not proven on paper yet."""

    payment_id: str
    receipt_no: str
    bill_no: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ClaimMoved:
    claim_id: str
    receipt_no: str
    visit_id: str
    state: ClaimState
    reprint: bool
    copy_number: int = 0  # 0 until granted
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PrintMoved:
    job_id: str
    claim_id: str
    receipt_no: str
    copy_number: int
    state: PrintState
    content_hash: str  # of the receipt's public numbers and the copy number
    reason: str = ""
    stage: str = ""  # how far the paper is proven to have come
    proof: str = ""  # what the printer proved it by


@dataclass(frozen=True, slots=True)
class SlipMoved:
    """The life of one slip; a slip is no receipt and may be printed again."""

    job_id: str
    payment_id: str  # or the open code that is on it
    state: PrintState
    reason: str = ""


class CaseKind(StrEnum):
    """What a human must look into besides a payment in the state CASE."""

    WRONG_AMOUNT = "wrong_amount"  # a granted receipt says another amount than was shown
    COPY_AGAIN = "copy_again"  # a granted copy number that may be on paper already


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """The platform granted a copy that does not fit; nothing was printed, both sides are kept."""

    claim_id: str
    receipt_no: str
    kind: CaseKind
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class FoundOnPaper:
    """The platform says that a receipt owed here was printed elsewhere, or is void."""

    receipt_no: str
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class PaperMoved:
    """What became of a strip; the job is empty for one that an earlier process printed."""

    job_id: str
    state: PaperState


@dataclass(frozen=True, slots=True)
class SampleMoved:
    """The life of one test strip."""

    job_id: str
    state: PrintState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OperatorActed:
    """One order of an operator, done or refused; committed before anything follows from it."""

    account_id: str  # empty: nobody was logged in
    act: Act
    subject: str = ""  # payment, receipt, job, account, day or device
    refused: str = ""  # a NotDone, empty: done
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountKept:
    """The accounts file holds this account; neither PIN nor hash is in the journal."""

    account_id: str
    role: AccountRole


@dataclass(frozen=True, slots=True)
class AccountDropped:
    account_id: str


@dataclass(frozen=True, slots=True)
class CorrectionConfirmed:
    """The platform's own answer agrees with what an operator had forced."""

    payment_id: str
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    role: str
    condition: str


@dataclass(frozen=True, slots=True)
class LinkChanged:
    up: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenCodesWanted:
    """Committed before a block is asked for: asked again, the same id brings the same codes."""

    block_id: str
    item_code: str
    amount_fen: int
    count: int


@dataclass(frozen=True, slots=True)
class OpenCodesKept:
    """The block is checked and sealed in the reserve."""

    block_id: str
    count: int
    expires_s: int


@dataclass(frozen=True, slots=True)
class OpenCodesMissed:
    """Why a block is not here, or why the reserve could not be read (no id)."""

    block_id: str
    reason: str
    for_good: bool  # its id is not used again


@dataclass(frozen=True, slots=True)
class OpenCodeHandedOut:
    """Committed before the code is shown; its serial is what keeps it from being shown again."""

    code: str
    block_id: str
    serial: int
    visit_id: str
    item_code: str
    amount_fen: int
    expires_s: int
    handed_out_s: int


@dataclass(frozen=True, slots=True)
class OpenCodeMoved:
    """One edge of the open codes' table, with the evidence that justified it."""

    code: str
    event: open_code.Event
    state: open_code.State
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class OpenCodePractised:
    """A drill got as far as a code; no code of the reserve was used."""

    item_code: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class CarriedForward:
    """The first row of a volume of the journal: which rows it continues."""

    volume: str  # file name of the volume before, in the archive
    last_seq: int
    last_mac: str  # hexadecimal digits
    carried: int  # rows that follow and repeat what the ledger knew


@dataclass(frozen=True, slots=True)
class Carried:
    """A piece of the ledger as it was when a volume began; see `kiosk.domain.carried`."""

    part: str
    value: Any  # plain JSON


@dataclass(frozen=True, slots=True)
class VolumeRemoved:
    """Committed before an archived volume is removed, because its time has passed."""

    volume: str
    last_seq: int
    last_mac: str


Record = (
    KioskStarted
    | VisitOpened
    | VisitEnded
    | PaymentIntended
    | PaymentMoved
    | EvidenceKept
    | ReceiptOwed
    | ClaimMoved
    | PrintMoved
    | SlipMoved
    | PaperMoved
    | CaseOpened
    | FoundOnPaper
    | SampleMoved
    | OperatorActed
    | AccountKept
    | AccountDropped
    | CorrectionConfirmed
    | DeviceChanged
    | LinkChanged
    | OpenCodesWanted
    | OpenCodesKept
    | OpenCodesMissed
    | OpenCodeHandedOut
    | OpenCodeMoved
    | OpenCodePractised
    | CarriedForward
    | Carried
    | VolumeRemoved
)

"""What the kiosk knows of money and paper: the fold of its records, nothing else.

The same `apply` runs while the kiosk works and when it is rebuilt after a crash, so the
two can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from kiosk.domain import carried, open_code, payment
from kiosk.domain.code_book import CodeBook
from kiosk.domain.frozen import replace
from kiosk.domain.office_book import Office, office_after
from kiosk.domain.operator import Act
from kiosk.domain.platform import BillToPay
from kiosk.domain.records import (
    AccountDropped,
    AccountKept,
    Carried,
    CaseKind,
    CaseOpened,
    ClaimMoved,
    ClaimState,
    CorrectionConfirmed,
    DeviceChanged,
    EvidenceKept,
    FoundOnPaper,
    KioskStarted,
    LinkChanged,
    OpenCodePractised,
    OperatorActed,
    PaperMoved,
    PaymentIntended,
    PaymentMoved,
    PrintMoved,
    PrintState,
    ReceiptOwed,
    Record,
    SampleMoved,
    SlipMoved,
    VisitEnded,
    VisitOpened,
)

Entry = TypeVar("Entry")

FORCED_BY = open_code.FORCED_BY
"""Names the account in the evidence of an edge that an operator forced."""

CONFIRMABLE = (payment.State.PAID, payment.State.CLOSED)
"""What an operator forced is asked about until the platform agrees, or contradicts it."""

SETTLED_KEPT = 256
"""Settled entries kept in memory, so that late contradicting evidence meets its payment."""

OWED_KEPT = 4096
"""Receipts remembered as owed: twenty a day for the six months in which they are printed.

Nothing is decided by this list, the right to a copy is the platform's; older ones are
forgotten here alone.
"""

MAX_UNSETTLED = 128
"""Payments, and claims, that may be open at once; then none is begun until some are settled.

A start recovers all of them in one batch of the journal, which holds 512 records.
"""

BESIDE_MONEY = frozenset({DeviceChanged, LinkChanged, PaperMoved, EvidenceKept, OpenCodePractised})
"""Most rows of a journal are of these: a start passes over them quickly."""

CASES_KEPT = 256  # open cases in memory; the journal keeps all


@dataclass(frozen=True, slots=True)
class Payment:
    payment_id: str
    visit_id: str
    subject_digest: str
    inquiry_code: str
    bills: tuple[BillToPay, ...]
    amount_fen: int
    receipt_later: bool
    intended_s: int = 0
    was_shown: bool = False  # somebody may have its QR code
    state: payment.State = payment.State.INTENT
    receipts_issued: int = 0
    unconfirmed: bool = False  # forced by an operator, the platform has not agreed yet

    @property
    def wants_receipts(self) -> bool:
        """Paid, and not every receipt is known to exist yet."""
        return self.state is payment.State.PAID and self.receipts_issued < len(self.bills)

    @property
    def is_settled(self) -> bool:
        return self.state in payment.FINAL and not self.wants_receipts and not self.unconfirmed


@dataclass(frozen=True, slots=True)
class Claim:
    claim_id: str
    receipt_no: str
    state: ClaimState
    reprint: bool
    copy_number: int


SETTLED_CLAIMS = frozenset({ClaimState.SETTLED})


@dataclass(frozen=True, slots=True)
class PrintJob:
    job_id: str
    claim_id: str
    receipt_no: str
    copy_number: int
    state: PrintState
    judged: str = ""  # by an operator's eyes: "whole" or "not_whole"


@dataclass(frozen=True, slots=True)
class Slip:
    job_id: str
    payment_id: str
    state: PrintState


@dataclass(frozen=True, slots=True)
class Case:
    """Something about a copy that a human must look into."""

    claim_id: str
    receipt_no: str
    kind: CaseKind
    evidence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Ledger:
    payments: Mapping[str, Payment] = field(default_factory=lambda: MappingProxyType({}))
    claims: Mapping[str, Claim] = field(default_factory=lambda: MappingProxyType({}))
    jobs: Mapping[str, PrintJob] = field(default_factory=lambda: MappingProxyType({}))
    slips: Mapping[str, Slip] = field(default_factory=lambda: MappingProxyType({}))
    owed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Receipts of payments made here and not yet proven on paper: number → payment id."""
    cases: Mapping[str, Case] = field(default_factory=lambda: MappingProxyType({}))
    """Copies that a human must look into: claim id → case."""
    open_visit: str = ""
    code_book: CodeBook = field(default_factory=CodeBook)
    office: Office = field(default_factory=Office)

    @property
    def open_payments(self) -> tuple[Payment, ...]:
        return tuple(each for each in self.payments.values() if not each.is_settled)

    @property
    def open_claims(self) -> tuple[Claim, ...]:
        return tuple(each for each in self.claims.values() if each.state not in SETTLED_CLAIMS)

    @property
    def open_jobs(self) -> tuple[PrintJob, ...]:
        return tuple(each for each in self.jobs.values() if each.state is PrintState.INTENDED)

    @property
    def open_slips(self) -> tuple[Slip, ...]:
        return tuple(each for each in self.slips.values() if each.state is PrintState.INTENDED)

    def slip_of(self, payment_id: str) -> Slip | None:
        """The newest slip for this payment."""
        slips = (slip for slip in self.slips.values() if slip.payment_id == payment_id)
        return next(reversed(tuple(slips)), None)

    def has_slip(self, payment_id: str) -> bool:
        """A slip for this payment is printed, or on its way."""
        good = (PrintState.INTENDED, PrintState.PRINTED)
        return any(s.payment_id == payment_id and s.state in good for s in self.slips.values())

    def apply(self, record: Record) -> Ledger:
        """The ledger after one more record."""
        code_book = self.code_book.apply(record)
        if code_book is not self.code_book:
            return replace(self, code_book=code_book)
        return self.beside_codes(record)

    def beside_codes(self, record: Record) -> Ledger:
        """The ledger after a record that is none of the open codes'."""
        if type(record) in BESIDE_MONEY:
            return self
        match record:
            case PaymentIntended():
                return self._with_payment(_intended(record))
            case PaymentMoved():
                known = self.payments.get(record.payment_id)
                assert known is not None, "a payment moves only after its intent"
                assert payment.after(known.state, record.event) is record.state
                shown = known.was_shown or record.event is payment.Event.CREATED
                moved = replace(
                    known,
                    state=record.state,
                    was_shown=shown,
                    unconfirmed=FORCED_BY in record.evidence and record.state in CONFIRMABLE,
                )
                return self._with_payment(moved)
            case CorrectionConfirmed(payment_id, _):
                confirmed = replace(self.payments[payment_id], unconfirmed=False)
                return self._with_payment(confirmed)
            case ReceiptOwed():
                known = self.payments.get(record.payment_id)
                assert known is not None, "a receipt is owed only for a payment made here"
                issued = replace(known, receipts_issued=known.receipts_issued + 1)
                owed = _newest({**self.owed, record.receipt_no: record.payment_id}, OWED_KEPT)
                return replace(self._with_payment(issued), owed=owed)
            case ClaimMoved():
                claim = Claim(
                    record.claim_id,
                    record.receipt_no,
                    record.state,
                    record.reprint,
                    record.copy_number,
                )
                claims = _bounded(
                    {**self.claims, claim.claim_id: claim},
                    lambda c: c.state in SETTLED_CLAIMS,
                )
                return replace(self, claims=claims)
            case PrintMoved():
                return self._with_job(record)
            case SlipMoved(job_id, payment_id, state):
                slips = {**self.slips, job_id: Slip(job_id, payment_id, state)}
                bounded = _bounded(slips, lambda s: s.state is not PrintState.INTENDED)
                return replace(self, slips=bounded)
            case CaseOpened(claim_id, receipt_no, kind, evidence):
                case = Case(claim_id, receipt_no, kind, evidence)
                return replace(self, cases=_newest({**self.cases, claim_id: case}, CASES_KEPT))
            case FoundOnPaper(receipt_no):
                return replace(self, owed=self._owed_without(receipt_no))
            case VisitOpened():
                return replace(self, open_visit=record.visit_id)
            case VisitEnded() | KioskStarted():
                return replace(self, open_visit="") if self.open_visit else self
            case OperatorActed(act=Act.JUDGE_PAPER, refused=""):
                return self._judged(record.subject, whole=bool(record.detail["whole"]))
            case OperatorActed() | AccountKept() | AccountDropped() | SampleMoved():
                return replace(self, office=office_after(self.office, record))
            case Carried():
                built: Ledger = carried.with_piece(self, record)
                return built
            case _:
                return self

    def _with_payment(self, changed: Payment) -> Ledger:
        payments = {**self.payments, changed.payment_id: changed}
        return replace(self, payments=_bounded(payments, lambda p: p.is_settled))

    def _judged(self, job_id: str, *, whole: bool) -> Ledger:
        job = replace(self.jobs[job_id], judged="whole" if whole else "not_whole")
        owed = dict(self.owed)
        if whole:
            owed.pop(job.receipt_no, None)
        jobs = MappingProxyType({**self.jobs, job_id: job})
        return replace(self, jobs=jobs, owed=MappingProxyType(owed))

    def _with_job(self, record: PrintMoved) -> Ledger:
        job = PrintJob(
            record.job_id,
            record.claim_id,
            record.receipt_no,
            record.copy_number,
            record.state,
        )
        jobs = _bounded(
            {**self.jobs, job.job_id: job}, lambda j: j.state is not PrintState.INTENDED
        )
        printed = record.state is PrintState.PRINTED
        owed = self._owed_without(record.receipt_no) if printed else self.owed
        return replace(self, jobs=jobs, owed=owed)

    def _owed_without(self, receipt_no: str) -> Mapping[str, str]:
        if receipt_no not in self.owed:
            return self.owed
        owed = {number: paid for number, paid in self.owed.items() if number != receipt_no}
        return MappingProxyType(owed)


def open_ids(ledger: Ledger) -> frozenset[str]:
    """Payments, claims, jobs, slips, cases, receipts and codes that are not at their end."""
    return frozenset(
        {
            *(each.payment_id for each in ledger.open_payments),
            *(each.claim_id for each in ledger.open_claims),
            *(each.job_id for each in ledger.open_jobs),
            *(each.job_id for each in ledger.open_slips),
            *(each.code for each in ledger.code_book.open),
            *ledger.cases,
        }
    )


def rebuild(records: Iterable[Record]) -> Ledger:
    """The ledger of a whole journal."""
    ledger, book = Ledger(), CodeBook()
    for record in records:
        if isinstance(record, Carried):  # of any part of the ledger, the codes too
            ledger = replace(ledger, code_book=book).apply(record)
            book = ledger.code_book
            continue
        after = book.apply(record)
        if after is book:
            ledger = ledger.beside_codes(record)
        book = after
    return replace(ledger, code_book=book)


def _intended(record: PaymentIntended) -> Payment:
    return Payment(
        payment_id=record.payment_id,
        visit_id=record.visit_id,
        subject_digest=record.subject_digest,
        inquiry_code=record.inquiry_code,
        bills=record.bills,
        amount_fen=record.amount_fen,
        receipt_later=record.receipt_later,
        intended_s=record.intended_s,
    )


def _newest(entries: dict[str, Entry], kept: int) -> Mapping[str, Entry]:
    """Drop the oldest entries above the limit."""
    for key in list(entries)[: max(0, len(entries) - kept)]:
        del entries[key]
    return MappingProxyType(entries)


def _bounded(entries: dict[str, Entry], is_settled: Callable[[Entry], bool]) -> Mapping[str, Entry]:
    """Drop the oldest settled entries above the limit; open ones are never dropped."""
    if len(entries) > SETTLED_KEPT:
        settled = [key for key, entry in entries.items() if is_settled(entry)]
        for key in settled[: len(entries) - SETTLED_KEPT]:
            del entries[key]
    return MappingProxyType(entries)

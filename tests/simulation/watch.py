"""The checker: what must hold at every moment of a life, seen from outside the kiosk.

The names are those of the invariants (I1 …); W are rules of the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain import platform as p
from kiosk.domain.effects import PaperEffect, PrintReceipt, TakeBackPaper
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.payment import FINAL, State
from kiosk.domain.platform import PlatformState
from kiosk.domain.records import OpenCodeMoved, PaymentMoved, Record
from kiosk.domain.visit import (
    Choosing,
    Done,
    ItemState,
    Notice,
    Page,
    Paying,
    Printing,
    PrintItem,
    ShowingCode,
    Trouble,
    TroubleKind,
)
from kiosk.sandbox.ledger import ClaimState
from tests.simulation.platform import WAITING, SimPlatform

if TYPE_CHECKING:
    from tests.simulation.machine import SimKiosk

NO_MONEY_TAKEN = (
    TroubleKind.NOT_PAID_EXPIRED,
    TroubleKind.NOT_PAID_NETWORK,
    TroubleKind.NOT_PAID_REFUSED,
    TroubleKind.LEASED,
)
LONGEST_POLL_S = 45.0  # 25 s of waiting, 10 s of the client's deadline, the gap after it
STILL_WANTED = (State.INTENT, State.CREATE_UNKNOWN, State.SHOWN)


class Broken(Exception):
    """An invariant does not hold."""

    def __init__(self, invariant: str, words: str) -> None:
        super().__init__(f"{invariant}: {words}")
        self.invariant = invariant


class Watch:
    """One for a whole life: it sees every kiosk, the platform and the paper."""

    def __init__(self, platform: SimPlatform) -> None:
        self._platform = platform
        self.told_free: set[str] = set()  # payments whose payer was told that no money moved
        self._creates: dict[str, p.CreatePayment] = {}
        self._queried: set[str] = set()  # the last thing asked about these was their state
        self._papers: set[tuple[str, int]] = set()
        self._originals: set[str] = set()
        self._codes: dict[str, str] = {}  # open code → kiosk and visit that it was shown in
        self._last: dict[str, tuple[str, str]] = {}  # kiosk → visit, payment

    # --- the screen --------------------------------------------------------------------------

    def on_screen(self, machine: SimKiosk, kiosk: Kiosk) -> None:
        visit = kiosk.visit
        if visit is None:
            return
        page = visit.page
        payment_id: str = getattr(page, "payment_id", "")
        if known := kiosk.ledger.payments.get(payment_id):
            durable = machine.disk.states.get(payment_id) is known.state
            self._need(durable, "I1", f"{payment_id} is shown as {known.state} before that is kept")
        last_visit, last_payment = self._last.get(machine.name, ("", ""))
        if payment_id or visit.visit_id != last_visit:
            last_payment = payment_id
            self._last[machine.name] = (visit.visit_id, payment_id)
        self._check_page(machine, page, last_payment)
        if isinstance(page, Printing | Done):  # Told as paid; what follows is about another one.
            self._last[machine.name] = (visit.visit_id, "")

    def _check_page(self, machine: SimKiosk, page: Page, last_payment: str) -> None:
        match page:
            case Paying() if page.qr_url:
                self._need(page.payment_id in machine.disk.intended, "I1", "QR before intent")
                shown = self._platform.payments.get(page.payment_id)
                same = shown is not None and shown.amount_fen == page.amount_fen
                self._need(same, "I9", "a QR for what the platform does not hold")
            case Printing() | Done():
                if page.payment_id:
                    theirs = self._platform.payments.get(page.payment_id)
                    paid = theirs is not None and theirs.was_paid
                    self._need(paid, "I9", f"{page.payment_id} is called paid and is not")
                    right = theirs is not None and theirs.amount_fen == page.paid_fen
                    self._need(right, "I9", "another amount is shown than was paid")
                for item in page.items:
                    self._check_item(machine, item)
            case Choosing() if page.notice is Notice.NOT_CHARGED and last_payment:
                self._promise(last_payment)
            case Trouble() if page.kind in NO_MONEY_TAKEN and last_payment:
                self._promise(last_payment)
            case ShowingCode():
                self._check_code(machine, page)
            case Trouble() if page.kind is TroubleKind.MONEY_IN_DOUBT:
                self._need(bool(page.inquiry_code), "I9", "doubt without an inquiry code")

    def _check_code(self, machine: SimKiosk, page: ShowingCode) -> None:
        """An open code is durable before it is shown, and shown in one visit of one kiosk."""
        visit = machine.disk.handed_out.get(page.code, "")
        self._need(bool(visit), "O1", f"{page.code} is shown before that is kept")
        owner = self._codes.setdefault(page.code, f"{machine.name} {visit}")
        self._need(owner == f"{machine.name} {visit}", "O2", f"{page.code} is shown twice")
        theirs = self._platform.codes.codes.get(page.code)
        right = theirs is not None and theirs.block.amount_fen == page.amount_fen
        self._need(right, "O2", f"{page.code} is not the platform's, or of another amount")

    def _check_item(self, machine: SimKiosk, item: PrintItem) -> None:
        if item.state is ItemState.PRINTED:
            proven = (item.receipt_no, item.copy_number) in machine.printer.proven
            self._need(proven, "I9", f"{item.receipt_no} is called printed without proof")
        elif item.state is ItemState.LATER and item.copy_number:
            # Given back here, the same copy may have come out elsewhere since.
            here = {(strip.receipt_no, strip.copy_number) for strip in machine.printer.strips}
            out = (item.receipt_no, item.copy_number) in here
            self._need(not out, "I9", f"{item.receipt_no} is on paper and called not printed")

    def _promise(self, payment_id: str) -> None:
        self.told_free.add(payment_id)
        theirs = self._platform.payments.get(payment_id)
        free = theirs is None or not theirs.was_paid or self.was_broken(payment_id)
        self._need(free, "I9", f"{payment_id} is called not charged and is paid")

    def on_wait(self, machine: SimKiosk, now_s: float) -> None:
        """Whoever looks at a QR code is told soon after the wallet has paid."""
        page = machine.page
        if isinstance(page, Paying) and page.qr_url and not machine.kiosk.halted:
            asked = now_s - machine.polled_at_s <= LONGEST_POLL_S
            self._need(asked, "W2", f"{page.payment_id} is on the screen and nobody asks about it")

    def was_broken(self, payment_id: str) -> bool:
        """The platform took money for what it had called closed: nobody here could know."""
        theirs = self._platform.payments.get(payment_id)
        return not self._platform.keeps_its_word and theirs is not None and theirs.was_closed

    # --- the wire ----------------------------------------------------------------------------

    def on_sent(self, machine: SimKiosk, call: p.PlatformCall) -> None:
        match call:
            case p.CreatePayment():
                self._check_create(machine, call)
            case p.QueryPayment() if call.wait_s == 0:
                self._need_intent(machine, call.payment_id)
                self._queried.add(call.payment_id)
            case p.ClosePayment():
                self._need_intent(machine, call.payment_id)
                asked = call.payment_id in self._queried
                self._need(asked, "W1", f"{call.payment_id} is closed without being asked about")
                self._queried.discard(call.payment_id)
            case p.ConfirmClaim(claim_id, doubt):
                self._check_confirm(machine, claim_id, doubt=doubt)
            case p.ReleaseClaim(claim_id):
                self._check_release(claim_id)

    def _need_intent(self, machine: SimKiosk, payment_id: str) -> None:
        durable = payment_id in machine.disk.intended
        self._need(durable, "I1", f"{payment_id} is on the wire before its intent is durable")

    def _check_create(self, machine: SimKiosk, call: p.CreatePayment) -> None:
        self._need_intent(machine, call.payment_id)
        first = self._creates.setdefault(call.payment_id, call)
        self._need(first == call, "I3", f"{call.payment_id} is sent with other contents")
        wanted = {each.bill_no for each in call.bills}
        for known in machine.engine.kiosk.ledger.payments.values():
            if known.payment_id == call.payment_id or known.state in FINAL:
                continue
            if wanted & {each.bill_no for each in known.bills}:
                wanted_still = known.state in STILL_WANTED
                self._need(not wanted_still, "I3", "a second key for a payment still wanted")
                self._need(not known.was_shown, "C10", "a bill in doubt is paid again")

    def _check_confirm(self, machine: SimKiosk, claim_id: str, *, doubt: bool) -> None:
        claim = self._platform.claims.get(claim_id)
        if claim is None or doubt:
            return
        proven = (claim.receipt_no, claim.copy_number) in machine.printer.proven
        self._need(proven, "I7", f"{claim_id} is confirmed as printed without proof")

    def _check_release(self, claim_id: str) -> None:
        claim = self._platform.claims.get(claim_id)
        if claim is not None and self._platform.state_of(claim) is ClaimState.HELD:
            out = (claim.receipt_no, claim.copy_number) in self._papers
            self._need(not out, "I5", f"{claim_id} is given back although its copy is on paper")

    # --- the journal -------------------------------------------------------------------------

    def on_record(self, record: Record) -> None:
        """What a kiosk writes down about money must be true when it does."""
        if isinstance(record, OpenCodeMoved):
            self._check_verdict(record)
        if not isinstance(record, PaymentMoved):
            return
        theirs = self._platform.payments.get(record.payment_id)
        if record.state in (State.PAID, State.VOIDED):
            paid = theirs is not None and theirs.was_paid
            self._need(paid, "I3", f"{record.payment_id} has no payment behind {record.evidence}")
        elif record.state is State.REFUSED:
            waits = theirs is not None and theirs.state in WAITING
            self._need(not waits, "I3", f"{record.payment_id} is open and called refused")
        elif record.state is State.CLOSED:
            closed = theirs is not None and (
                theirs.state is PlatformState.CLOSED
                or (theirs.was_closed and not self._platform.keeps_its_word)
            )
            self._need(closed, "I3", f"{record.payment_id} is not closed at the platform")

    def _check_verdict(self, record: OpenCodeMoved) -> None:
        theirs = self._platform.codes.codes.get(record.code)
        paid = theirs is not None and bool(theirs.paid_fen)
        if record.state is CodeState.SETTLED:
            self._need(paid, "O3", f"{record.code} is called paid and is not")
        elif record.state in (CodeState.EXPIRED, CodeState.VOIDED):
            self._need(not paid, "O3", f"{record.code} is paid and called {record.state}")

    # --- the paper ---------------------------------------------------------------------------

    def on_print(self, machine: SimKiosk, job: PaperEffect | TakeBackPaper) -> None:
        if isinstance(job, TakeBackPaper):
            known = machine.disk.recalled == job.job_id
            self._need(known, "I1", f"{job.job_id} is drawn in before that is durable")
            return
        durable = job.job_id in machine.disk.jobs
        self._need(durable, "I1", f"{job.job_id} is printed before its intent is durable")
        if not isinstance(job, PrintReceipt):
            return
        right_fen = self._platform.receipts[job.receipt.receipt_no].receipt.amount_fen
        self._need(job.receipt.amount_fen == right_fen, "I5", f"{job.job_id} prints a wrong amount")
        known = machine.engine.kiosk.ledger.jobs.get(job.job_id)
        claim = self._platform.claims.get(known.claim_id) if known else None
        given = claim is not None and claim.copy_number == job.copy_number
        self._need(given, "I5", f"{job.job_id} prints a copy number the platform did not give")

    def on_paper(self, receipt_no: str, copy_number: int) -> None:
        key = (receipt_no, copy_number)
        self._need(key not in self._papers, "I5", f"copy {copy_number} of {receipt_no} twice")
        self._papers.add(key)
        if copy_number == 1:
            again = receipt_no in self._originals
            self._need(not again, "I5", f"a second unmarked original of {receipt_no}")
            self._originals.add(receipt_no)

    def on_paid(self, payment_id: str) -> None:
        lied = payment_id in self.told_free and not self.was_broken(payment_id)
        self._need(not lied, "I9", f"{payment_id} is paid after its payer heard it was closed")

    def _need(self, holds: bool, invariant: str, words: str) -> None:
        if not holds:
            raise Broken(invariant, words)

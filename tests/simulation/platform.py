"""The hidden truth about the money: one platform for all kiosks of a life.

Its rules are those of the sandbox (`kiosk.sandbox.ledger`); its clock is the scheduler's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.domain.bill import Bill
from kiosk.domain.platform import PlatformState
from kiosk.domain.receipt import Receipt
from kiosk.sandbox import ledger
from kiosk.sandbox.ledger import LateWallet
from tests.simulation.scheduler import START, Scheduler
from tests.support.model_codes import ModelCodes
from tests.support.people import bill as bill_of
from tests.support.people import head_of, receipt_of

WAITING = (PlatformState.OPEN, PlatformState.USER_PAYING)
CODE_LIFE_S = 4 * 3600  # of open codes: one life sees them expire


@dataclass(slots=True)
class SimBill:
    bill: Bill
    owner: str
    paid: bool = False
    leased_by: str = ""
    charges: int = 0


@dataclass(slots=True)
class SimPayment:
    payment_id: str
    kiosk: str
    bills: tuple[p.BillToPay, ...]
    amount_fen: int
    state: PlatformState
    expires_s: float
    paid_at_s: float | None = None
    was_paid: bool = False
    was_closed: bool = False
    tombstone: bool = False


@dataclass(slots=True)
class SimClaim:
    claim_id: str
    kiosk: str
    receipt_no: str
    reprint: bool
    copy_number: int
    claimed_s: float
    state: ledger.ClaimState = ledger.ClaimState.HELD
    told: bool = False  # its kiosk has said what became of it


@dataclass(slots=True)
class SimReceipt:
    receipt: Receipt
    owner: str
    void: bool = False
    claims: list[SimClaim] = field(default_factory=list)


class SimPlatform:
    def __init__(self, scheduler: Scheduler, late: LateWallet) -> None:
        self._scheduler = scheduler
        self.late = late
        self.bills: dict[str, SimBill] = {}
        self.bills_of: dict[str, list[str]] = {}
        self.payments: dict[str, SimPayment] = {}
        self.receipts: dict[str, SimReceipt] = {}
        self.receipts_of: dict[str, list[str]] = {}
        self.claims: dict[str, SimClaim] = {}
        self.released_unseen: set[str] = set()
        self.watchers: dict[str, list[Callable[[], None]]] = {}
        self.codes = ModelCodes(lambda: START.timestamp() + scheduler.now_s, CODE_LIFE_S)

    # --- what the agency and the wallets do --------------------------------------------------

    def owe(self, owner: str, amount_fen: int) -> Bill:
        bill = bill_of(len(self.bills) + 1, amount_fen)
        self.bills[bill.bill_no] = SimBill(bill, owner)
        self.bills_of.setdefault(owner, []).append(bill.bill_no)
        return bill

    def change_amount(self, bill_no: str) -> None:
        known = self.bills[bill_no]
        if not known.paid and not self._lease(known):
            line = known.bill.lines[0]
            more = known.bill.amount_fen + 100
            known.bill = replace(
                known.bill,
                amount_fen=more,
                version=known.bill.version + 1,
                lines=(replace(line, amount_fen=more, standard_fen=more),),
            )

    def pay_elsewhere(self, bill_no: str) -> bool:
        """At a counter or in an app; not while a kiosk has the bill."""
        known = self.bills[bill_no]
        if known.paid or self._lease(known):
            return False
        known.paid = True
        known.charges += 1
        self._issue(known, "elsewhere")
        return True

    def wallet_opens(self, payment_id: str) -> bool:
        payment = self.payments.get(payment_id)
        if payment is None or payment.state is not PlatformState.OPEN:
            return False
        self._move(payment, PlatformState.USER_PAYING)
        return True

    def wallet_leaves(self, payment_id: str) -> None:
        payment = self.payments[payment_id]
        if payment.state is PlatformState.USER_PAYING:
            self._move(payment, PlatformState.OPEN)

    def wallet_pays(self, payment_id: str) -> bool:
        """A wallet confirms; True if money moved."""
        payment = self.payments.get(payment_id)
        if payment is None or payment.tombstone:
            return False
        broken = self.late is LateWallet.ACCEPTED_AFTER_CLOSE
        closed = payment.state is PlatformState.CLOSED
        if payment.state not in WAITING and not (broken and closed):
            return False
        bills = [self.bills[each.bill_no] for each in payment.bills]
        if any(bill.paid or self._lease(bill) not in ("", payment_id) for bill in bills):
            return False
        payment.was_paid = True
        payment.paid_at_s = self._scheduler.now_s
        for bill in bills:
            bill.paid = True
            bill.charges += 1
            self._issue(bill, payment_id)
        self._move(payment, PlatformState.PAID)
        return True

    def void(self, payment_id: str) -> None:
        payment = self.payments[payment_id]
        if payment.state is PlatformState.PAID:
            self._move(payment, PlatformState.VOIDED)
            for each in self.receipts.values():
                if each.receipt.payment_id == payment_id:
                    each.void = True

    @property
    def keeps_its_word(self) -> bool:
        """No money is taken for what it has called closed."""
        return self.late is not LateWallet.ACCEPTED_AFTER_CLOSE

    def restart(self) -> None:
        """Long polls are dropped; the book is on disk."""
        self.watchers.clear()

    def _issue(self, bill: SimBill, payment_id: str) -> None:
        receipt = receipt_of(bill.bill, len(self.receipts) + 1, payment_id)
        receipt = replace(receipt, payer_name=f"人{bill.owner[-4:]}")
        self.receipts[receipt.receipt_no] = SimReceipt(receipt, bill.owner)
        self.receipts_of.setdefault(bill.owner, []).append(receipt.receipt_no)

    def _move(self, payment: SimPayment, state: PlatformState) -> None:
        payment.state = state
        payment.was_closed |= state is PlatformState.CLOSED
        for answer in self.watchers.pop(payment.payment_id, ()):
            answer()

    def _lease(self, bill: SimBill) -> str:
        """The payment that holds the bill now."""
        held = self.payments.get(bill.leased_by)
        return bill.leased_by if held is not None and held.state in WAITING else ""

    def _expire(self, payment: SimPayment) -> None:
        if payment.state in WAITING:
            self._scheduler.tell("platform", f"{payment.payment_id} expires")
            self._move(payment, PlatformState.CLOSED)

    # --- calls -----------------------------------------------------------------------------

    def watch(self, call: p.QueryPayment, answer: Callable[[], None]) -> bool:
        """Hold a long poll back until there is news; False where it can be answered now."""
        payment = self.payments.get(call.payment_id)
        if payment is None or payment.state is not call.known_state:
            return False
        self.watchers.setdefault(call.payment_id, []).append(answer)
        return True

    def perform(self, kiosk: str, call: p.PlatformCall) -> p.Outcome:
        match call:
            case p.SearchBills(subject=subject):
                return self._search_bills(subject)
            case p.SearchReceipts(subject=subject):
                return self._search_receipts(subject)
            case p.CreatePayment():
                return self._create(kiosk, call)
            case p.QueryPayment():
                return self.seen(call.payment_id, call.amount_fen)
            case p.ClosePayment():
                return self._close(kiosk, call)
            case p.IssueReceipts():
                return self._issued(call.payment_id)
            case p.ClaimReceipt():
                return self._claim(kiosk, call)
            case p.ConfirmClaim(claim_id, doubt):
                state = ledger.ClaimState.DOUBTFUL if doubt else ledger.ClaimState.CONFIRMED
                return self._settle(claim_id, state)
            case p.ReleaseClaim(claim_id):
                return self._settle(claim_id, ledger.ClaimState.RELEASED)
            case p.CheckLink() | u.SendHeartbeat() | u.RenewCertificate():
                return p.Acknowledged()
            case p.FetchOpenCodes():
                return self.codes.fetch(call)
            case p.ReportOpenCodes():
                return self.codes.report(call)
            case u.FetchNotices():
                return u.NoticesFetched(())
            case p.ReadReserve():
                raise AssertionError("the reserve is on the kiosk's own disk")

    def _search_bills(self, subject: p.Subject) -> p.Outcome:
        if subject.kind is p.SubjectKind.PAYMENT_CODE:
            known = self.bills.get(subject.number)
            if known is None:
                return p.Refused(p.Refusal.NOT_FOUND)
            return p.BillsFound(() if known.paid else (known.bill,))
        numbers = self.bills_of.get(subject.number, ())
        found = (self.bills[number] for number in numbers)
        return p.BillsFound(tuple(each.bill for each in found if not each.paid))

    def _search_receipts(self, subject: p.Subject) -> p.Outcome:
        if subject.kind is p.SubjectKind.PAYMENT_CODE:
            found = [r for r in self.receipts.values() if r.receipt.bill_no == subject.number]
        else:
            found = [self.receipts[number] for number in self.receipts_of.get(subject.number, ())]
        valid = [each for each in found if not each.void]
        return p.ReceiptsFound(tuple(head_of(r.receipt, self.copies(r)) for r in valid))

    def seen(self, payment_id: str, amount_fen: int) -> p.PaymentSeen:
        payment = self.payments.get(payment_id)
        if payment is None:
            return p.PaymentSeen(payment_id, PlatformState.NOT_FOUND, amount_fen)
        paid_at = None
        if payment.paid_at_s is not None:
            paid_at = START + timedelta(seconds=payment.paid_at_s)
        return p.PaymentSeen(
            payment_id,
            payment.state,
            payment.amount_fen,
            qr_url=f"https://pay.example/{payment_id}",
            expires_in_s=max(0.0, payment.expires_s - self._scheduler.now_s),
            paid_at=paid_at,
            wallet="alipay",
            transaction_no="T1",
        )

    def _create(self, kiosk: str, call: p.CreatePayment) -> p.Outcome:
        known = self.payments.get(call.payment_id)
        if known is not None:
            if known.tombstone:
                return p.Refused(p.Refusal.PAYMENT_CLOSED)
            if (known.bills, known.amount_fen) != (call.bills, call.amount_fen):
                return p.Refused(p.Refusal.KEY_REUSED)
            return self.seen(call.payment_id, call.amount_fen)
        wanted = [ledger.WantedBill(b.bill_no, b.version, b.amount_fen) for b in call.bills]
        refused = ledger.judge_basket(wanted, self._bills_now(call.bills), call.payment_id)
        if refused is not None:
            return refused
        payment = SimPayment(
            call.payment_id,
            kiosk,
            call.bills,
            call.amount_fen,
            PlatformState.OPEN,
            self._scheduler.now_s + call.valid_s,
        )
        self.payments[call.payment_id] = payment
        for each in call.bills:
            self.bills[each.bill_no].leased_by = call.payment_id
        grace_s = 0.0 if self.late is LateWallet.REFUSED else ledger.LATE_GRACE_S
        self._scheduler.after(call.valid_s + grace_s, self._expire, payment)
        return self.seen(call.payment_id, call.amount_fen)

    def _bills_now(self, wanted: tuple[p.BillToPay, ...]) -> dict[str, ledger.BillNow]:
        known = {each.bill_no: self.bills[each.bill_no] for each in wanted}
        return {
            number: ledger.BillNow(
                number,
                each.bill.version,
                each.bill.amount_fen,
                ledger.BillStatus.PAID if each.paid else ledger.BillStatus.OPEN,
                self._lease(each) or None,
            )
            for number, each in known.items()
        }

    def _close(self, kiosk: str, call: p.ClosePayment) -> p.Outcome:
        payment = self.payments.get(call.payment_id)
        if payment is None:  # A tombstone: a delayed create must not open it.
            closed = PlatformState.CLOSED
            payment = SimPayment(
                call.payment_id, kiosk, (), call.amount_fen, closed, 0.0, tombstone=True
            )
            self.payments[call.payment_id] = payment
        elif payment.state in WAITING:
            self._move(payment, PlatformState.CLOSED)
        return self.seen(call.payment_id, call.amount_fen)

    def _issued(self, payment_id: str) -> p.Outcome:
        payment = self.payments.get(payment_id)
        if payment is None or not payment.was_paid:
            return p.Refused(p.Refusal.NOT_FOUND)
        own = [r for r in self.receipts.values() if r.receipt.payment_id == payment_id]
        heads = tuple(head_of(each.receipt, self.copies(each)) for each in own)
        return p.ReceiptsIssued(payment_id, heads)

    # --- copies ----------------------------------------------------------------------------

    def state_of(self, claim: SimClaim) -> ledger.ClaimState:
        held = claim.state is ledger.ClaimState.HELD
        if held and self._scheduler.now_s >= claim.claimed_s + ledger.CLAIM_HOLD_S:
            claim.state = ledger.ClaimState.DOUBTFUL
        return claim.state

    def copies(self, receipt: SimReceipt) -> int:
        return ledger.copies_used([self.state_of(claim) for claim in receipt.claims])

    def _claim(self, kiosk: str, call: p.ClaimReceipt) -> p.Outcome:
        known = self.receipts.get(call.receipt_no)
        existing = self.claims.get(call.claim_id)
        if existing is not None and known is not None:
            if self.state_of(existing) is ledger.ClaimState.RELEASED:
                return p.Refused(p.Refusal.INVALID)
            return p.ClaimGranted(call.claim_id, existing.copy_number, known.receipt)
        if call.claim_id in self.released_unseen:
            return p.Refused(p.Refusal.INVALID)
        if known is None:
            return p.Refused(p.Refusal.NOT_FOUND)
        states = [self.state_of(claim) for claim in known.claims]
        copy = ledger.judge_claim(
            reprint=call.reprint, states=states, void=known.void, in_window=True
        )
        if isinstance(copy, p.Refused):
            return copy
        claim = SimClaim(
            call.claim_id, kiosk, call.receipt_no, call.reprint, copy, self._scheduler.now_s
        )
        self.claims[call.claim_id] = claim
        known.claims.append(claim)
        return p.ClaimGranted(call.claim_id, copy, known.receipt)

    def _settle(self, claim_id: str, wanted: ledger.ClaimState) -> p.Outcome:
        claim = self.claims.get(claim_id)
        if claim is None:
            if wanted is ledger.ClaimState.RELEASED:
                self.released_unseen.add(claim_id)
                return p.Acknowledged()
            return p.Refused(p.Refusal.NOT_FOUND)
        claim.told = True
        settled = ledger.judge_settling(self.state_of(claim), wanted)
        if isinstance(settled, p.Refused):
            return settled
        claim.state = settled
        return p.Acknowledged()

"""A small, honest model of the payment platform, and a link to it that can fail.

It is the oracle of the flow tests: what really happened to the money is what this model
says. Several kiosks may share one model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.domain.bill import Bill
from kiosk.domain.open_code import Block
from kiosk.domain.receipt import Receipt
from tests.support.model_codes import ModelCodes
from tests.support.people import PAID_AT, head_of, receipt_of


@dataclass
class ModelPayment:
    payment_id: str
    kiosk: str
    bills: tuple[p.BillToPay, ...]
    amount_fen: int
    state: p.PlatformState = p.PlatformState.OPEN


@dataclass
class ModelClaim:
    claim_id: str
    kiosk: str
    receipt_no: str
    copy_number: int
    open: bool = True


@dataclass
class ModelPlatform:
    bills: dict[str, Bill] = field(default_factory=dict)
    payments: dict[str, ModelPayment] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)  # copy numbers given out and used
    claims: dict[str, ModelClaim] = field(default_factory=dict)
    charges: dict[str, int] = field(default_factory=dict)  # times each bill was paid
    codes: ModelCodes = field(default_factory=ModelCodes)

    def owe(self, *bills: Bill) -> None:
        self.bills.update({bill.bill_no: bill for bill in bills})

    def add_paid_receipt(self, bill: Bill) -> Receipt:
        receipt = receipt_of(bill, len(self.receipts) + 1)
        self.receipts[receipt.receipt_no] = receipt
        self.copies[receipt.receipt_no] = 0
        return receipt

    def wallet_opens(self, payment_id: str) -> None:
        payment = self.payments[payment_id]
        if payment.state is p.PlatformState.OPEN:
            payment.state = p.PlatformState.USER_PAYING

    def wallet_pays(self, payment_id: str) -> bool:
        """A wallet confirms; True if money moved."""
        payment = self.payments[payment_id]
        if payment.state not in (p.PlatformState.OPEN, p.PlatformState.USER_PAYING):
            return False
        payment.state = p.PlatformState.PAID
        for each in payment.bills:
            bill = self.bills.pop(each.bill_no)
            self.charges[bill.bill_no] = self.charges.get(bill.bill_no, 0) + 1
            receipt = receipt_of(bill, len(self.receipts) + 1, payment_id)
            self.receipts[receipt.receipt_no] = receipt
            self.copies[receipt.receipt_no] = 0
        return True

    # --- calls -----------------------------------------------------------------------------

    def perform(self, kiosk: str, call: p.PlatformCall) -> p.Outcome:
        match call:
            case p.SearchBills():
                found = tuple(self.bills.values())
                if call.subject.kind is p.SubjectKind.PAYMENT_CODE:
                    found = tuple(b for b in found if b.bill_no == call.subject.number)
                    if not found:
                        return p.Refused(p.Refusal.NOT_FOUND)
                return p.BillsFound(found)
            case p.SearchReceipts():
                heads = (head_of(r, self.copies[n]) for n, r in self.receipts.items())
                return p.ReceiptsFound(tuple(heads))
            case p.CreatePayment():
                return self._create(kiosk, call)
            case p.QueryPayment():
                return self._seen(call.payment_id, call.amount_fen)
            case p.ClosePayment():
                return self._close(kiosk, call)
            case p.IssueReceipts():
                own = [r for r in self.receipts.values() if r.payment_id == call.payment_id]
                heads = tuple(head_of(r, self.copies[r.receipt_no]) for r in own)
                return p.ReceiptsIssued(call.payment_id, heads)
            case p.ClaimReceipt():
                return self._claim(kiosk, call)
            case p.ConfirmClaim():
                return self._settle(call.claim_id, used=True)
            case p.ReleaseClaim():
                return self._settle(call.claim_id, used=False)
            case p.CheckLink():
                return p.Acknowledged()
            case u.SendHeartbeat() | u.RenewCertificate():
                return p.Acknowledged()
            case u.FetchNotices():
                return u.NoticesFetched(())
            case p.ReadReserve():
                return p.ReserveRead(())
            case p.FetchOpenCodes():
                return self.codes.fetch(call)
            case p.ReportOpenCodes():
                return self.codes.report(call)

    def _seen(self, payment_id: str, amount_fen: int) -> p.PaymentSeen:
        payment = self.payments.get(payment_id)
        if payment is None:
            return p.PaymentSeen(payment_id, p.PlatformState.NOT_FOUND, amount_fen)
        return p.PaymentSeen(
            payment_id,
            payment.state,
            payment.amount_fen,
            qr_url=f"https://pay.example/{payment_id}",
            expires_in_s=180,
            paid_at=PAID_AT,
            wallet="alipay",
            transaction_no="T1",
        )

    def _create(self, kiosk: str, call: p.CreatePayment) -> p.Outcome:
        known = self.payments.get(call.payment_id)
        if known is not None:
            if known.state is p.PlatformState.CLOSED and not known.bills:
                return p.Refused(p.Refusal.PAYMENT_CLOSED)
            same = (known.bills, known.amount_fen) == (call.bills, call.amount_fen)
            if not same:
                return p.Refused(p.Refusal.KEY_REUSED)
            return self._seen(call.payment_id, call.amount_fen)
        for each in call.bills:
            bill = self.bills.get(each.bill_no)
            if bill is None:
                return p.Refused(p.Refusal.ALREADY_PAID)
            if self._leased(each.bill_no):
                return p.Refused(p.Refusal.LEASED)
            if (bill.version, bill.amount_fen) != (each.version, each.amount_fen):
                return p.Refused(p.Refusal.AMOUNT_CHANGED)
        self.payments[call.payment_id] = ModelPayment(
            call.payment_id, kiosk, call.bills, call.amount_fen
        )
        return self._seen(call.payment_id, call.amount_fen)

    def _leased(self, bill_no: str) -> bool:
        return any(
            payment.state in (p.PlatformState.OPEN, p.PlatformState.USER_PAYING)
            and any(each.bill_no == bill_no for each in payment.bills)
            for payment in self.payments.values()
        )

    def _close(self, kiosk: str, call: p.ClosePayment) -> p.Outcome:
        payment = self.payments.get(call.payment_id)
        if payment is None:  # A tombstone: a delayed create must not open it.
            payment = ModelPayment(
                call.payment_id, kiosk, (), call.amount_fen, p.PlatformState.CLOSED
            )
            self.payments[call.payment_id] = payment
        elif payment.state is not p.PlatformState.PAID:
            payment.state = p.PlatformState.CLOSED
        return self._seen(call.payment_id, call.amount_fen)

    def _claim(self, kiosk: str, call: p.ClaimReceipt) -> p.Outcome:
        receipt = self.receipts.get(call.receipt_no)
        if receipt is None:
            return p.Refused(p.Refusal.NOT_FOUND)
        known = self.claims.get(call.claim_id)
        if known is None:
            held = any(c.open and c.receipt_no == call.receipt_no for c in self.claims.values())
            if held or (self.copies[call.receipt_no] and not call.reprint):
                return p.Refused(p.Refusal.CLAIMED_ELSEWHERE)
            known = ModelClaim(
                call.claim_id, kiosk, call.receipt_no, self.copies[call.receipt_no] + 1
            )
            self.claims[call.claim_id] = known
        return p.ClaimGranted(call.claim_id, known.copy_number, receipt)

    def _settle(self, claim_id: str, *, used: bool) -> p.Outcome:
        claim = self.claims.get(claim_id)
        if claim is None:
            return p.Refused(p.Refusal.NOT_FOUND)
        if claim.open:
            claim.open = False
            if used:
                self.copies[claim.receipt_no] = claim.copy_number
        return p.Acknowledged()


Fault = Callable[[p.PlatformCall], str]


LOST_FOR = {"broken": "status_502", "garbage": "malformed", "forged": "signature_wrong"}
FAULTS = (
    "not_sent", "request_lost", "answer_lost", *LOST_FOR, "rate_limited", "wrong_amount",
    "wrong_payment",
)  # fmt: skip
"""Every class of bad answer that a call can get."""


@dataclass
class ModelLink:
    """The wire between one kiosk and the model; `faults` is asked before each call.

    A fault is one of FAULTS, or "" for none.
    """

    platform: ModelPlatform
    kiosk: str = "K1"
    down: bool = False
    faults: list[tuple[type, str]] = field(default_factory=list)  # (call type, fault), in order
    reserve: dict[str, Block] = field(default_factory=dict)  # sealed on the kiosk's disk

    def perform(self, call: p.PlatformCall) -> p.Outcome:
        if isinstance(call, p.ReadReserve):
            return p.ReserveRead(tuple(self.reserve.values()))
        if self.down:
            return p.NotSent("connection refused")
        fault = self._take_fault(call)
        if fault == "not_sent":
            return p.NotSent("connection refused")
        if fault == "request_lost":
            return p.AnswerLost("time-out")
        outcome = self.platform.perform(self.kiosk, call)
        if fault == "answer_lost":
            return p.AnswerLost("time-out")
        if fault in LOST_FOR:
            return p.AnswerLost(LOST_FOR[fault])
        if fault == "rate_limited":
            return p.Refused(p.Refusal.RATE_LIMITED)
        if fault == "wrong_amount" and isinstance(outcome, p.PaymentSeen):
            return replace(outcome, amount_fen=outcome.amount_fen + 1)
        if fault == "wrong_payment" and isinstance(outcome, p.PaymentSeen):
            return replace(outcome, payment_id="ANOTHER")
        if isinstance(outcome, p.OpenCodesFetched):
            self.reserve[outcome.block.block_id] = outcome.block
        return outcome

    def _take_fault(self, call: p.PlatformCall) -> str:
        for index, (kind, fault) in enumerate(self.faults):
            if isinstance(call, kind):
                del self.faults[index]
                return fault
        return ""

"""Between the domain's calls and the wire: what is asked, and which answers are believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import assert_never

from kiosk.domain import platform as domain
from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.receipt import Receipt, ReceiptHead
from kiosk.platform_api import operations, wire
from kiosk.platform_api.operations import Operation

WAITING = (domain.PlatformState.OPEN, domain.PlatformState.USER_PAYING)


class Untrusted(Exception):
    """A well-formed answer to some other question; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Question:
    """One request ready for the wire, and the judge of its answer (raises Untrusted)."""

    operation: Operation
    path: str
    body: wire.Request | None
    believe: Callable[[wire.Answer], domain.Answer]
    query: str = ""
    idempotency_key: str = ""
    wait_s: float = 0.0


def question(call: domain.PaymentCall, kiosk_id: str, nonce: str) -> Question:
    """Put a call into wire form. Raises pydantic.ValidationError for a call that no kiosk
    should have made (a bug), without naming its contents."""
    match call:
        case domain.SearchBills() | domain.SearchReceipts():
            return _search(call, kiosk_id, nonce)
        case domain.CreatePayment():
            return _create(call, kiosk_id)
        case domain.QueryPayment():
            return _query(call)
        case domain.ClosePayment():
            return _close(call, kiosk_id)
        case domain.IssueReceipts():
            return _issue(call, kiosk_id)
        case domain.ClaimReceipt():
            return _claim(call, kiosk_id)
        case domain.ConfirmClaim() | domain.ReleaseClaim():
            return _settle_claim(call, kiosk_id)
        case domain.CheckLink():
            return Question(
                operations.CHECK_HEALTH,
                operations.CHECK_HEALTH.path,
                None,
                lambda _: domain.Acknowledged(),
            )
        case _:
            assert_never(call)


# --- lookups ---------------------------------------------------------------------------------


def _search(
    call: domain.SearchBills | domain.SearchReceipts, kiosk_id: str, nonce: str
) -> Question:
    subject = call.subject
    expected = wire.subject_echo(nonce, subject.kind, subject.number)
    body = wire.SearchRequest(
        kiosk_id=kiosk_id,
        lookup_id=call.lookup_id,
        nonce=nonce,
        subject=wire.SubjectBody(kind=subject.kind, number=subject.number, name=subject.name),
    )

    def believe(answer: wire.Answer) -> domain.Answer:
        assert isinstance(answer, wire.BillsAnswer | wire.ReceiptsAnswer)
        if answer.subject_echo != expected:
            raise Untrusted("wrong_subject")
        if isinstance(answer, wire.BillsAnswer):
            return domain.BillsFound(tuple(_bill(bill) for bill in answer.bills))
        return domain.ReceiptsFound(tuple(_head(head) for head in answer.receipts))

    asks_bills = isinstance(call, domain.SearchBills)
    operation = operations.SEARCH_BILLS if asks_bills else operations.SEARCH_RECEIPTS
    return Question(operation, operation.path, body, believe)


def _bill(body: wire.BillBody) -> Bill:
    return Bill(
        bill_no=body.bill_no,
        version=body.version,
        title=body.title,
        agency_code=body.agency_code,
        agency_name=body.agency_name,
        payer_name_masked=body.payer_name_masked,
        lines=tuple(_line(line) for line in body.lines),
        late_fee_fen=body.late_fee_fen,
        amount_fen=body.amount_fen,
        issued_on=body.issued_on,
        due_on=body.due_on,
        note=body.note,
    )


def _line(body: wire.BillLineBody) -> BillLine:
    return BillLine(
        item_code=body.item_code,
        item_name=body.item_name,
        unit=body.unit,
        quantity=body.quantity,
        standard_fen=body.standard_fen,
        amount_fen=body.amount_fen,
    )


def _head(body: wire.ReceiptHeadBody) -> ReceiptHead:
    return ReceiptHead(
        receipt_no=body.receipt_no,
        bill_no=body.bill_no,
        title=body.title,
        agency_name=body.agency_name,
        amount_fen=body.amount_fen,
        paid_at=body.paid_at.astimezone(UTC),
        channel=body.channel,
        copies_printed=body.copies_printed,
        note=body.note,
    )


# --- payments ----------------------------------------------------------------------------------


def _create(call: domain.CreatePayment, kiosk_id: str) -> Question:
    body = wire.CreatePaymentRequest(
        kiosk_id=kiosk_id,
        payment_id=call.payment_id,
        inquiry_code=call.inquiry_code,
        bills=tuple(
            wire.BasketItem(
                bill_no=bill.bill_no, version=bill.version, expected_fen=bill.amount_fen
            )
            for bill in call.bills
        ),
        amount_fen=call.amount_fen,
        valid_s=call.valid_s,
    )
    return Question(
        operations.CREATE_PAYMENT,
        operations.CREATE_PAYMENT.path,
        body,
        _payment_judge(call.payment_id, call.amount_fen, {domain.PlatformState.NOT_FOUND}),
        idempotency_key=call.payment_id,
    )


def _query(call: domain.QueryPayment) -> Question:
    wait_s = min(max(call.wait_s, 0.0), wire.MAX_WAIT_S)
    return Question(
        operations.QUERY_PAYMENT,
        path_of(operations.QUERY_PAYMENT, payment_id=call.payment_id),
        None,
        _payment_judge(call.payment_id, call.amount_fen, set()),
        query=f"known={call.known_state}&wait_s={wait_s:g}",
        wait_s=wait_s,
    )


def _close(call: domain.ClosePayment, kiosk_id: str) -> Question:
    not_answers = {*WAITING, domain.PlatformState.NOT_FOUND}
    return Question(
        operations.CLOSE_PAYMENT,
        path_of(operations.CLOSE_PAYMENT, payment_id=call.payment_id),
        wire.ClosePaymentRequest(kiosk_id=kiosk_id),
        _payment_judge(call.payment_id, call.amount_fen, not_answers),
    )


def _payment_judge(
    payment_id: str, amount_fen: int, not_answers: set[domain.PlatformState]
) -> Callable[[wire.Answer], domain.Answer]:
    def believe(answer: wire.Answer) -> domain.Answer:
        assert isinstance(answer, wire.PaymentAnswer)
        if answer.payment_id != payment_id:
            raise Untrusted("wrong_payment_id")
        if answer.amount_fen not in (None, amount_fen):
            raise Untrusted("wrong_amount")
        if answer.state in not_answers:
            raise Untrusted(f"state_{answer.state}")
        return domain.PaymentSeen(
            payment_id=payment_id,
            state=answer.state,
            amount_fen=amount_fen,
            qr_url=answer.qr_url or "",
            expires_in_s=answer.expires_in_s,
            paid_at=answer.paid_at.astimezone(UTC) if answer.paid_at else None,
            wallet=answer.wallet,
            transaction_no=answer.transaction_no,
        )

    return believe


# --- receipts and claims -----------------------------------------------------------------------


def _issue(call: domain.IssueReceipts, kiosk_id: str) -> Question:
    def believe(answer: wire.Answer) -> domain.Answer:
        assert isinstance(answer, wire.IssueReceiptsAnswer)
        if answer.payment_id != call.payment_id:
            raise Untrusted("wrong_payment_id")
        heads = tuple(_head(head) for head in answer.receipts)
        return domain.ReceiptsIssued(call.payment_id, heads)

    return Question(
        operations.ISSUE_RECEIPTS,
        path_of(operations.ISSUE_RECEIPTS, payment_id=call.payment_id),
        wire.IssueReceiptsRequest(kiosk_id=kiosk_id),
        believe,
    )


def _claim(call: domain.ClaimReceipt, kiosk_id: str) -> Question:
    def believe(answer: wire.Answer) -> domain.Answer:
        assert isinstance(answer, wire.ClaimAnswer)
        if answer.claim_id != call.claim_id:
            raise Untrusted("wrong_claim_id")
        if answer.receipt.receipt_no != call.receipt_no:
            raise Untrusted("wrong_receipt")
        if not call.reprint and answer.copy_number != 1:
            raise Untrusted("not_the_original")
        return domain.ClaimGranted(call.claim_id, answer.copy_number, _receipt(answer.receipt))

    return Question(
        operations.CLAIM_RECEIPT,
        path_of(operations.CLAIM_RECEIPT, claim_id=call.claim_id),
        wire.ClaimRequest(kiosk_id=kiosk_id, receipt_no=call.receipt_no, reprint=call.reprint),
        believe,
    )


def _receipt(body: wire.ReceiptBody) -> Receipt:
    return Receipt(
        receipt_no=body.receipt_no,
        code=body.code,
        number=body.number,
        check_code=body.check_code,
        title=body.title,
        bill_no=body.bill_no,
        payment_id=body.payment_id,
        payer_name=body.payer_name,
        payer_number_masked=body.payer_number_masked,
        agency_code=body.agency_code,
        agency_name=body.agency_name,
        lines=tuple(_line(line) for line in body.lines),
        late_fee_fen=body.late_fee_fen,
        amount_fen=body.amount_fen,
        issued_on=body.issued_on,
        paid_at=body.paid_at.astimezone(UTC),
        wallet=body.wallet,
        transaction_no=body.transaction_no,
        verify_url=body.verify_url,
        note=body.note,
    )


def _settle_claim(call: domain.ConfirmClaim | domain.ReleaseClaim, kiosk_id: str) -> Question:
    body: wire.Request
    if isinstance(call, domain.ConfirmClaim):
        operation, wanted = operations.CONFIRM_CLAIM, {"confirmed"}
        if call.doubt:  # Evidence that came first stays: a proven copy is not doubted later.
            wanted = {"confirmed", "doubtful"}
        body = wire.ConfirmClaimRequest(kiosk_id=kiosk_id, doubt=call.doubt)
    else:
        operation, wanted = operations.RELEASE_CLAIM, {"released"}
        body = wire.ReleaseClaimRequest(kiosk_id=kiosk_id)

    def believe(answer: wire.Answer) -> domain.Answer:
        assert isinstance(answer, wire.ClaimStateAnswer)
        if answer.claim_id != call.claim_id:
            raise Untrusted("wrong_claim_id")
        if answer.state not in wanted:
            raise Untrusted("wrong_claim_state")
        return domain.Acknowledged()

    return Question(operation, path_of(operation, claim_id=call.claim_id), body, believe)


def path_of(operation: Operation, **ids: str) -> str:
    """Fill ids into a path; an id that could change the path is a bug of the caller."""
    for name, value in ids.items():
        if not wire.is_id(value):
            raise ValueError(f"{name} is not 1 to 64 letters, digits, '-' or '_'")
    return operation.path.format(**ids)

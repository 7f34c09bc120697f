"""One story in examples: a request and its answer for every operation of the API document.

They are values of the wire models, so no example can break a rule; they belong together, so a
server that answers with nothing but them serves a whole visit. Everybody in them is synthetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType

from kiosk.domain.fee_item import FeeCategory
from kiosk.domain.platform import PlatformState, Refusal, SubjectKind
from kiosk.platform_api import operations, services, wire
from kiosk.platform_api import wire_services as more
from kiosk.platform_api.operations import REFUSAL_STATUS

NONCE = "0123456789abcdef0123456789abcdef"
KIOSK_ID = "KIOSK-0001"
NUMBER, NAME = "330199190001010010", "张三"
BILL_NO, AMOUNT_FEN = "33010526300000000001", 120_000
RECEIPT_CODE, RECEIPT_NUMBER, CHECK_CODE = "33010226", "0000000001", "a1b2c3"
RECEIPT_NO = f"{RECEIPT_CODE}-{RECEIPT_NUMBER}"
PAYMENT_ID, CLAIM_ID, LOOKUP_ID = "PAY-0001", "CLAIM-0001", "LOOKUP-0001"
TRANSACTION_NO = "2026112109301500000000000001"
SITE = "https://pay.example.cn"
DAY = date(2026, 11, 21)
PAID_AT = datetime(2026, 11, 21, 1, 30, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 28, 1, 30, 15, tzinfo=UTC)
AGENCY_CODE, AGENCY = "330105202", "示例中学"
ITEM_CODE, TITLE = "103042707", "普通高中学费"
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n"
)


@dataclass(frozen=True, slots=True)
class Example:
    """`ids` stand in the path. Beside `answer`, `others` are answers worth seeing, by name."""

    answer: wire.Answer
    request: wire.Request | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, wire.Answer] = field(default_factory=dict)


def refusal(code: Refusal) -> wire.Problem:
    """What a refusal looks like."""
    return wire.Problem(title=code.replace("_", " "), status=REFUSAL_STATUS[code], code=code)


def _pem(kind: str) -> str:
    """The look of one; what is in it is the authority's business."""
    return f"-----BEGIN {kind}-----\n{'QUJD' * 16}\n-----END {kind}-----\n"


def _search() -> wire.SearchRequest:
    subject = wire.SubjectBody(kind=SubjectKind.PERSON, number=NUMBER, name=NAME)
    return wire.SearchRequest(kiosk_id=KIOSK_ID, lookup_id=LOOKUP_ID, nonce=NONCE, subject=subject)


_ECHO = wire.subject_echo(NONCE, SubjectKind.PERSON, NUMBER)
_LINE = wire.BillLineBody(
    item_code=ITEM_CODE,
    item_name=TITLE,
    unit="学期",
    quantity=1,
    standard_fen=AMOUNT_FEN,
    amount_fen=AMOUNT_FEN,
)
_BILL = wire.BillBody(
    bill_no=BILL_NO,
    version=1,
    title=TITLE,
    agency_code=AGENCY_CODE,
    agency_name=AGENCY,
    payer_name_masked="*三",
    lines=(_LINE,),
    late_fee_fen=0,
    amount_fen=AMOUNT_FEN,
    issued_on=date(2026, 11, 15),
    due_on=date(2026, 11, 30),
    note="学生：*子轩 高一（3）班",
)
_HEAD = wire.ReceiptHeadBody(
    receipt_no=RECEIPT_NO,
    bill_no=BILL_NO,
    title=TITLE,
    agency_name=AGENCY,
    amount_fen=AMOUNT_FEN,
    paid_at=PAID_AT,
    channel="kiosk",
    copies_printed=0,
)
_RECEIPT = wire.ReceiptBody(
    receipt_no=RECEIPT_NO,
    code=RECEIPT_CODE,
    number=RECEIPT_NUMBER,
    check_code=CHECK_CODE,
    title=TITLE,
    bill_no=BILL_NO,
    payment_id=PAYMENT_ID,
    payer_name=NAME,
    payer_number_masked="330***********0010",
    agency_code=AGENCY_CODE,
    agency_name=AGENCY,
    lines=(_LINE,),
    late_fee_fen=0,
    amount_fen=AMOUNT_FEN,
    issued_on=DAY,
    paid_at=PAID_AT,
    wallet="alipay",
    transaction_no=TRANSACTION_NO,
    verify_url=f"{SITE}/v/{RECEIPT_NO}/{CHECK_CODE}",
)
_OPEN = wire.PaymentAnswer(
    payment_id=PAYMENT_ID,
    state=PlatformState.OPEN,
    amount_fen=AMOUNT_FEN,
    qr_url=f"{SITE}/pay/0001",
    expires_in_s=120.0,
)
_PAID = wire.PaymentAnswer(
    payment_id=PAYMENT_ID,
    state=PlatformState.PAID,
    amount_fen=AMOUNT_FEN,
    paid_at=PAID_AT,
    wallet="alipay",
    transaction_no=TRANSACTION_NO,
)
_CLOSED = wire.PaymentAnswer(
    payment_id=PAYMENT_ID, state=PlatformState.CLOSED, amount_fen=AMOUNT_FEN
)
_PAYMENT, _CLAIM = {"payment_id": PAYMENT_ID}, {"claim_id": CLAIM_ID}
_ROW = more.StatementRow(
    payment_id=PAYMENT_ID,
    state="paid",
    amount_fen=AMOUNT_FEN,
    paid_at=PAID_AT,
    wallet="alipay",
    transaction_no=TRANSACTION_NO,
    bill_nos=(BILL_NO,),
    receipt_nos=(RECEIPT_NO,),
)
_REFUND = more.RefundAnswer(
    request_id="REFUND-0001",
    receipt_no=RECEIPT_NO,
    amount_fen=AMOUNT_FEN,
    state=more.RefundState.RECEIVED,
    requested_at=PAID_AT,
)
_CODE = more.OpenCodeBody(
    serial=1, code="33010526389000000001", qr_url=f"{SITE}/open/0001", signature="A" * 86 + "=="
)

_CORE: dict[str, Example] = {
    operations.SEARCH_BILLS.name: Example(
        wire.BillsAnswer(subject_echo=_ECHO, bills=(_BILL,)), _search()
    ),
    operations.SEARCH_RECEIPTS.name: Example(
        wire.ReceiptsAnswer(subject_echo=_ECHO, receipts=(_HEAD,)), _search()
    ),
    operations.CREATE_PAYMENT.name: Example(
        _OPEN,
        wire.CreatePaymentRequest(
            kiosk_id=KIOSK_ID,
            payment_id=PAYMENT_ID,
            inquiry_code="ABCD-EFGH",
            bills=(wire.BasketItem(bill_no=BILL_NO, version=1, expected_fen=AMOUNT_FEN),),
            amount_fen=AMOUNT_FEN,
            valid_s=120,
        ),
    ),
    operations.QUERY_PAYMENT.name: Example(
        _PAID, ids=_PAYMENT, others={"open": _OPEN, "closed": _CLOSED}
    ),
    operations.CLOSE_PAYMENT.name: Example(
        _CLOSED, wire.ClosePaymentRequest(kiosk_id=KIOSK_ID), _PAYMENT, {"paid": _PAID}
    ),
    operations.ISSUE_RECEIPTS.name: Example(
        wire.IssueReceiptsAnswer(payment_id=PAYMENT_ID, receipts=(_HEAD,)),
        wire.IssueReceiptsRequest(kiosk_id=KIOSK_ID),
        _PAYMENT,
    ),
    operations.CLAIM_RECEIPT.name: Example(
        wire.ClaimAnswer(claim_id=CLAIM_ID, copy_number=1, receipt=_RECEIPT),
        wire.ClaimRequest(kiosk_id=KIOSK_ID, receipt_no=RECEIPT_NO, reprint=False),
        _CLAIM,
    ),
    operations.CONFIRM_CLAIM.name: Example(
        wire.ClaimStateAnswer(claim_id=CLAIM_ID, state="confirmed"),
        wire.ConfirmClaimRequest(kiosk_id=KIOSK_ID, doubt=False),
        _CLAIM,
    ),
    operations.RELEASE_CLAIM.name: Example(
        wire.ClaimStateAnswer(claim_id=CLAIM_ID, state="released"),
        wire.ReleaseClaimRequest(kiosk_id=KIOSK_ID),
        _CLAIM,
    ),
    operations.CHECK_HEALTH.name: Example(wire.HealthAnswer(status="ok", time=PAID_AT)),
}
_MORE: dict[str, Example] = {
    services.VERIFY_RECEIPT.name: Example(
        more.VerifiedAnswer(
            receipt_no=RECEIPT_NO,
            void=False,
            title=TITLE,
            agency_name=AGENCY,
            amount_fen=AMOUNT_FEN,
            paid_at=PAID_AT,
            copies_printed=1,
        ),
        more.VerifyReceiptRequest(
            kiosk_id=KIOSK_ID, code=RECEIPT_CODE, number=RECEIPT_NUMBER, check_code=CHECK_CODE
        ),
    ),
    services.WRITE_OFF.name: Example(
        more.WriteOffAnswer(write_off_id="OFF-0001", receipt_no=RECEIPT_NO, written_off_at=PAID_AT),
        more.WriteOffRequest(kiosk_id=KIOSK_ID, receipt_no=RECEIPT_NO),
        {"write_off_id": "OFF-0001"},
    ),
    services.FETCH_OPEN_CODES.name: Example(
        more.OpenCodesAnswer(
            block_id="BLOCK-0001",
            kiosk_id=KIOSK_ID,
            item_code=ITEM_CODE,
            item_name=TITLE,
            agency_name=AGENCY,
            amount_fen=AMOUNT_FEN,
            expires_at=LATER,
            codes=(_CODE,),
        ),
        more.OpenCodesRequest(
            kiosk_id=KIOSK_ID, item_code=ITEM_CODE, amount_fen=AMOUNT_FEN, count=1
        ),
        {"block_id": "BLOCK-0001"},
    ),
    services.REPORT_OPEN_CODES.name: Example(
        more.OpenCodeStatesAnswer(
            states=(more.OpenCodeStateBody(code=_CODE.code, state=more.OpenCodeState.HANDED_OUT),)
        ),
        more.ReportOpenCodesRequest(
            kiosk_id=KIOSK_ID, codes=(more.HandedOut(code=_CODE.code, handed_out_at=PAID_AT),)
        ),
    ),
    services.REQUEST_REFUND.name: Example(
        _REFUND,
        more.RefundRequest(
            kiosk_id=KIOSK_ID, receipt_no=RECEIPT_NO, reason=more.RefundReason.PAID_TWICE
        ),
        {"request_id": "REFUND-0001"},
    ),
    services.QUERY_REFUND.name: Example(_REFUND, ids={"request_id": "REFUND-0001"}),
    services.FETCH_STATEMENT.name: Example(
        more.StatementAnswer(
            kiosk_id=KIOSK_ID,
            day=DAY,
            version=1,
            page=1,
            pages=1,
            rows=(_ROW,),
            trailer=more.trailer_of((_ROW,)),
        ),
        more.StatementRequest(kiosk_id=KIOSK_ID, day=DAY),
    ),
    services.FETCH_CATALOGUE.name: Example(
        more.CatalogueAnswer(
            version=1,
            items=(
                more.CatalogueItem(
                    code=ITEM_CODE,
                    name_zh=TITLE,
                    name_en="Senior high school tuition",
                    category=FeeCategory.ADMINISTRATIVE,
                    agency_zh=AGENCY,
                    unit="学期",
                    enterprise=False,
                    has_late_fee=False,
                    icon="school",
                ),
            ),
        )
    ),
    services.FETCH_GUIDES.name: Example(
        more.GuidesAnswer(
            version=1,
            guides=(
                more.Guide(
                    key="pay",
                    title_zh="如何缴费",
                    title_en="How to pay",
                    text_zh="放上身份证，确认账单，用手机扫码支付，取走票据。",
                    text_en="Put your card on the reader, check the bills, scan, take the receipt.",
                ),
            ),
        )
    ),
    services.FETCH_NOTICES.name: Example(
        more.NoticesAnswer(
            notices=(
                more.NoticeBody(
                    notice_id="NOTICE-0001",
                    text_zh="本周六系统维护。",
                    text_en="Maintenance this Saturday.",
                    since=PAID_AT,
                    until=LATER,
                ),
            )
        )
    ),
    services.RATE.name: Example(
        more.RatingAnswer(rating_id="RATING-0001"),
        more.RatingRequest(kiosk_id=KIOSK_ID, stars=5),
        {"rating_id": "RATING-0001"},
    ),
    services.REGISTER.name: Example(
        more.RegisterAnswer(kiosk_id=KIOSK_ID, registered_at=PAID_AT, reconnect_window_s=30.0),
        more.RegisterRequest(
            enrolment_code="EXAMPLE-CODE",
            algorithm="ed25519",
            public_key=PUBLIC_KEY,
            version="0.1.0",
        ),
        {"kiosk_id": KIOSK_ID},
    ),
    services.RENEW.name: Example(
        more.RenewAnswer(kiosk_id=KIOSK_ID, certificate=_pem("CERTIFICATE"), until=LATER),
        more.RenewRequest(kiosk_id=KIOSK_ID, csr=_pem("CERTIFICATE REQUEST")),
        {"kiosk_id": KIOSK_ID},
    ),
    services.HEARTBEAT.name: Example(
        more.HeartbeatAnswer(time=PAID_AT, next_in_s=300.0, reconnect_window_s=30.0),
        more.HeartbeatRequest(
            kiosk_id=KIOSK_ID,
            version="0.1.0",
            uptime_s=86_400.0,
            state="ready",
            payments_in_doubt=0,
            receipts_owed=0,
            paper="ok",
        ),
    ),
}
EXAMPLES: Mapping[str, Example] = MappingProxyType({**_CORE, **_MORE})

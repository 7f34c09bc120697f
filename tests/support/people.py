"""Synthetic people (births in 1900, region 330199) and bills for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from drivers.api import CardKind, IdCard
from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.receipt import Receipt, ReceiptHead

ZHANG = IdCard(CardKind.RESIDENT, "张三", "330199190001010010", long_term=True)
WANG = IdCard(CardKind.RESIDENT, "王秀英", "330199190001010029", long_term=True)

PAID_AT = datetime(2026, 11, 1, 2, 30, tzinfo=UTC)


def bill(number: int = 1, amount_fen: int = 15000, *, version: int = 1, late_fen: int = 0) -> Bill:
    line = BillLine(
        "10304", "公安交通违法罚款", "件", 1, amount_fen - late_fen, amount_fen - late_fen
    )
    return Bill(
        bill_no=f"330105263000{number:08d}",
        version=version,
        title="公安交通违法罚款",
        agency_code="065080906",
        agency_name="杭州市公安局交通警察支队",
        payer_name_masked="张*",
        lines=(line,),
        late_fee_fen=late_fen,
        amount_fen=amount_fen,
        issued_on=date(2026, 10, 1),
    )


def receipt_of(paid: Bill, number: int = 1, payment_id: str = "elsewhere") -> Receipt:
    return Receipt(
        receipt_no=f"33010226-{number:010d}",
        code="33010226",
        number=f"{number:010d}",
        check_code="a1b2c3",
        title=paid.title,
        bill_no=paid.bill_no,
        payment_id=payment_id,
        payer_name="张三",
        payer_number_masked="330***********0010",
        agency_code=paid.agency_code,
        agency_name=paid.agency_name,
        lines=paid.lines,
        late_fee_fen=paid.late_fee_fen,
        amount_fen=paid.amount_fen,
        issued_on=date(2026, 11, 1),
        paid_at=PAID_AT,
        wallet="alipay",
        verify_url=f"https://pay.example/verify/33010226/{number:010d}",
    )


def head_of(receipt: Receipt, copies_printed: int = 0) -> ReceiptHead:
    return ReceiptHead(
        receipt_no=receipt.receipt_no,
        bill_no=receipt.bill_no,
        title=receipt.title,
        agency_name=receipt.agency_name,
        amount_fen=receipt.amount_fen,
        paid_at=receipt.paid_at,
        channel="kiosk",
        copies_printed=copies_printed,
    )

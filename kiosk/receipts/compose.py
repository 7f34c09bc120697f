"""A receipt as a strip of paper.

The strip is a printed view of the electronic receipt (domain.md §4.4, 4.5). Its last line
says that it is whole: a strip that ends earlier is recognised as torn by anyone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from drivers.api import Align, Block, Document, Feed, QrCode, Rule
from kiosk.domain.bill import BillLine, is_fine
from kiosk.domain.hours import CHINA
from kiosk.domain.money import capital, yuan
from kiosk.domain.receipt import Receipt
from kiosk.receipts.lines import amount_line, columns_of, field, item, pair, paragraph

NARROWEST_PAPER = 32
LABEL_COLUMNS = 8
SEAL_COLUMNS = 14
QR_SIZE_MM = 32
MAX_COPIES = 999

TITLE = ("浙江省政府非税收入", "统一票据（电子）")
COMPLETE = "票据完整"
DEMO_MARK = "演示样张 不是票据"
ORIGINAL_HOLDS = "见电子票据原件"
COPY_NOTE = "同一张票据再次打印，请勿重复报销"
WALLET_NAMES = {
    "alipay": "支付宝",
    "wechat": "微信支付",
    "unionpay": "云闪付",
    "zhelibanan": "浙里办",
    "card": "银行卡",
    "counter": "银行柜面",
}
NOTES = (
    "凭票据代码、票据号码、校验码，可在上述网址查验真伪、下载电子票据。",
    "单位报销入账，请使用电子票据原文件。",
    "热敏纸字迹会褪色，请避光、避热保存。",
    "末行没有“票据完整”四个字的，是没有打完的票据，不作凭据，请重新打印。",
)


def compose(
    receipt: Receipt,
    copy_number: int,
    columns: int,
    printed_at: datetime,
    kiosk_id: str,
    help_phone: str,
    *,
    demo: bool = False,
) -> Document:
    """The strip for one copy; copy 1 is the original, every further one is marked 补打.

    `columns` is the printer's (48 or 32), `printed_at` has a time zone; with `demo` it says
    at both ends that it is no receipt. Raises ValueError for paper narrower than 32 columns,
    a copy number below 1, or a time without zone.
    """
    if columns < NARROWEST_PAPER:
        raise ValueError(f"a receipt needs {NARROWEST_PAPER} columns, not {columns}")
    if not 1 <= copy_number <= MAX_COPIES:
        raise ValueError(f"copy number {copy_number} is not in 1 … {MAX_COPIES}")
    blocks: list[Block] = [
        *demo_mark(columns, demo=demo),
        *_copy_mark(copy_number, columns),
        *_copy_note(copy_number, columns),
        *_heading(columns),
        *_identity(receipt, columns),
        *_payer(receipt, columns),
        *_items(receipt, columns),
        *_total(receipt, columns),
        *_payment(receipt, columns),
        *_signatures(columns),
        *_verification(receipt, columns),
        *_origin(printed_at, kiosk_id, help_phone, columns),
        *_copy_mark(copy_number, columns),
        *demo_mark(columns, demo=demo),
        *paragraph(COMPLETE, columns, align=Align.CENTER, large=True, bold=True),
    ]
    return Document(tuple(blocks))


def demo_mark(columns: int, *, demo: bool) -> Iterator[Block]:
    if demo:
        yield from paragraph(DEMO_MARK, columns, align=Align.CENTER, bold=True)


def _copy_mark(copy_number: int, columns: int) -> Iterator[Block]:
    if copy_number > 1:
        mark = f"补打 第{copy_number}份"
        yield from paragraph(mark, columns, align=Align.CENTER, large=True, bold=True)


def _copy_note(copy_number: int, columns: int) -> Iterator[Block]:
    if copy_number > 1:
        yield from paragraph(COPY_NOTE, columns, align=Align.CENTER)
        yield Rule()


def _heading(columns: int) -> Iterator[Block]:
    large = all(columns_of(line) * 2 <= columns for line in TITLE)
    for line in TITLE:
        yield from paragraph(line, columns, align=Align.CENTER, large=large, bold=True)
    yield from paragraph("自助机打印件", columns, align=Align.CENTER)
    yield Rule()


def _identity(receipt: Receipt, columns: int) -> Iterator[Block]:
    yield from _field("票据代码", receipt.code, columns)
    yield from _field("票据号码", receipt.number, columns)
    yield from _field("校验码", receipt.check_code, columns)
    yield from _field("开票日期", f"{receipt.issued_on:%Y年%m月%d日}", columns)
    yield Rule()


def _payer(receipt: Receipt, columns: int) -> Iterator[Block]:
    yield from paragraph("交款人", columns)
    yield from paragraph(receipt.payer_name, columns, large=True, bold=True)
    yield from _field("证件号码", receipt.payer_number_masked, columns)
    yield from _field("缴款码", receipt.bill_no, columns)
    yield from _field("执收单位", receipt.agency_name, columns)
    yield from _field("单位编码", receipt.agency_code, columns)
    if receipt.note:
        yield from _field("备注", receipt.note, columns)
    yield Rule()


def _items(receipt: Receipt, columns: int) -> Iterator[Block]:
    yield from paragraph("缴费事项", columns)
    yield from paragraph(receipt.title, columns, large=True, bold=True)
    for line in receipt.lines:
        yield from _item(line, columns)
    if receipt.late_fee_fen:
        label = "加处罚款" if is_fine(receipt.lines) else "滞纳金"
        yield from pair(label, yuan(receipt.late_fee_fen), columns, bold=True)
    yield Rule()


def _item(line: BillLine, columns: int) -> Iterator[Block]:
    yield from paragraph(line.item_name, columns, bold=True)
    yield from paragraph(f"项目编码 {line.item_code}", columns)
    count = f"{line.quantity}{line.unit} × {yuan(line.standard_fen)}元"
    yield from pair(count, yuan(line.amount_fen), columns, bold=True)


def _total(receipt: Receipt, columns: int) -> Iterator[Block]:
    yield from paragraph("金额合计（元）", columns)
    yield amount_line(f"￥{yuan(receipt.amount_fen)}", columns)
    yield from _field("大写", f"人民币{capital(receipt.amount_fen)}", columns)
    yield Rule()


def _payment(receipt: Receipt, columns: int) -> Iterator[Block]:
    yield from _field("支付方式", WALLET_NAMES.get(receipt.wallet, receipt.wallet), columns)
    yield from _field("付款时间", _china_time(receipt.paid_at), columns)
    if receipt.transaction_no:
        yield from field("交易流水号", receipt.transaction_no, columns, label_columns=10)
    yield from field("支付订单号", receipt.payment_id, columns, label_columns=10)
    yield Rule()


def _verification(receipt: Receipt, columns: int) -> Iterator[Block]:
    yield from paragraph("手机扫码 查验真伪", columns, align=Align.CENTER, bold=True)
    yield Feed()
    yield QrCode(receipt.verify_url, QR_SIZE_MM)
    yield Feed()
    yield from paragraph(receipt.verify_url, columns, align=Align.CENTER)
    yield Rule()
    for number, note in enumerate(NOTES, start=1):
        yield from item(f"{number}. ", note, columns)
    yield Rule()


def _signatures(columns: int) -> Iterator[Block]:
    """Seal and signatures are in the electronic original, not on a printed view of it."""
    for label in ("收款单位（章）", "复核人", "收款人"):
        yield from field(label, ORIGINAL_HOLDS, columns, label_columns=SEAL_COLUMNS)
    yield Rule()


def _origin(printed_at: datetime, kiosk_id: str, help_phone: str, columns: int) -> Iterator[Block]:
    yield from _field("打印时间", _china_time(printed_at), columns)
    yield from _field("打印终端", kiosk_id, columns)
    if help_phone:
        yield from paragraph(f"咨询电话 {help_phone}", columns, large=True, bold=True)
    yield Rule()


def _field(label: str, value: str, columns: int) -> Iterator[Block]:
    yield from field(label, value, columns, label_columns=LABEL_COLUMNS)


def _china_time(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be printed")
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"

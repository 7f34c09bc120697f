"""The slip for a payment in doubt: what to say at the counter, and what not to do until then."""

from __future__ import annotations

from drivers.api import Align, Block, Document, Feed, QrCode, Rule
from kiosk.domain.hours import CHINA
from kiosk.domain.money import yuan
from kiosk.domain.receipt import InquirySlip
from kiosk.receipts.compose import NARROWEST_PAPER, demo_mark
from kiosk.receipts.lines import amount_line, field, item, paragraph

LABEL_COLUMNS = 8
QR_SIZE_MM = 26
COMPLETE = "查询单完整"
SENTENCES = (
    "这笔款是否已付，还没有得到平台的答复。请勿重复支付。",
    "本机会继续向平台核实：已付的，凭证留待领取；未付的，不会扣款。",
    "要查结果，请到窗口或拨打咨询电话，报上面的查询码。",
)


def compose_inquiry_slip(
    slip: InquirySlip, columns: int, kiosk_id: str, help_phone: str, *, demo: bool = False
) -> Document:
    """A strip with the inquiry code as text and QR code; no receipt, and nobody's name.

    `columns` is the printer's (48 or 32); with `demo` it says that it is one. Raises ValueError for paper narrower than 32
    columns, or a time without zone.
    """
    if columns < NARROWEST_PAPER:
        raise ValueError(f"a slip needs {NARROWEST_PAPER} columns, not {columns}")
    if slip.at.tzinfo is None:
        raise ValueError("a time without zone cannot be printed")
    blocks: list[Block] = [
        *demo_mark(columns, demo=demo),
        *paragraph("缴款结果查询单", columns, align=Align.CENTER, large=True, bold=True),
        *paragraph("本单不是票据，不作缴款凭据", columns, align=Align.CENTER),
        Rule(),
        *paragraph("查询码", columns, align=Align.CENTER),
        *paragraph(slip.inquiry_code, columns, align=Align.CENTER, large=True, bold=True),
        Feed(),
        QrCode(slip.inquiry_code, QR_SIZE_MM),
        Feed(),
        *paragraph("金额（元）", columns),
        amount_line(f"￥{yuan(slip.amount_fen)}", columns),
        *field("时间", f"{slip.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}", columns,
               label_columns=LABEL_COLUMNS),
        *field("终端", kiosk_id, columns, label_columns=LABEL_COLUMNS),
        Rule(),
    ]  # fmt: skip
    for number, sentence in enumerate(SENTENCES, start=1):
        blocks += item(f"{number}. ", sentence, columns)
    blocks += [
        Rule(),
        *paragraph(f"咨询电话 {help_phone}", columns, large=True, bold=True),
        *paragraph(COMPLETE, columns, align=Align.CENTER, large=True, bold=True),
    ]
    return Document(tuple(blocks))

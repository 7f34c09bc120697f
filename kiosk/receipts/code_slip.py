"""The slip with an open code: how to pay it, and how the receipt is collected later."""

from __future__ import annotations

from drivers.api import Align, Block, Document, Feed, QrCode, Rule
from kiosk.domain.hours import CHINA
from kiosk.domain.money import yuan
from kiosk.domain.receipt import CodeSlip
from kiosk.receipts.compose import NARROWEST_PAPER, demo_mark
from kiosk.receipts.lines import amount_line, field, item, paragraph

LABEL_COLUMNS = 8
QR_SIZE_MM = 34
COMPLETE = "缴款码单完整"
GROUP = 4  # digits of the code in one group
SENTENCES = (
    "用手机扫码付款，手机有网络就能付。",
    "一个码只付一次，付成后请勿重复支付。",
    "本机现在看不到结果。网络恢复后，在任一自助机放身份证即可领取票据。",
)
IN_A_DRILL = (
    "这是演练，请勿扫码付款，没有人需要付钱。",
    "演练结束后，请工作人员收回并销毁本单。",
)
DRILL = "【演练】本码不能付款，不计入收款"


def compose_code_slip(
    slip: CodeSlip, columns: int, kiosk_id: str, help_phone: str, *, demo: bool = False
) -> Document:
    """A strip with the code as digits and QR code; no receipt, and nobody's name.

    `columns` is the printer's (48 or 32); with `demo` it says that it is one. Raises ValueError
    for paper narrower than 32 columns, or a time without zone.
    """
    if columns < NARROWEST_PAPER:
        raise ValueError(f"a slip needs {NARROWEST_PAPER} columns, not {columns}")
    if slip.at.tzinfo is None or slip.expires_at.tzinfo is None:
        raise ValueError("a time without zone cannot be printed")
    mark = DRILL if slip.drill else "本单不是票据，不作缴款凭据"
    blocks: list[Block] = [
        *demo_mark(columns, demo=demo),
        *paragraph("应急缴款码", columns, align=Align.CENTER, large=True, bold=True),
        *paragraph(mark, columns, align=Align.CENTER, bold=slip.drill),
        Rule(),
        Feed(),  # the symbol's quiet zone, which a rule would cut into
        QrCode(slip.qr_url, QR_SIZE_MM),
        Feed(),
        *paragraph(grouped(slip.code), columns, align=Align.CENTER),
        Rule(),
        *_field("项目", slip.item_name or "演练", columns),
        *(_field("执收单位", slip.agency_name, columns) if slip.agency_name else ()),
        *paragraph("金额（元）", columns),
        amount_line(f"￥{yuan(slip.amount_fen)}", columns),
        *_field("有效至", f"{slip.expires_at.astimezone(CHINA):%Y-%m-%d %H:%M}", columns),
        *_field("取码", f"{slip.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}", columns),
        *_field("终端", kiosk_id, columns),
        Rule(),
    ]
    for number, sentence in enumerate(IN_A_DRILL if slip.drill else SENTENCES, start=1):
        blocks += item(f"{number}. ", sentence, columns)
    blocks += [
        Rule(),
        *paragraph(f"咨询电话 {help_phone}", columns, large=True, bold=True),
        *paragraph(COMPLETE, columns, align=Align.CENTER, large=True, bold=True),
    ]
    return Document(tuple(blocks))


def grouped(code: str) -> str:
    """The digits as people read them out."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _field(label: str, value: str, columns: int) -> list[Block]:
    return [*field(label, value, columns, label_columns=LABEL_COLUMNS)]

"""The operator's test print: everything a receipt needs, and nothing that looks like one."""

from __future__ import annotations

from drivers.api import Align, Block, Document, Feed, QrCode, Rule, Text
from kiosk.receipts.compose import NARROWEST_PAPER
from kiosk.receipts.lines import field, item, pair, paragraph

SAMPLE_QR = "KIOSK-PRINT-TEST"
LABEL_COLUMNS = 8
CHECKS = (
    "下面两行数字应各占满一行，不折行、不缺字。",
    "横线应从纸的一边到另一边，没有断点。",
    "生僻字应清楚，不是方框或空白。",
    "二维码应能用手机扫出 " + SAMPLE_QR + "。",
    "纸应被切断，末行是“测试完整”。",
)


def compose_sample(columns: int, kiosk_id: str) -> Document:
    """A strip that shows whether paper, head, character ROM and cutter do their work.

    Raises ValueError for paper narrower than 32 columns.
    """
    if columns < NARROWEST_PAPER:
        raise ValueError(f"a test print needs {NARROWEST_PAPER} columns, not {columns}")
    blocks: list[Block] = [
        *paragraph("打印测试", columns, align=Align.CENTER, large=True, bold=True),
        *paragraph("本条不是票据", columns, align=Align.CENTER),
        Rule(),
        *field("打印终端", kiosk_id, columns, label_columns=LABEL_COLUMNS),
        *field("每行字数", f"{columns // 2} 个汉字", columns, label_columns=LABEL_COLUMNS),
    ]
    for number, check in enumerate(CHECKS, start=1):
        blocks += item(f"{number}. ", check, columns)
    blocks += [
        Rule(),
        Text(("1234567890" * columns)[:columns]),
        Text(("一二三四五六七八九十" * columns)[: columns // 2]),
        Text(("1234567890" * columns)[: columns // 2], scale=2),
        Text("粗体 缴款 ￥1,234.50", bold=True),
        *pair("左边", "右边", columns),
        Text("生僻字 䶮 㛃 㐂 𬱖 𬬻 𫖯"),
        Rule(),
        QrCode(SAMPLE_QR, size_mm=24),
        Feed(),
        *paragraph("测试完整", columns, align=Align.CENTER, large=True, bold=True),
    ]
    return Document(tuple(blocks))

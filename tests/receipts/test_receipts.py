"""What stands on the paper, and that a printer can print it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.api import PrintOutcome, QrCode, Text
from kiosk.domain.bill import BillLine
from kiosk.domain.receipt import Receipt
from kiosk.receipts import compose, compose_sample
from kiosk.receipts.lines import columns_of
from tests.drivers.bench import connect_printer, read_back, texts, world

PRINTED_AT = datetime(2026, 11, 1, 16, 30, 5, tzinfo=UTC)
RECEIPT = Receipt(
    receipt_no="33010226-0000012345",
    code="33010226",
    number="0000012345",
    check_code="a1b2c3",
    title="普通高中学费",
    bill_no="33010526300000000001",
    payment_id="01JBK3T0V5Q8",
    payer_name="张三",
    payer_number_masked="330***********0010",
    agency_code="330105001",
    agency_name="杭州市拱墅区教育局",
    lines=(
        BillLine("103042708", "普通高中学费", "学期", 1, 120_000, 120_000),
        BillLine("103042709", "普通高中住宿费", "学期", 2, 17_500, 35_000),
    ),
    late_fee_fen=1_550,
    amount_fen=156_550,
    issued_on=date(2026, 11, 1),
    paid_at=datetime(2026, 10, 31, 16, 20, 31, tzinfo=UTC),
    wallet="alipay",
    verify_url="https://verify.example.gov.cn/r?c=33010226&n=0000012345&k=a1b2c3",
    note="幼儿：*宝 中班",
)
PAPERS = pytest.mark.parametrize("profile, columns", [("default", 48), ("58mm", 32)])


def composed(receipt=RECEIPT, copy=1, columns=48):
    return compose(receipt, copy, columns, PRINTED_AT, "HZ-GS-0007", "0571-12345")


def page(document):
    """All the text without line breaks and blanks."""
    return "".join("".join(line.split()) for line in texts(document))


@pytest.mark.parametrize("columns", [48, 32])
@pytest.mark.parametrize(
    "expected",
    [
        "浙江省政府非税收入统一票据（电子）",
        "票据代码33010226",
        "票据号码0000012345",
        "校验码a1b2c3",
        "开票日期2026年11月01日",
        "交款人张三",
        "证件号码330***********0010",
        "缴款码33010526300000000001",
        "执收单位杭州市拱墅区教育局",
        "单位编码330105001",
        "备注幼儿：*宝中班",
        "收款单位（章）见电子票据原件",
        "复核人见电子票据原件",
        "缴费事项普通高中学费",
        "项目编码103042708",
        "普通高中住宿费项目编码1030427092学期×175.00元350.00",
        "滞纳金15.50",
        "￥1,565.50",
        "大写人民币壹仟伍佰陆拾伍元伍角整",
        "支付方式支付宝",
        "付款时间2026-11-0100:20:31",
        "支付订单号01JBK3T0V5Q8",
        "https://verify.example.gov.cn/r?c=33010226&n=0000012345&k=a1b2c3",
        "凭票据代码、票据号码、校验码，可在上述网址查验",
        "热敏纸字迹会褪色",
        "打印时间2026-11-0200:30:05",
        "打印终端HZ-GS-0007",
        "咨询电话0571-12345",
    ],
)
def test_every_field_is_on_the_paper(columns, expected):
    assert expected in page(composed(columns=columns))


@PAPERS
def test_the_last_line_says_that_the_receipt_is_complete_and_nothing_else_does(profile, columns):
    lines = texts(composed(copy=2, columns=columns))
    assert lines[-1] == "票据完整"
    assert lines.count("票据完整") == 1


@PAPERS
def test_total_and_qr_code_come_after_every_item(profile, columns):
    blocks = composed(columns=columns).blocks
    places = [index for index, block in enumerate(blocks) if isinstance(block, QrCode)]
    total = next(i for i, b in enumerate(blocks) if isinstance(b, Text) and b.text.startswith("￥"))
    items = [i for i, b in enumerate(blocks) if isinstance(b, Text) and "项目编码" in b.text]
    assert max(items) < total < places[0]
    assert len(places) == 1


def test_the_first_copy_bears_no_mark():
    assert "补打" not in page(composed())


@PAPERS
@pytest.mark.parametrize("copy", [2, 17])
def test_a_further_copy_bears_its_number_large_at_top_and_bottom(profile, columns, copy):
    blocks = [block for block in composed(copy=copy, columns=columns).blocks if type(block) is Text]
    marks = [i for i, block in enumerate(blocks) if block.text == f"补打 第{copy}份"]
    assert marks == [0, len(blocks) - 2]
    assert all(blocks[index].scale == 2 and blocks[index].bold for index in marks)


def test_a_bill_paid_in_time_shows_no_late_fee():
    assert "滞纳金" not in page(composed(replace(RECEIPT, late_fee_fen=0)))


def test_an_unknown_wallet_is_printed_as_it_is():
    assert "支付方式newpay" in page(composed(replace(RECEIPT, wallet="newpay")))


NAMES = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), max_size=80)


@PAPERS
@given(agency=NAMES, payer=NAMES, fen=st.integers(min_value=1, max_value=10**13 - 1))
def test_any_names_and_amounts_fit_the_paper_and_lose_nothing(profile, columns, agency, payer, fen):
    receipt = replace(RECEIPT, agency_name=agency, payer_name=payer, amount_fen=fen)
    document = composed(receipt, columns=columns)
    for block in document.blocks:
        if isinstance(block, Text):
            assert columns_of(block.text) * block.scale <= columns
    assert "执收单位" + agency + "单位编码" in page(document)
    assert "交款人" + payer + "证件号码" in page(document)


@PAPERS
def test_a_receipt_is_printed_as_composed_and_its_qr_code_read_from_paper(
    tmp_path, profile, columns
):
    the_world = world(tmp_path)
    printer = connect_printer(the_world, profile=profile)
    document = composed(copy=2, columns=printer.columns)
    assert printer.print(document, 1).outcome is PrintOutcome.PRINTED
    (strip,) = the_world.printer.strips
    assert read_back(strip.text) == texts(document)
    with Image.open(strip.path) as picture:
        paper = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    assert [code.text for code in zxingcpp.read_barcodes(paper)] == [RECEIPT.verify_url]
    assert the_world.printer.unknown_commands == ()


def test_a_payer_with_a_rare_name_gets_a_receipt_too(tmp_path):
    the_world = world(tmp_path)
    printer = connect_printer(the_world)
    report = printer.print(composed(replace(RECEIPT, payer_name="张䶮𬱖")), 1)
    assert report.outcome is PrintOutcome.PRINTED
    assert "[picture 576x48]" in the_world.printer.strips[0].text
    assert the_world.printer.unknown_commands == ()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"columns": 31}, "32 columns"),
        ({"copy": 0}, "copy number 0"),
        ({"copy": 1000}, "copy number 1000"),
        ({"receipt": replace(RECEIPT, paid_at=datetime(2026, 1, 1))}, "without zone"),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_a_receipt_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        composed(**change)


@PAPERS
def test_the_sample_fills_its_lines_and_is_no_receipt(profile, columns):
    the_world = world()
    printer = connect_printer(the_world, profile=profile)
    document = compose_sample(printer.columns, "HZ-GS-0007")
    assert printer.print(document, 1).outcome is PrintOutcome.PRINTED
    widths = [
        columns_of(block.text) * block.scale for block in document.blocks if type(block) is Text
    ]
    assert widths.count(columns) >= 3
    assert "本条不是票据" in page(document)
    assert texts(document)[-1] == "测试完整"
    assert the_world.printer.strips[0].qr_codes == ("KIOSK-PRINT-TEST",)


def test_a_sample_needs_paper_wide_enough():
    with pytest.raises(ValueError, match="32 columns"):
        compose_sample(20, "HZ-GS-0007")


def test_a_surcharge_on_a_fine_is_called_by_its_own_name():
    fine = BillLine("103050101", "公安交通违法罚款", "起", 1, 155_000, 155_000)
    assert "加处罚款15.50" in page(composed(replace(RECEIPT, lines=(fine,))))


def test_a_demonstration_says_at_both_ends_that_it_is_no_receipt():
    strip = texts(compose(RECEIPT, 1, 48, PRINTED_AT, "demo", "", demo=True))
    assert [line for line in strip if "演示样张" in line] == ["演示样张 不是票据"] * 2


def test_a_receipt_in_service_carries_no_demonstration_mark():
    assert "演示" not in page(composed())

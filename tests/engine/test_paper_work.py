"""Every kind of paper is composed for the printer at hand; what cannot be, never starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drivers.api import Document, PrinterStatus, PrintOutcome, PrintReport, Text
from kiosk.demo.settings import demo_settings
from kiosk.domain.effects import PaperEffect, PrintReceipt, PrintSample, PrintSlip
from kiosk.domain.hours import CHINA
from kiosk.domain.receipt import CodeSlip, InquirySlip
from kiosk.engine.paper_work import job_number_of, print_paper
from kiosk.event_ids import EventId
from kiosk.receipts import compose_code_slip, compose_inquiry_slip, compose_sample
from kiosk.settings.model import Environment, Settings
from tests.support.people import bill, receipt_of

MOMENT = datetime(2026, 11, 21, 6, 26, tzinfo=UTC)
INQUIRY = InquirySlip("G8WF-KZJU", 156_550, MOMENT)
CODE = CodeSlip("33010526380000000017", "https://pay.example/open/x", "罚款", "支队", 15000,
                MOMENT, MOMENT)  # fmt: skip
RECEIPT = receipt_of(bill(1))
COMPLETE = PrintReport(PrintOutcome.PRINTED, PrinterStatus())


class NotingPrinter:
    """Keeps what it is given, and says that it came out."""

    columns = 48

    def __init__(self) -> None:
        self.given: list[tuple[Document, int]] = []

    def status(self) -> PrinterStatus:
        return PrinterStatus()

    def print(self, document: Document, job_number: int) -> PrintReport:
        self.given.append((document, job_number))
        return COMPLETE

    def take_back(self) -> PrinterStatus:
        return PrinterStatus()

    def close(self) -> None:
        """Nothing is held open."""


@pytest.fixture
def demo(tmp_path: Path) -> Settings:
    return demo_settings(tmp_path)


@pytest.fixture
def production(demo: Settings) -> Settings:
    return demo.model_copy(update={"environment": Environment.PRODUCTION})


def printed(settings: Settings, job: PaperEffect) -> Document:
    printer = NotingPrinter()
    assert print_paper(settings, printer, job) is COMPLETE
    ((document, number),) = printer.given
    assert number == job_number_of(job.job_id)
    return document


def words(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Text))


def test_a_slip_is_marked_as_a_demonstration_there_and_only_there(
    demo: Settings, production: Settings
) -> None:
    kiosk = demo.kiosk
    for settings, is_demo in ((demo, True), (production, False)):
        assert printed(settings, PrintSlip("J-0001", INQUIRY)) == compose_inquiry_slip(
            INQUIRY, 48, kiosk.id, kiosk.help_phone, demo=is_demo
        )
        assert printed(settings, PrintSlip("J-0002", CODE)) == compose_code_slip(
            CODE, 48, kiosk.id, kiosk.help_phone, demo=is_demo
        )


def test_a_test_strip_names_the_kiosk(production: Settings) -> None:
    strip = printed(production, PrintSample("J-0003"))
    assert strip == compose_sample(48, production.kiosk.id)


def test_a_receipt_carries_its_number_its_copy_and_the_time_of_printing(
    production: Settings, demo: Settings
) -> None:
    before = datetime.now(CHINA)
    text = words(printed(production, PrintReceipt("J-0004", RECEIPT, 2)))
    after = datetime.now(CHINA)
    assert RECEIPT.number in text
    assert "补打 第2份" in text
    assert any(f"{moment:%Y-%m-%d %H:%M}" in text for moment in (before, after))
    assert "演示" not in text
    assert "演示" in words(printed(demo, PrintReceipt("J-0005", RECEIPT, 1)))


def test_what_cannot_be_put_on_paper_is_certainly_not_printed_and_told(
    production: Settings,
) -> None:
    printer = NotingPrinter()
    without_zone = replace(INQUIRY, at=datetime(2026, 1, 1))  # noqa: DTZ001
    with capture_logs() as logs:
        report = print_paper(production, printer, PrintSlip("J-0006", without_zone))
    assert report == PrintReport(PrintOutcome.NOT_PRINTED, PrinterStatus(), "cannot_compose")
    assert printer.given == []
    assert [(each["event"], each["job_id"]) for each in logs] == [
        (EventId.DEVICE_CANNOT_COMPOSE, "J-0006")
    ]


@pytest.mark.parametrize(
    ("job_id", "number"),
    [
        ("0000", 0x30303030 % 10000),
        ("01J0000", 0x30303030 % 10000),  # its last four characters count
        ("~~~~", 0x7E7E7E7E % 10000),
        ("\0\0\x27\x0f", 9999),
        ("\0\0\x27\x10", 0),
    ],
)
def test_the_number_of_a_job_has_four_digits_and_follows_from_its_id(
    job_id: str, number: int
) -> None:
    assert job_number_of(job_id) == number

"""What a print effect puts on paper: composed for the printer at hand, then printed."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from drivers.api import Document, PrintOutcome, PrintReport, ReceiptPrinter
from kiosk.domain.effects import PaperEffect, PrintSample, PrintSlip
from kiosk.domain.receipt import CodeSlip, InquirySlip
from kiosk.event_ids import EventId
from kiosk.receipts import compose, compose_code_slip, compose_inquiry_slip, compose_sample
from kiosk.settings.model import Environment, KioskSection, Settings

log = structlog.get_logger(__name__)


def print_paper(settings: Settings, printer: ReceiptPrinter, job: PaperEffect) -> PrintReport:
    """Print one job; the report says what the printer proved."""
    try:
        document = _document(settings, job, printer.columns)
    except ValueError as error:  # What the platform sent cannot be put on paper: nothing was.
        log.error(EventId.DEVICE_CANNOT_COMPOSE, job_id=job.job_id, reason=str(error))
        return PrintReport(PrintOutcome.NOT_PRINTED, printer.status(), "cannot_compose")
    return printer.print(document, job_number_of(job.job_id))


def _document(settings: Settings, job: PaperEffect, columns: int) -> Document:
    kiosk = settings.kiosk
    demo = settings.environment is not Environment.PRODUCTION
    if isinstance(job, PrintSample):
        return compose_sample(columns, kiosk.id)
    if isinstance(job, PrintSlip):
        return _slip(job.slip, columns, kiosk, demo=demo)
    return compose(
        job.receipt,
        job.copy_number,
        columns,
        datetime.now(UTC),
        kiosk.id,
        kiosk.help_phone,
        demo=demo,
    )


def _slip(
    slip: InquirySlip | CodeSlip, columns: int, kiosk: KioskSection, *, demo: bool
) -> Document:
    if isinstance(slip, CodeSlip):
        return compose_code_slip(slip, columns, kiosk.id, kiosk.help_phone, demo=demo)
    return compose_inquiry_slip(slip, columns, kiosk.id, kiosk.help_phone, demo=demo)


def job_number_of(job_id: str) -> int:
    """The process id (0 … 9999) that the printer must echo for this job."""
    return int.from_bytes(job_id.encode()[-4:]) % 10000

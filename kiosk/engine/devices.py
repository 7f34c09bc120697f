"""Device supervision: open, serve, lose, open again with back-off; one thread a device.

"Lost" and "back" are said once each. While a device is away its last status is void.
"""

from __future__ import annotations

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import structlog

from drivers.api import (
    CardRead,
    DriverError,
    IdReader,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
    ReceiptPrinter,
    Role,
    Scanner,
)
from kiosk.domain.effects import PaperEffect, TakeBackPaper
from kiosk.domain.events import (
    CardShown,
    CodeScanned,
    DeviceDown,
    DeviceUp,
    Event,
    PaperTakenBack,
    PrinterSeen,
    PrintFinished,
)
from kiosk.event_ids import EventId

log = structlog.get_logger(__name__)

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0
OFFLINE = PrinterStatus(frozenset({PrinterCondition.OFFLINE}))
MAX_WAITING_PRINTS = 16

Post = Callable[[Event], None]


class Closable(Protocol):
    def close(self) -> None: ...


Device = TypeVar("Device", bound=Closable)


class Supervisor(ABC, Generic[Device]):
    """Keeps one device open; subclasses say what serving it means.

    `turn` does one round and returns the seconds until the next, so that it can be tested
    without a thread.
    """

    period_s: float

    def __init__(self, role: Role, connect: Callable[[], Device], post: Post) -> None:
        self._role = role
        self._connect = connect
        self._post = post
        self._device: Device | None = None
        self._retry_s = FIRST_RETRY_S
        self._told = ""  # why it is away, as it was last said; empty while it is there
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=role.value, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout_s)

    def turn(self) -> float:
        """One round: open the device if it is not, else serve it once."""
        try:
            if self._device is None:
                self._device = self._connect()
                self._retry_s = FIRST_RETRY_S
                self._told = ""
                log.info(EventId.DEVICE_UP, role=self._role.value)
                self._post(DeviceUp(self._role))
            self._serve(self._device)
        except DriverError as error:
            return self._lose(error)
        return self.period_s

    @abstractmethod
    def _serve(self, device: Device) -> None:
        """One round with the open device; raises DriverError when it is gone."""

    def _lose(self, error: DriverError) -> float:
        if self._device is not None:
            self._device.close()
            self._device = None
        if self._told != error.reason:
            self._told = error.reason
            log.warning(EventId.DEVICE_DOWN, role=self._role.value, reason=error.reason)
            self._post(DeviceDown(self._role, error.reason))
        retry_s, self._retry_s = self._retry_s, min(2 * self._retry_s, LAST_RETRY_S)
        return retry_s

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self.turn())
            self._wake.clear()
        if self._device is not None:
            self._device.close()


class ReaderSupervisor(Supervisor[IdReader]):
    """Polls the card reader, more than 300 ms apart as the SAM document wants."""

    period_s = 0.31

    def _serve(self, device: IdReader) -> None:
        event = device.poll()
        if isinstance(event, CardRead):
            self._post(CardShown(event.card))
        elif event is not None:
            self._post(event)


class ScannerSupervisor(Supervisor[Scanner]):
    period_s = 0.1

    def _serve(self, device: Scanner) -> None:
        text = device.poll()
        if text is not None:
            self._post(CodeScanned(text))


Job = PaperEffect | TakeBackPaper
Print = Callable[[ReceiptPrinter, PaperEffect], PrintReport]


class PrinterSupervisor(Supervisor[ReceiptPrinter]):
    """Prints what it is given, and asks for the status in between."""

    period_s = 1.0

    def __init__(
        self, connect: Callable[[], ReceiptPrinter], print_receipt: Print, post: Post
    ) -> None:
        super().__init__(Role.RECEIPT_PRINTER, connect, post)
        self._print_receipt = print_receipt
        self._jobs: queue.Queue[Job] = queue.Queue(MAX_WAITING_PRINTS)
        self._last_status: PrinterStatus | None = None

    def put(self, job: Job) -> None:
        self._jobs.put_nowait(job)
        self._wake.set()

    def turn(self) -> float:
        wait_s = super().turn()
        if self._device is None:
            self._refuse_waiting_jobs()
        return wait_s

    def _serve(self, device: ReceiptPrinter) -> None:
        while not self._jobs.empty():
            self._do(device, self._jobs.get_nowait())
        status = device.status()
        if status != self._last_status:
            self._last_status = status
            self._post(PrinterSeen(status))

    def _do(self, device: ReceiptPrinter, job: Job) -> None:
        if isinstance(job, TakeBackPaper):
            try:
                status = device.take_back()
            except DriverError:  # The job is answered; the device is lost by its next status.
                status = OFFLINE
            self._post(PaperTakenBack(job.job_id, status))
            return
        report = self._print_receipt(device, job)
        self._last_status = report.status
        self._post(PrintFinished(job.job_id, report))

    def _lose(self, error: DriverError) -> float:
        self._last_status = None
        return super()._lose(error)

    def _refuse_waiting_jobs(self) -> None:
        """No printer, so no byte was sent: that much is certain."""
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if isinstance(job, TakeBackPaper):
                self._post(PaperTakenBack(job.job_id, OFFLINE))
                continue
            report = PrintReport(PrintOutcome.NOT_PRINTED, OFFLINE, "printer_offline")
            self._post(PrintFinished(job.job_id, report))


AnySupervisor = Supervisor[Any]

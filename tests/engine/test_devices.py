"""Supervision: lost once, back once, one command at a time, nothing claimed for absent devices."""

from __future__ import annotations

from collections import deque

import pytest

from drivers.api import (
    CardEvent,
    CardRead,
    CardRemoved,
    DeviceLost,
    Document,
    DriverError,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
    Role,
)
from kiosk.domain import events as e
from kiosk.domain.effects import PrintReceipt, TakeBackPaper
from kiosk.engine.devices import LAST_RETRY_S, PrinterSupervisor, ReaderSupervisor
from tests.support.people import ZHANG, bill, receipt_of


class ScriptedReader:
    """Says what it was told to say, and fails where it was told to fail."""

    def __init__(self, *script: CardEvent | DriverError | None) -> None:
        self.script = deque(script)
        self.closed = False

    def poll(self) -> CardEvent | None:
        said = self.script.popleft() if self.script else None
        if isinstance(said, DriverError):
            raise said
        return said

    def close(self) -> None:
        self.closed = True


class Cables:
    """What connecting gives, one after the other."""

    def __init__(self, *devices: object) -> None:
        self.devices = deque(devices)

    def connect(self):  # type: ignore[no-untyped-def]
        device = self.devices.popleft() if self.devices else DeviceLost("unplugged")
        if isinstance(device, DriverError):
            raise device
        return device


def reader(*devices: object) -> tuple[ReaderSupervisor, list[e.Event]]:
    heard: list[e.Event] = []
    return ReaderSupervisor(Role.ID_READER, Cables(*devices).connect, heard.append), heard


def test_a_card_becomes_an_event() -> None:
    supervisor, heard = reader(ScriptedReader(CardRead(ZHANG), CardRemoved()))
    supervisor.turn()
    supervisor.turn()
    assert heard == [e.DeviceUp(Role.ID_READER), e.CardShown(ZHANG), CardRemoved()]


def test_a_lost_reader_is_said_once_and_closed() -> None:
    device = ScriptedReader(DeviceLost("unplugged"))
    supervisor, heard = reader(device)
    for _ in range(4):
        supervisor.turn()
    assert heard == [e.DeviceUp(Role.ID_READER), e.DeviceDown(Role.ID_READER, "unplugged")]
    assert device.closed


def test_a_reader_that_was_never_there_is_said_once() -> None:
    supervisor, heard = reader()
    for _ in range(3):
        supervisor.turn()
    assert heard == [e.DeviceDown(Role.ID_READER, "unplugged")]


def test_a_reader_that_comes_back_is_said_and_served() -> None:
    supervisor, heard = reader(
        ScriptedReader(DeviceLost("unplugged")), ScriptedReader(CardRead(ZHANG))
    )
    for _ in range(3):
        supervisor.turn()
    assert heard[-2:] == [e.DeviceUp(Role.ID_READER), e.CardShown(ZHANG)]


def test_opening_again_backs_off_up_to_a_limit() -> None:
    supervisor, _ = reader()
    waits_s = [supervisor.turn() for _ in range(8)]
    assert waits_s[:4] == [1, 2, 4, 8]
    assert waits_s[-1] == LAST_RETRY_S


class ScriptedPrinter:
    columns = 48

    def __init__(self, *statuses: PrinterStatus | DriverError) -> None:
        self.statuses = deque(statuses)
        self.last = PrinterStatus()

    def status(self) -> PrinterStatus:
        said = self.statuses.popleft() if self.statuses else self.last
        if isinstance(said, DriverError):
            raise said
        self.last = said
        return said

    def print(self, document: Document, job_number: int) -> PrintReport:
        return PrintReport(PrintOutcome.PRINTED, self.last)

    def take_back(self) -> PrinterStatus:
        return self.status()

    def close(self) -> None:
        """Nothing is held open."""


JOB = PrintReceipt("J-1", receipt_of(bill()), 1)


def printer(*devices: object) -> tuple[PrinterSupervisor, list[e.Event]]:
    heard: list[e.Event] = []
    supervisor = PrinterSupervisor(
        Cables(*devices).connect,
        lambda device, job: device.print(Document(()), 1),
        heard.append,
    )
    return supervisor, heard


def test_a_status_is_said_when_it_changes_and_only_then() -> None:
    out = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
    supervisor, heard = printer(ScriptedPrinter(PrinterStatus(), PrinterStatus(), out, out))
    for _ in range(4):
        supervisor.turn()
    assert heard[1:] == [e.PrinterSeen(PrinterStatus()), e.PrinterSeen(out)]


def test_a_job_brings_exactly_one_report() -> None:
    supervisor, heard = printer(ScriptedPrinter())
    supervisor.turn()
    supervisor.put(JOB)
    supervisor.turn()
    supervisor.turn()
    assert [type(event) for event in heard].count(e.PrintFinished) == 1


def test_a_job_for_an_absent_printer_is_certainly_not_printed() -> None:
    supervisor, heard = printer()
    supervisor.put(JOB)
    supervisor.turn()
    reports = [event.report for event in heard if isinstance(event, e.PrintFinished)]
    assert [report.outcome for report in reports] == [PrintOutcome.NOT_PRINTED]


def test_after_a_loss_the_status_is_said_again_even_if_unchanged() -> None:
    supervisor, heard = printer(
        ScriptedPrinter(PrinterStatus(), DeviceLost("cable")), ScriptedPrinter()
    )
    for _ in range(3):
        supervisor.turn()
    seen = [event for event in heard if isinstance(event, e.PrinterSeen)]
    assert len(seen) == 2


RETRACTED = PrinterStatus(frozenset({PrinterCondition.RETRACTED}), takes_back=True)
OFFLINE = PrinterStatus(frozenset({PrinterCondition.OFFLINE}))


@pytest.mark.parametrize(
    ("devices", "status"),
    [
        ([ScriptedPrinter(PrinterStatus(), RETRACTED)], RETRACTED),
        ([ScriptedPrinter(PrinterStatus(), DeviceLost("cable"), DeviceLost("cable"))], OFFLINE),
        ([], OFFLINE),
    ],
)
def test_drawing_paper_in_brings_exactly_one_answer(
    devices: list[object], status: PrinterStatus
) -> None:
    supervisor, heard = printer(*devices)
    supervisor.turn()
    supervisor.put(TakeBackPaper("J-1"))
    supervisor.turn()
    answers = [event for event in heard if isinstance(event, e.PaperTakenBack)]
    assert answers == [e.PaperTakenBack("J-1", status)]

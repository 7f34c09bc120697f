"""Supervision: lost once, back once, one command at a time, nothing claimed for absent devices."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

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
from kiosk.engine.devices import (
    MAX_WAITING_PRINTS,
    PrinterSupervisor,
    ReaderSupervisor,
    ScannerSupervisor,
)
from kiosk.event_ids import EventId
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


WAIT_S = 60


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


def test_a_reader_that_stays_away_for_another_reason_is_said_with_it() -> None:
    denied = DeviceLost("no_permission")
    supervisor, heard = reader(DeviceLost("no_connection"), denied, denied, DeviceLost("unplugged"))
    for _ in range(5):
        supervisor.turn()
    reasons = ["no_connection", "no_permission", "unplugged"]
    assert heard == [e.DeviceDown(Role.ID_READER, reason) for reason in reasons]


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
    assert waits_s == [1, 2, 4, 8, 16, 30, 30, 30]


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


def test_a_job_for_an_absent_printer_is_refused_in_its_turn_with_the_reason() -> None:
    supervisor, heard = printer()
    supervisor.put(TakeBackPaper("J-1"))
    supervisor.put(JOB)
    supervisor.turn()
    assert heard[1:] == [
        e.PaperTakenBack("J-1", OFFLINE),
        e.PrintFinished("J-1", PrintReport(PrintOutcome.NOT_PRINTED, OFFLINE, "printer_offline")),
    ]


def test_a_printer_that_fails_while_it_draws_paper_in_is_lost_only_by_its_next_status() -> None:
    device = ScriptedPrinter(PrinterStatus(), DeviceLost("cable"), PrinterStatus())
    supervisor, heard = printer(device)
    supervisor.turn()
    supervisor.put(TakeBackPaper("J-1"))
    assert supervisor.turn() == PrinterSupervisor.period_s
    assert heard[2:] == [e.PaperTakenBack("J-1", OFFLINE)]


def test_the_status_of_a_print_report_is_not_said_again() -> None:
    supervisor, heard = printer(ScriptedPrinter())
    supervisor.put(JOB)
    supervisor.turn()
    assert [type(event) for event in heard] == [e.DeviceUp, e.PrintFinished]


def test_more_prints_than_can_ever_wait_are_a_bug() -> None:
    supervisor, _ = printer()
    for _ in range(MAX_WAITING_PRINTS):
        supervisor.put(JOB)
    with pytest.raises(queue.Full):
        supervisor.put(JOB)


def test_rounds_are_as_far_apart_as_each_device_wants() -> None:
    supervisor, _ = reader(ScriptedReader())
    assert supervisor.turn() == 0.31  # the SAM document wants more than 0.3
    assert printer(ScriptedPrinter())[0].turn() == 1.0


class ScriptedScanner:
    def __init__(self, *script: str | DriverError | None) -> None:
        self.script = deque(script)

    def poll(self) -> str | None:
        said = self.script.popleft()
        if isinstance(said, DriverError):
            raise said
        return said

    def close(self) -> None:
        """Nothing is held open."""


def test_a_scanned_code_becomes_an_event_and_silence_none() -> None:
    heard: list[e.Event] = []
    device = ScriptedScanner("12345", None, DeviceLost("unplugged"))
    supervisor = ScannerSupervisor(Role.SCANNER, Cables(device).connect, heard.append)
    assert supervisor.turn() == 0.1
    supervisor.turn()
    supervisor.turn()
    assert heard == [
        e.DeviceUp(Role.SCANNER),
        e.CodeScanned("12345"),
        e.DeviceDown(Role.SCANNER, "unplugged"),
    ]


def test_the_log_says_which_device_was_lost_why_and_that_it_is_back() -> None:
    supervisor, _ = reader(ScriptedReader(DeviceLost("unplugged")), ScriptedReader())
    with capture_logs() as logs:
        supervisor.turn()
        supervisor.turn()
    said = [(each["event"], each["role"], each.get("reason")) for each in logs]
    assert said == [
        (EventId.DEVICE_UP, "id_reader", None),
        (EventId.DEVICE_DOWN, "id_reader", "unplugged"),
        (EventId.DEVICE_UP, "id_reader", None),
    ]


def test_back_off_begins_anew_once_the_device_was_there() -> None:
    supervisor, heard = reader(DeviceLost("a"), DeviceLost("b"), ScriptedReader(DeviceLost("c")))
    assert [supervisor.turn() for _ in range(4)] == [1, 2, 1, 2]
    down = [event for event in heard if isinstance(event, e.DeviceDown)]
    assert [event.reason for event in down] == ["a", "b", "c", "unplugged"]


# --- on its own thread ---------------------------------------------------------------------------


def test_a_supervisor_serves_on_its_own_thread_until_it_is_stopped_and_closes_its_device() -> None:
    served = threading.Event()
    names: list[str] = []

    def post(event: e.Event) -> None:
        names.append(threading.current_thread().name)
        if isinstance(event, e.CardShown):
            served.set()

    device = ScriptedReader(None, CardRead(ZHANG))
    supervisor = ReaderSupervisor(Role.ID_READER, Cables(device).connect, post)
    supervisor.start()
    assert served.wait(WAIT_S)
    assert not device.closed
    supervisor.stop(WAIT_S)
    assert device.closed
    assert set(names) == {"id_reader"}
    assert not supervisor._thread.is_alive()
    assert supervisor._thread.daemon  # a device that hangs does not keep the process


def test_a_supervisor_without_a_device_stops_too() -> None:
    down = threading.Event()
    supervisor = ReaderSupervisor(Role.ID_READER, Cables().connect, lambda _: down.set())
    supervisor.start()
    assert down.wait(WAIT_S)
    supervisor.stop(WAIT_S)
    assert not supervisor._thread.is_alive()


class PatientPrinter(PrinterSupervisor):
    """Rests for an hour unless it is woken; counts its rounds."""

    period_s = 3600.0

    def __init__(self, post: Callable[[e.Event], None]) -> None:
        connect = Cables(ScriptedPrinter()).connect
        super().__init__(connect, lambda device, job: device.print(Document(()), 1), post)
        self.rounds = 0
        self.rests = threading.Event()

    def turn(self) -> float:
        self.rounds += 1
        wait_s = super().turn()
        self.rests.set()
        return wait_s


def test_a_job_wakes_the_printer_before_its_next_round_and_only_then() -> None:
    finished = threading.Event()

    def post(event: e.Event) -> None:
        if isinstance(event, e.PrintFinished):
            finished.set()

    supervisor = PatientPrinter(post)
    supervisor.start()
    assert supervisor.rests.wait(WAIT_S)
    for _ in range(20):
        supervisor.put(JOB)
        assert finished.wait(WAIT_S)
        finished.clear()
    supervisor.stop(WAIT_S)
    assert not supervisor._thread.is_alive()
    assert supervisor.rounds <= 1 + 2 * 20  # a job may wake it while it still serves another

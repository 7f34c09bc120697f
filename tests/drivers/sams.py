"""What the tests of the card reader share: cards, a table to put them on, and bad cables."""

from __future__ import annotations

from dataclasses import replace

from drivers.id_reader.frames import frame
from drivers.id_reader.sam import Sam
from drivers.id_reader.sam_emulator import CardOnSam, Manners, SamEmulator
from drivers.id_reader.sam_reader import SamReader
from drivers.transport.link import LinkLost
from tests.drivers.bench import FakeClock


def field(text: str, size: int) -> bytes:
    units = text.encode("utf-16-le")
    return units + b" \0" * ((size - len(units)) // 2)


# The golden vectors of the domain research: synthetic people, births in 1900.
RESIDENT = (
    field("张三", 30) + field("1", 2) + field("01", 4) + field("19000101", 16)
    + field("浙江省杭州市拱墅区测试路1号", 70) + field("330199190001010010", 36)
    + field("杭州市公安局拱墅分局", 30) + field("20200101", 16) + field("长期", 16) + field("", 36)
)  # fmt: skip
HK_MACAO_TAIWAN = (
    field("陈测试", 30) + field("2", 2) + field("", 4) + field("19000101", 16)
    + field("浙江省杭州市拱墅区测试路2号", 70) + field("810000190001010018", 36)
    + field("杭州市公安局", 30) + field("20200101", 16) + field("20250101", 16)
    + field("H00000000", 18) + field("01", 4) + field("", 6) + field("J", 2) + field("", 6)
)  # fmt: skip
FOREIGN_2017 = (
    field("TEST, SAMPLE", 120) + field("1", 2) + field("ZZZ330100010101", 30) + field("ZZZ", 6)
    + field("测试", 30) + field("20200101", 16) + field("20300101", 16) + field("19000101", 16)
    + field("01", 4) + field("1500", 8) + field("I", 2) + field("", 6)
)  # fmt: skip
FOREIGN_2023 = (
    field("测试", 30) + field("2", 2) + field("01", 4) + field("19000101", 16)
    + field("TEST, SAMPLE", 70) + field("933000190001010018", 36) + field("", 30)
    + field("20240101", 16) + field("20340101", 16) + field("", 22) + field("ZZZ", 6)
    + field("Y", 2) + field("", 6)
)  # fmt: skip
SECOND = RESIDENT.replace(field("张三", 4), field("李四", 4)).replace(
    field("330199190001010010", 36), field("330199190001010029", 36)
)


def reply_with(text: bytes) -> bytes:
    """The answer to "read" as it is on the wire: 1295 bytes."""
    return frame(b"\0\0\x90\1\0\4\0" + text + bytes(1024))


def card(text: bytes = RESIDENT, serial: bytes = bytes(8), **refusals: int) -> CardOnSam:
    """`refusals` by name: find, select, read."""
    commands = {"find": b"\x20\x01", "select": b"\x20\x02", "read": b"\x30\x01"}
    told = {commands[name]: status for name, status in refusals.items()}
    return CardOnSam(0, text, serial, told)


class Table:
    """Where cards are put down; each placement has its own number."""

    def __init__(self) -> None:
        self.lying: CardOnSam | None = None
        self._placements = 0

    def place(self, put: CardOnSam) -> None:
        self._placements += 1
        self.lying = replace(put, placement=self._placements)

    def lift(self) -> None:
        self.lying = None


class WireToSam:
    """A link to a module; `spoil` may change each answer on its way, or drop it."""

    def __init__(self, sam: SamEmulator, clock: FakeClock) -> None:
        self.sam = sam
        self.clock = clock
        self.spoil = lambda answer: answer
        self.waiting = b""
        self.cut = False

    def write(self, data, timeout_s):
        if self.cut:
            raise LinkLost("unplugged")
        self.waiting += self.spoil(self.sam.receive(data))

    def read(self, size, timeout_s):
        if not self.waiting:
            if self.cut:
                raise LinkLost("unplugged")
            self.clock.sleep(timeout_s)
        taken, self.waiting = self.waiting[:size], self.waiting[size:]
        return taken

    def close(self):
        self.waiting = b""


class Bench:
    """A reader on a module on a table."""

    def __init__(self, manners: Manners | None = None, sam_id: str = "", **module) -> None:
        self.table = Table()
        self.clock = FakeClock()
        self.after = lambda command: None
        self.commands: list[bytes] = []
        sam = SamEmulator(
            lambda: self.table.lying, manners=manners, after=self._on_command, **module
        )
        self.wire = WireToSam(sam, self.clock)
        self.reader = SamReader(Sam(self.wire, self.clock), sam_id=sam_id, clock=self.clock)
        self.commands.clear()

    def _on_command(self, command: bytes) -> None:
        self.commands.append(command)
        self.after(command)

    def poll(self):
        self.clock.sleep(0.31)
        return self.reader.poll()

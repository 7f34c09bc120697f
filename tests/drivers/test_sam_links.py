"""The reader on real links: a pseudo-terminal as serial line, TCP on loopback."""

from __future__ import annotations

import pytest

from drivers.api import CardRead, DeviceLost, DriverError, Role, Surroundings
from drivers.id_reader.card_text import parse
from drivers.id_reader.sam_emulator import SamEmulator
from drivers.registry import find
from tests.drivers.contract import IdReaderContract
from tests.drivers.lines import PtyLine, TcpLine
from tests.drivers.sams import RESIDENT, SECOND, Table, card

NAME = "05.03-20120101-0001234567-0123456789"


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def pty_line(table):
    line = PtyLine(SamEmulator(lambda: table.lying).receive)
    yield line
    line.close()


@pytest.fixture
def tcp_line(table):
    line = TcpLine(SamEmulator(lambda: table.lying).receive)
    yield line
    line.close()


def connect(name, **settings):
    spec = find(Role.ID_READER, name)
    return spec.connect(spec.settings(**settings), Surroundings())


class LinkedReaderContract(IdReaderContract):
    @pytest.fixture
    def card(self):
        return parse(RESIDENT)

    @pytest.fixture
    def other(self):
        return parse(SECOND)

    @pytest.fixture
    def place(self, table):
        texts = {parse(RESIDENT): RESIDENT, parse(SECOND): SECOND}
        return lambda shown: table.place(card(texts[shown]))

    @pytest.fixture
    def lift(self, table):
        return table.lift


class TestSerialReader(LinkedReaderContract):
    @pytest.fixture
    def reader(self, pty_line):
        reader = connect("sam-serial", port=pty_line.port)
        yield reader
        reader.close()


class TestTcpReader(LinkedReaderContract):
    @pytest.fixture
    def reader(self, tcp_line):
        reader = connect("sam-tcp", host="127.0.0.1", port=tcp_line.port)
        yield reader
        reader.close()


def test_a_pinned_module_is_read_and_another_is_refused(pty_line, table):
    table.place(card())
    with pytest.raises(DriverError, match="another module"):
        connect("sam-serial", port=pty_line.port, sam_id=NAME[:-1] + "0")
    reader = connect("sam-serial", port=pty_line.port, sam_id=NAME)
    assert reader.poll() == CardRead(parse(RESIDENT))
    reader.close()


def test_a_pulled_serial_cable_is_a_lost_device(pty_line):
    reader = connect("sam-serial", port=pty_line.port)
    pty_line.unplug()
    with pytest.raises(DeviceLost):
        reader.poll()
    reader.close()


def test_a_broken_connection_is_a_lost_device(tcp_line):
    reader = connect("sam-tcp", host="127.0.0.1", port=tcp_line.port)
    tcp_line.hang_up()
    with pytest.raises(DeviceLost):
        reader.poll()
    reader.close()


def test_a_port_without_a_reader_behind_it_is_a_lost_device_and_is_free_again():
    line = PtyLine()
    for _ in range(2):
        with pytest.raises(DeviceLost, match="command"):
            connect("sam-serial", port=line.port)
    line.close()


@pytest.mark.parametrize("text", ["05.03", NAME + "0", "05.03-20120101-0001234567-012345678X"])
def test_a_sam_id_that_cannot_be_one_is_refused_in_the_settings(text):
    with pytest.raises(ValueError, match="sam_id"):
        find(Role.ID_READER, "sam-serial").settings(port="/dev/ttyS0", sam_id=text)

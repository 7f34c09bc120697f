"""The simulated devices keep the same promises as real ones, and can fail like them."""

from __future__ import annotations

import pytest

from drivers.api import (
    BadSettings,
    CardKind,
    CardReadFailed,
    IdCard,
    Role,
    Surroundings,
)
from drivers.registry import find
from drivers.simulation import ReadFault
from tests.drivers.bench import connect_printer, world
from tests.drivers.contract import (
    IdReaderContract,
    LosableContract,
    PrinterContract,
    ScannerContract,
)

SIMULATED_ROLES = (Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER)


def connect(role, in_world):
    spec = find(role, "simulated")
    return spec.connect(spec.settings(), Surroundings(world=in_world))


@pytest.fixture
def the_world():
    return world()


@pytest.fixture
def card():
    return IdCard(CardKind.RESIDENT, "张三", "330199190001010010")


@pytest.fixture
def other():
    return IdCard(CardKind.RESIDENT, "李四", "330199190001010029")


class TestSimulatedPrinter(PrinterContract):
    @pytest.fixture
    def printer(self, the_world):
        return connect_printer(the_world)


class TestSimulatedIdReader(IdReaderContract):
    @pytest.fixture
    def reader(self, the_world):
        return connect(Role.ID_READER, the_world)

    @pytest.fixture
    def place(self, the_world):
        return the_world.id_reader.place

    @pytest.fixture
    def lift(self, the_world):
        return the_world.id_reader.remove

    @pytest.mark.parametrize("fault", [ReadFault.DAMAGED, ReadFault.NOT_AN_ID_CARD])
    def test_an_unreadable_card_says_why_and_must_be_lifted(self, reader, the_world, card, fault):
        the_world.id_reader.place(card, fault)
        assert [reader.poll(), reader.poll()] == [CardReadFailed(fault.value), None]

    def test_a_card_torn_away_while_read_is_one_failure(self, reader, the_world, card):
        the_world.id_reader.place(card, ReadFault.MOVED)
        assert [reader.poll(), reader.poll()] == [CardReadFailed("moved"), None]

    def test_a_card_still_lying_there_is_read_by_a_new_connection(self, the_world, card):
        the_world.id_reader.place(card)
        the_world.id_reader.cable.unplug()
        the_world.id_reader.cable.plug()
        assert connect(Role.ID_READER, the_world).poll() is not None


class TestSimulatedScanner(ScannerContract):
    @pytest.fixture
    def scanner(self, the_world):
        return connect(Role.SCANNER, the_world)

    @pytest.fixture
    def show(self, the_world):
        return the_world.scanner.scan

    def test_a_code_shown_to_an_unplugged_scanner_is_never_seen(self, the_world):
        the_world.scanner.cable.unplug()
        the_world.scanner.scan("1")
        the_world.scanner.cable.plug()
        assert connect(Role.SCANNER, the_world).poll() is None

    def test_codes_nobody_fetches_are_bounded(self, scanner, the_world):
        for number in range(100):
            the_world.scanner.scan(str(number))
        assert scanner.poll() == "84"

    @pytest.mark.parametrize("text", ["", "1" * 513])
    def test_what_is_no_code_is_refused(self, the_world, text):
        with pytest.raises(ValueError, match="1 to 512"):
            the_world.scanner.scan(text)


@pytest.mark.parametrize("role", SIMULATED_ROLES)
class TestCables(LosableContract):
    @pytest.fixture
    def reopen(self, role, the_world):
        def opened():
            device = connect(role, the_world)
            return device.status if role is Role.RECEIPT_PRINTER else device.poll

        return opened

    @pytest.fixture
    def ask(self, reopen):
        return reopen()

    @pytest.fixture
    def lose(self, role, the_world):
        return getattr(the_world, "printer" if role is Role.RECEIPT_PRINTER else role).cable.unplug

    @pytest.fixture
    def restore(self, role, the_world):
        return getattr(the_world, "printer" if role is Role.RECEIPT_PRINTER else role).cable.plug


@pytest.mark.parametrize("role", SIMULATED_ROLES)
def test_a_simulated_driver_without_a_world_is_bad_settings(role):
    with pytest.raises(BadSettings, match="demonstration"):
        connect(role, None)


def test_listeners_hear_which_device_changed_until_they_leave(the_world, card):
    heard = []
    leave = the_world.subscribe(heard.append)
    the_world.id_reader.place(card)
    the_world.scanner.scan("1")
    the_world.printer.open_cover()
    leave()
    the_world.printer.close_cover()
    assert heard == [Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER]


def test_a_leak_of_listeners_is_found(the_world):
    for _ in range(64):
        the_world.subscribe([].append)
    with pytest.raises(ValueError, match="leaks"):
        the_world.subscribe([].append)

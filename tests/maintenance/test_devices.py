"""Trying one device: every answer is plain data, every failure has a code and words."""

from __future__ import annotations

import pytest

from drivers.api import Role, Surroundings
from drivers.simulated.cards import ReadFault
from drivers.simulation import SimulatedWorld
from kiosk.maintenance import devices
from kiosk.settings import load
from tests.support.people import ZHANG


class Clock:
    """Time that passes only while somebody sleeps; `events` happen at their second."""

    def __init__(self):
        self.now_s = 0.0
        self.events = {}

    def monotonic(self):
        return self.now_s

    def sleep(self, seconds):
        self.now_s += seconds
        for at_s in sorted(self.events):
            if at_s <= self.now_s:
                self.events.pop(at_s)()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world():
    return SimulatedWorld()


@pytest.fixture
def settings():
    return load(None)


@pytest.fixture
def without(tmp_path):
    def load_without(role):
        path = tmp_path / "site.toml"
        path.write_text(f'schema = 1\nenvironment = "production"\n[devices.{role}]\n')
        return load(path)

    return load_without


@pytest.fixture
def open_device(world):
    def connect(settings, role):
        device = settings.devices[role]
        return device.driver.connect(device.options, Surroundings(world))

    return connect


# --- cards -----------------------------------------------------------------------------------


def test_a_card_put_on_the_reader_is_read(settings, open_device, world, clock):
    clock.events[3] = lambda: world.id_reader.place(ZHANG)
    assert devices.read_card(settings, open_device, 30, clock) == {
        "kind": "resident",
        "name": "张三",
        "number": "330199190001010010",
        "valid_from": None,
        "valid_until": None,
        "long_term": True,
    }


@pytest.mark.parametrize("fault", [ReadFault.MOVED, ReadFault.NOT_AN_ID_CARD, ReadFault.DAMAGED])
def test_a_card_that_cannot_be_read_is_told_by_its_reason(
    settings, open_device, world, clock, fault
):
    world.id_reader.place(ZHANG, fault)
    answer = devices.read_card(settings, open_device, 30, clock)
    assert answer["error"] == fault.value
    assert answer["message"].endswith(".")


def test_no_card_in_time_is_an_error_with_its_own_code(settings, open_device, clock):
    answer = devices.read_card(settings, open_device, 5, clock)
    assert answer["error"] == "no_card"
    assert 5 <= clock.now_s < 6


def test_a_reader_that_is_not_plugged_in_is_lost(settings, open_device, world, clock):
    world.id_reader.cable.unplug()
    answer = devices.read_card(settings, open_device, 5, clock)
    assert set(answer) == {"error", "message"}
    assert clock.now_s == 0


def test_a_reader_torn_out_while_waiting_is_lost(settings, open_device, world, clock):
    clock.events[2] = world.id_reader.cable.unplug
    assert "error" in devices.read_card(settings, open_device, 30, clock)
    assert clock.now_s < 3


def test_a_site_without_a_reader_says_so(without, open_device, clock):
    answer = devices.read_card(without("scanner"), open_device, 5, clock)
    assert answer["error"] == "no_device"


# --- codes -----------------------------------------------------------------------------------


def test_a_scanned_code_is_told_with_what_it_is(settings, open_device, world, clock):
    clock.events[1] = lambda: world.scanner.scan("33010526300000000001")
    assert devices.scan(settings, open_device, 30, clock) == {
        "text": "33010526300000000001",
        "kind": "payment_code",
    }


def test_no_code_in_time_is_an_error_with_its_own_code(settings, open_device, clock):
    assert devices.scan(settings, open_device, 2, clock)["error"] == "no_code"


def test_a_scanner_that_is_not_plugged_in_is_lost(settings, open_device, world, clock):
    world.scanner.cable.unplug()
    assert "error" in devices.scan(settings, open_device, 2, clock)


def test_a_site_without_a_scanner_says_so(without, open_device, clock):
    assert devices.scan(without("scanner"), open_device, 2, clock)["error"] == "no_device"


# --- paper -----------------------------------------------------------------------------------


def test_a_sample_is_printed_only_on_proof(settings, open_device, world, clock):
    answer = devices.print_sample(settings, open_device, 0, clock)
    assert answer["state"] == "printed"
    assert answer["reason"] == ""
    assert "打印测试" in world.printer.strips[-1].text


def test_a_sample_without_paper_is_not_printed(settings, open_device, world, clock):
    world.printer.run_out_after(0)
    answer = devices.print_sample(settings, open_device, 0, clock)
    assert answer["state"] == "not_printed"
    assert "paper_out" in answer["status"]
    assert world.printer.strips == ()


def test_a_sample_cut_in_the_middle_is_unknown(settings, open_device, world, clock):
    world.printer.cut_cable_after(400)
    answer = devices.print_sample(settings, open_device, 0, clock)
    assert answer["state"] == "unknown"
    assert answer["reason"] != ""


def test_a_printer_that_comes_up_in_time_prints(settings, open_device, world, clock):
    world.printer.cable.unplug()
    clock.events[4] = world.printer.cable.plug
    assert devices.print_sample(settings, open_device, 10, clock)["state"] == "printed"


def test_a_printer_that_stays_away_is_not_printed_after_the_time(
    settings, open_device, world, clock
):
    world.printer.cable.unplug()
    answer = devices.print_sample(settings, open_device, 10, clock)
    assert answer["state"] == "not_printed"
    assert answer["reason"] != ""
    assert 10 <= clock.now_s < 12


def test_a_site_without_a_printer_says_so(without, open_device, clock):
    answer = devices.print_sample(without("scanner"), open_device, 0, clock)
    assert (answer["state"], answer["reason"]) == ("not_printed", "no_device")


# --- all of them -----------------------------------------------------------------------------


def test_devices_in_order_are_ready(settings, open_device, clock):
    answers = devices.status(settings, open_device, 0, clock)
    assert {role: answer["state"] for role, answer in answers.items()} == {
        "id_reader": "ready",
        "scanner": "ready",
        "receipt_printer": "ready",
    }


def test_a_printer_without_paper_is_not_ready_and_says_why(settings, open_device, world, clock):
    world.printer.run_out_after(0)
    answer = devices.status(settings, open_device, 0, clock)[Role.RECEIPT_PRINTER]
    assert answer["state"] == "not_ready"
    assert "paper_out" in answer["reason"]


def test_a_lost_device_does_not_hide_the_others(settings, open_device, world, clock):
    world.scanner.cable.unplug()
    answers = devices.status(settings, open_device, 0, clock)
    assert answers[Role.SCANNER]["state"] == "lost"
    assert answers[Role.ID_READER]["state"] == "ready"


def test_a_scanner_that_types_is_untried_and_no_trouble(tmp_path, open_device, clock):
    path = tmp_path / "site.toml"
    path.write_text('schema = 1\n[devices.scanner]\ndriver = "keyboard-wedge"\n')
    answer = devices.status(load(path), open_device, 60, clock)
    assert answer[Role.SCANNER]["state"] == "untried"
    assert "screen" in answer[Role.SCANNER]["message"]
    assert devices.all_well(answer)
    assert clock.now_s == 0  # nothing to wait for


def test_status_waits_for_a_device_that_is_about_to_come(settings, open_device, world, clock):
    world.scanner.cable.unplug()
    clock.events[3] = world.scanner.cable.plug
    answers = devices.status(settings, open_device, 10, clock)
    assert answers[Role.SCANNER]["state"] == "ready"
    assert 3 <= clock.now_s < 5

"""What is plugged in is found under names that stay."""

from types import SimpleNamespace

import pytest

from drivers.discovery import (
    Found,
    Kind,
    everything,
    is_a_screen_plugged_in,
    screens,
    serial_ports,
    usb_printers,
)


def test_a_serial_port_is_named_by_its_id_where_it_has_one(tmp_path):
    port = tmp_path / "ttyUSB0"
    port.touch()
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-Maker_Reader_0001-if00").symlink_to(port)
    ports = [
        SimpleNamespace(device=str(port), description="Maker Reader"),
        SimpleNamespace(device="/dev/ttyS0", description="n/a"),
    ]
    assert serial_ports(lambda: ports, by_id) == (
        Found(Kind.SERIAL, "/dev/ttyS0", ""),
        Found(Kind.SERIAL, str(by_id / "usb-Maker_Reader_0001-if00"), "Maker Reader"),
    )


def test_no_directory_of_ids_leaves_the_kernels_names(tmp_path):
    ports = [SimpleNamespace(device="/dev/ttyACM0", description=None)]
    found = serial_ports(lambda: ports, tmp_path / "none")
    assert found == (Found(Kind.SERIAL, "/dev/ttyACM0", ""),)


def test_usb_printers_are_found_by_their_serial_numbers(tmp_path):
    device = tmp_path / "device"
    (device / "interface").mkdir(parents=True)
    (device / "serial").write_text("TP-0001\n")
    for name, interface in (("lp0", device / "interface"), ("lp1", tmp_path / "nowhere")):
        entry = tmp_path / "class" / name
        entry.mkdir(parents=True)
        (entry / "device").symlink_to(interface)
    assert usb_printers(tmp_path / "class") == (
        Found(Kind.USB_PRINTER, "TP-0001", "/dev/usb/lp0"),
        Found(Kind.USB_PRINTER, "", "/dev/usb/lp1"),
    )


def test_a_usb_printer_that_vanishes_while_it_is_read_has_no_serial_number(tmp_path):
    (tmp_path / "device/interface").mkdir(parents=True)
    (tmp_path / "device/serial").symlink_to("/proc/self/mem")  # opens, and fails when read
    (tmp_path / "class/lp0").mkdir(parents=True)
    (tmp_path / "class/lp0/device").symlink_to(tmp_path / "device/interface")
    assert usb_printers(tmp_path / "class") == (Found(Kind.USB_PRINTER, "", "/dev/usb/lp0"),)


def test_screens_are_named_by_their_plugs_as_screen_ini_takes_them(tmp_path):
    plugs = {"card0-HDMI-A-1": "connected", "card0-DP-1": "disconnected", "card1-LVDS-1": "unknown"}
    for name, status in plugs.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"{status}\n")
        (tmp_path / name / "modes").write_text("1080x1920\n800x600\n" if "HDMI" in name else "")
    (tmp_path / "card0").mkdir()
    assert screens(tmp_path) == (
        Found(Kind.SCREEN, "HDMI-A-1", "1080x1920"),
        Found(Kind.SCREEN, "LVDS-1", ""),
    )


def test_a_plug_that_vanishes_while_it_is_looked_at_is_no_screen(tmp_path):
    (tmp_path / "card0-DP-2").mkdir()
    assert screens(tmp_path) == ()


def test_a_plug_that_vanishes_while_it_is_read_is_no_screen(tmp_path):
    (tmp_path / "card0-DP-2").mkdir()
    (tmp_path / "card0-DP-2/status").symlink_to("/proc/self/mem")  # opens, and fails when read
    assert screens(tmp_path) == ()


@pytest.mark.parametrize(
    ("status", "is_there"), [("connected", True), ("disconnected", False), ("unknown", False)]
)
def test_only_a_screen_that_the_kernel_sees_counts_as_plugged_in(tmp_path, status, is_there):
    (tmp_path / "card0-VGA-1").mkdir()
    (tmp_path / "card0-VGA-1/status").write_text(f"{status}\n")
    (tmp_path / "card0-VGA-1/modes").write_text("")
    assert is_a_screen_plugged_in(tmp_path) is is_there


def test_this_machine_can_be_searched():
    assert all(isinstance(each, Found) for each in everything())

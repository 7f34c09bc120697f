import subprocess
import sys

import pytest

from drivers.api import BadSettings, Role
from drivers.registry import DRIVERS, find, names


@pytest.mark.parametrize("role, name", DRIVERS)
def test_every_driver_in_the_table_exists_under_its_name(role, name):
    spec = find(role, name)
    assert (spec.role, spec.name) == (role, name)


@pytest.mark.parametrize("role, name", DRIVERS)
def test_exactly_the_simulated_drivers_say_so(role, name):
    assert find(role, name).simulated == (name == "simulated")


@pytest.mark.parametrize("role, name", DRIVERS)
def test_unknown_settings_of_a_driver_are_refused(role, name):
    with pytest.raises(ValueError, match="no_such_key"):
        find(role, name).settings(no_such_key=1)


def test_an_unknown_driver_is_answered_with_the_known_ones():
    with pytest.raises(BadSettings, match=r"'laser'.*escpos-network, escpos-serial, .*simulated"):
        find(Role.RECEIPT_PRINTER, "laser")


def test_a_driver_of_another_role_is_unknown():
    with pytest.raises(BadSettings, match="escpos-serial"):
        find(Role.SCANNER, "escpos-serial")


def test_names_are_sorted():
    assert list(names(Role.RECEIPT_PRINTER)) == sorted(names(Role.RECEIPT_PRINTER))


def test_a_missing_library_is_named_with_the_command_that_installs_it():
    program = (
        "import sys; sys.modules['smartcard'] = None\n"
        "from drivers.api import BadSettings, Role\n"
        "from drivers.registry import find\n"
        "try: find(Role.CARD_READER, 'pcsc')\n"
        "except BadSettings as error: print(error.reason, error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("missing_library the 'pcsc' driver needs pyscard: apt-get install")
    assert "public-payment-kiosk[pcsc]" in said

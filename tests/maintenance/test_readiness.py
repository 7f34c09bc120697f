"""The doctor says what is not in order and what to do about it."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta

import pytest

from drivers.api import Role, Surroundings
from drivers.simulation import SimulatedWorld
from drivers.transport.access import User, not_opened
from drivers.transport.usb_bulk import UsbId
from kiosk.domain.ledger import Ledger
from kiosk.domain.platform import Acknowledged, AnswerLost, NotSent, Refusal, Refused
from kiosk.event_ids import EventId
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.journal import Journal
from kiosk.maintenance import devices
from kiosk.maintenance.readiness import as_json, examine
from kiosk.maintenance.verdicts import Verdict
from kiosk.settings import load
from tests.support.journals import ended, tamper

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


class Site:
    """A kiosk in order, in which one thing at a time can be broken."""

    def __init__(self, directory):
        self.directory = directory / "data"
        self.world = SimulatedWorld()
        self.outcome = Acknowledged()
        self.now = NOW
        self.environment = "demo"
        self.storage = ""  # more of its section
        self.devices = ""
        self.denied = None  # what opening a reader raises
        self.file = directory / "site.toml"
        self.base_url = "https://pay.example.com"

    def keys(self):
        return keys.for_directory(self.directory)

    def write_journal(self, at=NOW):
        with Journal.open(self.directory, self.keys().journal) as journal:
            journal.commit([ended(1)], at, 1.0)

    def examine(self):
        self.file.write_text(
            f'schema = 1\nenvironment = "{self.environment}"\n[storage]\n'
            f'directory = "data"\n{self.storage}\n'
            f'[platform]\nbase_url = "{self.base_url}"\n'
            f"{self.devices}"
        )
        return examine(load(self.file), self.open, lambda _settings, _call: self.outcome, self.now)

    def open(self, settings, role):
        if self.denied is not None and role is Role.ID_READER:
            raise self.denied
        device = settings.devices[role]
        return device.driver.connect(device.options, Surroundings(self.world))

    def verdicts(self):
        return {check.name: check.verdict for check in self.examine()}

    def check(self, name):
        return next(check for check in self.examine() if check.name.startswith(name))


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_a_kiosk_in_order_is_ready(site):
    site.write_journal()
    checks = site.examine()
    assert {check.verdict for check in checks} == {Verdict.OK}
    assert as_json(checks)["ready"] is True
    assert site.check("journal").message == "1 rows, all as committed"


def test_the_volumes_of_the_journal_are_named_with_their_size(site):
    site.write_journal()
    with Journal.open(site.directory, site.keys().journal) as journal:
        journal.carry_forward(Ledger(), NOW, 2.0)
    found = site.check("journal volumes")
    assert found.verdict is Verdict.OK
    assert found.message == "1 archived, 1 rows in use, 0.0 MiB, kept 15 years"


def test_a_journal_far_beyond_the_rows_of_a_volume_is_a_warning(site):
    with Journal.open(site.directory, site.keys().journal) as journal:
        for _ in range(4):
            journal.commit([ended(number) for number in range(501)], NOW, 1.0)
    site.storage = "volume_rows = 1000"
    assert site.check("journal volumes").verdict is Verdict.WARNING


def test_a_kiosk_that_never_ran_is_ready(site):
    assert site.check("journal").message == "none yet; made at the first start"


def test_every_failed_check_says_what_to_do(site):
    site.world.id_reader.cable.unplug()
    site.world.printer.run_out_after(0)
    site.outcome = NotSent("refused")
    site.now = datetime(1970, 1, 2, tzinfo=UTC)
    failed = [check for check in site.examine() if check.verdict is Verdict.FAILED]
    named = {check.name.partition(" (")[0] for check in failed}
    assert named == {"device id_reader", "device receipt_printer", "platform", "clock"}
    assert all(check.advice for check in failed)
    assert as_json(site.examine())["ready"] is False


def test_a_hid_reader_without_a_right_is_told_with_what_gives_it(site, tmp_path):
    node = tmp_path / "hidraw3"
    node.touch(0o600)
    site.devices = '[devices.id_reader]\ndriver = "sam-hid"\n'
    site.denied = not_opened(
        node,
        PermissionError(errno.EACCES, "denied"),
        User("kiosk-pay", frozenset()),
        UsbId(0x0400, 0xC35A).udev_match,
    )
    check = site.check("device id_reader (sam-hid)")
    assert (check.verdict, check.event) == (Verdict.FAILED, EventId.DEVICE_NO_PERMISSION)
    assert 'ATTRS{idVendor}=="0400"' in check.message
    assert "cable" not in f"{check.message} {check.advice}"
    answer = devices.status(load(site.file), site.open)["id_reader"]
    assert (answer["state"], answer["reason"]) == ("lost", "no_permission")
    assert str(node) in answer["message"]


def test_a_scanner_that_types_is_no_finding_while_there_is_no_window_to_type_into(site):
    site.devices = '[devices.scanner]\ndriver = "keyboard-wedge"\n'
    check = site.check("device scanner (keyboard-wedge)")
    assert check.verdict is Verdict.OK
    assert "while the kiosk runs" in check.message


def test_paper_near_its_end_is_a_warning(site):
    site.world.printer.load_paper(1000)
    check = site.check("device receipt_printer")
    assert check.verdict is Verdict.WARNING
    assert "paper_near_end" in check.message


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (NotSent("name_not_known"), "name_not_known"),
        (AnswerLost("not_json"), "not_json"),
        (Refused(Refusal.INVALID), "invalid"),
    ],
)
def test_a_platform_that_does_not_answer_properly_is_told_with_its_reason(site, outcome, word):
    site.outcome = outcome
    check = site.check("platform")
    assert check.verdict is Verdict.FAILED
    assert word in check.message


def test_a_kiosk_in_service_without_an_address_is_not_said_to_have_a_sandbox(site):
    site.environment, site.base_url = "production", ""
    check = site.check("platform")
    assert check.verdict is Verdict.FAILED
    assert "no address" in check.message


def test_what_production_lacks_is_part_of_the_examination(site):
    site.environment = "production"
    verdicts = site.verdicts()
    assert verdicts["settings devices.receipt_printer"] is Verdict.FAILED
    assert verdicts["settings kiosk.id"] is Verdict.FAILED


def test_a_damaged_journal_stops_the_kiosk_from_being_ready(site):
    site.write_journal()
    tamper(site.directory, "UPDATE entry SET body = '{}'")
    check = site.check("journal")
    assert check.verdict is Verdict.FAILED
    assert "row 1 is not what was committed" in check.message


def test_a_lost_key_is_told(site):
    site.write_journal()
    (site.directory / keys.KEY_NAME).unlink()
    assert "put the key file back" in site.check("journal").message


def test_a_journal_in_use_is_a_warning(site):
    with Journal.open(site.directory, site.keys().journal):
        check = site.check("journal")
    assert check.verdict is Verdict.WARNING
    assert (site.directory / FILE_NAME).exists()


def test_a_demonstration_without_a_mirror_is_in_order_a_site_is_warned(site):
    assert site.verdicts()["mirror"] is Verdict.OK
    site.environment = "production"
    check = site.check("mirror")
    assert check.verdict is Verdict.WARNING
    assert "mirror_directory" in check.advice


def test_a_mirror_that_cannot_be_written_is_told_with_what_to_do(site, tmp_path):
    (tmp_path / "copy").write_text("no directory")
    site.storage = 'mirror_directory = "copy"'
    check = site.check("mirror")
    assert check.verdict is Verdict.FAILED
    assert "the disk of the mirror" in check.advice


def test_a_mirror_on_the_disk_of_its_journal_is_a_warning(site):
    site.storage = 'mirror_directory = "copy"'
    check = site.check("mirror")
    assert check.verdict is Verdict.WARNING
    assert "another disk" in check.advice


def test_a_mirror_that_missed_rows_is_a_warning(site, tmp_path):
    with Journal.open(site.directory, site.keys().journal, mirror=tmp_path / "copy") as journal:
        journal.commit([ended(1)], NOW, 1.0)
    site.write_journal()
    site.storage = 'mirror_directory = "copy"'
    check = site.check("journal mirror")
    assert check.verdict is Verdict.WARNING
    assert "ends at row 1" in check.message


def test_a_reserve_in_use_means_that_no_payments_are_taken(site):
    site.environment = "production"
    site.storage = "reserve_mb = 64"
    assert site.verdicts()["disk"] is not Verdict.FAILED
    site.write_journal()
    check = site.check("disk")
    assert check.verdict is Verdict.FAILED
    assert "Make room" in check.advice


def test_a_clock_behind_the_journal_is_told(site):
    site.write_journal(NOW + timedelta(days=1))
    assert site.verdicts()["clock and journal"] is Verdict.FAILED

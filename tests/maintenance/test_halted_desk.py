"""A journal that cannot be used keeps nobody from a support bundle, and nothing is recorded."""

from __future__ import annotations

import json
import zipfile

import pytest

from drivers.api import Role
from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain.operator import AccountRole, Level, NotDone
from kiosk.maintenance.trouble import DeskTrouble
from tests.support.desks import desk_upon
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

PIN, CLERKS_PIN, WRONG = "739204", "840271", "501946"


class Kiosk:
    """A kiosk with a technician and a clerk, whose disk can fill up."""

    def __init__(self, directory):
        self.play = Playbook()
        self.play.platform.owe(bill(1))
        self.desk = desk_upon(self.play, directory, {})
        self.stick = directory / "stick"
        self.stick.mkdir()
        assert self.desk.keep_account("901", AccountRole.TECHNICIAN, PIN) is None
        assert self.desk.log_in("901", PIN) is None
        assert self.desk.keep_account("2002", AccountRole.OFFICE, CLERKS_PIN) is None
        assert self.desk.order(o.LogOut()) is None
        self.play.tap(ZHANG)
        self.play.send(e.LeaveTouched())

    def fill_the_disk(self):
        diary = self.play.diary
        diary.fail_at, diary.fails_for_ever = diary.commits + 1, True
        self.desk.order(o.LogIn("", right=False))
        assert self.play.kiosk.halted

    def bundle(self):
        with zipfile.ZipFile(self.desk.support_bundle(self.stick)) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def kiosk(tmp_path):
    return Kiosk(tmp_path)


def test_a_technician_takes_a_bundle_of_a_halted_kiosk_and_no_row_is_written(kiosk):
    kiosk.fill_the_disk()
    rows = len(kiosk.play.diary.rows)
    assert kiosk.desk.log_in("901", PIN) is None
    files = kiosk.bundle()
    report = json.loads(files["report.json"])
    assert report["taking_this"] == "not_recorded"
    assert report["journal_rows"] == "whole"
    assert report["journal"] == "bad"
    kept = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    assert len(kept) == rows == len(kiosk.play.diary.rows)
    assert any(line["kind"] == "VisitOpened" for line in kept)
    assert ZHANG.name not in "".join(files.values())
    assert ZHANG.number not in "".join(files.values())


def test_a_bundle_taken_in_service_says_that_it_is_recorded(kiosk):
    kiosk.desk.log_in("901", PIN)
    assert json.loads(kiosk.bundle()["report.json"])["taking_this"] == "recorded"


def test_a_bundle_is_written_also_where_nothing_of_the_journal_can_be_read(kiosk):
    kiosk.fill_the_disk()
    kiosk.play.diary.is_unreadable = True
    kiosk.desk.log_in("901", PIN)
    files = kiosk.bundle()
    assert json.loads(files["report.json"])["journal_rows"] == "unreadable"
    assert files["journal.jsonl"] == ""
    assert "settings.json" in files


def test_whoever_was_logged_in_when_it_halted_goes_on_to_the_bundle(kiosk):
    kiosk.desk.log_in("901", PIN)
    diary = kiosk.play.diary
    diary.fail_at, diary.fails_for_ever = diary.commits + 1, True
    assert kiosk.desk.order(o.SetLevel(Level.VOLUME, 50)) is NotDone.HALTED
    assert json.loads(kiosk.bundle()["report.json"])["taking_this"] == "not_recorded"


def test_a_log_out_that_can_no_longer_be_recorded_ends_the_session_all_the_same(kiosk):
    kiosk.desk.log_in("901", PIN)
    diary = kiosk.play.diary
    diary.fail_at, diary.fails_for_ever = diary.commits + 1, True
    assert kiosk.desk.order(o.LogOut()) is None
    assert kiosk.play.kiosk.halted
    assert kiosk.play.kiosk.desk.session is None


def test_an_idle_session_whose_end_can_no_longer_be_recorded_ends_all_the_same(kiosk):
    kiosk.desk.log_in("901", PIN)
    diary = kiosk.play.diary
    diary.fail_at, diary.fails_for_ever = diary.commits + 1, True
    kiosk.play.now_s += kiosk.play.kiosk.rules.desk_idle_s
    kiosk.play.send(e.Tick())
    assert kiosk.play.kiosk.halted
    assert kiosk.play.kiosk.desk.session is None


@pytest.mark.parametrize(
    ("account_id", "pin", "code"),
    [("2002", CLERKS_PIN, "not_your_role"), ("", "", "not_logged_in")],
    ids=["clerk", "nobody"],
)
def test_only_a_technician_takes_it(kiosk, account_id, pin, code):
    kiosk.fill_the_disk()
    if account_id:
        assert kiosk.desk.log_in(account_id, pin) is None
    with pytest.raises(DeskTrouble) as trouble:
        kiosk.bundle()
    assert trouble.value.code == code
    assert list(kiosk.stick.iterdir()) == []


def test_wrong_pins_wait_longer_and_longer_although_nothing_can_be_counted_in_the_journal(kiosk):
    kiosk.fill_the_disk()
    for wait_s in (1, 2, 4):
        assert kiosk.desk.log_in("901", WRONG) is NotDone.WRONG_PIN
        kiosk.play.now_s += wait_s - 0.5
        kiosk.play.send(e.Tick())
        assert kiosk.desk.log_in("901", PIN) is NotDone.HELD
        kiosk.play.now_s += 0.5
        kiosk.play.send(e.Tick())
    assert kiosk.desk.log_in("901", PIN) is None
    assert kiosk.desk.log_in("901", PIN) is NotDone.BUSY
    assert kiosk.desk.order(o.LogOut()) is None
    assert kiosk.play.kiosk.desk.session is None


def test_wrong_pins_of_the_journal_count_on(kiosk):
    for _ in range(2):
        assert kiosk.desk.log_in("901", WRONG) is NotDone.WRONG_PIN
        kiosk.play.now_s += 3
        kiosk.play.send(e.Tick())
    kiosk.fill_the_disk()
    assert kiosk.desk.log_in("901", WRONG) is NotDone.WRONG_PIN
    assert kiosk.play.kiosk.desk.held_until_s["901"] == kiosk.play.kiosk.now_s + 4


def test_an_account_that_was_dropped_does_not_come_in(kiosk):
    kiosk.desk.log_in("901", PIN)
    assert kiosk.desk.order(o.DropAccount("2002")) is None
    kiosk.desk.order(o.LogOut())
    kiosk.fill_the_disk()
    assert kiosk.desk.log_in("2002", CLERKS_PIN) is NotDone.WRONG_PIN


def test_where_no_journal_is_known_the_accounts_file_says_who_comes_in(kiosk, tmp_path):
    other = Playbook()
    desk = desk_upon(other, tmp_path, {})  # the same accounts file, a journal that is refused
    other.engine.halt("the journal is damaged")
    assert not desk.needs_first_account()
    assert desk.log_in("777", PIN) is NotDone.WRONG_PIN
    assert other.kiosk.desk.held_until_s.keys() == {""}
    other.now_s += 2
    other.send(e.Tick())
    assert desk.log_in("901", PIN) is None
    with zipfile.ZipFile(desk.support_bundle(kiosk.stick)) as archive:
        assert "journal.jsonl" in archive.namelist()


def test_the_journals_return_ends_an_unrecorded_session(kiosk):
    kiosk.fill_the_disk()
    kiosk.desk.log_in("901", PIN)
    kiosk.play.diary.fails_for_ever, kiosk.play.diary.fail_at = False, 0
    kiosk.play.now_s += 61
    kiosk.play.engine.rest()
    assert not kiosk.play.kiosk.halted
    assert kiosk.play.kiosk.desk.session is None


def test_why_a_device_is_lost_is_known_at_a_halted_kiosk_and_after_the_journals_return(kiosk):
    kiosk.fill_the_disk()
    kiosk.play.send(e.DeviceDown(Role.ID_READER, "no_permission"))
    assert kiosk.play.kiosk.lost_because == {Role.ID_READER: "no_permission"}
    kiosk.play.diary.fails_for_ever, kiosk.play.diary.fail_at = False, 0
    kiosk.play.now_s += 61
    kiosk.play.engine.rest()
    assert not kiosk.play.kiosk.halted
    assert kiosk.play.kiosk.lost_because == {Role.ID_READER: "no_permission"}

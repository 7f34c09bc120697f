"""The accounts file: private, whole, and refused in words when it is not."""

from __future__ import annotations

import pytest

from kiosk.domain.effects import ChangeLevel, RestartNow, SaveAccount
from kiosk.domain.operator import AccountRole, Level, Restart
from kiosk.maintenance.accounts import FILE_NAME, Account, Accounts, AccountsRefused
from kiosk.maintenance.machine import LEAST_LIGHT_PERCENT, Machine
from kiosk.maintenance.office import EXIT_RESTART, Office

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"


def account(account_id="901", role=AccountRole.TECHNICIAN):
    return Account(account_id=account_id, role=role, pin_hash=HASH)


def test_there_are_no_accounts_before_the_first_is_made(tmp_path):
    assert Accounts(tmp_path).load() == {}


def test_accounts_are_kept_changed_and_dropped_and_nobody_else_can_read_them(tmp_path):
    accounts = Accounts(tmp_path)
    accounts.keep(account())
    accounts.keep(account("201", AccountRole.OFFICE))
    accounts.keep(account("201", AccountRole.TECHNICIAN))
    accounts.drop("901")
    assert accounts.load() == {"201": account("201")}
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path):
    accounts = Accounts(tmp_path)
    accounts.keep(account())
    (tmp_path / FILE_NAME).chmod(0o644)
    with pytest.raises(AccountsRefused, match="chmod 600"):
        accounts.load()


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"schema": 2}', '{"schema": 1, "accounts": [{"account_id": "x"}]}',
                '{"schema": 1, "accounts": [], "more": 1}', "x" * 70000],
)  # fmt: skip
def test_a_changed_file_is_refused(tmp_path, content):
    path = tmp_path / FILE_NAME
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(AccountsRefused, match="does not hold"):
        Accounts(tmp_path).load()


def test_a_link_in_its_place_is_not_followed(tmp_path):
    (tmp_path / FILE_NAME).symlink_to("/etc/passwd")
    with pytest.raises(AccountsRefused, match="cannot be read"):
        Accounts(tmp_path).load()


def test_one_account_too_many_is_refused_and_the_others_stay(tmp_path):
    """A crash between the file and the journal can leave one that the journal does not count."""
    accounts = Accounts(tmp_path)
    for number in range(32):
        accounts.keep(account(f"{number + 100}"))
    with pytest.raises(AccountsRefused, match="32"):
        accounts.keep(account("999"))
    assert len(accounts.load()) == 32


def test_no_hash_is_in_a_repr():
    assert HASH not in repr(account())
    assert HASH not in repr(SaveAccount("901", AccountRole.OFFICE, HASH))


# --- the office's thread ---------------------------------------------------------------------------


class Desk:
    """An office with its answers collected, on a machine without sound."""

    def __init__(self, directory):
        self.said, self.left = [], []
        self.light = directory / "backlights" / "panel"
        self.light.mkdir(parents=True)
        (self.light / "max_brightness").write_text("400\n")
        (self.light / "brightness").write_text("200\n")
        self.machine = Machine(directory / "backlights", {}.get)
        self.office = Office(directory, self.said.append, self.left.append, self.machine)


def test_an_account_is_saved_and_the_core_hears_of_it(tmp_path):
    desk = Desk(tmp_path)
    desk.office.serve(SaveAccount("901", AccountRole.TECHNICIAN, HASH))
    desk.office.serve(SaveAccount("901", AccountRole.TECHNICIAN, ""))
    assert [(each.dropped, each.failed) for each in desk.said] == [(False, ""), (True, "")]
    assert Accounts(tmp_path).load() == {}


def test_a_file_that_cannot_be_written_is_told_and_makes_no_account(tmp_path):
    desk = Desk(tmp_path)
    (tmp_path / FILE_NAME).mkdir()
    desk.office.serve(SaveAccount("901", AccountRole.TECHNICIAN, HASH))
    assert desk.said[0].failed


def test_a_restart_leaves_with_its_own_code(tmp_path):
    desk = Desk(tmp_path)
    desk.office.serve(RestartNow(Restart.APPLICATION))
    assert desk.left == [EXIT_RESTART]


def test_brightness_is_the_backlights_and_never_quite_dark(tmp_path):
    desk = Desk(tmp_path)
    assert desk.machine.level(Level.BRIGHTNESS).percent == 50
    desk.office.serve(ChangeLevel(Level.BRIGHTNESS, 0))
    assert desk.machine.level(Level.BRIGHTNESS).percent == LEAST_LIGHT_PERCENT


def test_a_machine_without_sound_or_light_says_so(tmp_path):
    machine = Machine(tmp_path / "none", {}.get)
    for level in Level:
        assert machine.level(level).percent is None
        assert machine.level(level).words.zh
        assert not machine.set_level(level, 50)


def program(directory, name, answer, code=0):
    """A program that says `answer` and leaves what it was told beside itself."""
    path = directory / name
    path.write_text(f'#!/bin/sh\necho "$*" > "$0.told"\necho \'{answer}\'\nexit {code}\n')
    path.chmod(0o755)
    return {name: str(path)}


SINK = "Volume: front-left: 39322 /  60% / -13.31 dB,   front-right: 39322 /  60% / -13.31 dB"


@pytest.mark.parametrize(
    ("name", "answer", "told"),
    [
        ("wpctl", "Volume: 0.60 [MUTED]", "set-volume @DEFAULT_AUDIO_SINK@ 30%"),
        ("pactl", SINK, "set-sink-volume @DEFAULT_SINK@ 30%"),
        ("amixer", "  Mono: Playback 52 [60%] [-19dB] [on]", "set Master 30%"),
    ],
)
def test_the_sound_systems_program_is_asked_and_told(tmp_path, name, answer, told):
    machine = Machine(tmp_path / "none", program(tmp_path, name, answer).get)
    assert machine.level(Level.VOLUME).percent == 60
    assert machine.set_level(Level.VOLUME, 30)
    assert (tmp_path / f"{name}.told").read_text() == f"{told}\n"


def test_a_sound_system_that_does_not_run_leaves_the_word_to_the_next(tmp_path):
    found = program(tmp_path, "wpctl", "Could not connect to PipeWire", code=2)
    found |= program(tmp_path, "amixer", "Mono: Playback 52 [60%] [on]")
    machine = Machine(tmp_path / "none", found.get)
    assert machine.level(Level.VOLUME).percent == 60
    assert machine.set_level(Level.VOLUME, 30)
    assert (tmp_path / "amixer.told").read_text() == "set Master 30%\n"


def test_programs_without_a_volume_are_no_sound(tmp_path):
    found = program(tmp_path, "pactl", "No valid sink") | program(tmp_path, "amixer", "", code=1)
    assert Machine(tmp_path / "none", found.get).level(Level.VOLUME).percent is None

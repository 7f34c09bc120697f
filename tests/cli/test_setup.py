"""`kiosk setup` as an installer meets it: on a terminal, again, and from a file."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from drivers.id_reader.sam_emulator import SamEmulator
from tests.drivers.lines import TcpLine
from tests.drivers.machines import Machine
from tests.drivers.sams import Table

WAIT_S = 90.0


class Typist:
    """A person at a terminal: reads until a question stands there, then types."""

    def __init__(self, *arguments: str) -> None:
        self.screen, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "setup", *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs,
            env=os.environ | {"TERM": "dumb", "COLUMNS": "200"},
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""
        self._read = 0

    def answer(self, question: str, text: str = "") -> None:
        """Wait for a question that was not answered yet; an empty text keeps its default."""
        at = self._wait_for(question)
        self._wait_for(": ", at)
        self._read = len(self.seen)
        os.write(self.screen, os.fsencode(f"{text}\n"))

    def pick(self, question: str, choice: str) -> None:
        """Choose the line that holds these words, by its number."""
        at = self._wait_for(question)
        self._wait_for(": ", at)
        offered = re.findall(r"^ +(\d+)\. (.*)", self.seen[self._read : at], re.MULTILINE)
        numbers = [number for number, words in offered if choice in words]
        assert numbers, f"{choice} is not offered: {offered}"
        self._read = len(self.seen)
        os.write(self.screen, f"{numbers[0]}\n".encode())

    def _wait_for(self, words: str, since: int | None = None) -> int:
        until_s = time.monotonic() + WAIT_S
        start = self._read if since is None else since
        while words not in self.seen[start:]:
            ready, _, _ = select.select([self.screen], [], [], until_s - time.monotonic())
            assert ready, f"{words!r} never came: {self.seen}"
            assert self._take(), f"it ended before {words!r}: {self.seen}"
        return self.seen.index(words, start)

    def _take(self) -> bool:
        try:
            piece = os.read(self.screen, 65536)
        except OSError:  # the terminal's other end was closed
            return False
        self.seen += piece.decode("utf-8", "replace")
        return bool(piece)

    def end(self) -> int:
        while self._take():
            pass
        return self.process.wait(WAIT_S)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.screen)


@pytest.fixture
def typist():
    people = []

    def sit_down(*arguments):
        people.append(Typist(*map(str, arguments)))
        return people[-1]

    yield sit_down
    for each in people:
        each.close()


@pytest.fixture
def lines():
    """A card module and a printer on the network."""
    table = Table()
    made = {
        "sam": TcpLine(SamEmulator(lambda: table.lying).receive),
        "printer": TcpLine(Machine().answer),
    }
    yield made
    for line in made.values():
        line.close()


def begin(person: Typist, kiosk_id: str = "hz-gs-0042") -> None:
    person.pick("What for", "demonstration")
    person.answer("Id of this kiosk", kiosk_id)
    person.answer("Name on the start page")
    person.answer("District", "拱墅区")
    person.answer("Telephone", "0571-00000000")
    person.answer("Platform, https")
    person.answer("Second copy")


def connect(person: Typist, lines: dict[str, TcpLine]) -> None:
    person.pick("Identity card reader", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", str(lines["sam"].port))
    person.pick("Social security card reader", "none")
    person.pick("Scanner", "one that types")
    person.pick("Receipt printer", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", str(lines["printer"].port))


def test_an_installer_gets_a_checked_site_file(typist, tmp_path, lines):
    site = tmp_path / "site.toml"
    person = typist("--site", site)
    begin(person)
    connect(person, lines)
    assert person.end() == 0, person.seen
    written = tomllib.loads(site.read_text())
    assert written["kiosk"]["id"] == "hz-gs-0042"
    assert written["platform"]["base_url"] == "http://127.0.0.1:8080"
    assert "kiosk sandbox --port 8080" in person.seen
    assert f"kiosk doctor --site {site}, systemctl start" in person.seen
    assert written["devices"]["id_reader"] == {
        "driver": "sam-tcp", "host": "127.0.0.1", "port": lines["sam"].port,
    }  # fmt: skip
    assert written["devices"]["card_reader"] == {"driver": "none"}
    assert "Identity card reader: 可以使用 · ready" in person.seen
    check = [sys.executable, "-m", "kiosk", "check-settings", str(site)]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0


def test_a_wrong_answer_is_told_and_asked_again(typist, tmp_path):
    person = typist("--site", tmp_path / "site.toml")
    person.pick("What for", "demonstration")
    person.answer("Id of this kiosk", "编号 一")
    person.answer("Id of this kiosk", "hz-gs-0042")
    person.answer("Name on the start page")
    assert "letters, digits" in person.seen


def test_what_a_kiosk_in_service_needs_is_asked_twice_before_it_is_left_empty(typist, tmp_path):
    person = typist("--site", tmp_path / "site.toml")
    person.pick("What for", "in service")
    person.answer("Id of this kiosk", "hz-gs-0042")
    person.answer("Name on the start page")
    person.answer("District", "拱墅区")
    person.answer("Telephone", "0571-00000000")
    person.answer("Platform, https")
    person.answer("Platform, https", "https://pay.example.com")
    person.answer("The platform's authority")
    assert "a kiosk in service needs it" in person.seen


def test_a_device_that_does_not_answer_is_told_and_can_be_kept(typist, tmp_path, lines):
    site = tmp_path / "site.toml"
    person = typist("--site", site)
    begin(person)
    person.pick("Identity card reader", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", "1")
    person.pick("What now", "keep it")
    person.pick("Social security card reader", "none")
    person.pick("Scanner", "none")
    person.pick("Receipt printer", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", str(lines["printer"].port))
    assert person.end() == 1
    assert "not ready" in person.seen
    assert tomllib.loads(site.read_text())["devices"]["id_reader"]["port"] == 1


def test_a_site_file_is_replaced_only_after_a_yes(typist, tmp_path, lines):
    site = tmp_path / "site.toml"
    site.write_text('# ours\nschema = 1\nenvironment = "demo"\n[kiosk]\nid = "old"\n')
    before = site.read_text()
    person = typist("--site", site)
    begin(person)
    connect(person, lines)
    person.answer("replace it?", "n")
    assert person.end() == 2
    assert site.read_text() == before


def test_the_second_time_everything_is_kept_but_what_is_changed(typist, tmp_path, lines):
    site = tmp_path / "site.toml"
    site.write_text(
        '# ours\nschema = 1\nenvironment = "demo"\n[kiosk]\nid = "old-1"\nname = "便民中心"\n'
        "[timing]\nidle_s = 90.0 # slow readers\n"
        '[devices.scanner]\ndriver = "keyboard-wedge"\n'
    )
    person = typist("--site", site)
    begin(person, "new-1")
    person.pick("Identity card reader", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", str(lines["sam"].port))
    person.pick("Social security card reader", "none")
    person.pick("Scanner", "as it is: keyboard-wedge")
    person.pick("Receipt printer", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", str(lines["printer"].port))
    person.answer("replace it?", "y")
    assert person.end() == 0, person.seen
    text = site.read_text()
    assert "# ours" in text
    assert "idle_s = 90.0 # slow readers" in text
    assert (
        tomllib.loads(text)["kiosk"] | {"id": "new-1", "name": "便民中心"}
        == (tomllib.loads(text)["kiosk"])
    )
    assert 'id = "old-1"' in (tmp_path / "site.toml.old").read_text()


# --- from a file -------------------------------------------------------------------------------


def run(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "setup", *map(str, arguments)],
        capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def answers_in(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    return path


DEMO = 'environment = "demo"\n[kiosk]\nid = "hz-gs-0042"\nhelp_phone = "0571-00000000"\n'


def test_answers_from_a_file_are_checked_tried_and_written(tmp_path, lines):
    answers = answers_in(
        tmp_path,
        f'{DEMO}[devices.id_reader]\ndriver = "sam-tcp"\nhost = "127.0.0.1"\n'
        f"port = {lines['sam'].port}\n"
        '[devices.scanner]\ndriver = "none"\n'
        '[devices.receipt_printer]\ndriver = "escpos-network"\nhost = "127.0.0.1"\n'
        f"port = {lines['printer'].port}\n",
    )
    site = tmp_path / "site.toml"
    code, said = run("--site", site, "--answers", answers)
    assert code == 0, said
    assert tomllib.loads(site.read_text())["kiosk"]["id"] == "hz-gs-0042"


def test_a_device_that_is_not_ready_is_a_finding(tmp_path):
    answers = answers_in(
        tmp_path, f'{DEMO}[devices.id_reader]\ndriver = "sam-serial"\nport = "/dev/no-such"\n'
    )
    code, said = run("--site", tmp_path / "site.toml", "--answers", answers)
    assert code == 1
    assert "not ready" in said
    assert (tmp_path / "site.toml").exists()


def test_wrong_answers_are_all_told_and_nothing_is_written(tmp_path):
    answers = answers_in(tmp_path, '[kiosk]\nid = "?"\nhelp_phone = "call us"\n')
    code, said = run("--site", tmp_path / "site.toml", "--answers", answers)
    assert code == 2
    assert "kiosk.id" in said
    assert "kiosk.help_phone" in said
    assert not (tmp_path / "site.toml").exists()


def test_a_site_file_that_is_there_is_never_replaced_unasked(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text("schema = 1\n")
    answers = answers_in(tmp_path, DEMO)
    assert run("--site", site, "--answers", answers)[0] == 2
    assert site.read_text() == "schema = 1\n"
    run("--site", site, "--answers", answers, "--overwrite")
    assert "hz-gs-0042" in site.read_text()


@pytest.mark.parametrize("content", ["[[", "kiosk"])
def test_answers_that_are_no_toml_are_refused_in_words(tmp_path, content):
    answers = answers_in(tmp_path, content)
    code, said = run("--site", tmp_path / "site.toml", "--answers", answers)
    assert (code, "is not TOML" in said) == (2, True)


def test_a_site_file_that_is_no_toml_is_left_alone(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text("[[")
    code, said = run("--site", site, "--answers", answers_in(tmp_path, DEMO), "--overwrite")
    assert (code, "put it aside" in said) == (2, True)
    assert site.read_text() == "[["


def test_a_kiosk_in_service_is_told_what_is_still_missing(tmp_path):
    answers = answers_in(
        tmp_path,
        '[kiosk]\nid = "hz-gs-0042"\n[platform]\nbase_url = "https://pay.example.com"\n'
        f'ca_file = "{tmp_path}/ca.pem"\n',
    )
    code, said = run("--site", tmp_path / "site.toml", "--answers", answers)
    assert code == 1
    assert "still missing" in said
    assert "not there yet" in said


# --- what people do all the same ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ("x = " + "9" * 5000, "is not TOML"),
        ('[devices]\nid_reader = "simulated"\n', "devices.id_reader: expected a table"),
        ('devices = "simulated"\n', "devices: expected a table"),
    ],
    ids=["deep", "long number", "device as text", "devices as text"],
)
def test_answers_of_the_wrong_shape_are_refused_in_words(tmp_path, content, said):
    code, told = run("--site", tmp_path / "site.toml", "--answers", answers_in(tmp_path, content))
    assert (code, said in told) == (2, True), told


def test_a_folder_in_the_place_of_the_site_file_is_named(tmp_path):
    code, told = run("--site", tmp_path, "--answers", answers_in(tmp_path, DEMO), "--overwrite")
    assert (code, "Is a directory" in told) == (2, True), told


def test_a_port_that_is_no_number_is_asked_for_again(typist, tmp_path):
    person = typist("--site", tmp_path / "site.toml")
    begin(person)
    person.pick("Identity card reader", "on the network")
    person.answer("Address", "127.0.0.1")
    person.answer("Port", "USB")
    person.answer("Port", "1")
    person.pick("What now", "keep it")
    assert "1 … 65535" in person.seen


def test_text_in_another_encoding_is_asked_for_again(typist, tmp_path):
    person = typist("--site", tmp_path / "site.toml")
    person.pick("What for", "demonstration")
    person.answer("Id of this kiosk", "hz-gs-0042")
    person.answer("Name on the start page", os.fsdecode("便民中心".encode("gb18030")))
    person.answer("Name on the start page", "便民中心")
    person.answer("District", "拱墅区")
    assert "UTF-8" in person.seen


def test_a_terminal_without_hanzi_is_still_told_everything_in_english(tmp_path):
    answers = answers_in(tmp_path, DEMO)
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "setup", "--site", tmp_path / "site.toml",
         "--answers", answers],
        capture_output=True, timeout=WAIT_S, check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"written: " in done.stdout


def test_files_beside_the_site_file_are_found_there(tmp_path):
    keys = tmp_path / "signing.key"
    keys.write_text("a key")
    site = tmp_path / "site.toml"
    answers = answers_in(
        tmp_path, f'{DEMO}[platform]\nsigning_key_file = "signing.key"\nca_file = "ca.pem"\n'
        'platform_key_file = "platform.pub"\n'
    )  # fmt: skip
    _, told = run("--site", site, "--answers", answers)
    assert "signing.key" not in told, told
    assert f"this file is not there yet: {tmp_path / 'ca.pem'}" in told

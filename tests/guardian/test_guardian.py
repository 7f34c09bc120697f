"""The guardian as a process: what it guards is killed, falls silent, or never starts."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

WAIT_S = 60.0
SAY = """
    import os, signal, socket, sys
    from kiosk.sd_notify import WATCHDOG, notify
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    said = f"{os.getpid()} {' '.join(sys.argv[2:])}".encode()
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(said, sys.argv[1])
"""
# Says its pid and arguments, then shows signs of life until a signal makes it fall silent.
LIVELY = f"""{SAY}
    notify(WATCHDOG)
    while signal.sigtimedwait({{signal.SIGUSR1}}, 0.05) is None:
        notify(WATCHDOG)
    signal.pause()
"""
UNSEEN = LIVELY.replace("WATCHDOG)", "WATCHDOG, 'X_UNSEEN=1')")
HOPELESS = f"""{SAY}
    sys.exit(2)
"""


class Guarded:
    """A guardian with a kiosk of a few lines, and systemd's socket above it."""

    def __init__(self, place: Path, program: str, *options: str) -> None:
        self.place = place
        # Short names, because a socket's may have 108 bytes; whoever is killed leaves files there.
        self._folder = tempfile.TemporaryDirectory(prefix="guard-")
        folder = Path(self._folder.name)
        self.lives = _socket(folder / "lives")
        self._said: list[str] = []
        script = place / "guarded.py"
        script.write_text(textwrap.dedent(program))
        self.systemd = _socket(folder / "systemd")
        site = place / "site.toml"
        site.write_text('[kiosk]\nhelp_phone = "0571-00000000"\n[storage]\ndirectory = "."\n')
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "kiosk.guardian", "--site", str(site), *options, "--",
                sys.executable, str(script), str(folder / "lives"),
            ],
            env=os.environ
            | {
                "QT_QPA_PLATFORM": "offscreen",
                "NOTIFY_SOCKET": str(folder / "systemd"),
                "TMPDIR": str(folder),
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def life(self, number: int) -> tuple[int, list[str]]:
        """Pid and arguments of the n-th start, counted from 1, waited for."""
        while len(self._said) < number:
            self._said.append(self.lives.recv(1000).decode())
        pid, *arguments = self._said[number - 1].split()
        return int(pid), arguments

    def heard(self) -> bytes:
        return self.systemd.recv(100)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=WAIT_S)
        self.systemd.close()
        self.lives.close()
        self._folder.cleanup()


def _socket(path: Path) -> socket.socket:
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.bind(str(path))
    bound.settimeout(WAIT_S)
    return bound


@pytest.fixture
def guard(tmp_path):
    made = []

    def make(program, *options):
        made.append(Guarded(tmp_path, program, *options))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Watched:
    """A process that is there now: whoever holds it can wait for its end, and no other's."""

    def __init__(self, pid: int) -> None:
        self._handle = os.pidfd_open(pid)

    def kill(self, number: int) -> None:
        signal.pidfd_send_signal(self._handle, number)

    def wait_until_gone(self) -> None:
        try:
            ready, _, _ = select.select([self._handle], [], [], WAIT_S)
        finally:
            os.close(self._handle)
        assert ready, "it lives on"


def test_a_killed_kiosk_is_started_again_at_once(guard):
    guarded = guard(LIVELY)
    for number in (1, 2, 3):
        pid, arguments = guarded.life(number)
        assert arguments == []
        os.kill(pid, signal.SIGKILL)
    guarded.life(4)


def test_a_silent_kiosk_is_killed_and_started_again(guard):
    guarded = guard(LIVELY, "--silent", "3")  # as long as a busy machine may keep it waiting
    pid, _ = guarded.life(1)
    guarded.heard()
    kiosk = Watched(pid)
    kiosk.kill(signal.SIGUSR1)
    kiosk.wait_until_gone()
    guarded.life(2)


def test_a_kiosk_that_never_starts_is_left_to_technicians(guard):
    guarded = guard(HOPELESS, "--retry", "0")
    for number in range(1, 6):
        assert guarded.life(number)[1] == []
    assert guarded.life(6)[1] == ["--maintenance-only"]
    assert '"failed_starts": 5' in (guarded.place / "guardian.json").read_text()


def test_technicians_count_anew_with_forget(guard, tmp_path):
    guarded = guard(HOPELESS, "--retry", "0")
    guarded.life(6)
    guarded.close()
    forget = [sys.executable, "-m", "kiosk.guardian", "--site", str(tmp_path / "site.toml")]
    subprocess.run([*forget, "--forget"], check=True, timeout=WAIT_S)
    assert not (tmp_path / "guardian.json").exists()


def test_the_kiosk_does_not_outlive_its_guardian(guard):
    guarded = guard(LIVELY)
    kiosk = Watched(guarded.life(1)[0])
    guarded.process.kill()
    kiosk.wait_until_gone()


def test_a_guardian_that_is_asked_to_leave_takes_the_kiosk_with_it(guard):
    guarded = guard(LIVELY)
    pid, _ = guarded.life(1)
    guarded.process.terminate()
    assert guarded.process.wait(WAIT_S) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_systemd_hears_that_the_guardian_is_ready_and_then_that_it_lives(guard):
    guarded = guard(LIVELY)
    assert guarded.heard() == b"READY=1"
    assert [guarded.heard() for _ in range(5)] == [b"WATCHDOG=1"] * 5


def test_systemd_hears_nothing_from_a_guardian_that_is_stuck(guard):
    guarded = guard(LIVELY)
    guarded.life(1)
    guarded.process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, guarded.process.pid, os.WSTOPPED)
    guarded.systemd.settimeout(0.0)
    try:
        while True:  # what was sent before it stopped; the socket's buffer is bounded
            guarded.heard()
    except BlockingIOError:
        guarded.systemd.settimeout(1.0)
    with pytest.raises(TimeoutError):
        guarded.heard()


def test_a_command_that_is_not_there_is_a_failed_start(guard, tmp_path):
    guarded = guard(LIVELY)
    guarded.close()
    site = str(tmp_path / "site.toml")
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk.guardian", "--site", site, "--", "/no/such/program"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "cannot be started" in process.stderr.readline()
        process.terminate()
    assert '"failed_starts": 1' in (tmp_path / "guardian.json").read_text()


def test_on_a_screen_that_shows_nothing_the_guardian_ends_with_its_kiosk_for_a_new_screen(guard):
    guarded = guard(UNSEEN, "--unseen", "0.5")
    pid, _ = guarded.life(1)
    _, said = guarded.process.communicate(timeout=WAIT_S)
    assert guarded.process.returncode == 1
    assert "the screen shows nothing of it" in said
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

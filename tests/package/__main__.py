"""`make package-test`: the built package in a bare Debian 12, from its installation to its purge.

Three commands make a kiosk; a visit is paid; the application is killed and frozen; builds
are exchanged; at the end the books agree and nothing is left. Needs root; leaves pictures
in out/package-test/pictures.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from PIL import Image

from kiosk.demo.phone import Phone
from tests.crash.test_kill9 import first_item
from tests.package.bare import OUT, BareDebian, enter_namespace
from tests.package.street import ALIKE, Street, difference, primary_action, wait_for

NAME = "public-payment-kiosk"
SITE = "/etc/public-payment-kiosk/site.toml"
DATA = "/var/lib/public-payment-kiosk"
UNIT = f"/lib/systemd/system/{NAME}.service"
PROTECTED_WITHIN_S = 2.0
SILENT_S = 10.0
SETTLED_S = 7.0  # a kiosk that is killed earlier counts as a failed start
MOST_TOUCHES = 4
STAGES = ("idle", "bills", "code", "paid", "done")
FINAL = {"PAID", "CLOSED"}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument(
        "--previous", type=Path, help="A .deb to upgrade from; else a repacked one."
    )
    chosen = options.parse_args()
    enter_namespace()
    started_s = time.monotonic()
    pictures = OUT / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        builds = _builds(scratch, chosen.previous)
        system = stack.enter_context(BareDebian())
        trial = Trial(system, stack, pictures, builds)
        try:
            trial.play(chosen.kills)
        except AssertionError:
            trial.keep_last_picture()
            raise
    print(f"package-test: passed in {time.monotonic() - started_s:.0f} s; pictures in {pictures}")
    return 0


def _builds(scratch: Path, previous: Path | None) -> dict[str, tuple[Path, Path]]:
    """The current packages and the ones before, as (kiosk, demonstration)."""
    current = tuple(_newest(f"dist/{name}_*_amd64.deb") for name in (NAME, f"{NAME}-demo"))
    assert all(current), "there is no package in dist: make package"
    before = (previous or _as_previous(current[0], scratch), _as_previous(current[1], scratch))
    return {"current": (current[0], current[1]), "previous": before}


def _newest(pattern: str) -> Path:
    return max(Path().glob(pattern), key=lambda path: path.stat().st_mtime)


def _as_previous(package: Path, scratch: Path) -> Path:
    """The same files under an earlier version."""
    tree = scratch / package.stem
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    text = re.sub(r"^(Version: .*)$", r"\1~previous", control.read_text(), flags=re.MULTILINE)
    version = re.search(r"^Version: (.*)~previous$", text, re.MULTILINE)
    assert version is not None
    control.write_text(text.replace(f"(= {version[1]})", f"(= {version[1]}~previous)"))
    to = scratch / f"{package.stem}-previous.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", str(tree), str(to)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return to


class Trial:
    """One run, told as it goes."""

    def __init__(
        self,
        system: BareDebian,
        stack: ExitStack,
        pictures: Path,
        builds: dict[str, tuple[Path, Path]],
    ) -> None:
        self.system, self._stack, self._pictures = system, stack, pictures
        self._builds = builds
        self._guardian: subprocess.Popen[bytes] | None = None
        self._protective = _protective_picture()
        self._idle: Image.Image | None = None
        self._began_s = 0.0
        self._payer = 0
        self.street: Street

    def play(self, kills: int) -> None:
        self.system.run("apt-get", "update", "-q")
        before_mib = self.system.size_mib()
        self.install("previous")
        size_mib = self.system.size_mib() - before_mib
        own_kib = self.system.run("dpkg-query", "-W", "-f=${Installed-Size}", NAME).stdout
        say(f"installed size: {int(own_kib) // 1024} MiB, with all it depends on {size_mib} MiB")
        self.examine_unit()
        self.street = Street(self.system, self._stack, self._pictures)
        self.set_up()
        self.start(first=True)
        self.visit()
        self.stop()
        self.verify_journal()
        self.install("current")
        say("upgraded from the previous build")
        self.start()
        for number in range(kills):
            self.kill_at(STAGES[number % len(STAGES)], number)
        self.freeze()
        self.settle()
        self.stop()
        self.verify_journal()
        self.under_the_compositor()
        self.install("previous")
        self.start()
        self.visit()
        self.stop()
        self.verify_journal()
        say("downgraded to the previous build, which reads the same journal")
        self.remove_and_purge()

    def keep_last_picture(self) -> None:
        """What stood on the screen when it went wrong."""
        if hasattr(self, "street"):
            self.street.keep("failed")

    # --- installing ----------------------------------------------------------------------------

    def install(self, build: str) -> None:
        names = []
        for package in self._builds[build]:
            self.system.put(package, f"/root/{package.name}")
            names.append(f"/root/{package.name}")
        command = (
            "apt-get",
            "install",
            "-q",
            "-y",
            "--no-install-recommends",
            "--allow-downgrades",
        )
        self.system.run(*command, *names)

    def examine_unit(self) -> None:
        said = self.system.run("systemd-analyze", "verify", UNIT)
        assert said.stderr.strip() == "", said.stderr
        say("systemd-analyze verify: nothing to say")

    def set_up(self) -> None:
        """The second of the three commands, answered from a file."""
        street = self.street
        self.system.write(
            "/root/answers.toml",
            'environment = "demo"\n[kiosk]\nid = "test-0001"\nhelp_phone = "0571-00000000"\n'
            f'[platform]\nbase_url = "{street.platform.url}"\nreconnect_window_s = 0.0\n'
            f'[devices.id_reader]\ndriver = "sam-tcp"\nhost = "127.0.0.1"\n'
            f"port = {street.reader_line.port}\n"
            '[devices.scanner]\ndriver = "none"\n'
            '[devices.receipt_printer]\ndriver = "escpos-network"\nhost = "127.0.0.1"\n'
            f"port = {street.printer_line.port}\n",
        )
        said = self.system.run("kiosk", "setup", "--answers", "/root/answers.toml").stdout
        say("kiosk setup: " + " / ".join(said.strip().splitlines()))
        self.system.run("kiosk", "doctor", "--site", SITE)
        say("kiosk doctor: everything in order")

    def remove_and_purge(self) -> None:
        run, exists = self.system.run, self.system.exists
        run("apt-get", "remove", "-q", "-y", NAME)
        assert not exists("/usr/lib/public-payment-kiosk"), "files are left"
        assert exists(f"{DATA}/journal.db") or list((self.system.path / DATA[1:]).iterdir())
        run("dpkg", "--purge", f"{NAME}-demo", NAME)
        assert exists(DATA), "purged without consent"
        assert exists(SITE), "purged without consent"
        say("removed and purged: journal and site file are kept")
        run("dpkg", "--install", f"/root/{self._builds['current'][0].name}")
        self.system.write("/root/consent", f"{NAME} {NAME}/purge-data boolean true\n")
        run("debconf-set-selections", "/root/consent")
        run("dpkg", "--purge", NAME)
        assert not exists(DATA), "consent was given"
        assert not exists("/etc/public-payment-kiosk"), "consent was given"
        assert "kiosk-pay" not in (self.system.path / "etc/passwd").read_text()
        say("purged with consent: nothing is left")

    # --- the kiosk as its unit starts it -------------------------------------------------------

    def unit(self) -> configparser.RawConfigParser:
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment]
        parser.read_string((self.system.path / UNIT[1:]).read_text())
        return parser

    def start(self, *, first: bool = False) -> None:
        """What the unit starts under cage, under Xvfb; as the unit's user."""
        command = shlex.split(self.unit()["Service"]["ExecStart"])
        guarded = command[command.index("--") + 1 :]
        self._spawn(guarded, {"DISPLAY": self.street.screen.name, "QT_QPA_PLATFORM": "xcb"})
        began_s = time.monotonic()
        wait_for("the first picture", lambda: self.street.screen.picture().getbbox(), 20)
        picture_s = time.monotonic() - began_s
        wait_for("the kiosk's window", lambda: self.kiosk_pid() and not self.is_protected())
        self._began_s = time.monotonic()
        say(
            f"start: first picture after {picture_s:.1f} s, "
            f"the kiosk after {time.monotonic() - began_s:.1f} s"
        )
        if first:
            self._wait_s(SETTLED_S)
            self._idle = self.street.keep("idle")
        self.wait_until_idle()

    def _spawn(self, command: list[str], environment: dict[str, str]) -> None:
        user = self.unit()["Service"]["User"]
        usual = {"QT_QUICK_BACKEND": "software"}
        with (self._pictures / "guardian.log").open("ab") as log:
            self._guardian = subprocess.Popen(
                self.system.command(["runuser", "-u", user, "--", *command], usual | environment),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._began_s = time.monotonic()
        self._stack.callback(self._guardian.kill)

    def stop(self) -> None:
        for pid, words in self.system.processes().items():
            if "kiosk.guardian" in words:
                os.kill(pid, signal.SIGTERM)
        assert self._guardian is not None
        self._guardian.wait(30)
        wait_for("the kiosk's end", lambda: not self.kiosk_pid(), 10)

    def kiosk_pid(self) -> int:
        for pid, words in self.system.processes().items():
            if "run" in words and "kiosk" in words and "-m" in words:
                return pid
        return 0

    def is_protected(self) -> bool:
        picture = self.street.screen.picture()
        return any(difference(picture, each) < 1.0 for each in self._protective)

    def wait_until_idle(self) -> None:
        assert self._idle is not None
        idle = self._idle

        def is_idle() -> bool:
            return difference(self.street.screen.picture(), idle, coarse=True) < ALIKE

        try:
            wait_for("the start page", is_idle)
        except AssertionError:
            self.street.keep("not-idle")
            raise

    def _wait_s(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        wait_for("time", lambda: time.monotonic() >= until_s, seconds + 1)

    # --- visits ----------------------------------------------------------------------------------

    def visit(self) -> None:
        """One resident, from the card to the paper."""
        self.come_to("done")
        self.street.keep("done")
        self.leave()
        say(f"a visit was paid and its receipt printed ({len(self.street.printer.strips)} strips)")

    def come_to(self, stage: str) -> None:
        """A new resident with one bill, as far as this stage."""
        if stage == "idle":
            return
        street = self.street
        strips = len(street.printer.strips)
        person = self._next_payer()
        street.place_card(person["name"], person["number"])
        wait_for("the bills", lambda: primary_action(street.screen.picture()))
        if stage == "bills":
            return
        address = self._code_after_touch()
        if stage == "code":
            return
        Phone("wechat").pay(address)
        if stage == "paid":
            return
        wait_for("the receipt", lambda: len(street.printer.strips) > strips)
        wait_for("the last page", lambda: not street.code_on_screen())
        self._wait_s(1.0)

    def _code_after_touch(self) -> str:
        """Touch the primary action, again while one still stands there, until the code is shown."""
        street = self.street
        for _ in range(MOST_TOUCHES):
            self._wait_s(1.0)  # the page comes to rest
            at = primary_action(street.screen.picture())
            if at:
                street.screen.touch(*at)
            try:
                return str(wait_for("the code", street.code_on_screen, 8))
            except AssertionError:
                street.keep("no-code-yet")
        raise AssertionError("the primary action leads to no code")

    def leave(self) -> None:
        self.street.lift_card()
        finish = primary_action(self.street.screen.picture())
        if finish:
            self.street.screen.touch(*finish)
        self.wait_until_idle()

    def _next_payer(self) -> dict[str, Any]:
        people = self.street.platform.get("/sandbox/people")
        residents = [each for each in people if each["kind"] == "person"]
        self._payer += 1
        person = dict(residents[20 + self._payer])
        self.street.platform.post(
            "/sandbox/bills",
            {"owner": person["number"], "item_code": first_item(), "amount_fen": 12300},
        )
        return person

    # --- mishaps -----------------------------------------------------------------------------------

    def kill_at(self, stage: str, number: int) -> None:
        settled_s = self._began_s + SETTLED_S
        wait_for("a settled start", lambda: time.monotonic() >= settled_s)
        self.come_to(stage)
        pid = self.kiosk_pid()
        os.kill(pid, signal.SIGKILL)
        self._see_protection(f"kill-{number + 1:02}-{stage}", pid, PROTECTED_WITHIN_S)

    def freeze(self) -> None:
        settled_s = self._began_s + SETTLED_S
        wait_for("a settled start", lambda: time.monotonic() >= settled_s)
        pid = self.kiosk_pid()
        os.kill(pid, signal.SIGSTOP)
        self._see_protection("frozen", pid, SILENT_S + PROTECTED_WITHIN_S)

    def _see_protection(self, what: str, pid: int, within_s: float) -> None:
        struck_s = time.monotonic()
        self.street.lift_card()
        wait_for("the protective screen", self.is_protected, within_s)
        seen_s = time.monotonic() - struck_s
        self.street.keep(what)
        wait_for("a new kiosk", lambda: self.kiosk_pid() not in (0, pid))
        wait_for("the kiosk's window", lambda: not self.is_protected())
        self._began_s = time.monotonic()
        back_s = time.monotonic() - struck_s
        self.wait_until_idle()
        say(f"{what}: protective screen after {seen_s:.2f} s, the kiosk after {back_s:.1f} s")

    def settle(self) -> None:
        """Every payment that was interrupted comes to its end, and no receipt has two originals."""

        def open_ones() -> list[Any]:
            payments = self.street.platform.get("/sandbox/payments")
            return [each for each in payments if each["state"].upper() not in FINAL]

        wait_for("the end of every payment", lambda: not open_ones(), 120)
        payments = self.street.platform.get("/sandbox/payments")
        states = [each["state"].upper() for each in payments]
        originals: dict[str, int] = {}
        for strip in self.street.printer.strips:
            number = re.search(r"票据号码\D*(\d+)", strip.text)
            if number and "补打" not in strip.text:
                originals[number[1]] = originals.get(number[1], 0) + 1
        assert all(count == 1 for count in originals.values()), originals
        counts = {state: states.count(state) for state in sorted(set(states))}
        say(f"payments: {json.dumps(counts)}; {len(originals)} originals, each printed once")

    def verify_journal(self) -> None:
        said = self.system.run("kiosk", "journal", "verify", "--site", SITE).stdout
        say(f"kiosk journal verify: {said.strip()}")

    # --- the unit's own compositor ---------------------------------------------------------------

    def under_the_compositor(self) -> None:
        """The whole ExecStart: cage without a screen, its picture taken by grim."""
        self.system.run("apt-get", "install", "-q", "-y", "--no-install-recommends", "grim")
        user = self.unit()["Service"]["User"]
        runtime = "/run/kiosk-trial"
        self.system.run("install", "-d", "-o", user, "-m", "0700", runtime)
        command = shlex.split(self.unit()["Service"]["ExecStart"].replace("$CAGE_OPTIONS", ""))
        lines = re.findall(
            r"^Environment=(.+)$", (self.system.path / UNIT[1:]).read_text(), re.MULTILINE
        )
        units = dict(pair.split("=", 1) for line in lines for pair in line.split())
        headless = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1"}
        wayland = units | headless | {"XDG_RUNTIME_DIR": runtime}
        self._spawn(command, wayland)
        grab = ["runuser", "-u", user, "--", "env", f"XDG_RUNTIME_DIR={runtime}"]
        grab += ["WAYLAND_DISPLAY=wayland-0", "grim", f"{runtime}/now.png"]

        def picture() -> Image.Image | None:
            if self.system.run(*grab, check=False).returncode != 0:
                return None
            return Image.open(self.system.path / runtime[1:] / "now.png").convert("RGB")

        def protected() -> bool:
            shown = picture()
            return shown is not None and any(
                difference(shown, each) < 1.0 for each in _protective_picture(shown.size)
            )

        wait_for("cage's picture", picture)
        wait_for("the kiosk under cage", lambda: self.kiosk_pid() and not protected())
        self._wait_s(SETTLED_S)
        self._keep_from_cage(picture(), "cage-kiosk")
        pid = self.kiosk_pid()
        os.kill(pid, signal.SIGKILL)
        wait_for("the protective screen under cage", protected, PROTECTED_WITHIN_S)
        self._keep_from_cage(picture(), "cage-protective")
        wait_for("a new kiosk under cage", lambda: self.kiosk_pid() not in (0, pid))
        assert self._guardian is not None
        for each, words in self.system.processes().items():
            if words[:1] == ["/usr/bin/cage"]:
                os.kill(each, signal.SIGTERM)
        self._guardian.wait(30)
        wait_for("the end with cage", lambda: not self.kiosk_pid(), 10)
        say("under cage: kiosk shown, killed, protective screen seen, all ended with cage")

    def _keep_from_cage(self, shown: Image.Image | None, name: str) -> None:
        assert shown is not None
        shown.save(self._pictures / f"{name}.png")


def _protective_picture(size: tuple[int, int] = (1080, 1920)) -> list[Image.Image]:
    """What the guardian's screen must look like, drawn here, for each of its situations."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication, QImage, QPainter

    from kiosk.guardian.screen import draw_page, load_fonts
    from kiosk.guardian.words import Situation, words
    from kiosk.paths import assets_directory

    application = QGuiApplication.instance() or QGuiApplication([])
    assert application is not None
    load_fonts(assets_directory())
    pictures = []
    for situation in Situation:
        image = QImage(*size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        draw_page(painter, *size, *words(situation, "0571-00000000"))
        painter.end()
        shown = image.convertToFormat(QImage.Format.Format_RGB888)
        pictures.append(
            Image.frombytes(
                "RGB", size, bytes(shown.constBits()), "raw", "RGB", shown.bytesPerLine()
            )
        )
    return pictures


def say(line: str) -> None:
    print(f"  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

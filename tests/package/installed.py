"""The packages in the bare system: put in, set up, exchanged, examined, taken away."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from tests.package.bare import BareDebian
from tests.package.builds import NAME, Build
from tests.package.street import Street, say

SITE = "/etc/public-payment-kiosk/site.toml"
DATA = "/var/lib/public-payment-kiosk"
PROGRAM = "/usr/lib/public-payment-kiosk"
UNITS = "/lib/systemd/system"
UNIT = f"{UNITS}/{NAME}.service"
SCREEN_UNIT = f"{UNITS}/{NAME}-screen.service"
USER = "kiosk-pay"


def answers(street: Street, host: str = "127.0.0.1") -> str:
    """What an installer would say to `kiosk setup`; `host` is where the street is."""
    return (
        'environment = "demo"\n[kiosk]\nid = "test-0001"\nhelp_phone = "0571-00000000"\n'
        f'[platform]\nbase_url = "{street.platform.url.replace("127.0.0.1", host)}"\n'
        "reconnect_window_s = 0.0\n"
        f'[devices.id_reader]\ndriver = "sam-tcp"\nhost = "{host}"\n'
        f"port = {street.reader_line.port}\n"
        '[devices.scanner]\ndriver = "none"\n'
        f'[devices.receipt_printer]\ndriver = "escpos-network"\nhost = "{host}"\n'
        f"port = {street.printer_line.port}\n"
    )


class Installed:
    """Acts as an installer does, with apt and the commands of README."""

    def __init__(self, system: BareDebian) -> None:
        self._system = system

    def install(self, build: Build) -> None:
        names = [self._bring(package) for package in (build.kiosk, build.demonstration)]
        options = ("-q", "-y", "--no-install-recommends", "--allow-downgrades")
        self._system.run("apt-get", "install", *options, *names)

    def tell_size(self, build: Build) -> None:
        """What apt says that the kiosk would take in this system; installs nothing."""
        self._system.run("apt-get", "update", "-q")
        command = ("apt-get", "install", "--assume-no", "--no-install-recommends")
        said = self._system.run(*command, self._bring(build.kiosk), check=False).stdout
        all_of_it = re.search(r"After this operation, (\S+ \S+) of additional disk space", said)
        assert all_of_it, said
        own_kib = self._system.run(
            "dpkg-deb", "-f", self._bring(build.kiosk), "Installed-Size"
        ).stdout
        own_mib = int(own_kib) // 1024
        say(f"installed size: {own_mib} MiB, with all it depends on {all_of_it[1]}")

    def _bring(self, package: Path) -> str:
        self._system.put(package, f"/root/{package.name}")
        return f"/root/{package.name}"

    def set_up(self, street: Street) -> None:
        """The second of the three commands, answered from a file."""
        self._system.write("/root/answers.toml", answers(street))
        said = self._system.run("kiosk", "setup", "--answers", "/root/answers.toml").stdout
        say("kiosk setup: " + " / ".join(said.strip().splitlines()))
        self._system.run("kiosk", "check-settings")
        said = self._system.run("kiosk", "doctor").stdout
        assert f"examined: {SITE}" in said, said
        say("kiosk doctor: everything in order")

    def examine_units(self) -> None:
        for unit in sorted((self._system.path / UNITS[1:]).glob(f"{NAME}*.service")):
            said = self._system.run("systemd-analyze", "verify", f"{UNITS}/{unit.name}")
            assert said.stderr.strip() == "", said.stderr
        say("systemd-analyze verify: nothing to say")

    def service(self, name: str, unit: str = UNIT) -> str:
        """What the unit says of its service under this name."""
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment]
        parser.read_string(self.unit_text(unit))
        return parser["Service"][name]

    def unit_text(self, unit: str = UNIT) -> str:
        return (self._system.path / unit[1:]).read_text("utf-8")

    def verify_journal(self) -> None:
        said = self._system.run("kiosk", "journal", "verify", "--site", SITE).stdout
        say(f"kiosk journal verify: {said.strip()}")

    def last_rows(self, count: int) -> str:
        """What the journal says last; the kiosk may be running."""
        said = self._system.run(
            "kiosk", "journal", "show", "--site", SITE, "--last", str(count), check=False
        )
        return said.stdout + said.stderr

    def remove_and_purge(self, build: Build) -> None:
        run, exists = self._system.run, self._system.exists
        run("apt-get", "remove", "-q", "-y", NAME)
        assert not exists(PROGRAM), "files are left"
        assert exists(f"{DATA}/journal.sqlite3"), "the journal went with the program"
        run("dpkg", "--purge", f"{NAME}-demo", NAME)
        assert exists(f"{DATA}/journal.sqlite3"), "purged without consent"
        assert exists(SITE), "purged without consent"
        say("removed and purged: journal and site file are kept")
        run("dpkg", "--install", self._bring(build.kiosk))
        self._system.write("/root/consent", f"{NAME} {NAME}/purge-data boolean true\n")
        run("debconf-set-selections", "/root/consent")
        run("dpkg", "--purge", NAME)
        assert not exists(DATA), "consent was given"
        assert not exists("/etc/public-payment-kiosk"), "consent was given"
        assert USER not in (self._system.path / "etc/passwd").read_text()
        say("purged with consent: nothing is left")

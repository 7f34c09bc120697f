"""`make package-boot`: the installed kiosk under its own systemd, on a computer of its own.

A bare Debian 12 with a kernel gets the package and boots in QEMU: units, the unit's user, the
watchdogs, the log, weston on a screen of its own, the screen's cable, a stick, the power cord
pulled out, visits by mouse and by touch panel. Needs root, and /dev/kvm for its pace; leaves pictures in
out/package-test/boot.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from PIL import ImageStat

from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.guardian.policy import Limits
from tests.package.bare import OUT, BareDebian, enter_namespace
from tests.package.builds import NAME, current
from tests.package.finger import TouchScreen
from tests.package.installed import DATA, USER, Installed, answers
from tests.package.looks import ALIKE, difference, protective_pictures
from tests.package.machine import BOOT_S, HOST, Computer, make_disk
from tests.package.street import Street, say, wait_for
from tests.package.visits import Visits

TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mkfs.ext4": "e2fsprogs",
}
# What an installation of Debian 12 has, and the agent that does what we would type.
COMPUTER = (
    "linux-image-amd64", "initramfs-tools", "systemd-sysv", "udev", "dbus", "qemu-guest-agent",
    "procps", "polkitd", "python3-evdev",
)  # fmt: skip
DISK_MIB = 3072
STICK_MIB = 8
SERVED_S = 180.0
WATCHDOG_S = 20.0
UNSEEN_S = Limits().unseen_s + WATCHDOG_S
STICK_S = 40.0
SCREEN = f"{NAME}-screen"
GUARDIAN = "kiosk[.]guardian"
SCREEN_LOG = "kiosk-screen"
COMPOSITOR = "^/usr/bin/weston"
CONNECTOR = "/sys/class/drm/card0-Virtual-1"
# udev passes what is written to uevent under a name of its own.
HOTPLUG_RULE = 'SUBSYSTEM=="drm", ACTION=="change", ENV{SYNTH_ARG_HOTPLUG}=="1", ENV{HOTPLUG}="1"'
UUID = "00000000-0000-4000-8000-000000000000"
UNPLUGGED_S = 5.0
SETTLED_S = 10.0
LIGHT = 128  # of 255 on average: every page of the kiosk, and no console
FIND_STICK = "findmnt --noheadings --raw --output TARGET,OPTIONS | grep ^/media/stick-"


class Boot:
    """One computer, from its first start to the power that comes back."""

    def __init__(self, stack: ExitStack, place: Path, pictures: Path) -> None:
        self._place, self._pictures = place, pictures
        self._computer = _computer(stack, place)
        stack.callback(self._computer.close)
        town = stack.enter_context(SandboxProcess(place / "sandbox"))
        self._street = Street(stack, pictures, self._computer, town)
        self._must = self._computer.must

    def play(self) -> None:
        self._computer.wait_until_up()
        self.examine_start()
        self.set_up()
        self.examine_service()
        self.ask_polkit()
        self.plug_in_a_stick()
        self.see_it_move()
        Visits(self._street).whole()
        self.pull_the_screens_cable()
        self.start_without_a_screen()
        self.kill_the_compositor()
        self.freeze_the_compositor()
        self.freeze_the_guardian()
        self.take_the_console_away()
        self.cut_power()
        self.see_it_move()
        self.visit_with_a_finger()
        self._must(f"systemctl stop {NAME}")
        say(f"kiosk journal verify: {self._must('kiosk journal verify')}")

    def tell_what_went_wrong(self) -> None:
        self._street.keep("failed")
        logs = f"journalctl -b -o short-monotonic -t {NAME} -t {SCREEN_LOG} -t systemd"
        for command in ("systemctl --failed", f"{logs} | grep -v MHz | cut -c -300 | tail -n 60"):
            say(self._computer.run(command)[1])

    # --- the parts -------------------------------------------------------------------------------

    def examine_start(self) -> None:
        state = self._computer.run("systemctl is-system-running --wait", BOOT_S)[1]
        failed = self._must("systemctl --failed --plain --no-legend")
        assert failed == "", failed
        assert self._must(f"systemctl is-enabled {NAME}") == "enabled"
        assert self._show("ActiveState") == "inactive", "there is no site file yet"
        assert self._show("ActiveState", SCREEN) == "inactive", "it took the console"
        assert self._show("ActiveState", "getty@tty1") == "active", "nobody can log in"
        say(f"systemd is {state}, no unit failed; without a site file the kiosk waits")

    def set_up(self) -> None:
        """The second and the third of the three commands."""
        said = answers(self._street, HOST).replace("'", "")
        self._must(f"cat > /root/answers.toml <<'END'\n{said}END")
        self._must("kiosk setup --answers /root/answers.toml")
        assert "plugged in: screen Virtual-1" in self._must("kiosk doctor")
        began_s = time.monotonic()
        self._must(f"systemctl start {NAME}")
        self._wait_for_the_kiosk()
        say(f"kiosk setup, kiosk doctor, systemctl start: {time.monotonic() - began_s:.1f} s")
        self._street.rest(5.0)
        self._street.this_is_idle()

    def examine_service(self) -> None:
        """Who it is, what it may, where its log goes, and that the watchdog is fed."""
        status = self._must(f"cat /proc/{self._kiosk_pid()}/status")
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        own = self._must(f"id -u {USER}")
        assert facts["Uid"].split() == [own] * 4
        assert int(facts["CapEff"], 16) == 0
        assert int(facts["CapPrm"], 16) == 0
        assert facts["NoNewPrivs"] == "1"
        for folder in ("/etc", "/usr", "/var/log"):
            inside = f"nsenter -t {self._kiosk_pid()} -m touch {folder}/x"
            assert self._computer.run(inside)[0] != 0, f"{folder} can be written to, even by root"
        log = self._must(f"journalctl -b -u {NAME} -o cat")
        assert "device.up" in log, log[-2000:]
        self._street.rest(WATCHDOG_S + 5)
        for unit in (NAME, SCREEN):
            assert self._show("NRestarts", unit) == "0", "the watchdog was not fed"
            assert self._show("ActiveState", unit) == "active"
        say(f"user {USER} without capabilities, the system read-only; log in the journal daemon;")
        say(f"  watchdog of {WATCHDOG_S:.0f} s fed")

    def ask_polkit(self) -> None:
        """The maintenance screen restarts the machine."""
        login1 = "org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager"
        may = self._must(f"runuser -u {USER} -- busctl call {login1} CanReboot")
        assert may == 's "yes"', f"the kiosk's user may not restart the machine: {may}"
        code, _ = self._computer.run(f"runuser -u nobody -- busctl call {login1} Reboot b false")
        assert code != 0, "anybody may restart the machine"
        say("polkit: the kiosk's user may restart the machine, others may not")

    def plug_in_a_stick(self) -> None:
        stick = self._place / "stick.img"
        subprocess.run(["truncate", "-s", f"{STICK_MIB}M", str(stick)], check=True)
        subprocess.run(["mkfs.vfat", "-n", "OFFICE", str(stick)], check=True, capture_output=True)
        self._computer.plug_in(stick)
        mounted = wait_for("the stick", lambda: self._computer.run(FIND_STICK)[1], STICK_S)
        where, options = mounted.split()
        assert {"nosuid", "nodev", "noexec"} <= set(options.split(",")), options
        seen = self._in_the_kiosk(
            "from kiosk.maintenance.places import places; from pathlib import Path;"
            f"from kiosk.maintenance.new_file import new_file; print(places(Path('{DATA}'))[0]);"
            f"file = new_file(Path('{where}/day.csv')); file.__enter__().write(b'1234');"
            "file.__exit__(None, None, None)"
        )
        assert seen == where, seen
        self._computer.pull_out()
        wait_for("the stick's end", lambda: not self._computer.run(FIND_STICK)[1], STICK_S)
        kept = subprocess.run(
            ["grep", "-c", "1234", str(stick)], capture_output=True, text=True, check=False
        )
        assert kept.stdout.strip() != "0", "the file is not on the stick"
        say(f"a stick was mounted as {where} ({options}), written to by the kiosk, pulled out")

    def pull_the_screens_cable(self) -> None:
        """The same kiosk is on the screen again."""
        before = self._kiosk_pid()
        for state in ("off", "detect"):
            self._plug(state)
            self._street.rest(UNPLUGGED_S)
        wait_for("weston's new output", lambda: self._tell("Output .* enabled", SCREEN_LOG) > 1)
        assert self._kiosk_pid() == before, "the kiosk ended with its screen"
        self.see_it_move()
        say("the screen's cable pulled for a while: the same kiosk is back on it")

    def start_without_a_screen(self) -> None:
        self._must(f"systemctl stop {NAME}")
        assert self._show("ActiveState", SCREEN) == "inactive", "the screen outlives the kiosk"
        self._plug("off")
        self._must(f"systemctl start --no-block {NAME}")
        wait_for("words", lambda: self._tell("no screen is plugged in", SCREEN_LOG))
        self._plug("detect")
        self._wait_for_the_kiosk()
        self.see_it_move()
        say("started without a screen: the log says so; on it when there is one")

    def _plug(self, state: str) -> None:
        """The kernel is told what it would see of a cable, and tells it."""
        rules = "/run/udev/rules.d"
        self._must(f"mkdir -p {rules} && echo '{HOTPLUG_RULE}' > {rules}/99-cable.rules")
        self._must("udevadm control --reload")
        self._must(f"echo {state} > {CONNECTOR}/status")
        self._must(f"echo change {UUID} HOTPLUG=1 > {CONNECTOR}/../uevent")

    def kill_the_compositor(self) -> None:
        self._all_new("a compositor that ended", _blow("KILL", COMPOSITOR))

    def freeze_the_compositor(self) -> None:
        self._all_new("a frozen compositor", _blow("STOP", COMPOSITOR))

    def freeze_the_guardian(self) -> None:
        self._all_new("a frozen guardian", _blow("STOP", GUARDIAN))

    def take_the_console_away(self) -> None:
        """Everything lives, and the screen shows a login prompt."""
        self._all_new("another console in front", "chvt 1", UNSEEN_S)

    def _all_new(self, what: str, blow: str, noticed_s: float = WATCHDOG_S) -> None:
        before = self._kiosk_pid()
        self._must(blow)
        began_s = time.monotonic()
        wait_for(
            "another kiosk", lambda: self._kiosk_pid() not in ("", before), noticed_s + SERVED_S
        )
        self._wait_for_the_kiosk()
        for each in (COMPOSITOR, GUARDIAN):
            count = self._must(f"pgrep -c -u {USER} -f {each}")
            assert count == "1", f"{count} of {each}: systemd left the old one"
        self.see_it_move()
        say(f"{what}: a new kiosk on the screen after {time.monotonic() - began_s:.0f} s")

    def cut_power(self) -> None:
        self._computer.cut_power()
        self._street.lose_power()
        began_s = time.monotonic()
        self._computer.wait_until_up()
        self._wait_for_the_kiosk()
        self._street.keep("after-the-power-cut")
        kernel_us = self._must("systemctl show --property UserspaceTimestampMonotonic --value")
        assert not self._tell("shows nothing", NAME), "the screen came only with a second start"
        took_s = time.monotonic() - began_s
        kernel_s = int(kernel_us) / 1e6
        say(f"power cut and back: the kiosk after {took_s:.0f} s, {kernel_s:.0f} of the kernel")

    def visit_with_a_finger(self) -> None:
        self._street.screen = TouchScreen(self._computer)
        panels = self._tell("Touch panel.*touch", SCREEN_LOG)
        assert panels, "weston knows no touch panel"
        Visits(self._street).whole()
        say("  by touches of a panel; the visit before by a mouse")

    def see_it_move(self) -> None:
        """The card on the start page moves; a picture that stands still serves nobody."""
        self._street.rest(SETTLED_S)
        before = self._computer.picture().tobytes()
        wait_for(
            "the picture to move",
            lambda: self._computer.picture().tobytes() != before,
        )
        self._street.wait_until_idle()

    # --- looking ---------------------------------------------------------------------------------

    def _show(self, fact: str, unit: str = NAME) -> str:
        return self._must(f"systemctl show {unit} --property {fact} --value")

    def _tell(self, words: str, who: str) -> int:
        """How many lines of this boot's log say so."""
        return int(self._computer.run(f"journalctl -b -o cat -t {who} | grep -c '{words}'")[1])

    def _kiosk_pid(self) -> str:
        return self._computer.run(f"pgrep -u {USER} -o -f -- '-m kiosk run'")[1].split("\n")[0]

    def _in_the_kiosk(self, program: str) -> str:
        """Python as the kiosk's user, with the kiosk's view of the files."""
        enter = f"nsenter -t {self._kiosk_pid()} -m runuser -u {USER} --"
        return self._must(f'{enter} /usr/lib/{NAME}/bin/python3 -I -c "{program}"')

    def _wait_for_the_kiosk(self) -> None:
        """Its window, not the protective one."""
        others = protective_pictures()

        def is_there() -> bool:
            shown = self._computer.picture()
            if shown.size != others[0].size or not self._kiosk_pid():
                return False
            return ImageStat.Stat(shown.convert("L")).mean[0] > LIGHT and not any(
                difference(shown, other) < ALIKE for other in others
            )

        wait_for("the kiosk's window", is_there, SERVED_S)


def _blow(signal: str, victim: str) -> str:
    return f"pkill -{signal} -u {USER} -f {victim}"


def _computer(stack: ExitStack, place: Path) -> Computer:
    """Debian as it is installed, with the package: the first of the three commands."""
    disk, kernel, initrd = place / "disk.img", place / "vmlinuz", place / "initrd"
    system = stack.enter_context(BareDebian())
    system.run("apt-get", "update", "-q")
    system.run("apt-get", "install", "-q", "-y", "--no-install-recommends", *COMPUTER)
    Installed(system).install(current())
    system.write("/etc/fstab", "/dev/vda / ext4 errors=remount-ro 0 1\n")
    system.write(
        "/etc/systemd/network/80-wired.network", "[Match]\nName=en*\n[Network]\nDHCP=yes\n"
    )
    system.run("systemctl", "enable", "systemd-networkd")
    boot = system.path / "boot"
    shutil.copy(next(boot.glob("vmlinuz-*")), kernel)
    shutil.copy(next(boot.glob("initrd.img-*")), initrd)
    system.unmount()
    make_disk(system.path, disk, DISK_MIB)
    return Computer(disk, kernel, initrd, place)


def main() -> int:
    enter_namespace("tests.package.boot", TOOLS)
    started_s = time.monotonic()
    pictures = OUT / "boot"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=OUT)))
        boot = Boot(stack, place, pictures)
        try:
            boot.play()
        except AssertionError:
            boot.tell_what_went_wrong()
            raise
        finally:
            shutil.copy(place / "console.log", pictures)
    print(f"package-boot: passed in {time.monotonic() - started_s:.0f} s; pictures in {pictures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

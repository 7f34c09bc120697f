"""A whole computer by QEMU: its kernel, its screen, its USB plug, its power cord."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from tests.package.looks import SIZE
from tests.package.street import wait_for

MEMORY_MIB = 1536
BOOT_S = 240.0
COMMAND_S = 120.0
HOST = "10.0.2.2"  # this machine's loopback, as the guest sees it


class Monitor:
    """A JSON conversation with QEMU (QMP) or with the agent in the guest, over a socket."""

    def __init__(self, path: Path, longest_s: float = COMMAND_S) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(longest_s)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8", errors="replace")

    def ask(self, command: str, **arguments: Any) -> Any:
        wanted = {"execute": command} | ({"arguments": arguments} if arguments else {})
        self._socket.sendall(json.dumps(wanted).encode() + b"\n")
        while True:
            answer = json.loads(self._lines.readline())
            if "error" in answer:
                raise AssertionError(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def come_in_step(self) -> None:
        """Pass over answers to whoever asked the agent before and left."""
        mark = time.monotonic_ns() % 1_000_000_000
        answer = self.ask("guest-sync", id=mark)
        while answer != mark:
            answer = json.loads(self._lines.readline()).get("return")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Computer:
    """Boots `disk`; everything that is asked of it inside goes through the guest agent."""

    def __init__(
        self, disk: Path, kernel: Path, initrd: Path, place: Path, *, kvm: bool = False
    ) -> None:
        self._place = place
        pace = (
            ["-accel", "kvm", "-cpu", "host"]
            if kvm
            else ["-accel", "tcg,thread=multi", "-cpu", "max"]
        )
        self._process = subprocess.Popen(
            [
                "qemu-system-x86_64", *pace, "-smp", "2", "-m", str(MEMORY_MIB),
                "-nodefaults", "-display", "none", "-no-user-config",
                "-kernel", str(kernel), "-initrd", str(initrd),
                "-append", "root=/dev/vda rw console=ttyS0 quiet",
                "-drive", f"file={disk},if=virtio,format=raw",
                "-device", "virtio-vga,xres=1080,yres=1920", "-device", "virtio-tablet-pci",
                "-nic", "user,model=virtio-net-pci", "-device", "qemu-xhci,id=usb",
                "-serial", f"file:{place / 'console.log'}",
                "-qmp", f"unix:{place / 'qmp'},server=on,wait=off",
                "-device", "virtio-serial",
                "-chardev", f"socket,path={place / 'agent'},server=on,wait=off,id=agent",
                "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
            ],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for("qemu", (place / "qmp").exists, 10)
        self._qmp = Monitor(place / "qmp")
        self._qmp.ask("qmp_capabilities")

    # --- outside ---------------------------------------------------------------------------------

    def picture(self) -> Image.Image:
        path = self._place / "screen.ppm"
        self._qmp.ask("screendump", filename=str(path))
        with Image.open(path) as shown:
            return shown.convert("RGB")

    def touch(self, x: int, y: int) -> None:
        """With a finger: there, down, up."""
        at = [
            {"type": "abs", "data": {"axis": axis, "value": value * 0x7FFF // size}}
            for axis, value, size in (("x", x, SIZE[0]), ("y", y, SIZE[1]))
        ]
        self._qmp.ask("input-send-event", events=at)
        for down in (True, False):
            button = {"type": "btn", "data": {"button": "left", "down": down}}
            self._qmp.ask("input-send-event", events=[button])

    def plug_in(self, stick: Path) -> None:
        self._qmp.ask(
            "blockdev-add",
            **{
                "node-name": "stick",
                "driver": "raw",
                "file": {"driver": "file", "filename": str(stick)},
            },
        )
        self._qmp.ask("device_add", driver="usb-storage", id="plug", drive="stick", removable=True)

    def pull_out(self) -> None:
        self._qmp.ask("device_del", id="plug")

    def cut_power(self) -> None:
        """Off and on again at once; what was not on the disk is lost."""
        self._qmp.ask("system_reset")

    def close(self) -> None:
        self._qmp.close()
        self._process.kill()
        self._process.wait()

    # --- inside ----------------------------------------------------------------------------------

    def wait_until_up(self) -> None:
        wait_for("the guest agent", self._answers, BOOT_S)

    def _answers(self) -> bool:
        try:
            return self.run("true", longest_s=5.0)[0] == 0
        except (AssertionError, OSError, ValueError):
            return False

    def run(self, command: str, longest_s: float = COMMAND_S) -> tuple[int, str]:
        """A shell's exit code and what it said."""
        agent = Monitor(self._place / "agent", longest_s)
        try:
            agent.come_in_step()
            started = agent.ask(
                "guest-exec", path="/bin/sh", arg=["-c", f"exec 2>&1; {command}"],
                **{"capture-output": True},
            )  # fmt: skip

            def ended() -> Any:
                now = agent.ask("guest-exec-status", pid=started["pid"])
                return now if now["exited"] else None

            state = wait_for(command, ended, longest_s)
        finally:
            agent.close()
        said = base64.b64decode(state.get("out-data", "")).decode("utf-8", "replace")
        return int(state.get("exitcode", -1)), said.strip()

    def must(self, command: str) -> str:
        code, said = self.run(command)
        assert code == 0, f"{command}: {code} {said}"
        return said


def make_disk(root: Path, disk: Path, size_mib: int, skip: Sequence[str] = ()) -> None:
    """An ext4 file system with these files, made without mounting anything."""
    subprocess.run(["truncate", "-s", f"{size_mib}M", str(disk)], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-d", str(root), str(disk)], check=True)

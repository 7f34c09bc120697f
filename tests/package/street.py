"""What stands around the installed kiosk: a screen with a finger, a card, paper, a platform."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import requests
import zxingcpp
from PIL import Image, ImageGrab

from drivers.id_reader.sam_emulator import SamEmulator
from tests.drivers.lines import TcpLine
from tests.drivers.machines import Machine
from tests.drivers.sams import Table, card, field
from tests.package.bare import BareDebian
from tests.package.looks import SIZE, has_same_heading

LONGEST_S = 60.0
LOOK_EVERY_S = 0.1


class Screen:
    """Xvfb: what is seen on it, and where it is touched.

    Not reset when its last client leaves: each look is a client, and who comes meanwhile is refused.
    """

    def __init__(self) -> None:
        ours, theirs = os.pipe()
        self._process = subprocess.Popen(
            [
                "Xvfb", "-displayfd", str(theirs), "-noreset",
                "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24",
            ],
            pass_fds=[theirs], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs)
        with os.fdopen(ours) as told:
            self.name = f":{told.readline().strip()}"

    def picture(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self.name).convert("RGB")

    def touch(self, x: int, y: int) -> None:
        subprocess.run(
            ["xdotool", "mousemove", str(x), str(y), "click", "1"],
            env=os.environ | {"DISPLAY": self.name}, check=True,
        )  # fmt: skip

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def say(line: str) -> None:
    print(f"  {line}", flush=True)


def wait_for(what: str, met: Callable[[], Any], longest_s: float = LONGEST_S) -> Any:
    """The first true answer of `met`; AssertionError after `longest_s`."""
    until_s = time.monotonic() + longest_s
    while not (found := met()):
        assert time.monotonic() < until_s, f"waited {longest_s:.0f} s in vain: {what}"
        select.select([], [], [], LOOK_EVERY_S)
    return found


class Platform:
    """The sandbox of the demonstration's package, inside the bare system."""

    def __init__(self, system: BareDebian) -> None:
        python = "/usr/lib/public-payment-kiosk/bin/python3"
        command = [python, "-I", "-m", "kiosk.sandbox", "--exit-with-stdin"]
        self._process = subprocess.Popen(
            system.command([*command, "--directory", "/var/tmp/sandbox"]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        addresses = json.loads(self._process.stdout.readline())
        self.url, self._direct = addresses["url"], addresses["direct_url"]

    def get(self, path: str) -> Any:
        reply = requests.get(self._direct + path, timeout=10)
        reply.raise_for_status()
        return reply.json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        reply = requests.post(self._direct + path, json=body, timeout=10)
        reply.raise_for_status()
        return reply.json()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Glass(Protocol):
    """A screen with a finger."""

    def picture(self) -> Image.Image: ...
    def touch(self, x: int, y: int) -> None: ...


class Town(Protocol):
    """The platform and who lives there."""

    url: str

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: dict[str, Any]) -> Any: ...


class Street:
    """Everything together."""

    def __init__(self, stack: ExitStack, pictures: Path, screen: Glass, platform: Town) -> None:
        self.screen, self.platform = screen, platform
        self._table, self.printer = Table(), Machine()
        self.reader_line = TcpLine(SamEmulator(lambda: self._table.lying).receive)
        stack.callback(self.reader_line.close)
        self.printer_line = TcpLine(self.printer.answer)
        stack.callback(self.printer_line.close)
        self._pictures = pictures
        self._kept = 0
        self._idle: Image.Image | None = None

    def place_card(self, name: str, number: str) -> None:
        text = (
            field(name, 30) + field("1", 2) + field("01", 4) + field("19000101", 16)
            + field("浙江省杭州市拱墅区测试路1号", 70) + field(number, 36)
            + field("杭州市公安局拱墅分局", 30) + field("20200101", 16) + field("长期", 16)
            + field("", 36)
        )  # fmt: skip
        self._table.place(card(text))

    def lift_card(self) -> None:
        self._table.lift()

    def lose_power(self) -> None:
        """The devices of the cabinet go off and on with the computer."""
        self.reader_line.hang_up()
        self.printer_line.hang_up()

    def keep(self, name: str) -> Image.Image:
        """Leave what is on the screen as a picture."""
        picture = self.screen.picture()
        self._kept += 1
        picture.save(self._pictures / f"{self._kept:02}-{name}.png")
        return picture

    def code_on_screen(self) -> str:
        codes = zxingcpp.read_barcodes(self.screen.picture())
        return codes[0].text if len(codes) == 1 else ""

    # --- waiting -----------------------------------------------------------------------------------

    def rest(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        wait_for("time", lambda: time.monotonic() >= until_s, seconds + 1)

    def this_is_idle(self) -> None:
        """What is on the screen is the start page."""
        self._idle = self.keep("idle")

    def wait_until_idle(self) -> None:
        assert self._idle is not None
        idle = self._idle
        wait_for("the start page", lambda: has_same_heading(self.screen.picture(), idle))

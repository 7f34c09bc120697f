"""A touch panel in a computer whose screen QEMU shows: what it has itself is a mouse.

`PROGRAM` runs inside, with Debian's python3-evdev: a line "x y" to the pipe is one tap.
"""

from __future__ import annotations

from PIL import Image

from tests.package.looks import SIZE
from tests.package.machine import Computer

PIPE = "/run/finger"
PLACE = "/root/finger.py"
LOOK_S = 2  # weston learns of the panel through udev
PROGRAM = f"""
import os, time
from evdev import AbsInfo, UInput, ecodes as e

def axis(last):
    return AbsInfo(value=0, min=0, max=last, fuzz=0, flat=0, resolution=4)

width, height = {SIZE}
panel = UInput(
    {{
        e.EV_KEY: [e.BTN_TOUCH],
        e.EV_ABS: [
            (e.ABS_X, axis(width - 1)), (e.ABS_Y, axis(height - 1)),
            (e.ABS_MT_SLOT, axis(9)), (e.ABS_MT_TRACKING_ID, axis(65535)),
            (e.ABS_MT_POSITION_X, axis(width - 1)), (e.ABS_MT_POSITION_Y, axis(height - 1)),
        ],
    }},
    name="Touch panel", input_props=[e.INPUT_PROP_DIRECT],
)
os.mkfifo("{PIPE}", 0o600)
number = 0
while True:
    with open("{PIPE}") as taps:
        for line in taps:
            x, y = map(int, line.split())
            number += 1
            panel.write(e.EV_ABS, e.ABS_MT_SLOT, 0)
            panel.write(e.EV_ABS, e.ABS_MT_TRACKING_ID, number)
            panel.write(e.EV_ABS, e.ABS_MT_POSITION_X, x)
            panel.write(e.EV_ABS, e.ABS_MT_POSITION_Y, y)
            panel.write(e.EV_KEY, e.BTN_TOUCH, 1)
            panel.write(e.EV_ABS, e.ABS_X, x)
            panel.write(e.EV_ABS, e.ABS_Y, y)
            panel.syn()
            time.sleep(0.08)
            panel.write(e.EV_ABS, e.ABS_MT_TRACKING_ID, -1)
            panel.write(e.EV_KEY, e.BTN_TOUCH, 0)
            panel.syn()
"""


class TouchScreen:
    """The computer's screen, touched with a finger instead of a mouse."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        computer.must(f"modprobe uinput && cat > {PLACE} <<'END'\n{PROGRAM}END")
        computer.must(f"systemd-run --unit finger python3 {PLACE}")
        computer.must(f"sleep {LOOK_S}; test -p {PIPE}")

    def picture(self) -> Image.Image:
        return self._computer.picture()

    def touch(self, x: int, y: int) -> None:
        self._computer.must(f"echo {x} {y} > {PIPE}")

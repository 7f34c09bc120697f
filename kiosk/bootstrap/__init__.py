"""The composition root: the only package that names concrete classes.

`build` wires one kiosk without a screen, `screen` puts a window around it, `run` serves the
public with it. The demonstration is composed on top of these, in `kiosk.demo`.
"""

from kiosk.bootstrap.machine import Machine, OpenDiary, build, journal_diary, open_device
from kiosk.bootstrap.platform import ask_platform, renewal_of, statement_of
from kiosk.bootstrap.window import run, screen
from kiosk.version import VERSION

__all__ = [
    "VERSION",
    "Machine",
    "OpenDiary",
    "ask_platform",
    "build",
    "journal_diary",
    "open_device",
    "renewal_of",
    "run",
    "screen",
    "statement_of",
]

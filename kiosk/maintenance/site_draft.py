"""A site file in the making: keys are set, checked as the kiosk would, and written whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from kiosk.journal.files import DISK, Disk, write_atomically
from kiosk.settings import BadSettings, Fault, Settings, checked

MODE = 0o644  # keys and PINs never stand in it
FRESH = """\
# Written by kiosk setup. Every key and its default: config/default.toml in the program.
schema = 1
environment = "production"

[kiosk]

[storage]
directory = "/var/lib/public-payment-kiosk"

[platform]

[devices]

[screen]
full_screen = true
"""


class SiteDraft:
    """Keeps what the file at `path` already says, its comments too."""

    def __init__(self, path: Path) -> None:
        """Raises BadSettings where there is a file that cannot be read as TOML."""
        self.path = path
        self.is_new = not path.exists()
        self._document = tomlkit.parse(FRESH) if self.is_new else _parsed(path)

    def get(self, key: str) -> Any:
        """The value of a dotted key, None where there is none."""
        value: Any = self._document.unwrap()
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def set(self, key: str, value: str | float | bool) -> None:
        *sections, name = key.split(".")
        place: Any = self._document
        for part in sections:
            if not isinstance(place.get(part), Table | dict):
                place[part] = tomlkit.table()
            place = place[part]
        place[name] = value

    def replace_table(self, key: str, values: Mapping[str, Any]) -> None:
        """Put a device in the place of another: keys of the old driver must not stay."""
        section, name = key.split(".")
        if not isinstance(self._document.get(section), Table | dict):
            self._document[section] = tomlkit.table()
        table = tomlkit.table()
        table.update(values)
        self._document[section][name] = table

    def merge(self, values: Mapping[str, Any]) -> None:
        """Take over every key of `values`; a device's table is replaced as a whole."""
        for key, value in values.items():
            if not isinstance(value, dict):
                self._document[key] = value
                continue
            for name, inner in value.items():
                if key == "devices" and isinstance(inner, dict):
                    self.replace_table(f"devices.{name}", inner)
                else:
                    self.set(f"{key}.{name}", inner)

    def settings(self) -> Settings:
        """What the kiosk would read. Raises BadSettings."""
        return checked(self.path, self._document.unwrap(), self.text)

    def faults(self) -> tuple[Fault, ...]:
        try:
            self.settings()
        except BadSettings as error:
            return error.faults
        return ()

    def fault_of(self, key: str) -> str:
        """What is wrong with one key or the table it names; empty when nothing is."""
        return "; ".join(
            fault.message
            for fault in self.faults()
            if fault.key == key or fault.key.startswith(f"{key}.")
        )

    @property
    def text(self) -> str:
        return tomlkit.dumps(self._document)

    def write(self, disk: Disk = DISK) -> None:
        """Replace the file at once and durably; the one before stays as `….old`. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            before = self.path.with_name(self.path.name + ".old")
            write_atomically(before, self.path.read_bytes(), MODE, disk)
        write_atomically(self.path, self.text.encode(), MODE, disk)


def _parsed(path: Path) -> tomlkit.TOMLDocument:
    """Other faults may be mended by setup; what is no TOML cannot even be read."""
    try:
        return tomlkit.parse(path.read_text("utf-8-sig"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except (tomlkit.exceptions.ParseError, UnicodeDecodeError) as error:
        message = f"is not TOML, put it aside first: {error}"
    raise BadSettings(path.name, [Fault("", 0, message)])

"""A site file in the making: keys are set, checked as the kiosk would, and written whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from kiosk.settings import BadSettings, Fault, Settings, load

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
        """Raises BadSettings where there is a file that is not TOML."""
        self.path = path
        self.is_new = not path.exists()
        if not self.is_new:
            _require_toml(path)
        self._document = tomlkit.parse(FRESH if self.is_new else path.read_text("utf-8-sig"))

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
            elif key == "devices":
                for role, device in value.items():
                    self.replace_table(f"devices.{role}", device)
            else:
                for name, inner in value.items():
                    self.set(f"{key}.{name}", inner)

    def settings(self) -> Settings:
        """What the kiosk would read. Raises BadSettings."""
        with tempfile.TemporaryDirectory() as place:
            trial = Path(place) / self.path.name
            trial.write_text(self.text, "utf-8")
            return load(trial)

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

    def write(self) -> None:
        """Replace the file at once and durably; the one before stays as `….old`. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(self.path.name + ".new")
        with new.open("w", encoding="utf-8") as file:
            file.write(self.text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(0o644)
        if self.path.exists():
            self.path.replace(self.path.with_name(self.path.name + ".old"))
        new.replace(self.path)


def _require_toml(path: Path) -> None:
    """Other faults may be mended by setup; what is no TOML cannot even be read."""
    try:
        tomlkit.parse(path.read_text("utf-8-sig"))
    except (tomlkit.exceptions.ParseError, UnicodeDecodeError) as error:
        message = f"is not TOML, put it aside first: {error}"
        raise BadSettings(path.name, [Fault("", 0, message)]) from error

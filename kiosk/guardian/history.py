"""How often the kiosk ended, kept across restarts and power cuts in one small file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from math import inf
from pathlib import Path

FILE_NAME = "guardian.json"
MAX_FILE_BYTES = 256
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class History:
    """`failed_starts` in a row; `ends` since `hour_began_s` (wall clock, seconds of 1970)."""

    failed_starts: int = 0
    ends: int = 0
    hour_began_s: float = 0.0

    def after_end(self, wall_s: float, *, start_failed: bool) -> History:
        """One more end; the hour begins anew when it is over, or the clock was put back."""
        same_hour = 0 <= wall_s - self.hour_began_s < HOUR_S
        return History(
            self.failed_starts + 1 if start_failed else 0,
            self.ends + 1 if same_hour else 1,
            self.hour_began_s if same_hour else wall_s,
        )

    def after_good_start(self) -> History:
        return History(0, self.ends, self.hour_began_s)


def load(directory: Path) -> History:
    """What the file says; a missing or unreadable one counts nothing."""
    try:
        with (directory / FILE_NAME).open("rb") as file:
            found = json.loads(file.read(MAX_FILE_BYTES))
    except (OSError, ValueError):
        return History()
    names = {field.name for field in fields(History)}
    if not isinstance(found, dict) or set(found) != names:
        return History()
    if not all(isinstance(value, int | float) and 0 <= value < inf for value in found.values()):
        return History()
    return History(int(found["failed_starts"]), int(found["ends"]), float(found["hour_began_s"]))


def save(directory: Path, history: History) -> bool:
    """Replace the file, durably; False where the disk refuses: the guardian goes on all the same."""
    path = directory / FILE_NAME
    new = path.with_suffix(".new")
    try:
        with new.open("w", encoding="utf-8") as file:
            json.dump(asdict(history), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError:
        return False
    return True

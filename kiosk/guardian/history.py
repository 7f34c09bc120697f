"""How often the kiosk ended, kept across restarts and power cuts in one small file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path

FILE_NAME = "guardian.json"
MAX_FILE_BYTES = 256
HOUR_S = 3600.0
NEEDED = frozenset({"failed_starts", "ends", "hour_began_s"})


@dataclass(frozen=True, slots=True)
class History:
    """`failed_starts` in a row; `ends` since `hour_began_s` (wall clock, seconds of 1970);
    `renewals` of the screen in a row that brought no picture."""

    failed_starts: int = 0
    ends: int = 0
    hour_began_s: float = 0.0
    renewals: int = 0

    def after_end(self, wall_s: float, *, start_failed: bool) -> History:
        """One more end; the hour begins anew when it is over, or the clock was put back."""
        same_hour = 0 <= wall_s - self.hour_began_s < HOUR_S
        return replace(
            self,
            failed_starts=self.failed_starts + 1 if start_failed else 0,
            ends=self.ends + 1 if same_hour else 1,
            hour_began_s=self.hour_began_s if same_hour else wall_s,
        )

    def after_good_start(self) -> History:
        return replace(self, failed_starts=0)

    def after_renewal(self) -> History:
        return replace(self, renewals=self.renewals + 1)

    def after_picture(self) -> History:
        return replace(self, renewals=0)


def load(directory: Path) -> History:
    """What the file says; a missing or unreadable one counts nothing."""
    try:
        with (directory / FILE_NAME).open("rb") as file:
            found = json.loads(file.read(MAX_FILE_BYTES))
    except (OSError, ValueError):
        return History()
    if not isinstance(found, dict) or found.keys() - {"renewals"} != NEEDED:
        return History()
    if not all(isinstance(value, int | float) and 0 <= value < inf for value in found.values()):
        return History()
    renewals = int(found.get("renewals", 0))
    return History(
        int(found["failed_starts"]), int(found["ends"]), float(found["hour_began_s"]), renewals
    )


def save(directory: Path, history: History) -> bool:
    """Replace the file, durably; False where the disk refuses: the guardian goes on all the same."""
    path = directory / FILE_NAME
    new = path.with_suffix(".new")
    try:
        with new.open("w", encoding="utf-8") as file:
            json.dump(_as_json(history), file)
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


def _as_json(history: History) -> dict[str, float]:
    """Without `renewals` where there are none: an earlier build knows no such key."""
    values = asdict(history)
    return values if history.renewals else {name: values[name] for name in sorted(NEEDED)}

"""Writes kiosk/event_ids.py from config/events.toml; `--check` says whether it is stale."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "config" / "events.toml"
TARGET = ROOT / "kiosk" / "event_ids.py"
HEAD = '''"""The ids of the event catalogue. Written by `make docs` from config/events.toml."""

from __future__ import annotations

from enum import StrEnum


class EventId(StrEnum):
'''


def drawn() -> str:
    """The module's source; the members in the order of the data file."""
    tables = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    names = [f"{group}.{code}" for group, codes in tables.items() for code in codes]
    lines = [f'    {name.replace(".", "_").upper()} = "{name}"\n' for name in names]
    return HEAD + "".join(lines)


def main() -> int:
    new = drawn()
    if "--check" in sys.argv:
        is_stale = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != new
        print("stale: run make docs" if is_stale else f"{TARGET.name} is up to date")
        return int(is_stale)
    TARGET.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""One file for the support: logs, journal excerpt, report, versions, settings; all scrubbed."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from kiosk.domain.records import Carried, CarriedForward
from kiosk.engine.engine import Entry
from kiosk.maintenance.new_file import new_file
from kiosk.maintenance.scrub import journal_row, lines_of
from kiosk.observability import LOG_NAME
from kiosk.settings import Settings

MAX_LOG_FILES = 3
MAX_LOG_BYTES = 5 * 1024 * 1024  # of each, its end
MAX_ROWS = 5000
REPEATED = (Carried.__name__, CarriedForward.__name__)
PLATFORM_WORDS = ("adapter", "base_url", "signature_algorithm")
PACKAGES = ("PySide6-Essentials", "apsw", "argon2-cffi", "cryptography", "pydantic", "requests")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the bundle comes from; `checks` is (what, verdict) of doctor or of the first page."""

    settings: Settings
    version: str
    entries: Iterable[Entry]  # newest last; the end of it is taken
    checks: Iterable[tuple[str, str]]
    now: datetime


def bundle_name(kiosk_id: str, now: datetime) -> str:
    return f"support-{kiosk_id}-{now.astimezone(UTC):%Y%m%d-%H%M%S}.zip"


def newest(backward: Iterable[Entry], *troubles: type[Exception]) -> tuple[list[Entry], str]:
    """As many as a bundle holds, oldest first, of entries that come newest first.

    What a volume begins with repeats what former rows have told, so it does not count. One
    of `troubles` ends the reading, not the bundle: then the second value is "cut_short", else
    "whole".
    """
    found: list[Entry] = []
    told = (entry for entry in backward if entry.kind not in REPEATED)
    try:
        found.extend(islice(told, MAX_ROWS))
    except troubles:
        return found[::-1], "cut_short"
    return found[::-1], "whole"


def write_bundle(path: Path, sources: Sources) -> Path:
    """Write a new file, mode 0600, safe on its medium; raises OSError, FileExistsError."""
    parts = dict(_parts(sources))
    parts["manifest.json"] = _json(
        {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    )
    with (
        new_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _parts(sources: Sources) -> Iterator[tuple[str, bytes]]:
    yield "versions.json", _json(_versions(sources))
    yield "settings.json", _json(_settings(sources.settings))
    yield "report.json", _json(dict(_checks(sources.checks)))
    yield "journal.jsonl", _lines(_rows(sources.entries))
    directory = sources.settings.storage_directory / "log"
    for number in range(MAX_LOG_FILES):
        name = LOG_NAME + (f".{number}" if number else "")
        if (directory / name).is_file():
            yield f"log/{name}.jsonl", _lines(lines_of(_end_of(directory / name)))


def _end_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - MAX_LOG_BYTES))
        if size > MAX_LOG_BYTES:
            file.readline()  # half a line
        yield from file


def _rows(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in deque(entries, maxlen=MAX_ROWS):
        yield journal_row(entry.seq, entry.at.isoformat(), entry.kind, entry.values)


def _checks(checks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Names and verdicts are our own words; what a check found could be anything."""
    for name, verdict in checks:
        yield name.partition(" (")[0], verdict


def _versions(sources: Sources) -> Mapping[str, object]:
    return {
        "kiosk": sources.version,
        "made_at": sources.now.astimezone(UTC).isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def _settings(settings: Settings) -> Mapping[str, object]:
    """What helps and is no secret: whose paths, phones and credentials are not."""
    values = settings.platform.model_dump()
    is_set = {name: bool(value) for name, value in values.items() if name.endswith("_file")}
    platform_section = {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float) or name in PLATFORM_WORDS
    }
    return {
        "environment": settings.environment.value,
        "kiosk_id": settings.kiosk.id,
        "language": settings.kiosk.language,
        "platform": platform_section,
        "platform_is_set": is_set,
        "screen": settings.screen.model_dump(),
        "timing": settings.timing.model_dump(),
        "opening": settings.opening.model_dump(),
        "has_mirror": settings.mirror_directory is not None,
        "devices": {role.value: each.driver.name for role, each in settings.devices.items()},
    }


def _json(values: Mapping[str, object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n"


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()

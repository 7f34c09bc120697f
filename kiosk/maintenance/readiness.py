"""Is this kiosk ready to serve? One check after the other, each with what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.domain.platform import Acknowledged, CheckLink, Outcome, PlatformCall
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalError, JournalInUse
from kiosk.journal.reader import Reader
from kiosk.journal.verify import verify
from kiosk.maintenance import devices
from kiosk.maintenance.advice import advice_for
from kiosk.maintenance.credentials import credentials
from kiosk.maintenance.devices import Open
from kiosk.maintenance.verdicts import Check, Verdict
from kiosk.paths import assets_directory
from kiosk.settings import Settings, missing_for_service

FREE_BYTES_NEEDED = 512 * 1024 * 1024
FREE_BYTES_WISHED = 2 * 1024 * 1024 * 1024
OLDEST_NOW = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before this has lost its battery
FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")

Ask = Callable[[Settings, PlatformCall], Outcome]
"""Asks the settings' platform once; never raises for anything the network does."""


def examine(
    settings: Settings, open_device: Open, ask: Ask, now: datetime | None = None
) -> tuple[Check, ...]:
    """Every check of a kiosk, in the order in which a technician would make them."""
    now = now or datetime.now(UTC)
    return (
        *_settings(settings),
        *_devices(settings, open_device),
        *credentials(settings, now),
        _platform(settings, ask),
        _disk(settings.storage_directory),
        *_journal(settings.storage_directory, now),
        _clock(now),
        _fonts(assets_directory()),
    )


def as_json(checks: tuple[Check, ...]) -> dict[str, Any]:
    """{"ready": bool, "checks": [{name, verdict, message, advice}]}"""
    ready = all(check.verdict is not Verdict.FAILED for check in checks)
    return {"ready": ready, "checks": [asdict(check) for check in checks]}


def _settings(settings: Settings) -> Iterator[Check]:
    missing = missing_for_service(settings)
    for fault in missing:
        yield Check(f"settings {fault.key}", Verdict.FAILED, fault.message, "set it in the file")
    if not missing:
        yield Check("settings", Verdict.OK, f"environment {settings.environment}")


def _devices(settings: Settings, open_device: Open) -> Iterator[Check]:
    for role, answer in devices.status(settings, open_device).items():
        name = f"device {role} ({answer['driver']})"
        advice = advice_for(answer["reason"]) if answer["reason"] else ""
        if answer["state"] == "ready":
            found = f"ready ({answer['reason']})" if answer["reason"] else "ready"
            yield Check(name, Verdict.WARNING if advice else Verdict.OK, found, advice)
        else:
            yield Check(name, Verdict.FAILED, answer["message"], advice)


def _platform(settings: Settings, ask: Ask) -> Check:
    if not settings.platform.base_url:
        return Check("platform", Verdict.OK, "the embedded sandbox, started with the demo")
    outcome = ask(settings, CheckLink())
    if isinstance(outcome, Acknowledged):
        return Check("platform", Verdict.OK, f"{settings.platform.base_url} answers")
    reason = getattr(outcome, "reason", "") or str(getattr(outcome, "code", outcome))
    return Check(
        "platform",
        Verdict.FAILED,
        f"{settings.platform.base_url} gives no proper answer: {reason}",
        "check the network, base_url and the certificate files",
    )


def _disk(directory: Path) -> Check:
    place = next(path for path in (directory, *directory.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        advice = "give the directory to the kiosk's user"
        return Check("disk", Verdict.FAILED, f"{place} cannot be written", advice)
    free = shutil.disk_usage(place).free
    found = f"{free // 2**20} MiB free at {place}"
    if free < FREE_BYTES_NEEDED:
        return Check("disk", Verdict.FAILED, found, "free at least 512 MiB")
    if free < FREE_BYTES_WISHED:
        return Check("disk", Verdict.WARNING, found, "free at least 2 GiB")
    return Check("disk", Verdict.OK, found)


def _journal(directory: Path, now: datetime) -> Iterator[Check]:
    if not (directory / FILE_NAME).exists():
        yield Check("journal", Verdict.OK, "none yet; made at the first start")
        return
    try:
        report = verify(directory, keys.for_directory(directory).journal)
        with Reader(directory) as reader:
            newest = max((row.at for row in reader.rows()), default=None)
    except JournalInUse:
        found = "in use by a running kiosk"
        yield Check("journal", Verdict.WARNING, found, "stop the kiosk to have it verified")
        return
    except JournalError as error:
        yield Check("journal", Verdict.FAILED, str(error), "take no money until it is clear")
        return
    damage = [finding.message for finding in report.findings if finding.is_damage]
    if damage:
        advice = "keep a copy; see kiosk journal verify"
        yield Check("journal", Verdict.FAILED, "; ".join(damage[:5]), advice)
    else:
        yield Check("journal", Verdict.OK, f"{report.rows} rows, all as committed")
    if newest is not None and newest > now:
        found = f"the journal's newest row is from {newest:%Y-%m-%d %H:%M} UTC, after now"
        yield Check("clock and journal", Verdict.FAILED, found, "set the clock")


def _clock(now: datetime) -> Check:
    found = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < OLDEST_NOW:
        return Check("clock", Verdict.FAILED, found, "set the clock and change its battery")
    return Check("clock", Verdict.OK, found)


def _fonts(assets: Path) -> Check:
    missing = [name for name in FONTS if not (assets / "fonts" / name).is_file()]
    if missing:
        found = f"missing in {assets / 'fonts'}: {', '.join(missing)}"
        return Check("fonts", Verdict.FAILED, found, "install the kiosk again")
    return Check("fonts", Verdict.OK, "Noto Sans SC, regular and bold")

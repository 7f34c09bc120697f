"""Is this kiosk ready to serve? One check after the other, each with what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.preview import prints_rarest_hanzi
from kiosk import event_catalogue
from kiosk.domain.kiosk import OLDEST_NOW
from kiosk.domain.platform import Acknowledged, CheckLink, Outcome, PlatformCall, Refused
from kiosk.event_ids import EventId
from kiosk.journal import keys
from kiosk.journal.chain import microseconds
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalError, JournalInUse
from kiosk.journal.files import DISK
from kiosk.journal.findings import Kind
from kiosk.journal.reader import Reader
from kiosk.journal.space import Reserve, Space
from kiosk.journal.verify import verify
from kiosk.journal.volumes import archived
from kiosk.maintenance import devices
from kiosk.maintenance.credentials import credentials
from kiosk.maintenance.devices import Open
from kiosk.maintenance.open_codes import open_codes
from kiosk.maintenance.verdicts import Check, Verdict
from kiosk.paths import assets_directory
from kiosk.settings import Settings, missing_for_service
from kiosk.settings.model import Environment

FREE_BYTES_NEEDED = 512 * 1024 * 1024
FREE_BYTES_WISHED = 2 * 1024 * 1024 * 1024
MICROSECONDS_AN_HOUR = 3_600_000_000
MAX_FINDINGS = 5
OVERDUE = 2  # times the rows of a volume: the engine has not found a way to begin a new one
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
        _disk(settings),
        *_journal(settings, now),
        *open_codes(settings, now),
        _mirror(settings),
        _clock(now),
        _fonts(assets_directory()),
    )


def as_json(checks: tuple[Check, ...]) -> dict[str, Any]:
    """{"ready": bool, "checks": [what Check.as_json says]}"""
    ready = all(check.verdict is not Verdict.FAILED for check in checks)
    return {"ready": ready, "checks": [check.as_json() for check in checks]}


def _settings(settings: Settings) -> Iterator[Check]:
    missing = missing_for_service(settings)
    for fault in missing:
        yield Check(f"settings {fault.key}", EventId.SETTINGS_MISSING, fault.message)
    if not missing:
        yield Check("settings", EventId.SETTINGS_RIGHT, f"environment {settings.environment}")


def _devices(settings: Settings, open_device: Open) -> Iterator[Check]:
    for role, answer in devices.status(settings, open_device).items():
        name = f"device {role} ({answer['driver']})"
        troubles = event_catalogue.describe("device", answer["reason"])
        is_ready = answer["state"] == "ready"
        if not troubles:
            event = EventId.KIOSK_DEVICE_GOOD if is_ready else EventId.DEVICE_DOWN
            yield Check(name, event, answer["message"] or answer["state"])
        for trouble in troubles:
            said = answer["message"] or answer["reason"]
            at_least = Verdict.WARNING if is_ready else Verdict.FAILED
            if trouble.id is EventId.DEVICE_NO_KEYBOARD:  # Nobody's fault, and nothing to do.
                at_least = Verdict.OK
            yield Check(name, trouble.id, f"{trouble.en} ({said})", at_least)


def _platform(settings: Settings, ask: Ask) -> Check:
    platform, serves = settings.platform, settings.environment is Environment.PRODUCTION
    if serves and platform.adapter == "http" and not platform.base_url:
        return Check("platform", EventId.SETTINGS_MISSING, "no address, so nothing was asked")
    if not settings.platform.base_url:
        return Check("platform", EventId.KIOSK_PLATFORM_EMBEDDED)
    outcome = ask(settings, CheckLink())
    if isinstance(outcome, Acknowledged):
        return Check(
            "platform", EventId.KIOSK_PLATFORM_GOOD, f"{settings.platform.base_url} answers"
        )
    reason = outcome.code.value if isinstance(outcome, Refused) else getattr(outcome, "reason", "")
    found = event_catalogue.find("platform", reason)
    event = found.id if found else EventId.PLATFORM_NETWORK
    said = f"{settings.platform.base_url} gives no proper answer: {reason}"
    return Check("platform", event, said, Verdict.FAILED)


def _disk(settings: Settings) -> Check:
    place = _nearest(settings.storage_directory)
    if not os.access(place, os.W_OK | os.X_OK):
        return Check("disk", EventId.KIOSK_STORAGE_REFUSED, f"{place} cannot be written")
    free = shutil.disk_usage(place).free
    found = f"{free // 2**20} MiB free at {place}"
    if _takes_no_payments(settings, free):
        return Check("disk", EventId.KIOSK_DISK_NO_PAYMENTS, found)
    if free < FREE_BYTES_NEEDED:
        return Check("disk", EventId.KIOSK_DISK_FULL, found)
    if free < FREE_BYTES_WISHED:
        return Check("disk", EventId.KIOSK_DISK_LOW, found)
    return Check("disk", EventId.KIOSK_DISK_GOOD, found)


def _takes_no_payments(settings: Settings, free_bytes: int) -> bool:
    """What a kiosk that ran here would find; before its first start there is no reserve."""
    directory = settings.storage_directory
    started = (directory / FILE_NAME).exists()
    reserve = Reserve(directory, settings.reserve_bytes if started else 0, DISK)
    return Space(free_bytes, reserve.is_whole).is_low


def _nearest(directory: Path) -> Path:
    return next(path for path in (directory, *directory.parents) if path.exists())


def _mirror(settings: Settings) -> Check:
    """Whether the second copy can be kept; what is in it is compared with the journal."""
    directory = settings.mirror_directory
    if directory is None:
        serves = settings.environment is Environment.PRODUCTION
        found = "none: an old copy of the journal put back would go unseen"
        at_least = Verdict.WARNING if serves else Verdict.OK
        return Check("mirror", EventId.JOURNAL_MIRROR_NONE, found, at_least)
    place = _nearest(directory)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        found = f"{place} cannot be written: no second copy of the journal is kept"
        return Check("mirror", EventId.JOURNAL_MIRROR_LOST, found, Verdict.FAILED)
    if _nearest(settings.storage_directory).stat().st_dev == place.stat().st_dev:
        found = f"{directory} is on the journal's own disk and would be lost with it"
        return Check("mirror", EventId.JOURNAL_MIRROR_SAME_DISK, found)
    return Check("mirror", EventId.JOURNAL_MIRROR_KEPT, f"kept in {directory}")


def _journal(settings: Settings, now: datetime) -> Iterator[Check]:
    directory = settings.storage_directory
    if not (directory / FILE_NAME).exists():
        yield Check("journal", EventId.JOURNAL_NONE_YET, "none yet; made at the first start")
        return
    try:
        key = keys.for_directory(directory).journal
        report = verify(directory, key, mirror=settings.mirror_directory)
        with Reader(directory) as reader:
            newest_us = max((row.at_us for row in reader.live_rows()), default=0)
    except JournalInUse:
        found = "in use by a running kiosk, so it was not verified"
        yield Check("journal", EventId.JOURNAL_NOT_VERIFIED, found)
        return
    except JournalError as error:
        yield Check("journal", EventId.JOURNAL_REFUSED, str(error))
        return
    damage = [finding for finding in report.findings if finding.is_damage]
    for finding in damage[:MAX_FINDINGS]:
        yield Check("journal", EventId(f"journal.{finding.kind}"), finding.message)
    if not damage:
        yield Check("journal", EventId.JOURNAL_SOUND, f"{report.rows} rows, all as committed")
    yield _volumes(settings)
    if behind := [each.message for each in report.findings if each.kind is Kind.MIRROR_BEHIND]:
        event = EventId.JOURNAL_MIRROR_BEHIND
        yield Check("journal mirror", event, "; ".join(behind), Verdict.WARNING)
    if newest_us > microseconds(now):
        ahead_h = (newest_us - microseconds(now)) // MICROSECONDS_AN_HOUR
        found = f"the journal's newest row is {ahead_h} hours ahead of this clock"
        yield Check("clock and journal", EventId.KIOSK_CLOCK_BEHIND, found)


def _volumes(settings: Settings) -> Check:
    """How many volumes there are and what they take; whether a new one is overdue."""
    directory = settings.storage_directory
    old = archived(directory)
    live = directory / FILE_NAME
    size = sum(path.stat().st_size for path in (live, *(each.path for each in old)))
    with Reader(directory) as reader:
        rows = reader.last_seq - (old[-1].last if old else 0)
    kept = f"{settings.keep_years} years" if settings.keep_years else "for ever"
    found = f"{len(old)} archived, {rows} rows in use, {size / 2**20:.1f} MiB, kept {kept}"
    if rows > OVERDUE * settings.volume_rows:
        return Check("journal volumes", EventId.JOURNAL_NOT_CARRIED, found)
    return Check("journal volumes", EventId.JOURNAL_VOLUMES, found)


def _clock(now: datetime) -> Check:
    found = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < OLDEST_NOW:
        return Check("clock", EventId.KIOSK_CLOCK_LOST, found)
    return Check("clock", EventId.KIOSK_CLOCK_GOOD, found)


def _fonts(assets: Path) -> Check:
    missing = [name for name in FONTS if not (assets / "fonts" / name).is_file()]
    if missing:
        found = f"missing in {assets / 'fonts'}: {', '.join(missing)}"
        return Check("fonts", EventId.KIOSK_FONTS_MISSING, found)
    rare = "hanzi of extensions B to F too"
    if not prints_rarest_hanzi():
        rare = "the rarest hanzi print as 〓: fonts-hanazono is not installed"
    return Check("fonts", EventId.KIOSK_FONTS_GOOD, f"Noto Sans SC, regular and bold; {rare}")

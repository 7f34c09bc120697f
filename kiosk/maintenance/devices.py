"""Trying one device at a time; every answer is plain data for people and scripts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from drivers.api import (
    CardRead,
    CardReadFailed,
    DriverError,
    IdCard,
    PrinterStatus,
    PrintOutcome,
    ReceiptPrinter,
    Role,
)
from drivers.clock import Clock, SystemClock
from drivers.preview import columns_of, preview
from kiosk import event_catalogue
from kiosk.domain.identifiers import route_scan
from kiosk.receipts import compose_sample
from kiosk.settings import Settings

Answer = Mapping[str, Any]
Open = Callable[[Settings, Role], Any]
"""Opens the device that the settings name for a role; raises DriverError."""

CARD_ROLES = (Role.ID_READER, Role.CARD_READER)
CARD_POLL_S = 0.31  # the SAM document wants more than 300 ms between two looks for a card
SCAN_POLL_S = 0.1
OPEN_RETRY_S = 1.0
NO_KEYBOARD = "no_keyboard"  # a scanner that types needs the kiosk's window


def read_card(
    settings: Settings, open_device: Open, timeout_s: float, clock: Clock | None = None
) -> Answer:
    """What the first card says, or an object with "error" (a stable code) and "message".

    Real readers go first: simulated ones are asked only where there is no real one.
    """
    clock = clock or SystemClock()
    roles = [role for role in CARD_ROLES if role in settings.devices]
    real = [role for role in roles if not settings.devices[role].driver.simulated]
    if not roles:
        return _error("no_device")
    deadline_s = clock.monotonic() + timeout_s
    try:
        with ExitStack() as stack:
            readers = _all_that_open(stack, open_device, settings, real or roles)
            while True:
                for reader in readers:
                    event = reader.poll()
                    if isinstance(event, CardRead):
                        return _card(event.card)
                    if isinstance(event, CardReadFailed):
                        return _error(event.reason)
                if clock.monotonic() >= deadline_s:
                    return _error("no_card")
                clock.sleep(CARD_POLL_S)
    except DriverError as error:
        return _error(error.reason, str(error))


def _all_that_open(
    stack: ExitStack, open_device: Open, settings: Settings, roles: list[Role]
) -> list[Any]:
    """One reader that works is enough. Raises the last DriverError where none does."""
    readers = []
    lost: DriverError | None = None
    for role in roles:
        try:
            readers.append(stack.enter_context(_opened(open_device, settings, role)))
        except DriverError as error:
            lost = error
    if not readers and lost is not None:
        raise lost
    return readers


def scan(
    settings: Settings, open_device: Open, timeout_s: float, clock: Clock | None = None
) -> Answer:
    """The first scanned text and what the kiosk takes it for, or an "error" object."""
    clock = clock or SystemClock()
    if Role.SCANNER not in settings.devices:
        return _error("no_device")
    deadline_s = clock.monotonic() + timeout_s
    try:
        with _opened(open_device, settings, Role.SCANNER) as scanner:
            while True:
                text = scanner.poll()
                if text is not None:
                    return {"text": text, "kind": str(route_scan(text).kind)}
                if clock.monotonic() >= deadline_s:
                    return _error("no_code")
                clock.sleep(SCAN_POLL_S)
    except DriverError as error:
        return _error(error.reason, str(error))


def print_sample(
    settings: Settings, open_device: Open, timeout_s: float, clock: Clock | None = None
) -> Answer:
    """{"state", "status", "reason", "stage", "proof", "message"}; "printed" only on the printer's own proof.

    A printer that cannot be opened is tried again until the time is over; a print never is.
    """
    clock = clock or SystemClock()
    role = Role.RECEIPT_PRINTER
    if role not in settings.devices:
        return _not_printed("no_device", _words("no_device"))
    deadline_s = clock.monotonic() + timeout_s
    while True:
        try:
            printer: ReceiptPrinter = open_device(settings, role)
            break
        except DriverError as error:
            if clock.monotonic() >= deadline_s:
                return _not_printed(error.reason, str(error))
        clock.sleep(OPEN_RETRY_S)
    try:
        document = compose_sample(printer.columns, settings.kiosk.id)
        report = printer.print(document, secrets.randbelow(10000))
    finally:
        printer.close()
    return {
        "state": str(report.outcome),
        "status": report.status.words,
        "reason": report.reason,
        "stage": str(report.stage or ""),
        "proof": str(report.proof or ""),
        "message": SAMPLE_WORDS[report.outcome],
    }


def preview_sample(settings: Settings, path: Path) -> Answer:
    """Draw the sample as the site's printer would print it, into a PNG file; no printer needed.

    Raises OSError where the file cannot be written, BadSettings for an impossible profile.
    """
    device = settings.devices.get(Role.RECEIPT_PRINTER)
    profile = device.options.profile if device else "default"
    drawn = preview(compose_sample(columns_of(profile), settings.kiosk.id), profile)
    drawn.image.save(path, "PNG")
    return {
        "state": "previewed",
        "file": str(path),
        "profile": profile,
        "height_mm": drawn.height_mm,
        "bytes": drawn.size_bytes,
        "qr_codes": list(drawn.qr_codes),
        "unknown_commands": list(drawn.unknown),
    }


SAMPLE_WORDS = {
    PrintOutcome.PRINTED: "The printer has proven the sample; take the paper.",
    PrintOutcome.NOT_PRINTED: "Nothing was sent to the printer.",
    PrintOutcome.UNKNOWN: "The sample may be on paper: the printer has not said so.",
}


def status(
    settings: Settings, open_device: Open, timeout_s: float = 0.0, clock: Clock | None = None
) -> dict[str, Answer]:
    """For every configured role: its driver, "ready", "not_ready", "lost" or "untried", and why.

    Asks again until all are ready or the time is over. A scanner that types stays untried:
    only the kiosk's own window receives its keys.
    """
    clock = clock or SystemClock()
    deadline_s = clock.monotonic() + timeout_s
    while True:
        answers = _status(settings, open_device)
        if all_well(answers) or clock.monotonic() >= deadline_s:
            return answers
        clock.sleep(OPEN_RETRY_S)


def all_well(answers: Mapping[str, Answer]) -> bool:
    return all(answer["state"] in ("ready", "untried") for answer in answers.values())


def _status(settings: Settings, open_device: Open) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for role, device in settings.devices.items():
        state, reason, message = _state_of(settings, open_device, role)
        answers[role.value] = {
            "driver": device.driver.name,
            "state": state,
            "reason": reason,
            "message": message,
        }
    return answers


def _state_of(settings: Settings, open_device: Open, role: Role) -> tuple[str, str, str]:
    try:
        with _opened(open_device, settings, role) as device:
            if role is not Role.RECEIPT_PRINTER:
                # Opening has proven it. To poll would read the card that lies there.
                return "ready", "", ""
            found: PrinterStatus = device.status()
    except DriverError as error:
        return "untried" if error.reason == NO_KEYBOARD else "lost", error.reason, str(error)
    state = "ready" if found.can_print else "not_ready"
    return state, ",".join(sorted(found.conditions)), found.words


@contextmanager
def _opened(open_device: Open, settings: Settings, role: Role) -> Iterator[Any]:
    device = open_device(settings, role)
    try:
        yield device
    finally:
        device.close()


def _card(card: IdCard) -> Answer:
    return {
        "kind": str(card.kind),
        "name": card.name,
        "number": card.number,
        "valid_from": card.valid_from.isoformat() if card.valid_from else None,
        "valid_until": card.valid_until.isoformat() if card.valid_until else None,
        "long_term": card.long_term,
    }


def _error(code: str, message: str = "") -> Answer:
    return {"error": code, "message": message or _words(code)}


def _words(code: str) -> str:
    """What the event catalogue says of a code; the code itself where it says nothing."""
    found = event_catalogue.find("device", code)
    return f"{found.en}." if found else code


def _not_printed(reason: str, message: str) -> Answer:
    return {
        "state": "not_printed",
        "status": "unknown",
        "reason": reason,
        "stage": "queued",
        "proof": "",
        "message": message,
    }

"""Are the kiosk's keys and certificates in order, and for how long still?"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kiosk.event_ids import EventId
from kiosk.maintenance.verdicts import Check
from kiosk.platform_api.renewal import files_in_use
from kiosk.platform_api.signing_keys import (
    Algorithm,
    KeyUnusable,
    signing_key_file,
    verifying_key_file,
)
from kiosk.platform_api.tls import CertificateUnusable, client_context, life_of
from kiosk.settings import Settings


def credentials(settings: Settings, now: datetime) -> Iterator[Check]:
    """A line for the signing keys and one for the certificate, where the site has them."""
    platform = settings.platform
    if platform.signing_key_file:
        yield _keys(settings)
    if platform.ca_file or platform.crl_file or platform.certificate_file:
        yield _files(settings)
    if platform.certificate_file:
        own = (platform.certificate_file, platform.certificate_key_file)
        yield _certificate(Path(files_in_use(own, settings.storage_directory)[0]), now)


def _keys(settings: Settings) -> Check:
    platform, name = settings.platform, "signing keys"
    algorithm = Algorithm(platform.signature_algorithm)
    try:
        own = signing_key_file(Path(platform.signing_key_file), algorithm)
        verifying_key_file(Path(platform.platform_key_file), algorithm)
    except KeyUnusable as error:
        return Check(name, EventId.KIOSK_KEYS_UNUSABLE, str(error))
    own.sign(b"a trial")
    return Check(name, EventId.KIOSK_KEYS_GOOD, f"{algorithm}, ours and the platform's")


def _files(settings: Settings) -> Check:
    platform, name = settings.platform, "certificate files"
    own = (platform.certificate_file, platform.certificate_key_file)
    try:
        client_context(
            platform.ca_file or None,
            own if platform.certificate_file else None,
            platform.crl_file or None,
        )
    except ssl.SSLError as error:
        found = f"a file holds no PEM, or key and certificate are no pair ({error.reason})"
        return Check(name, EventId.KIOSK_CERTIFICATES_UNUSABLE, found)
    except OSError as error:
        found = f"a file cannot be read: {error.strerror}"
        return Check(name, EventId.KIOSK_CERTIFICATES_UNUSABLE, found)
    return Check(name, EventId.KIOSK_CERTIFICATES_GOOD)


def _certificate(path: Path, now: datetime) -> Check:
    name = "certificate"
    try:
        life = life_of(path)
    except CertificateUnusable as error:
        return Check(name, EventId.KIOSK_CERTIFICATES_UNUSABLE, str(error))
    days = (life.until - now).days
    found = f"{life.subject}, until {life.until:%Y-%m-%d} ({days} days)"
    if not life.is_good(now):
        return Check(name, EventId.KIOSK_CERTIFICATE_NOT_VALID, f"{found}: not valid now")
    if life.is_due(now):
        since = f"renewal due since {life.renew_at:%Y-%m-%d}, two thirds of its life"
        return Check(name, EventId.KIOSK_CERTIFICATE_DUE, f"{found}; {since}")
    found = f"{found}, renewal from {life.renew_at:%Y-%m-%d} on"
    return Check(name, EventId.KIOSK_CERTIFICATE_GOOD, found)

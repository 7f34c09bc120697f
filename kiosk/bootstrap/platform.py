"""Who is asked over the network: the site's adapter, its keys, the calls of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from kiosk.domain.platform import (
    FetchOpenCodes,
    NotSent,
    Outcome,
    PlatformCall,
    ReadReserve,
    ReportOpenCodes,
)
from kiosk.domain.platform_upkeep import FetchNotices, RenewCertificate, SendHeartbeat
from kiosk.engine.platform_link import Perform
from kiosk.journal import keys
from kiosk.maintenance.statements import fetch, fetch_version
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.platform_api.breaker import Breaker
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.cnnontax import Dialect
from kiosk.platform_api.cnnontax_client import CnnontaxClient
from kiosk.platform_api.open_code_reserve import OpenCodeReserve
from kiosk.platform_api.renewal import PlainDisk, Renewal, files_in_use
from kiosk.platform_api.signing import KioskKeys
from kiosk.platform_api.signing_keys import (
    Algorithm,
    KeyUnusable,
    secret_file,
    signing_key_file,
    verifying_key_file,
)
from kiosk.platform_api.transport import Timeouts
from kiosk.platform_api.upkeep import Upkeep
from kiosk.reconcile import Statement
from kiosk.settings.model import Settings
from kiosk.version import VERSION

RESERVE_FILE = "open-codes"


def client_of(settings: Settings, base_url: str, breaker: Breaker | None = None) -> PlatformClient:
    """Raises KeyUnusable or OSError for a key or certificate file."""
    platform = settings.platform
    certificate = None
    if platform.certificate_file:
        configured = (platform.certificate_file, platform.certificate_key_file)
        certificate = partial(files_in_use, configured, settings.storage_directory)
    return PlatformClient(
        base_url or platform.base_url,
        settings.kiosk.id,
        Timeouts(platform.connect_timeout_s, platform.read_timeout_s, platform.total_timeout_s),
        proxy=platform.proxy or None,
        ca_file=platform.ca_file or None,
        certificate=certificate,
        crl_file=platform.crl_file or None,
        keys=platform_keys(settings),
        breaker=breaker,
    )


def renewal_of(settings: Settings) -> Renewal | None:
    """Of the kiosk's certificate; None where the site has none. Raises KeyUnusable, OSError."""
    return (
        _renewal(settings, client_of(settings, "")) if settings.platform.certificate_file else None
    )


def _renewal(settings: Settings, client: PlatformClient) -> Renewal | None:
    platform = settings.platform
    if not platform.certificate_file:
        return None
    return Renewal(
        settings.storage_directory,
        settings.kiosk.id,
        (platform.certificate_file, platform.certificate_key_file),
        client.ask,
        PlainDisk(),
    )


def performer(settings: Settings, base_url: str, breaker: Breaker | None = None) -> Perform:
    if settings.platform.adapter == "cnnontax" and not base_url:
        return cnnontax_client(settings).perform
    client = client_of(settings, base_url, breaker)
    keys_in_use = platform_keys(settings)
    reserve = OpenCodeReserve(
        settings.storage_directory / RESERVE_FILE,
        lambda: keys.for_directory(settings.storage_directory).reserve,
        settings.kiosk.id,
        keys_in_use.platform if keys_in_use else None,
        client.ask,
    )

    now = partial(datetime.now, UTC)
    renewal = _renewal(settings, client)
    upkeep = Upkeep(settings.kiosk.id, VERSION, client.ask, renewal, now)

    def perform(call: PlatformCall) -> Outcome:
        if isinstance(call, ReadReserve | FetchOpenCodes | ReportOpenCodes):
            return reserve.perform(call)
        if isinstance(call, SendHeartbeat | FetchNotices | RenewCertificate):
            return upkeep.perform(call)
        return client.perform(call)

    return perform


def cnnontax_client(settings: Settings) -> CnnontaxClient:
    """The treasury's frames. Raises KeyUnusable for a token that cannot be used."""
    platform, site = settings.platform, settings.platform.cnnontax
    dialect = Dialect(
        token=secret_file(Path(site.token_file)),
        **site.model_dump(exclude={"host", "port", "token_file"}),
    )
    timeouts = Timeouts(
        platform.connect_timeout_s, platform.read_timeout_s, platform.total_timeout_s
    )
    return CnnontaxClient((site.host, site.port), dialect, timeouts)


def platform_keys(settings: Settings) -> KioskKeys | None:
    """What this kiosk signs with and whom it believes. Raises KeyUnusable."""
    platform = settings.platform
    if not platform.signing_key_file:
        return None
    algorithm = Algorithm(platform.signature_algorithm)
    return KioskKeys(
        signing_key_file(Path(platform.signing_key_file), algorithm),
        verifying_key_file(Path(platform.platform_key_file), algorithm),
    )


def ask_platform(settings: Settings, call: PlatformCall) -> Outcome:
    """One call of the site's platform, for the command line."""
    try:
        return performer(settings, "")(call)
    except (KeyUnusable, OSError) as error:  # a key or certificate file; nothing was sent
        return NotSent(str(error))


def statement_of(settings: Settings, day: date, base_url: str = "") -> Statement:
    """The platform's statement of a day. Raises DeskTrouble (statement_not_had)."""
    with _asking(settings, base_url) as client:
        return fetch(client.ask, settings.kiosk.id, day)


def statement_version_of(settings: Settings, day: date, base_url: str = "") -> str:
    """The name of a day's present statement. Raises DeskTrouble (statement_not_had)."""
    with _asking(settings, base_url) as client:
        return fetch_version(client.ask, settings.kiosk.id, day)


@contextmanager
def _asking(settings: Settings, base_url: str) -> Iterator[PlatformClient]:
    if not (base_url or settings.platform.base_url):
        raise DeskTrouble("statement_not_had", "the site file names no platform (base_url)")
    try:
        client = client_of(settings, base_url)
    except (KeyUnusable, OSError) as error:
        raise DeskTrouble("statement_not_had", str(error)) from error
    try:
        yield client
    finally:
        client.close()

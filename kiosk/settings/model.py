"""What a site can set: frozen models, every number with its unit and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from drivers.api import DriverSpec, PaperLoading, Role
from drivers.fields import host_name, path_text
from kiosk.domain.hours import span_of
from kiosk.domain.kiosk import Rules
from kiosk.domain.open_code import OpenCodeRules, Reserve
from kiosk.domain.platform import EVERYTHING, Offer
from kiosk.settings.adapters import CnnontaxSection

DEFAULT_RULES = Rules(kiosk_id="", digest_key=b"", roles=frozenset())

Period = Annotated[float, Field(ge=60, le=86400, allow_inf_nan=False)]
RENEWAL_S = 86400.0
Seconds = Annotated[float, Field(ge=0.1, le=3600, allow_inf_nan=False)]
Tries = Annotated[int, Field(ge=1, le=20)]


class Environment(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold between keys of one section; judged where all of them are right."""

    keys: tuple[str, ...]
    holds: Callable[[Any], bool]
    message: str


class Section(BaseModel):
    """`RULES` are the loader's to check: pydantic would stop at the first fault of a field."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    RULES: ClassVar[tuple[Rule, ...]] = ()


def _together(first: str, second: str) -> Rule:
    def holds(section: Any) -> bool:
        return bool(getattr(section, first)) == bool(getattr(section, second))

    return Rule((first, second), holds, f"{first} and {second} go together")


def _shorter(first: str, second: str) -> Rule:
    def holds(section: Any) -> bool:
        return bool(getattr(section, first) < getattr(section, second))

    return Rule((first, second), holds, f"{first} must be shorter than {second}")


def _kiosk_id(text: str) -> str:
    # A payment's number is this, a dash and 26 characters; platforms take 64 at most.
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", text):
        raise ValueError("expected 1 to 32 letters, digits, - and _")
    return text


def _path(text: str) -> str:
    try:
        Path(path_text(text)).expanduser()
    except RuntimeError as error:
        raise ValueError("names the home of a user that this machine does not have") from error
    return text


FilePath = Annotated[str, AfterValidator(_path), Field(max_length=1024)]


def _phone(text: str) -> str:
    if not re.fullmatch(r"[0-9+() -]{0,24}", text):
        raise ValueError("expected up to 24 digits, spaces, + - ( )")
    return text


class KioskSection(Section):
    """Who this kiosk is, and whom to call."""

    id: Annotated[str, AfterValidator(_kiosk_id)] = "demo-0001"
    name: str = Field("公共支付自助机", min_length=1, max_length=40)
    district: str = Field("", max_length=40)
    paper_loading: Literal["auto", "any", "clamshell", "lever", "feed"] = "auto"
    help_phone: Annotated[str, AfterValidator(_phone)] = ""
    language: Literal["zh", "en"] = "zh"


class StorageSection(Section):
    directory: FilePath = ""
    mirror_directory: FilePath = ""
    reserve_mb: int = Field(64, ge=0, le=4096)
    volume_rows: int = Field(200_000, ge=1000, le=10_000_000)
    keep_years: int = Field(15, ge=0, le=100)


class PlatformSection(Section):
    """The payment platform; an empty address is the embedded sandbox."""

    adapter: Literal["http", "cnnontax"] = "http"
    cnnontax: CnnontaxSection = CnnontaxSection()
    base_url: str = Field("", max_length=256)
    connect_timeout_s: Seconds = 3.0
    read_timeout_s: Seconds = 8.0
    total_timeout_s: Seconds = 10.0
    proxy: str = Field("", max_length=256)
    ca_file: FilePath = ""
    certificate_file: FilePath = ""
    certificate_key_file: FilePath = ""
    crl_file: FilePath = ""
    signing_key_file: FilePath = ""
    platform_key_file: FilePath = ""
    signature_algorithm: Literal["ed25519", "ecdsa-p256-sha256", "sm2-sm3"] = "ed25519"
    heartbeat_s: Period = 300.0
    notices_s: Period = 600.0
    reconnect_window_s: float = Field(5.0, ge=0, le=600, allow_inf_nan=False)

    @field_validator("base_url", "proxy")
    @classmethod
    def _is_origin(cls, text: str) -> str:
        if not text:
            return text
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected https://host[:port]")
        if parts.username or parts.password:
            raise ValueError("must not carry a password; use certificate_file")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("expected https://host[:port] without a path")
        if parts.port == 0:  # asking for it raises ValueError for a port that is none
            raise ValueError("there is no port 0")
        host_name(parts.hostname)
        return text

    @property
    def offers(self) -> frozenset[Offer]:
        """What the platform has, by what its adapter can ask."""
        return EVERYTHING if self.adapter == "http" else frozenset()

    RULES = (
        Rule(
            ("adapter", "cnnontax"),
            lambda section: section.adapter == "http" or section.cnnontax.is_whole,
            "cnnontax needs host, port, token_file, source, destination and division",
        ),
        _together("certificate_file", "certificate_key_file"),
        _together("signing_key_file", "platform_key_file"),
    )


class ScreenSection(Section):
    width_px: int = Field(1080, ge=640, le=7680)
    height_px: int = Field(1920, ge=640, le=7680)
    full_screen: bool = False
    text_size_px: Literal[32, 38, 45, 52] = 32
    contrast: Literal["default", "high", "dark", "yellow"] = "default"


class TimingSection(Section):
    """How long the kiosk waits; each name is one of `kiosk.domain.kiosk.Rules`."""

    idle_s: Seconds = DEFAULT_RULES.idle_s
    warn_s: Seconds = DEFAULT_RULES.warn_s
    done_s: Seconds = DEFAULT_RULES.done_s
    swap_s: Seconds = DEFAULT_RULES.swap_s
    qr_valid_s: int = Field(DEFAULT_RULES.qr_valid_s, ge=30, le=3600)
    qr_hide_s: Seconds = DEFAULT_RULES.qr_hide_s
    lookup_tries: Tries = DEFAULT_RULES.lookup_tries
    lookup_retry_s: Seconds = DEFAULT_RULES.lookup_retry_s
    create_tries: Tries = DEFAULT_RULES.create_tries
    create_retry_s: Seconds = DEFAULT_RULES.create_retry_s
    poll_wait_s: Seconds = DEFAULT_RULES.poll_wait_s
    poll_gap_s: Seconds = DEFAULT_RULES.poll_gap_s
    poll_retry_s: Seconds = DEFAULT_RULES.poll_retry_s
    doubt_after_s: Seconds = DEFAULT_RULES.doubt_after_s
    claim_tries: Tries = DEFAULT_RULES.claim_tries
    claim_retry_s: Seconds = DEFAULT_RULES.claim_retry_s
    print_deadline_s: Seconds = DEFAULT_RULES.print_deadline_s
    take_back_s: Seconds = DEFAULT_RULES.take_back_s
    issue_patience_s: Seconds = DEFAULT_RULES.issue_patience_s
    auto_collect_s: Seconds = DEFAULT_RULES.auto_collect_s
    link_check_s: Seconds = DEFAULT_RULES.link_check_s
    link_retry_s: Seconds = DEFAULT_RULES.link_retry_s

    RULES = (_shorter("warn_s", "idle_s"), _shorter("qr_hide_s", "qr_valid_s"))


MAX_CODES = 200  # in one block of open codes
MAX_RESERVES = 12
DEFAULT_CODES = OpenCodeRules()
Fen = Annotated[int, Field(ge=1, le=10**10)]


class ReserveSection(Section):
    """Open codes of one fee and amount."""

    item: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,30}$")]
    amount_fen: Fen
    count: int = Field(20, ge=1, le=MAX_CODES)


def _each_once(section: Any) -> bool:
    kinds = [(each.item, each.amount_fen) for each in section.reserve]
    return len(set(kinds)) == len(kinds)


def _below_cap(section: Any) -> bool:
    return all(each.amount_fen <= section.max_code_fen for each in section.reserve)


class OpenCodesSection(Section):
    """Codes for the time without a network; each name is one of `OpenCodeRules`."""

    reserve: Annotated[
        tuple[ReserveSection, ...], Field(max_length=MAX_RESERVES, strict=False)
    ] = ()
    low_water: float = Field(DEFAULT_CODES.low_water, ge=0, le=1, allow_inf_nan=False)
    max_code_fen: Fen = DEFAULT_CODES.max_code_fen
    per_visit: int = Field(DEFAULT_CODES.per_visit, ge=1, le=20)
    per_day_fen: Fen = DEFAULT_CODES.per_day_fen
    per_outage_fen: Fen = DEFAULT_CODES.per_outage_fen
    show_s: Seconds = DEFAULT_CODES.show_s
    drill: bool = DEFAULT_CODES.drill

    RULES = (
        Rule(("reserve",), _each_once, "two reserves are of the same item and amount"),
        Rule(("reserve", "max_code_fen"), _below_cap, "a reserve is above max_code_fen"),
    )

    def rules(self) -> OpenCodeRules:
        values = self.model_dump(exclude={"reserve"})
        reserves = tuple(Reserve(each.item, each.amount_fen, each.count) for each in self.reserve)
        return OpenCodeRules(reserves=reserves, **values)


class OpeningSection(Section):
    """When a visit can begin; a visit that has begun is never cut off."""

    hours: tuple[str, ...] = Field((), max_length=14, strict=False)

    @field_validator("hours")
    @classmethod
    def _are_spans(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            span_of(text)
        return texts


class SiteFile(Section):
    """The whole file but its devices, whose keys depend on their drivers."""

    # `schema` would shadow a method of pydantic's.
    version: Literal[1] = Field(alias="schema")
    environment: Environment = Field(Environment.DEMO, strict=False)
    kiosk: KioskSection = KioskSection()
    storage: StorageSection = StorageSection()
    platform: PlatformSection = PlatformSection()
    screen: ScreenSection = ScreenSection()
    timing: TimingSection = TimingSection()
    open_codes: OpenCodesSection = OpenCodesSection()
    opening: OpeningSection = OpeningSection()


class Device(BaseModel):
    """One chosen driver with its checked settings."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    driver: DriverSpec
    options: Any  # an instance of driver.settings


class Settings(BaseModel):
    """A site's settings, checked; a role without a device is not in `devices`."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    environment: Environment
    kiosk: KioskSection
    storage_directory: Path
    mirror_directory: Path | None  # of the journal's second copy
    reserve_bytes: int  # kept back on the disk for the outcomes of what was begun
    volume_rows: int  # of the journal, then a new volume begins
    keep_years: int  # archived volumes of the journal; 0: for ever
    platform: PlatformSection
    screen: ScreenSection
    timing: TimingSection
    open_codes: OpenCodesSection = OpenCodesSection()
    opening: OpeningSection = OpeningSection()
    devices: Mapping[Role, Device]

    @property
    def _paper_loading(self) -> PaperLoading:
        """What the site says, else what the printer's driver knows."""
        chosen, printer = self.kiosk.paper_loading, self.devices.get(Role.RECEIPT_PRINTER)
        if chosen != "auto":
            return PaperLoading(chosen)
        return printer.driver.paper_loading(printer.options) if printer else PaperLoading.ANY

    def rules(self, digest_key: bytes) -> Rules:
        """What decisions depend on."""
        ours = self.platform.adapter == "http"  # nobody else's contract has these
        return Rules(
            kiosk_id=self.kiosk.id,
            digest_key=digest_key,
            roles=frozenset(self.devices),
            open_codes=self.open_codes.rules(),
            offers=self.platform.offers,
            paper_loading=self._paper_loading,
            opening_hours=tuple(span_of(text) for text in self.opening.hours),
            renewal_s=RENEWAL_S if ours and self.platform.certificate_file else 0.0,
            heartbeat_s=self.platform.heartbeat_s if ours else 0.0,
            notices_s=self.platform.notices_s if ours else 0.0,
            **self.timing.model_dump(),
        )

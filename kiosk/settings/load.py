"""Reads a site file over the shipped defaults and reports every fault of it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from drivers import registry
from drivers.api import BadSettings as NoSuchDriver
from drivers.api import Role
from kiosk.paths import NoHome, config_directory, state_directory
from kiosk.settings import positions
from kiosk.settings.faults import KINDS, BadSettings, Fault, FaultKind, message_of, unknown_key
from kiosk.settings.model import Device, Environment, PlatformSection, Section, Settings, SiteFile

SCHEMA = 1
MAX_FILE_BYTES = 65536
AUTO, NONE, SIMULATED = "auto", "none", "simulated"
SIMULATED_REFUSED = "simulated devices are refused in production"
MISSING = FaultKind.MISSING
PLATFORM_FILES = (
    "ca_file",
    "crl_file",
    "certificate_file",
    "certificate_key_file",
    "signing_key_file",
    "platform_key_file",
)
OPTIONAL_ROLES = frozenset({Role.CARD_READER, Role.SCANNER})
MEBIBYTE = 1024 * 1024
PRODUCTION_DIRECTORY = Path("/var/lib/public-payment-kiosk")

Values = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


def load(path: Path | None) -> Settings:
    """The settings of a site file, or the shipped defaults (a demonstration) for None.

    Relative paths are taken from the file's own directory. Raises BadSettings.
    """
    if path is not None:
        return checked(path, *read_toml(path))
    values, text = read_toml(config_directory() / "default.toml")
    return _Check(None, text).settings(values)


def checked(path: Path, site: Values, text: str) -> Settings:
    """What `load` says of a file at `path` that holds this. Raises BadSettings."""
    defaults, _ = read_toml(config_directory() / "default.toml")
    values = {**_merged(defaults, site), "schema": site.get("schema")}
    return _Check(path, text).settings(values)


def missing_for_service(settings: Settings) -> tuple[Fault, ...]:
    """What a kiosk must have to serve the public, beyond what a single command needs."""
    if settings.environment is Environment.DEMO:
        return ()
    faults = [
        Fault(f"devices.{role}", 0, "is missing: production has no simulated devices", MISSING)
        for role in sorted(set(Role) - OPTIONAL_ROLES - set(settings.devices))
    ]
    over_http = settings.platform.adapter == "http"
    if over_http and not settings.platform.base_url:
        words = "is missing: production has no sandbox"
        faults.append(Fault("platform.base_url", 0, words, MISSING))
    faults += [
        Fault(f"platform.{name}", 0, f"is missing: {why}", MISSING)
        for name, why in (
            ("ca_file", "in service the platform has an authority of its own"),
            ("certificate_file", "the platform knows a kiosk by its certificate"),
            ("signing_key_file", "in service every request is signed"),
        )
        if over_http and not getattr(settings.platform, name)
    ]
    if settings.kiosk.id.startswith("demo"):
        words = "is missing: every kiosk in service has its own"
        faults.append(Fault("kiosk.id", 0, words, MISSING))
    if not settings.kiosk.help_phone:
        words = "is missing: people in trouble call it"
        faults.append(Fault("kiosk.help_phone", 0, words, MISSING))
    return tuple(faults)


# --- reading -------------------------------------------------------------------------------


def read_toml(path: Path) -> tuple[Values, str]:
    """What a TOML file holds, and its text. Raises BadSettings."""

    def refuse(line: int, message: str, kind: FaultKind) -> BadSettings:
        return BadSettings(path.name, [Fault("", line, message, kind)])

    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise refuse(0, f"cannot be read: {error.strerror}", FaultKind.UNREADABLE) from error
    if len(content) > MAX_FILE_BYTES:
        raise refuse(0, f"is longer than {MAX_FILE_BYTES} bytes", FaultKind.TOO_LONG)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        words = "is not UTF-8 text: save the file as UTF-8"
        raise refuse(line, words, FaultKind.NOT_UTF8) from error
    try:
        return tomllib.loads(text), text
    except RecursionError as error:
        raise refuse(0, "is nested too deeply", FaultKind.NOT_TOML) from error
    except ValueError as error:  # TOMLDecodeError, and numbers longer than Python reads
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(place[1] or text.count("\n") + 1) if place else 0
        said = str(error)[: place.start()] if place else str(error)
        raise refuse(line, f"is not TOML: {said}", FaultKind.NOT_TOML) from error


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Values:
    """Tables are merged key by key, everything else (arrays too) is replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = under.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


# --- checking ------------------------------------------------------------------------------


class _Check:
    """One pass over one file's values; collects faults instead of stopping at the first."""

    def __init__(self, path: Path | None, text: str) -> None:
        self._path = path
        self._faults: list[Fault] = []
        try:
            self._lines = positions.positions(text)
        except RecursionError:
            self._lines = {}

    def settings(self, values: Values) -> Settings:
        """Raises BadSettings with everything that is wrong."""
        self._check_schema(values.get("schema"))
        sections = {key: value for key, value in values.items() if key != "devices"}
        site, faulty = self._site({**sections, "schema": SCHEMA})
        self._check_rules(site, faulty)
        devices = self._devices(values.get("devices", {}), site.environment)
        storage, mirror = self._storage(site), self._mirror(site)
        if mirror is not None and mirror.resolve() == storage.resolve():
            words = "is the storage directory itself: a second copy needs another disk"
            self._fault(("storage", "mirror_directory"), words, FaultKind.WRONG_VALUE)
        if self._faults:
            name = self._path.name if self._path else "default.toml"
            raise BadSettings(name, self._faults)
        return Settings(
            environment=site.environment,
            kiosk=site.kiosk,
            storage_directory=storage,
            mirror_directory=mirror,
            reserve_bytes=self._reserve_bytes(site),
            volume_rows=site.storage.volume_rows,
            keep_years=site.storage.keep_years,
            platform=self._with_absolute_paths(site),
            screen=site.screen,
            timing=site.timing,
            open_codes=site.open_codes,
            opening=site.opening,
            devices=devices,
        )

    def _check_schema(self, found: object) -> None:
        if found is None:
            words = f"is missing: write schema = {SCHEMA} at the top"
        elif found != SCHEMA or isinstance(found, bool):
            words = f"is {found!r}; this kiosk reads schema {SCHEMA}"
        else:
            return
        self._fault(("schema",), words, FaultKind.SCHEMA, line=1)

    def _site(self, values: Values) -> tuple[SiteFile, frozenset[positions.Path]]:
        """The sections, and the places of their faults, which have taken their defaults.

        So that what depends on the others can be judged in the same pass.
        """
        try:
            return SiteFile.model_validate(values), frozenset()
        except ValidationError as error:
            faulty = frozenset(self._tell(SiteFile, error, ()))
        for place in faulty:
            values = _without(values, place)
        return SiteFile.model_validate(values), faulty

    def _check_rules(self, site: SiteFile, faulty: frozenset[positions.Path]) -> None:
        for name in SiteFile.model_fields:
            section = getattr(site, name)
            rules = section.RULES if isinstance(section, Section) else ()
            for rule in rules:
                known = not faulty & {(name,), *((name, key) for key in rule.keys)}
                if known and not rule.holds(section):
                    self._fault((name,), rule.message, FaultKind.WRONG_VALUE)
        is_production = site.environment is Environment.PRODUCTION
        if is_production and site.platform.base_url.startswith("http://"):
            words = "production speaks https:// only"
            self._fault(("platform", "base_url"), words, FaultKind.NOT_FOR_SERVICE)
        if is_production and site.open_codes.reserve and not site.platform.platform_key_file:
            words = "needs platform.platform_key_file: every code is signed by the platform"
            self._fault(("open_codes", "reserve"), words, FaultKind.NOT_FOR_SERVICE)

    def _validated(self, model: type[Model], values: object, at: positions.Path) -> Model | None:
        try:
            return model.model_validate(values)
        except ValidationError as error:
            self._tell(model, error, at)
            return None

    def _tell(
        self, model: type[BaseModel], error: ValidationError, at: positions.Path
    ) -> list[positions.Path]:
        """Keep every fault; where they are."""
        places = []
        for detail in error.errors(include_url=False, include_input=False):
            words = message_of(detail, _keys_beside(model, detail["loc"]))
            places.append((*at, *detail["loc"]))
            self._fault(places[-1], words, KINDS.get(detail["type"], FaultKind.WRONG_VALUE))
        return places

    def _fault(
        self,
        place: positions.Path,
        message: str,
        kind: FaultKind = FaultKind.WRONG_DEVICE,
        line: int = 0,
    ) -> None:
        if self._path:
            line = line or positions.line_of(self._lines, place)
        self._faults.append(Fault(".".join(map(str, place)), line, message, kind))

    def _devices(self, sections: object, environment: Environment) -> Mapping[Role, Device]:
        if not isinstance(sections, dict):
            self._fault(("devices",), "expected a table")
            return {}
        devices = {}
        for name, section in sections.items():
            place = ("devices", name)
            if name not in list(Role):
                self._fault(place, unknown_key(name, list(Role)), FaultKind.UNKNOWN_KEY)
            elif not isinstance(section, dict):
                self._fault(place, "expected a table")
            elif device := self._device(Role(name), section, environment):
                devices[Role(name)] = device
        self._check_ports(devices)
        return devices

    def _check_ports(self, devices: Mapping[Role, Device]) -> None:
        """A serial port has one device at its other end."""
        taken: dict[str, Role] = {}
        for role in Role:
            port = getattr(devices[role].options, "port", None) if role in devices else None
            if not isinstance(port, str):  # of a host it is a number, and may be shared
                continue
            if port in taken:
                words = f"is already the port of devices.{taken[port]}"
                self._fault(("devices", role.value, "port"), words, FaultKind.WRONG_VALUE)
            taken.setdefault(port, role)

    def _device(self, role: Role, section: Values, environment: Environment) -> Device | None:
        options = {key: value for key, value in section.items() if key != "driver"}
        driver = section.get("driver", AUTO)
        place = ("devices", role.value)
        choices = _choices(role, environment)
        if driver == AUTO:
            if options:
                self._fault(place, f"driver is missing: {_one_of(choices)}")
                return None
            driver = SIMULATED if SIMULATED in choices else NONE
        elif driver == NONE and role not in OPTIONAL_ROLES:
            self._fault((*place, "driver"), _one_of(choices))
            return None
        if driver == NONE:
            for key in options:
                self._fault((*place, key), 'means nothing with driver = "none"')
            return None
        return self._chosen(role, driver, options, environment)

    def _chosen(
        self, role: Role, driver: object, options: Values, environment: Environment
    ) -> Device | None:
        place = ("devices", role.value)
        if not isinstance(driver, str) or driver not in registry.names(role):
            self._fault((*place, "driver"), _one_of(_choices(role, environment)))
            return None
        try:
            spec = registry.find(role, driver)
        except NoSuchDriver as error:
            self._fault((*place, "driver"), str(error))
            return None
        if spec.simulated and environment is Environment.PRODUCTION:
            self._fault((*place, "driver"), SIMULATED_REFUSED, FaultKind.NOT_FOR_SERVICE)
            return None
        checked = self._validated(spec.settings, options, place)
        return Device(driver=spec, options=checked) if checked is not None else None

    def _storage(self, site: SiteFile) -> Path:
        if site.storage.directory:
            return self._absolute(site.storage.directory)
        if site.environment is Environment.PRODUCTION:
            return PRODUCTION_DIRECTORY
        try:
            return state_directory()
        except NoHome as error:
            self._fault(("storage", "directory"), f"is missing: {error}", FaultKind.MISSING)
            return PRODUCTION_DIRECTORY

    def _mirror(self, site: SiteFile) -> Path | None:
        if not site.storage.mirror_directory:
            return None
        return self._absolute(site.storage.mirror_directory)

    def _reserve_bytes(self, site: SiteFile) -> int:
        """A demonstration takes no money, so it keeps no room back."""
        is_production = site.environment is Environment.PRODUCTION
        return site.storage.reserve_mb * MEBIBYTE if is_production else 0

    def _absolute(self, text: str) -> Path:
        base = self._path.parent if self._path else Path()
        return (base / Path(text).expanduser()).absolute()

    def _with_absolute_paths(self, site: SiteFile) -> PlatformSection:
        files = {
            name: str(self._absolute(text))
            for name in PLATFORM_FILES
            if (text := getattr(site.platform, name))
        }
        cnnontax = site.platform.cnnontax
        if cnnontax.token_file:
            token_file = str(self._absolute(cnnontax.token_file))
            cnnontax = cnnontax.model_copy(update={"token_file": token_file})
        return site.platform.model_copy(update={**files, "cnnontax": cnnontax})


def _choices(role: Role, environment: Environment) -> tuple[str, ...]:
    known = registry.names(role)
    if environment is Environment.PRODUCTION:
        known = tuple(name for name in known if name != SIMULATED)
    return (*known, NONE) if role in OPTIONAL_ROLES else known


def _one_of(choices: tuple[str, ...]) -> str:
    return f"expected one of {', '.join(choices)}" if choices else "there is no driver for it yet"


def _without(values: Values, place: positions.Path) -> Values:
    """The values less one of them, however deep it is."""
    key, *rest = place
    if key not in values:
        return values
    if rest and isinstance(values[str(key)], dict):
        return {**values, str(key): _without(values[str(key)], tuple(rest))}
    return {name: value for name, value in values.items() if name != key}


def _keys_beside(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The keys that the model reads in the table of `place`."""
    for key in place[:-1]:
        field = model.model_fields.get(str(key))
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return [*keys, "devices"] if model is SiteFile else keys

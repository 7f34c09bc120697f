"""What a printer model can do: paper width, cutter, QR codes of its own, what it proves."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import AfterValidator

from drivers.api import BadSettings, PaperLoading, PrintProof

CELL_DOTS = 12  # width of a Latin character of font A; a hanzi takes two cells


class Clearing(StrEnum):
    """How a printer forgets what it has not printed yet."""

    DLE_DC4 = "dle_dc4"
    DLE_ENQ = "dle_enq"


class Mouth(StrEnum):
    """How a printer says that paper hangs in its mouth."""

    NOT_TOLD = ""
    BIT_7 = "bit_7"
    FULL_STATUS = "full_status"


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    columns: int
    width_dots: int
    native_qr: bool = True
    partial_cut: bool = True
    dots_per_mm: float = 8.0
    # None: whichever it answers; both are asked for, the stronger first.
    proof: PrintProof | None = None
    clear: Clearing = Clearing.DLE_DC4
    mouth: Mouth = Mouth.NOT_TOLD
    presenter: bool = False
    loading: PaperLoading = PaperLoading.ANY
    vendor: str = ""
    models: str = ""
    sources: tuple[str, ...] = ()
    tried: bool = False  # on a device of ours


PAPER_80_MM = Profile("default", columns=48, width_dots=576)
PAPER_58_MM = Profile("58mm", columns=32, width_dots=384)


def profile_named(name: str) -> Profile:
    """A generic width, a family of `profiles.toml`, or a model known to python-escpos.

    Raises BadSettings for an unknown model and for one that has no cutter or no full line.
    """
    ours = families()
    if name in ours:
        return ours[name]
    models = _models()
    if name not in models:
        known = ", ".join([*ours, *sorted(models)])
        raise BadSettings("unknown_profile", f"no printer profile {name!r}; known: {known}")
    return _from_model(name, models[name])


def loading_of(settings: Any) -> PaperLoading:
    """How paper goes into the printer of a driver's settings."""
    return profile_named(settings.profile).loading


def _known(name: str) -> str:
    try:
        profile_named(name)
    except BadSettings as error:
        raise ValueError(str(error)) from error
    return name


ProfileName = Annotated[str, AfterValidator(_known)]
"""For the settings of a driver: the name of a profile that can be used."""


@cache
def families() -> dict[str, Profile]:
    """Our own profiles by name."""
    text = (resources.files("drivers.printer") / "profiles.toml").read_text("utf-8")
    known = {profile.name: profile for profile in (PAPER_80_MM, PAPER_58_MM)}
    for name, facts in tomllib.loads(text).items():
        facts["proof"] = PrintProof(facts["proof"])
        facts["clear"] = Clearing(facts.get("clear", Clearing.DLE_DC4))
        facts["loading"] = PaperLoading(facts.get("loading", PaperLoading.ANY))
        facts["mouth"] = Mouth(facts.get("mouth", Mouth.NOT_TOLD))
        facts["sources"] = tuple(facts["sources"])
        known[name] = Profile(name, **facts)
    return known


def _from_model(name: str, model: dict[str, Any]) -> Profile:
    features = model["features"]
    if not (features["paperPartCut"] or features["paperFullCut"]):
        raise BadSettings("unusable_profile", f"printer {name!r} has no cutter")
    columns = int(model["fonts"]["0"]["columns"])
    pixels = model["media"]["width"].get("pixels")
    width_dots = pixels if isinstance(pixels, int) else columns * CELL_DOTS
    if width_dots < columns * CELL_DOTS:
        raise BadSettings("unusable_profile", f"profile {name!r} is too narrow for its columns")
    dpi = model["media"].get("dpi")
    return Profile(
        name,
        columns=columns,
        width_dots=width_dots,
        native_qr=bool(features["qrCode"]),
        partial_cut=bool(features["paperPartCut"]),
        dots_per_mm=dpi / 25.4 if isinstance(dpi, int) else 8.0,
        vendor=model["vendor"],
        sources=("python-escpos capabilities.json",),
    )


@cache
def _models() -> dict[str, dict[str, Any]]:
    text = (resources.files("escpos") / "capabilities.json").read_text("utf-8")
    generic = {"default", "simple"}
    profiles = json.loads(text)["profiles"]
    return {name: model for name, model in profiles.items() if name not in generic}

"""The domain's words and silences: what is stored and shown by name, and what defaults say."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from types import MappingProxyType

import pytest

from kiosk import domain, paths
from kiosk.domain.kiosk import Chore, Kiosk, Link, Rules
from kiosk.domain.ledger import SETTLED_KEPT
from kiosk.domain.open_code import OpenCodeRules
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.operating import Rule
from kiosk.domain.operator_desk import CopyStep
from kiosk.domain.payment import State
from kiosk.domain.platform import PlatformState
from kiosk.domain.turn import MAX_IN_FLIGHT
from kiosk.domain.visit import ItemState
from kiosk.domain.visits import MAX_BASKET, MAX_PAYMENT_FEN, NOTICE_S

MODULES = [
    importlib.import_module(f"kiosk.domain.{module.name}")
    for module in pkgutil.iter_modules(domain.__path__)
]
CLASSES = [
    each
    for module in MODULES
    for each in vars(module).values()
    if isinstance(each, type) and each.__module__ == module.__name__
]
ENUMS = [each for each in CLASSES if issubclass(each, StrEnum)]
DATA = [each for each in CLASSES if is_dataclass(each) and each not in (Rules, OpenCodeRules, Rule)]
FIRST_WORDS = {
    ("PrintItem", "state"): ItemState.WAITING,
    ("PrintItem", "attempt"): 1,
    ("Searching", "attempt"): 1,
    ("Paying", "attempt"): 1,
    ("Payment", "state"): State.INTENT,
    ("Kiosk", "link"): Link.UNKNOWN,
    ("HandedOut", "state"): CodeState.OPEN,
    ("QueryPayment", "known_state"): PlatformState.OPEN,
    ("OfficeCopy", "step"): CopyStep.ASKING,
    ("OfficeCopy", "attempt"): 1,
}
"""Defaults that do say something; every other one is empty."""


@pytest.mark.parametrize("words", ENUMS, ids=lambda each: each.__name__)
def test_a_stored_word_is_the_name_it_has_in_the_code(words: type[StrEnum]) -> None:
    assert [word.value for word in words] == [name.lower() for name in words.__members__]


@pytest.mark.parametrize("data", DATA, ids=lambda each: each.__name__)
def test_what_was_not_said_is_empty(data: type) -> None:
    for field in fields(data):
        if field.default is MISSING or (data is Kiosk and field.name == "wall"):
            continue
        expected = FIRST_WORDS.get((data.__name__, field.name))
        assert field.default == expected or (expected is None and not field.default), field.name


def test_the_waiting_times_are_those_that_the_default_settings_explain() -> None:
    default = tomllib.loads((paths.config_directory() / "default.toml").read_text(encoding="utf-8"))
    rules = Rules("K", b"", frozenset())
    assert {name: getattr(rules, name) for name in default["timing"]} == default["timing"]


def test_the_rules_of_open_codes_are_those_that_the_default_settings_explain() -> None:
    default = tomllib.loads((paths.config_directory() / "default.toml").read_text(encoding="utf-8"))
    told = {name: value for name, value in default["open_codes"].items() if name != "reserve"}
    assert {name: getattr(OpenCodeRules(), name) for name in told} == told


def test_the_janitor_asks_soon_at_first_and_once_a_day_in_the_end() -> None:
    rules = Rules("K", b"", frozenset())
    assert rules.janitor_s == (5, 10, 20, 40, 80, 300, 3600, 86400)
    assert rules.give_up_s == 7 * 24 * 3600


def test_a_new_kiosk_has_no_money_no_visit_and_knows_no_device() -> None:
    kiosk = Kiosk(Rules("K", b"", frozenset()))
    assert kiosk.chores == kiosk.presence == kiosk.ledger.payments == MappingProxyType({})
    assert kiosk.wall.timestamp() == 0
    assert kiosk.ledger.open_visit == ""


def test_a_new_chore_has_never_been_asked() -> None:
    assert Chore() == Chore(attempt=0, due_s=0.0, since_s=0.0, in_flight=False, closing=False)


def test_the_limits_are_those_that_were_agreed_with_the_platform() -> None:
    assert (MAX_BASKET, MAX_PAYMENT_FEN) == (50, 10_000_000_000)
    assert (MAX_IN_FLIGHT, SETTLED_KEPT) == (24, 256)
    assert NOTICE_S == 8.0

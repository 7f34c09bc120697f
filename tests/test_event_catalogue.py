"""Every code that an operator or a log can meet has its words; one data file holds them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from drivers.api import PrinterCondition
from kiosk import event_catalogue
from kiosk.domain.operator import NotDone
from kiosk.domain.payment import State
from kiosk.domain.platform import Refusal
from kiosk.domain.visit import TroubleKind
from kiosk.event_catalogue import CatalogueError, Severity, describe, entry, find, read
from kiosk.event_ids import EventId
from kiosk.journal.findings import Kind
from kiosk.maintenance.trouble import OTHERWISE_NOT_WRITTEN, WHY_NOT_WRITTEN
from kiosk.paths import CHECKOUT
from kiosk.platform_api.transport import _CODES
from kiosk.reconcile import Kind as Difference
from kiosk.settings.faults import FaultKind

HANZI = re.compile(r"[\u4e00-\u9fff]")
FACTS = {  # which codes a call's argument carries, and the group of their words
    "device": {"DriverError": 0, "DeviceLost": 0, "LinkLost": 0, "CardReadFailed": 0,
               "BadSettings": 0, "PrintReport": 2},
    "platform": {"AnswerLost": 0, "NotSent": 0, "Failure": 0, "Untrusted": 0, "_Untrusted": 0,
                 "Malformed": 0, "Forged": 0},
    "desk": {"DeskTrouble": 0, "WeakPin": 0, "tell": 0},
}  # fmt: skip
PLACES = {
    "device": ("drivers", "kiosk/engine", "kiosk/domain", "kiosk/bootstrap"),
    "platform": ("kiosk/platform_api", "kiosk/domain"),
    "desk": ("kiosk/maintenance", "kiosk/bootstrap", "kiosk/ui"),
}
CODE = re.compile(r"[a-z][a-z0-9_]*")
LOG_METHODS = {"debug", "info", "warning", "error", "critical", "exception"}


def modules(*places):
    for place in places:
        path = CHECKOUT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield file, ast.parse(file.read_text("utf-8"))


def strings(node):
    """Constants in an expression; of an f-string its beginning."""
    if isinstance(node, ast.JoinedStr):
        first = node.values[0]
        return {first.value.rstrip("_")} if isinstance(first, ast.Constant) else set()
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.Dict):
        return set().union(*(strings(value) for value in node.values))
    return set()


def codes(group):
    """Every code that the sources can give as a reason of this group."""
    found = set()
    for _, tree in modules(*PLACES[group]):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = FACTS[group].get(name, 99)
                found |= strings(node.args[place]) if place < len(node.args) else set()
            elif isinstance(node, ast.Assign) and group == "device":
                names = {getattr(target, "id", "") for target in node.targets}
                if any(name.lower().endswith(("reason", "reasons")) for name in names):
                    found |= strings(node.value)
    return {code for code in found if CODE.fullmatch(code)}


@pytest.mark.parametrize("event", EventId)
def test_every_event_has_words_and_steps_in_both_languages(event):
    body = read()[event]
    assert entry(event).severity in Severity
    zh, en = (entry(event).zh, *entry(event).do_zh), (entry(event).en, *entry(event).do_en)
    assert all(HANZI.search(text) for text in zh)
    assert all(re.search("[a-z]", text) for text in en)
    for text in (*zh, *en):
        assert text == text.strip()
        assert not text.endswith((".", "。"))
        assert "!" not in text
        assert "！" not in text
    assert set(body) == {"severity", "zh", "en", "do_zh", "do_en"}


@pytest.mark.parametrize("group", FACTS)
def test_every_reason_in_the_sources_has_its_words(group):
    found = codes(group)
    assert len(found) > 10, "the search itself has gone blind"
    assert {code for code in found if find(group, code) is None} == set()


@pytest.mark.parametrize(
    ("group", "enum"),
    [("device", PrinterCondition), ("platform", Refusal), ("journal", Kind), ("payment", State),
     ("trouble", TroubleKind), ("settings", FaultKind), ("desk", NotDone), ("reconcile", Difference)],
)  # fmt: skip
def test_every_member_of_an_enum_of_troubles_has_its_own_entry(group, enum):
    assert {code for code in enum if f"{group}.{code}" not in read()} == set()


def test_every_refusal_of_a_desk_that_has_words_can_be_met():
    met = {*codes("desk"), *NotDone, *WHY_NOT_WRITTEN.values(), OTHERWISE_NOT_WRITTEN}
    assert {event for event in read() if event.startswith("desk.")} == {
        f"desk.{code}" for code in met
    }


def test_every_way_in_which_the_network_fails_has_its_words():
    assert all(find("platform", code) for _, code in _CODES)


def test_every_line_that_the_kiosk_logs_is_an_event_of_the_catalogue():
    lines = 0
    for file, tree in modules("kiosk"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            logger = getattr(node.func.value, "id", "")
            if node.func.attr in LOG_METHODS and logger == "log":
                lines += 1
                said = ast.unparse(node.args[0])
                assert said.startswith("EventId."), f"{file.name}:{node.lineno} logs {said}"
    assert lines >= 10


def test_a_code_finds_the_longest_beginning_that_has_words():
    assert find("platform", "status_502") is entry(EventId.PLATFORM_STATUS)
    assert find("platform", "not_json") is entry(EventId.PLATFORM_NOT_JSON)
    assert find("device", "nonsense") is None


def test_several_troubles_are_told_each_once():
    troubles = describe("device", "paper_out,cover_open,paper_out,nonsense")
    assert [trouble.id for trouble in troubles] == [
        EventId.DEVICE_PAPER_OUT,
        EventId.DEVICE_COVER_OPEN,
    ]


def test_advice_is_one_line_in_either_language():
    jam = entry(EventId.DEVICE_PAPER_JAM)
    assert jam.advice("zh") == "；".join(jam.do_zh)
    assert jam.advice("en").startswith("Open the cover. Pull")


@pytest.mark.parametrize(
    "spoil", [{"zh": ""}, {"do_en": []}, {"do_zh": ["一", "二"]}, {"note": "one too many"}]
)
def test_an_entry_that_is_not_whole_is_refused(spoil):
    body = {**read()["device.up"], **spoil}
    with pytest.raises(CatalogueError, match=r"device\.up"):
        event_catalogue._entry("device.up", body)


def test_the_module_of_ids_is_as_the_data_file_wants_it():
    command = [sys.executable, "packaging/draw_event_ids.py", "--check"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

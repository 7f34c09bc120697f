"""Nothing personal reaches a log line, whoever writes it and however it gets there."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from kiosk import observability
from kiosk.observability import configure_logging, install_crash_hooks, mask, redact

NAME, NUMBER, PHONE = "张三", "330199190001010010", "13800138000"


@pytest.fixture
def lines(tmp_path):
    """Logging into a file; calling it gives the lines so far."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    for handler in before:
        root.removeHandler(handler)
    configure_logging(tmp_path)

    def read():
        return [json.loads(line) for line in (tmp_path / "kiosk.log").read_text().splitlines()]

    yield read
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_carries_event_level_time_and_its_fields(lines):
    structlog.get_logger("kiosk.test").info("device.up", role="scanner", attempt=2)
    (line,) = lines()
    assert {name: line[name] for name in ("event", "level", "logger", "role", "attempt")} == {
        "event": "device.up",
        "level": "info",
        "logger": "kiosk.test",
        "role": "scanner",
        "attempt": 2,
    }
    assert line["timestamp"].endswith("Z")


def test_fields_that_are_not_on_the_list_are_dropped_and_named(lines):
    structlog.get_logger().info("card.read", name=NAME, number=NUMBER, card=object(), role="x")
    (line,) = lines()
    assert line["dropped"] == ["card", "name", "number"]
    assert not {"name", "number", "card"} & set(line)


def test_numbers_phones_and_names_inside_allowed_fields_are_masked(lines):
    structlog.get_logger().info("x", reason=f"{NAME} {NUMBER} {PHONE} 330199900101001")
    assert lines()[0]["reason"] == "[hanzi] [18 digits] [phone] [15 digits]"


def test_a_persons_number_given_as_an_integer_is_masked(lines):
    structlog.get_logger().info("x", count=int(NUMBER), seq=4)
    assert (lines()[0]["count"], lines()[0]["seq"]) == ("[number]", 4)


def test_a_field_that_holds_an_object_shows_only_its_type(lines):
    structlog.get_logger().info("x", reason={"name": NAME})
    assert lines()[0]["reason"] == "[dict]"


def test_what_libraries_log_is_masked_too(lines):
    logging.getLogger("some.package").warning("GET /bills?subject=%s for %s", NUMBER, NAME)
    assert lines()[0]["event"] == "GET /bills?subject=[18 digits] for [hanzi]"


def test_what_libraries_log_with_unknown_fields_is_dropped(lines):
    logging.getLogger("library").warning("seen", extra={"subject": NUMBER})
    assert NUMBER not in json.dumps(lines()[0])


def test_an_exception_is_logged_with_its_place_and_without_the_person(lines):
    try:
        raise ValueError(f"cannot parse {NAME} {NUMBER}")
    except ValueError:
        structlog.get_logger().exception("bad")
    (line,) = lines()
    assert "ValueError: cannot parse [hanzi] [18 digits]" in line["exception"]
    assert "test_observability.py" in line["exception"]


def test_a_very_long_text_is_cut(lines):
    structlog.get_logger().info("x", reason="a" * 100_000)
    assert len(lines()[0]["reason"]) == observability.MAX_TEXT_CHARS + 1


def test_the_log_on_disk_is_bounded(tmp_path, lines):
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.handlers.RotatingFileHandler)
    ]
    assert [(each.maxBytes, each.backupCount) for each in handlers] == [(5 * 2**20, 9)]


@given(st.text(), st.text())
def test_a_number_between_any_texts_is_masked(before, after):
    assert NUMBER not in mask(f"{before.rstrip('0123456789')} {NUMBER} {after}")


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.binary() | st.none()))
def test_redaction_never_fails_and_never_lets_an_unknown_field_through(line):
    kept = redact(None, "info", dict(line))
    assert set(kept) <= observability.ALLOWED_FIELDS | {"dropped"}
    json.dumps(kept)


# --- crashes -----------------------------------------------------------------------------------


@pytest.fixture
def hooks():
    before = sys.excepthook, threading.excepthook
    codes = []
    install_crash_hooks(codes.append)
    yield codes
    sys.excepthook, threading.excepthook = before


def test_an_unexpected_exception_on_a_thread_is_logged_and_ends_with_70(lines, hooks):
    thread = threading.Thread(target=lambda: 1 / 0, name="core")
    thread.start()
    thread.join()
    (line,) = lines()
    assert hooks == [70]
    assert (line["event"], line["thread"]) == ("kiosk.crash", "core")
    assert "ZeroDivisionError" in line["exception"]


def test_lesser_lines_can_be_kept_off_the_console(lines, tmp_path, capsys):
    configure_logging(tmp_path, console_level="CRITICAL")
    log = structlog.get_logger("kiosk.test")
    log.error("device.lost")
    log.critical("crash")
    assert [line["event"] for line in lines()] == ["device.lost", "crash"]
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["crash"]


def test_ctrl_c_is_an_ordinary_end(lines, hooks):
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert hooks == [130]
    assert lines() == []


def test_a_crashed_process_leaves_exit_code_70():
    program = (
        "from kiosk.observability import *\n"
        "configure_logging(None); install_crash_hooks()\n"
        "import threading; threading.Thread(target=lambda: 1 / 0).start()\n"
        "threading.Event().wait(30)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 70
    assert json.loads(done.stderr)["event"] == "kiosk.crash"

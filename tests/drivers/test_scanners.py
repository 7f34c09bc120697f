"""Scanners: what is held up comes once and whole, and nothing it says can do anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api import BadSettings, DeviceLost, Role, Surroundings
from drivers.keyboard import Key, Keyboard
from drivers.registry import find
from drivers.scanner.codes import UNREADABLE, CodeAssembler
from drivers.scanner.serial_scanner import SerialScanner
from drivers.scanner.wedge import Settings as WedgeSettings
from drivers.scanner.wedge import WedgeAssembler, WedgeScanner
from tests.drivers.bench import FakeClock
from tests.drivers.contract import ScannerContract
from tests.drivers.lines import PtyLine

CODE = "33010526300000000001"
HOSTILE = [
    "\x1b[2J\x1b[H33010526300000000001",
    "\x1b]0;title\x07",
    "33010526300000000001\x00",
    "\x03\x03\x1a",
    "a\x08\x08\x08rm -rf",
    "\x10\x04\x01\x1d\x56\x00",
    "\u202e10000000003625010333",
    "\x9b31m330105",
    "\u2028\u2029abcdef",
    "\x16\x1b:q!",
]


@pytest.fixture
def line():
    line = PtyLine()
    yield line
    line.close()


def connect(line, **settings):
    spec = find(Role.SCANNER, "serial-scanner")
    return spec.connect(spec.settings(port=line.port, **settings), Surroundings())


class TestSerialScanner(ScannerContract):
    @pytest.fixture
    def scanner(self, line):
        scanner = connect(line)
        yield scanner
        scanner.close()

    @pytest.fixture
    def show(self, line):
        return lambda text: line.send(text.encode() + b"\r\n")


class Link:
    """Brings what is put into it."""

    def __init__(self):
        self.waiting = b""

    def read(self, size, timeout_s):
        taken, self.waiting = self.waiting[:size], self.waiting[size:]
        return taken

    def close(self):
        self.waiting = b""


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def scanner(link, clock):
    return SerialScanner(link, 0.1, clock)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\n\r"])
def test_any_line_end_ends_a_code_once(scanner, link, end):
    link.waiting = (CODE + end).encode()
    assert [scanner.poll(), scanner.poll()] == [CODE, None]


def test_a_scanner_without_line_ends_is_understood_by_its_silence(scanner, link, clock):
    link.waiting = CODE.encode()
    assert scanner.poll() is None
    clock.sleep(0.1)
    assert [scanner.poll(), scanner.poll()] == [CODE, None]


def test_a_code_that_comes_in_pieces_is_one_code(scanner, link, clock):
    for character in CODE:
        link.waiting = character.encode()
        assert scanner.poll() is None
        clock.sleep(0.05)
    link.waiting = b"\r"
    assert scanner.poll() == CODE


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_hanzi_are_read_in_both_encodings_scanners_use(scanner, link, encoding):
    link.waiting = "缴款书:33010526300000000001𬱖".encode(encoding) + b"\r"
    assert scanner.poll() == "缴款书:33010526300000000001𬱖"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_code_with_control_characters_says_nothing(scanner, link, text):
    link.waiting = text.encode() + b"\r"
    assert scanner.poll() == UNREADABLE


@pytest.mark.parametrize("size", [513, 5000, 100_000])
def test_a_code_too_long_says_nothing_and_the_next_is_read(size):
    codes = CodeAssembler(0.1)
    codes.feed(b"9" * size + b"\r" + CODE.encode() + b"\r", 0.0)
    assert [codes.next(0.0), codes.next(0.0), codes.next(0.0)] == [UNREADABLE, CODE, None]


def test_codes_nobody_fetches_are_bounded():
    codes = CodeAssembler(0.1)
    codes.feed(b"".join(b"code %d\r" % number for number in range(100)), 0.0)
    assert codes.next(0.0) == "code 84"


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_whatever_comes_is_printable_or_nothing(pieces):
    codes = CodeAssembler(0.1)
    for number, piece in enumerate(pieces):
        codes.feed(piece, number * 0.06)
        code = codes.next(number * 0.06)
        assert code is None or (code.isprintable() and 0 < len(code) <= 512)


def test_a_pulled_cable_is_a_lost_device(line):
    scanner = connect(line)
    line.unplug()
    with pytest.raises(DeviceLost):
        scanner.poll()
    scanner.close()


# --- scanners that type --------------------------------------------------------------------------


def typed(text, gap_s, start_s=10.0):
    return [Key(character, start_s + index * gap_s) for index, character in enumerate(text)]


def codes_of(keys, **how):
    assembler = WedgeAssembler(0.04, **how)
    found = []
    for key in keys:
        assembler.feed(key)
        while (code := assembler.next()) is not None:
            found.append(code)
    assembler.rest(float("inf"))
    while (code := assembler.next()) is not None:
        found.append(code)
    return found


class TestTypingScanner(ScannerContract):
    @pytest.fixture
    def keyboard(self):
        return Keyboard()

    @pytest.fixture
    def scanner(self, keyboard, clock):
        return WedgeScanner(keyboard, WedgeSettings(), clock)

    @pytest.fixture
    def show(self, keyboard):
        times = iter(range(1000))

        def show(text):
            for key in typed(text + "\r", 0.004, next(times) * 10.0):
                keyboard.press(key.text, key.at_s)

        return show


@pytest.mark.parametrize("gap_s", [0.0, 0.002, 0.009, 0.03])
def test_a_burst_of_keys_is_a_code(gap_s):
    assert codes_of(typed(CODE + "\r", gap_s)) == [CODE]


@pytest.mark.parametrize("gap_s", [0.05, 0.1, 0.5])
def test_fingers_are_no_scanner(gap_s):
    assert codes_of(typed(CODE + "\r", gap_s)) == []


def test_a_code_behind_a_finger_is_whole():
    keys = typed("9", 0.0, 5.0) + typed(CODE + "\r", 0.004)
    assert codes_of(keys) == [CODE]


def test_a_burst_without_enter_is_a_code_only_where_the_gap_ends_it():
    assert codes_of(typed(CODE, 0.004)) == []
    assert codes_of(typed(CODE, 0.004), gap_ends=True) == [CODE]


def test_keys_that_type_nothing_do_not_break_a_burst():
    keys = [key for pair in zip(typed("AB33010526", 0.02), typed(" " * 10, 0.02, 10.01), strict=True)
            for key in (pair[0], Key("", pair[1].at_s))]  # fmt: skip
    assert codes_of([*keys, Key("\r", keys[-1].at_s + 0.01)]) == ["AB33010526"]


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) >= 6])
def test_typed_control_characters_say_nothing(text):
    assert codes_of(typed(text + "\r", 0.004)) == [UNREADABLE]


@pytest.mark.parametrize("short", ["", "1", "12345", "\x03\x03\x1a"])
def test_a_few_quick_keys_are_no_code(short):
    assert codes_of(typed(short + "\r", 0.004)) == []


def test_what_was_typed_before_the_scanner_was_there_is_forgotten(clock):
    keyboard = Keyboard()
    keyboard.press(CODE + "\r", 1.0)
    assert WedgeScanner(keyboard, WedgeSettings(), clock).poll() is None


def test_a_gap_ends_a_code_by_the_scanners_own_clock(clock):
    keyboard = Keyboard()
    scanner = WedgeScanner(keyboard, WedgeSettings(end="gap"), clock)
    keyboard.press(CODE, 1.0)
    assert scanner.poll() is None
    clock.sleep(0.05)
    assert scanner.poll() == CODE


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(0, 0.1)), max_size=60))
def test_whatever_is_typed_is_printable_or_nothing(keys):
    now_s, timed = 0.0, []
    for text, gap_s in keys:
        now_s += gap_s
        timed.append(Key(text, now_s))
    for code in codes_of(timed, gap_ends=True):
        assert code.isprintable()
        assert 0 < len(code) <= 512


def test_a_typing_scanner_without_a_screen_is_bad_settings():
    spec = find(Role.SCANNER, "keyboard-wedge")
    with pytest.raises(BadSettings, match="on the kiosk's screen"):
        spec.connect(spec.settings(), Surroundings())

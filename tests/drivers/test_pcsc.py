"""Chip cards through a real pcscd and a virtual reader."""

from __future__ import annotations

import json
import stat

import pytest

from drivers.api import CardRead, CardReadFailed, CardRemoved, DeviceLost, Role, Surroundings
from drivers.card_reader.pcsc import PcscReader
from drivers.card_reader.social_security import read
from drivers.registry import find
from drivers.transport.pcsc import Pcsc
from drivers.transport.pcsc_trace import ReplayTerminal, scrubbed
from tests.drivers.chipcards import (
    WAIT_S,
    Daemon,
    SocialSecurityCard,
    VirtualSlot,
    bank_card,
    passport,
    transit_card,
)
from tests.drivers.contract import IdReaderContract

READER = "Virtual PCD 00 00"


@pytest.fixture
def daemon():
    daemon = Daemon()
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.close()


@pytest.fixture
def slot(daemon):
    slot = VirtualSlot(daemon)
    yield slot
    slot.eject()


@pytest.fixture
def watch(daemon):
    pcsc = Pcsc()
    yield pcsc
    pcsc.close()


@pytest.fixture
def put(slot, watch):
    """Put a card in and wait until pcscd has seen it."""

    def put(card):
        take(slot, watch)
        seen = watch.slot(READER)
        slot.insert(card)
        assert watch.wait_for_change(READER, seen, WAIT_S).present

    return put


def take(slot, watch):
    seen = watch.slot(READER)
    if seen.present:
        slot.eject()
        assert not watch.wait_for_change(READER, seen, WAIT_S).present


def connect(reader=""):
    spec = find(Role.CARD_READER, "pcsc")
    return spec.connect(spec.settings(reader=reader), Surroundings())


@pytest.fixture
def reader(daemon):
    reader = connect("virtual pcd 00 00")
    yield reader
    reader.close()


class TestPcscReader(IdReaderContract):
    @pytest.fixture
    def card(self):
        return read(SocialSecurityCard())

    @pytest.fixture
    def other(self):
        return read(SocialSecurityCard("1.00", "李四", "330199190001010029"))

    @pytest.fixture
    def place(self, put):
        versions = {"330199190001010010": "3.00", "330199190001010029": "1.00"}
        return lambda card: put(
            SocialSecurityCard(versions[card.number], card.name, card.number, manner="61")
        )

    @pytest.fixture
    def lift(self, slot, watch):
        return lambda: take(slot, watch)


@pytest.mark.parametrize("foreign", [bank_card, transit_card, passport])
def test_a_card_of_another_kind_is_refused_once_and_the_next_card_is_read(reader, put, foreign):
    put(foreign)
    assert [reader.poll(), reader.poll()] == [CardReadFailed("not_an_id_card"), None]
    put(SocialSecurityCard())
    assert isinstance(reader.poll(), CardRead)


@pytest.mark.parametrize("commands", range(7))
def test_a_card_torn_out_at_any_command_is_a_failure_and_no_name(reader, put, slot, commands):
    card, left = SocialSecurityCard(), [commands]

    def torn(command):
        left[0] -= 1
        if left[0] < 0:
            raise EOFError  # The card's side hangs up: it is out.
        return card(command)

    put(torn)
    assert reader.poll() == CardReadFailed("moved")


def test_a_killed_daemon_is_a_lost_device_and_a_new_one_serves_again(daemon, reader, slot, put):
    put(SocialSecurityCard())
    assert isinstance(reader.poll(), CardRead)
    daemon.kill()
    with pytest.raises(DeviceLost):
        reader.poll()
    with pytest.raises(DeviceLost):
        connect()
    slot.eject()
    daemon.start()
    again = connect()
    assert again.poll() is None
    again.close()


def test_a_reader_that_is_not_there_is_a_lost_device(daemon):
    with pytest.raises(DeviceLost, match="no reader is called 'ACR122'.*Virtual PCD"):
        connect("ACR122")


def test_a_read_card_is_left_alone_until_it_is_taken_out(reader, put, slot, watch):
    put(SocialSecurityCard())
    assert isinstance(reader.poll(), CardRead)
    assert [reader.poll() for _ in range(5)] == [None] * 5
    take(slot, watch)
    assert [reader.poll(), reader.poll()] == [CardRemoved(), None]


# --- recorded and played again ------------------------------------------------------------------


def trace_of(path):
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def test_a_recorded_card_is_nobodys_and_is_read_again_from_its_trace(daemon, put, tmp_path):
    spec = find(Role.CARD_READER, "pcsc")
    trace = tmp_path / "card.trace"
    reader = spec.connect(spec.settings(trace=str(trace)), Surroundings())
    put(SocialSecurityCard("2.00", "李四", "330199190001010029", manner="61"))
    assert reader.poll().card.number == "330199190001010029"
    reader.close()
    text = trace.read_text()
    assert b"330199190001010029".hex() not in text
    assert "李四".encode("gb18030").hex() not in text
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600
    replayed = PcscReader(ReplayTerminal(trace_of(trace)), "any")
    polls = [replayed.poll() for _ in range(3)]
    card = next(event.card for event in polls if event is not None)
    assert (card.name, card.number) == ("张三", "330199190001010010")


def test_a_card_torn_out_is_torn_out_in_the_replay_too(daemon, put, tmp_path):
    spec = find(Role.CARD_READER, "pcsc")
    trace = tmp_path / "card.trace"
    reader = spec.connect(spec.settings(trace=str(trace)), Surroundings())
    card, left = SocialSecurityCard(), [3]

    def torn(command):
        left[0] -= 1
        if left[0] < 0:
            raise EOFError
        return card(command)

    put(torn)
    assert reader.poll() == CardReadFailed("moved")
    reader.close()
    replayed = PcscReader(ReplayTerminal(trace_of(trace)), "any")
    assert CardReadFailed("moved") in [replayed.poll() for _ in range(3)]


def test_a_driver_that_says_something_else_than_recorded_has_diverged():
    terminal = ReplayTerminal([{"at_ms": 0, "out": "00b2", "in": "9000"}])
    with terminal.card("any") as card, pytest.raises(DeviceLost, match="does not say"):
        card.transmit(b"\x00\xa4")


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("6f0a8403414243a5031234569000", "6f0a840341424300000000009000"),
        ("0304332e30309000", "0304332e30309000"),
        ("0d04190001019000", "0d04000000009000"),
        ("69 82", "6982"),
        ("ff9000", "009000"),
    ],
)
def test_of_a_reply_only_what_is_nobodys_is_kept(reply, kept):
    assert scrubbed(bytes.fromhex(reply)).hex() == kept.replace(" ", "")

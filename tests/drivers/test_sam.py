"""The identity card reader at the wire: the right event every time, or none."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.api import CardRead, CardReadFailed, CardRemoved, DeviceLost, DriverError
from drivers.id_reader.card_text import parse
from drivers.id_reader.frames import REPLY_LENGTHS, FrameFinder, checksum, frame
from drivers.id_reader.sam import Refused, Sam
from drivers.id_reader.sam_emulator import DEMO_SAM_ID, Manners, SamEmulator
from drivers.id_reader.sam_reader import SamReader
from tests.drivers.bench import FakeClock
from tests.drivers.contract import IdReaderContract
from tests.drivers.sams import (
    RESIDENT,
    SECOND,
    Bench,
    Table,
    WireToSam,
    card,
    field,
    reply_with,
)

ZHANG, LI = CardRead(parse(RESIDENT)), CardRead(parse(SECOND))
WHOLE = reply_with(RESIDENT)
READ, FIND = b"\x30\x01", b"\x20\x01"
MODULES = {
    "keeps the rules": Manners(),
    "selects only what it finds": Manners(selects_only_found_cards=True),
    "finds cards again": Manners(finds_read_cards=True),
}


@pytest.fixture
def bench():
    return Bench()


class SamContract(IdReaderContract):
    @pytest.fixture
    def card(self):
        return ZHANG.card

    @pytest.fixture
    def other(self):
        return LI.card

    @pytest.fixture
    def place(self, bench):
        texts = {ZHANG.card: RESIDENT, LI.card: SECOND}
        return lambda shown: bench.table.place(card(texts[shown]))

    @pytest.fixture
    def lift(self, bench):
        return bench.table.lift

    @pytest.fixture
    def reader(self, bench):
        return bench.reader


class TestModuleThatKeepsTheRules(SamContract):
    """Find, select, read; a card that was read is not found until it was lifted."""


# --- frames --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command, whole",
    [
        ("10ff", "AAAAAA9669000310FFEC"),
        ("11ff", "AAAAAA9669000311FFED"),
        ("12ff", "AAAAAA9669000312FFEE"),
        ("2001", "AAAAAA96690003200122"),
        ("2002", "AAAAAA96690003200221"),
        ("3001", "AAAAAA96690003300132"),
    ],
)
def test_requests_are_the_documented_bytes(command, whole):
    assert frame(bytes.fromhex(command)) == bytes.fromhex(whole)


@pytest.mark.parametrize("body", ["00009f00000000", "000080", "000081", "000090" + "00" * 8])
def test_documented_replies_have_the_documented_checksums(body):
    known = {"00009f00000000": 0x97, "000080": 0x84, "000081": 0x85, "000090" + "00" * 8: 0x9C}
    assert frame(bytes.fromhex(body))[-1] == known[body]


@given(st.binary(max_size=3000))
def test_the_checksum_is_the_xor_of_all_bytes(data):
    expected = 0
    for byte in data:
        expected ^= byte
    assert checksum(data) == expected


def bodies(data: bytes, pieces: int = 1) -> list[bytes]:
    finder = FrameFinder(REPLY_LENGTHS)
    found = []
    for start in range(0, len(data), pieces):
        finder.feed(data[start : start + pieces])
        while (body := finder.next_body()) is not None:
            found.append(body)
    return found


NOISE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\xaa", b"\xaa\xaa\xaa", b"\xaa\xaa\xaa\x96", b"\xaa\xaa\xaa\x96\x69",
                     b"\xaa\xaa\xaa\x96\x69\x00\x02", b"\xaa\xaa\xaa\x96\x69\x09\x11",
                     b"\xaa\xaa\xaa\x96\x69\x00\x04\x00\x00"]),
)  # fmt: skip


@given(st.lists(NOISE, max_size=4), st.integers(1, 64))
def test_a_frame_is_found_behind_any_noise(noise, pieces):
    wanted = frame(b"\0\0\x90" + bytes(8))
    # A length in the noise may reach over the frame: it is found when enough has come.
    stream = b"".join(noise) + wanted + bytes(REPLY_LENGTHS[-1] + 8)
    assert b"\0\0\x90" + bytes(8) in bodies(stream, pieces)


@pytest.mark.parametrize("start", range(1, 8))
def test_overlapping_preambles_are_resolved(start):
    assert bodies(b"\xaa" * start + frame(b"\0\0\x80")) == [b"\0\0\x80"]


# --- the cable -------------------------------------------------------------------------------------


def spoiled_once(bench, spoil):
    """Only the first answer to "read" is spoiled."""
    state = {"done": False}

    def apply(answer):
        if len(answer) == len(WHOLE) and not state["done"]:
            state["done"] = True
            return spoil(answer)
        return answer

    bench.wire.spoil = apply


def test_a_reply_cut_at_any_byte_with_its_cable_is_a_lost_device_and_never_a_card():
    for cut in range(len(WHOLE)):
        bench = Bench()
        bench.table.place(card())

        def spoil(answer, bench=bench, cut=cut):
            if len(answer) == len(WHOLE):
                bench.wire.cut = True
                return answer[:cut]
            return answer

        bench.wire.spoil = spoil
        with pytest.raises(DeviceLost):
            bench.poll()


def test_a_reply_that_stops_at_any_byte_is_asked_for_again():
    for cut in range(len(WHOLE)):
        bench = Bench()
        bench.table.place(card())
        spoiled_once(bench, lambda answer, cut=cut: answer[:cut])
        assert bench.poll() == ZHANG


def test_any_damaged_byte_is_asked_for_again():
    for place, mask in product(range(len(WHOLE)), (0xFF,)):
        bench = Bench()
        bench.table.place(card())

        def flip(answer, place=place, mask=mask):
            return answer[:place] + bytes([answer[place] ^ mask]) + answer[place + 1 :]

        spoiled_once(bench, flip)
        assert bench.poll() == ZHANG


@pytest.mark.parametrize("bit", range(8))
def test_any_single_bit_flipped_for_good_is_never_a_card(bit):
    for place in range(0, len(WHOLE), 7):
        bench = Bench()
        bench.table.place(card())

        def flip(answer, place=place):
            if len(answer) != len(WHOLE):
                return answer
            return answer[:place] + bytes([answer[place] ^ 1 << bit]) + answer[place + 1 :]

        bench.wire.spoil = flip
        with pytest.raises(DeviceLost):
            bench.poll()


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_noise_around_every_answer_changes_nothing(before, behind):
    bench = Bench()
    bench.table.place(card())
    bench.wire.spoil = lambda answer: before + answer + behind
    assert bench.poll() == ZHANG


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=4), st.integers(0, len(WHOLE) - 1))
@example(b"\x92\x9f", 10)  # passes the checksum
def test_noise_inside_an_answer_is_asked_about_again(noise, place):
    bench = Bench()
    bench.table.place(card())
    spoiled_once(bench, lambda answer: answer[:place] + noise + answer[place:])
    assert bench.poll() == ZHANG


def test_a_late_answer_is_not_taken_for_the_answer_to_another_command():
    bench = Bench()
    bench.table.place(card())
    held_back = []

    def one_late(answer):
        held_back.append(answer)
        return held_back.pop(0) if len(held_back) > 1 else b""

    bench.wire.spoil = one_late
    assert bench.poll() == ZHANG


def test_a_module_that_falls_silent_is_lost(bench):
    bench.wire.spoil = lambda answer: b""
    with pytest.raises(DeviceLost) as lost:
        bench.poll()
    assert lost.value.reason == "no_answer"


@given(st.binary(max_size=100))
def test_a_device_that_talks_nonsense_is_lost(nonsense):
    bench = Bench()
    bench.wire.spoil = lambda answer: nonsense
    with pytest.raises(DeviceLost):
        bench.poll()


# --- statuses ------------------------------------------------------------------------------------------

KNOWN = {
    0x31: CardReadFailed("damaged"),
    0x32: CardReadFailed("damaged"),
    0x33: CardReadFailed("damaged"),
    0x40: CardReadFailed("not_an_id_card"),
    0x41: CardReadFailed("moved"),
    0x47: CardReadFailed("moved"),
    0x81: CardReadFailed("moved"),
    0x91: CardReadFailed("damaged"),
}
OF_THE_MODULE = {
    0x21: "no_sam", 0x23: "no_sam", 0x24: "no_sam", 0x60: "sam_self_test",
    0x66: "sam_not_authorised", 0x10: "strange_answer", 0x11: "strange_answer",
}  # fmt: skip


@pytest.mark.parametrize("status", KNOWN)
@pytest.mark.parametrize("command", ["select", "read"])
def test_each_status_about_the_card_is_said_once(bench, command, status):
    bench.table.place(card(**{command: status}))
    assert [bench.poll(), bench.poll()] == [KNOWN[status], None]


@pytest.mark.parametrize("status", OF_THE_MODULE)
@pytest.mark.parametrize("command", ["find", "select", "read"])
def test_each_status_about_the_module_is_a_fault_of_the_device(bench, command, status):
    bench.table.place(card(**{command: status}))
    with pytest.raises(DriverError) as fault:
        bench.poll()
    assert fault.value.reason == OF_THE_MODULE[status]


@pytest.mark.parametrize("command", ["find", "select", "read"])
def test_no_status_there_is_ends_in_a_card(command):
    for status in set(range(256)) - {0x90, 0x9F}:
        bench = Bench()
        bench.table.place(card(**{command: status}))
        try:
            event = bench.poll()
        except DriverError:
            continue
        assert event is None or isinstance(event, CardReadFailed)


def test_a_card_that_failed_is_tried_again_after_it_was_put_down_anew(bench):
    bench.table.place(card(read=0x41))
    assert bench.poll() == CardReadFailed("moved")
    bench.table.lift()
    assert bench.poll() is None
    bench.clock.sleep(1)
    bench.table.place(card())
    assert bench.poll() == ZHANG


def test_a_card_that_stays_unreadable_is_said_once_even_if_it_is_found_again():
    bench = Bench(Manners(finds_read_cards=True))
    bench.table.place(card(read=0x33))
    assert [bench.poll() for _ in range(12)] == [CardReadFailed("damaged")] + [None] * 11


def test_a_text_that_makes_no_sense_is_a_damaged_card(bench):
    bench.table.place(card(bytes(256)))
    assert bench.poll() == CardReadFailed("damaged")


# --- two people -------------------------------------------------------------------------------------------

SWAPS = ["".join(each) for each in product("-x", repeat=6)]
A, B = card(RESIDENT, b"AAAAAAAA"), card(SECOND, b"BBBBBBBB")
A0, B0 = card(RESIDENT), card(SECOND)


@pytest.mark.parametrize("manners", MODULES.values(), ids=MODULES)
@pytest.mark.parametrize("swaps", SWAPS)
@pytest.mark.parametrize("one, two", [(A, B), (A0, B0)], ids=["serials", "zeros"])
def test_cards_swapped_at_any_boundary_never_give_a_name_to_the_other(manners, swaps, one, two):
    """The card on the table when the last "find" or "read" was answered is the card read."""
    bench = Bench(manners)
    bench.table.place(one)
    pair, plan = {RESIDENT: two, SECOND: one}, list(swaps)
    lying = []

    def swap(command):
        if command in (FIND, READ):
            lying.append(bench.table.lying.text)
        if plan and plan.pop(0) == "x":
            bench.table.place(pair[bench.table.lying.text])

    bench.after = swap
    for _ in range(8):
        event = bench.poll()
        if isinstance(event, CardRead):
            assert event.card == parse(lying[-1])
            assert event in (ZHANG, LI)


@pytest.mark.parametrize("swaps", SWAPS)
def test_even_a_module_that_reads_whatever_lies_there_mixes_nobody(swaps):
    bench = Bench(Manners(finds_read_cards=True, reads_any_card=True))
    bench.table.place(A)
    plan, pair, lying = list(swaps), {RESIDENT: B, SECOND: A}, []

    def swap(_):
        lying.append(bench.table.lying.text)
        if plan and plan.pop(0) == "x":
            bench.table.place(pair[bench.table.lying.text])

    bench.after = swap
    event = bench.poll()
    if isinstance(event, CardRead):
        assert event.card == parse(lying[-1])


def test_a_card_that_lies_there_still_is_not_read_again_by_any_module():
    for manners in MODULES.values():
        bench = Bench(manners)
        bench.table.place(card())
        assert bench.poll() == ZHANG
        assert [bench.poll() for _ in range(10)] == [None] * 10
        assert bench.commands.count(READ) <= 2


def test_where_a_module_cannot_tell_the_next_card_shows_that_the_last_has_gone():
    bench = Bench(MODULES["selects only what it finds"])
    bench.table.place(A0)
    assert bench.poll() == ZHANG
    bench.table.lift()
    assert bench.poll() is None
    bench.table.place(B0)
    assert [bench.poll(), bench.poll()] == [CardRemoved(), LI]


@pytest.mark.parametrize("name", ["keeps the rules", "finds cards again"])
def test_where_a_module_can_tell_a_lifted_card_is_gone_at_once(name):
    bench = Bench(MODULES[name])
    bench.table.place(A0)
    assert bench.poll() == ZHANG
    bench.table.lift()
    assert [bench.poll(), bench.poll()] == [CardRemoved(), None]


def test_a_card_left_behind_is_not_read_by_the_next_run_of_the_kiosk():
    bench = Bench()
    bench.table.place(card())
    bench.poll()
    again = type(bench.reader)(bench.reader._sam, clock=bench.clock)
    assert [again.poll() for _ in range(5)] == [None] * 5


# --- the module ---------------------------------------------------------------------------------------------

DEMO_NAME = "05.03-20120101-0001234567-0123456789"


def test_the_module_names_itself_as_it_is_printed_on_it(bench):
    assert bench.reader._sam.sam_id() == DEMO_NAME
    assert frame(b"\0\0\x90" + DEMO_SAM_ID)[-1] == 0x50


def test_a_pinned_module_is_accepted():
    assert Bench(sam_id=DEMO_NAME).poll() is None


def test_another_module_than_the_pinned_one_is_refused():
    with pytest.raises(DriverError) as refused:
        Bench(sam_id="05.03-20120101-0001234567-0123456780")
    assert refused.value.reason == "wrong_sam"


@pytest.mark.parametrize("status, reason", [(0x60, "sam_self_test"), (0x66, "sam_not_authorised")])
def test_a_module_that_is_not_well_is_a_lost_device_from_the_start(status, reason):
    with pytest.raises(DriverError) as refused:
        Bench(status=status)
    assert refused.value.reason == reason


def test_a_module_that_does_not_know_the_first_question_is_served_all_the_same():
    bench = Bench(status=0x21)
    bench.table.place(card())
    assert bench.poll() == ZHANG


def test_the_photo_and_the_address_never_leave_the_driver(bench):
    bench.table.place(card())
    event = bench.poll()
    assert set(event.card.__slots__) == {
        "kind", "name", "number", "valid_from", "valid_until", "long_term",
    }  # fmt: skip


# --- the newest address ------------------------------------------------------------------------------


def sam_with(newest):
    clock, lying = FakeClock(), replace(card(), newest_address=newest)
    return Sam(WireToSam(SamEmulator(lambda: lying), clock), clock)


@pytest.mark.parametrize("address", ["浙江省杭州市拱墅区测试路2号", "址" * 35, "𠮷巷1号"])
def test_the_newest_address_is_read_after_the_text(address):
    sam = sam_with(field(address, 70))
    sam.find()
    sam.select()
    sam.read_text()
    assert sam.newest_address() == address


def test_a_card_without_a_newest_address_has_none():
    assert sam_with(b"").newest_address() == ""


def test_a_newest_address_that_is_no_text_is_a_damaged_card():
    with pytest.raises(Refused, match="damaged"):
        sam_with(b"\x00\xd8" * 35).newest_address()


def test_the_kiosks_reader_never_asks_for_an_address():
    asked = []
    clock, table = FakeClock(), Table()
    table.place(card())
    emulator = SamEmulator(lambda: table.lying, after=asked.append)
    SamReader(Sam(WireToSam(emulator, clock), clock), clock=clock).poll()
    assert asked
    assert b"\x30\x03" not in asked

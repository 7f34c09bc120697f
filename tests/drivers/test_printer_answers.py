"""What the driver makes of answers, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api import HARMLESS, BadSettings, PrinterCondition, PrintOutcome
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import PAPER_80_MM, profile_named
from drivers.printer.replies import (
    AutomaticStatus,
    PaperStatus,
    ProcessId,
    ReplyReader,
    StatusByte,
    Unrecognised,
)
from drivers.transport.link import LinkLost, drop_input
from tests.drivers.bench import DOCUMENT, FakeClock

OK = b"\x12"
Condition = PrinterCondition


class ScriptedLink:
    """Answers each status question as told; everything else only by `after_job`."""

    def __init__(self, answers, clock, after_job=b""):
        self.answers = dict(zip((1, 2, 3, 4), answers, strict=True))
        self.clock = clock
        self.after_job = after_job
        self.waiting = b""
        self.written = []

    def write(self, data, timeout_s):
        self.written.append(data)
        if data.startswith(b"\x10\x04"):
            self.waiting += self.answers[data[2]]
        elif data.startswith(b"\x1b@"):
            self.waiting += self.after_job

    def read(self, size, timeout_s):
        if not self.waiting:
            self.clock.sleep(timeout_s)
        taken, self.waiting = self.waiting[:size], self.waiting[size:]
        return taken

    def close(self):
        self.waiting = b""


def printer_answering(*answers, after_job=b""):
    clock = FakeClock()
    link = ScriptedLink(answers, clock, after_job)
    return EscPosPrinter(link, PAPER_80_MM, LinePainter(GlyphSource), clock=clock)


@pytest.mark.parametrize(
    "question, bits, condition",
    [
        (1, 0x08, Condition.OFFLINE),
        (1, 0x20, Condition.OFFLINE),
        (2, 0x04, Condition.COVER_OPEN),
        (2, 0x08, Condition.OFFLINE),
        (2, 0x20, Condition.PAPER_OUT),
        (2, 0x40, Condition.OFFLINE),
        (3, 0x04, Condition.PAPER_JAM),
        (3, 0x08, Condition.CUTTER_ERROR),
        (3, 0x20, Condition.HEAD_ERROR),
        (3, 0x40, Condition.HEAD_ERROR),
        (4, 0x0C, Condition.PAPER_NEAR_END),
        (4, 0x60, Condition.PAPER_OUT),
    ],
)
def test_each_bit_has_its_meaning(question, bits, condition):
    answers = [OK] * 4
    answers[question - 1] = bytes([0x12 | bits])
    assert printer_answering(*answers).status().conditions == {condition}


@pytest.mark.parametrize("bits", [0x04, 0x40])
def test_the_drawer_pin_and_the_feed_button_do_not_matter(bits):
    assert printer_answering(bytes([0x12 | bits]), OK, OK, OK).status().conditions == frozenset()


@pytest.mark.parametrize("question", range(4))
@pytest.mark.parametrize("answer", [b"", b"\x00", b"\x10", b"\x80", b"\xff", b"\x37", b"?"])
def test_silence_and_strange_bits_are_never_ok(question, answer):
    answers = [OK] * 4
    answers[question] = answer
    assert printer_answering(*answers).status().conditions == {Condition.SILENT}


@given(st.tuples(*[st.binary(min_size=1, max_size=1)] * 4))
def test_only_four_clean_answers_allow_printing(answers):
    status = printer_answering(*answers).status()
    plain = all(answer[0] & 0x93 == 0x12 for answer in answers)
    if not plain:
        assert status.conditions == {Condition.SILENT}
    harmless = 0x12 | 0x04 | 0x40, 0x12 | 0x10, 0x12, 0x12 | 0x0C
    is_harmless = plain and all(
        answer[0] & ~allowed == 0 for answer, allowed in zip(answers, harmless, strict=True)
    )
    assert status.can_print == (status.conditions <= HARMLESS) == is_harmless


def test_an_old_answer_is_not_taken_for_a_new_one():
    printer = printer_answering(b"", OK, OK, OK)
    printer._link.waiting = OK
    assert printer.status().conditions == {Condition.SILENT}


@pytest.mark.parametrize(
    "after_job",
    [
        b"",
        b"\x37\x220008\x00",
        b"\x37\x22007\x00",
        b"\x37\x220007",
        b"\x37\x250007\x00",
        b"\x37\x22" + b"0" * 100 + b"\x00",
        b"\x12\x12\x12\x12",
        b"0007\x00",
    ],
)
def test_only_the_echo_of_this_very_job_is_proof(after_job):
    report = printer_answering(OK, OK, OK, OK, after_job=after_job).print(DOCUMENT, 7)
    assert report.outcome is PrintOutcome.UNKNOWN


@pytest.mark.parametrize("before", [b"", b"\x12", b"\x37\x25\x00", b"\x37\x220006\x00", b"\xff"])
def test_the_proof_is_found_among_other_answers(before):
    printer = printer_answering(OK, OK, OK, OK, after_job=before + b"\x37\x220007\x00")
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.PRINTED


def test_the_proof_is_found_between_status_answers_too():
    class LateLink(ScriptedLink):
        """The echo comes just before the answer to a question asked while waiting."""

        def write(self, data, timeout_s):
            super().write(data, timeout_s)
            if data == b"\x10\x04\x03" and any(job.startswith(b"\x1b@") for job in self.written):
                self.waiting = b"\x37\x220007\x00" + self.waiting

    clock = FakeClock()
    link = LateLink([OK] * 4, clock)
    printer = EscPosPrinter(link, PAPER_80_MM, LinePainter(GlyphSource), clock=clock)
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.PRINTED


def test_waiting_for_a_proof_ends():
    printer = printer_answering(OK, OK, OK, OK)
    before_s = printer._clock.monotonic()
    assert printer.print(DOCUMENT, 7).reason == "no_proof"
    assert printer._clock.monotonic() - before_s < 30


def test_a_device_that_never_stops_talking_is_lost():
    class Babbler:
        def read(self, size, timeout_s):
            return b"\x12" * size

    with pytest.raises(LinkLost, match="without being asked"):
        drop_input(Babbler())


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=20))
def test_replies_use_up_every_byte_they_get(chunks):
    clock = FakeClock()
    link = ScriptedLink([OK] * 4, clock)
    reader = ReplyReader(link, clock)
    whole = b"".join(chunks) + bytes(5)  # ends whatever block is open
    link.waiting = whole
    seen = b""
    while (reply := reader.next(clock.monotonic())) is not None:
        match reply:
            case StatusByte(bits) | PaperStatus(bits):
                seen += bytes([bits])
            case ProcessId(identifier):
                seen += b"\x37\x22" + identifier + b"\x00"
            case Unrecognised(data) | AutomaticStatus(data):
                seen += data
    assert seen == whole


def test_an_unknown_profile_is_answered_with_the_known_ones():
    with pytest.raises(
        BadSettings,
        match=r"no printer profile 'XP-999'; known: default, 58mm, epson-80, .*TM-T20II",
    ):
        profile_named("XP-999")


@pytest.mark.parametrize("name", ["ZJ-5870", "POS-5890"])
def test_a_printer_without_a_cutter_is_refused(name):
    with pytest.raises(BadSettings, match="no cutter"):
        profile_named(name)


def test_a_model_brings_its_own_measures():
    model = profile_named("TM-T88V")
    assert (model.columns, model.width_dots, round(model.dots_per_mm, 2)) == (42, 512, 7.09)

"""Dialogues are written down without the people in them, and play again."""

from __future__ import annotations

import io
import itertools
import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api import BadSettings, CardRead, PrintOutcome, Role, Surroundings
from drivers.id_reader.sam import Sam
from drivers.id_reader.sam_emulator import SamEmulator
from drivers.id_reader.sam_reader import SamReader
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import PAPER_80_MM
from drivers.registry import find
from drivers.scanner.serial_scanner import SerialScanner
from drivers.transport import recording
from drivers.transport.link import LinkLost
from drivers.transport.recording import RecordingLink, ReplayLink
from drivers.transport.scrubbing import NOBODY, PrinterScrubber, SamScrubber, ScannerScrubber
from tests.drivers.bench import DOCUMENT, FakeClock
from tests.drivers.lines import PtyLine
from tests.drivers.sams import SECOND, Table, WireToSam, card, reply_with
from tests.drivers.test_printer_answers import OK, ScriptedLink

SECRETS = ["李四", "330199190001010029", "拱墅"]


class Pen(io.StringIO):
    def close(self):
        """What was written can still be read."""

    def entries(self):
        return [json.loads(line) for line in self.getvalue().splitlines()]


def is_clean(pen):
    passed = b"".join(
        bytes.fromhex(entry.get("in", "") + entry.get("out", "")) for entry in pen.entries()
    )
    encodings = ("utf-8", "utf-16-le", "gb18030", "ascii")
    return not any(
        secret.encode(encoding, "ignore") in passed
        for secret in SECRETS
        for encoding in encodings
        if secret.encode(encoding, "ignore")
    )


@given(st.lists(st.integers(1, 1294), max_size=12))
def test_a_card_is_written_down_as_nobodys_however_it_comes(cuts):
    whole = reply_with(SECOND)
    places = [0, *sorted(cuts), len(whole)]
    scrubber = SamScrubber()
    written = b"".join(
        scrubber.received(whole[start:end]) for start, end in itertools.pairwise(places)
    )
    assert len(written) == len(whole)
    assert not any(secret.encode("utf-16-le") in written for secret in SECRETS)


@given(st.binary(max_size=30), st.integers(0, 1294))
def test_noise_and_torn_frames_give_nobody_away(noise, cut):
    scrubber = SamScrubber()
    written = scrubber.received(noise + reply_with(SECOND)[cut:])
    assert not any(secret.encode("utf-16-le") in written for secret in SECRETS)


def test_a_recorded_reading_plays_again_with_nobody_in_it():
    table, clock, pen = Table(), FakeClock(), Pen()
    wire = WireToSam(SamEmulator(lambda: table.lying), clock)
    reader = SamReader(Sam(RecordingLink(wire, pen, SamScrubber(), clock), clock), clock=clock)
    table.place(card(SECOND, b"SERIAL!!"))
    assert isinstance(reader.poll(), CardRead)
    assert reader.poll() is None
    assert is_clean(pen)
    assert b"SERIAL!!".hex() not in pen.getvalue()
    replay = ReplayLink(pen.entries(), clock)
    again = SamReader(Sam(replay, clock), clock=clock)
    assert [again.poll(), again.poll()] == [CardRead(NOBODY), None]
    assert replay.is_over


def test_a_recorded_print_plays_again_without_the_receipt():
    clock, pen = FakeClock(), Pen()
    link = ScriptedLink([OK] * 4, clock, b"\x37\x220007\x00")

    def printer_on(link):
        return EscPosPrinter(link, PAPER_80_MM, LinePainter(GlyphSource), clock=clock)

    printer = printer_on(RecordingLink(link, pen, PrinterScrubber(), clock))
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.PRINTED
    assert "票据号码".encode("gb18030").hex() not in pen.getvalue()
    assert printer_on(ReplayLink(pen.entries(), clock)).print(DOCUMENT, 7).outcome is (
        PrintOutcome.PRINTED
    )


def test_a_recorded_scan_keeps_its_shape_alone():
    clock, pen = FakeClock(), Pen()

    class Link:
        data = b"330199190001010029\r\n"

        def read(self, size, timeout_s):
            data, self.data = self.data, b""
            return data

    scanner = SerialScanner(RecordingLink(Link(), pen, ScannerScrubber(), clock), 0.1, clock)
    assert scanner.poll() == "330199190001010029"
    assert is_clean(pen)
    assert SerialScanner(ReplayLink(pen.entries(), clock), 0.1, clock).poll() == "0" * 18


def test_a_lost_link_is_lost_again_when_it_is_played():
    class Torn:
        def write(self, data, timeout_s):
            raise LinkLost("unplugged", sent=3)

    clock, pen = FakeClock(), Pen()
    with pytest.raises(LinkLost):
        RecordingLink(Torn(), pen, PrinterScrubber(), clock).write(b"123456", 1.0)
    with pytest.raises(LinkLost) as lost:
        ReplayLink(pen.entries(), clock).write(b"123456", 1.0)
    assert (lost.value.reason, lost.value.sent) == ("unplugged", 3)


def test_a_driver_that_says_something_else_is_told():
    clock = FakeClock()
    with pytest.raises(LinkLost, match="does not say"):
        ReplayLink([{"at_ms": 0, "out": "aabb"}], clock).write(b"1", 1.0)


def test_a_trace_ends_when_it_is_full_and_the_link_goes_on():
    class Talker:
        def read(self, size, timeout_s):
            return bytes(4096)

    pen = Pen()
    link = RecordingLink(Talker(), pen, PrinterScrubber(), FakeClock())
    for _ in range(recording.MAX_TRACE_CHARS // 8192 + 10):
        assert link.read(4096, 0.0) == bytes(4096)
    assert len(pen.getvalue()) <= recording.MAX_TRACE_CHARS


def test_a_site_records_a_link_into_a_file_of_its_owner_alone(tmp_path):
    table = Table()
    table.place(card(SECOND))
    line = PtyLine(SamEmulator(lambda: table.lying).receive)
    trace = tmp_path / "reader.trace"
    spec = find(Role.ID_READER, "sam-serial")
    reader = spec.connect(spec.settings(port=line.port, trace=str(trace)), Surroundings())
    assert isinstance(reader.poll(), CardRead)
    reader.close()
    line.close()
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600
    clock = FakeClock()
    again = SamReader(Sam(ReplayLink.from_file(trace, clock), clock), clock=clock)
    assert again.poll() == CardRead(NOBODY)


def test_a_trace_that_cannot_be_written_is_bad_settings(tmp_path):
    line = PtyLine()
    spec = find(Role.SCANNER, "serial-scanner")
    with pytest.raises(BadSettings, match="no such|No such"):
        spec.connect(
            spec.settings(port=line.port, trace=str(tmp_path / "none" / "x")), Surroundings()
        )
    line.close()


def test_a_file_that_is_no_trace_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_text("{}\n")
    with pytest.raises(ValueError, match="not a trace"):
        ReplayLink.from_file(path, FakeClock())

"""Printers differ in what they tell and prove; the driver believes none more than it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api import (
    HARMLESS,
    DriverError,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintProof,
    PrintStage,
)
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import PAPER_80_MM, Mouth, families, profile_named
from drivers.printer.replies import FullStatus, conditions_from_full
from tests.drivers.bench import DOCUMENT, FakeClock, connect_printer, read_back, texts, world
from tests.drivers.contract import PrinterContract
from tests.drivers.test_printer_answers import ScriptedLink

Condition = PrinterCondition
OK = b"\x12"
CLONES = [name for name, each in families().items() if each.proof is PrintProof.PAPER_STATUS]
SIX = {"Epson", "Gprinter 佳博", "Xprinter 芯烨", "Rongta 容大", "Custom", "Masung 美松"}


def scripted(profile, answers=(OK,) * 4, after_job=b"", *, at_mouth=False):
    clock = FakeClock()
    link = ScriptedLink(answers, clock, after_job)
    link.answers[20] = bytes([0x10, 0x0F, at_mouth << 5, 0, 0, 0])
    return EscPosPrinter(link, profile, LinePainter(GlyphSource), clock=clock), link


# --- the table -----------------------------------------------------------------------------------


def test_the_six_families_common_in_china_are_there():
    assert {each.vendor for each in families().values()} >= SIX


@pytest.mark.parametrize("name", [name for name in families() if name not in ("default", "58mm")])
def test_every_family_names_its_sources_and_does_not_claim_to_be_tried(name):
    family = families()[name]
    assert family.sources
    assert family.models
    assert not family.tried
    assert family.width_dots >= family.columns * 12


@pytest.mark.parametrize("name", families())
class TestEachFamily(PrinterContract):
    @pytest.fixture
    def printer(self, name):
        return connect_printer(world(), profile=name)

    def test_the_whole_strip_comes_out_and_its_proof_is_the_profiles(self, name):
        the_world = world()
        printer = connect_printer(the_world, profile=name)
        report = printer.print(DOCUMENT, 7)
        proof = profile_named(name).proof or PrintProof.PROCESS_ID
        assert (report.outcome, report.proof) == (PrintOutcome.PRINTED, proof)
        assert [read_back(strip.text) for strip in the_world.printer.strips] == [texts(DOCUMENT)]
        assert the_world.printer.unknown_commands == ()

    def test_what_is_left_of_a_torn_job_never_comes_out_later(self, name):
        the_world = world()
        body = the_world.printer
        printer = connect_printer(the_world, profile=name)
        body.after_mm(12, body.open_cover)
        assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.UNKNOWN
        torn = len(body.strips)
        body.close_cover()
        assert printer.status().can_print
        assert len(body.strips) == torn


# --- every answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mouth", [Mouth.NOT_TOLD, Mouth.BIT_7])
@pytest.mark.parametrize("question", range(4))
def test_all_256_answers_to_each_question_are_ok_only_where_every_bit_is_known(question, mouth):
    """Fixed bits as documented; the drawer, the feed button and the mouth do not matter."""
    free = {0: 0x44, 1: 0x00, 2: 0x00, 3: 0x00}[question]
    low = {0: 0, 1: 0x10, 2: 0, 3: 0x0C}[question]
    at_mouth = 0x80 if mouth is Mouth.BIT_7 and question == 0 else 0
    for bits in range(256):
        answers = [OK] * 4
        answers[question] = bytes([bits])
        status = scripted(replace(PAPER_80_MM, mouth=mouth), answers)[0].status()
        plain = bits & 0x93 & ~at_mouth == 0x12
        harmless = plain and bits & ~(0x12 | free | low | at_mouth) == 0
        assert status.can_print == harmless
        if not plain:
            assert status.conditions == {Condition.SILENT}
        if bits == 0x92 and at_mouth:
            assert status.conditions == {Condition.PAPER_AT_MOUTH}


@pytest.mark.parametrize("place", range(4))
def test_all_256_values_of_each_byte_of_a_full_status_are_ok_only_where_known(place):
    known = (0xE5, 0x6F, 0x6B, 0x0F)[place]
    harmless = (0xE4, 0x6C, 0x20, 0x00)[place]
    for bits in range(256):
        data = bytes(bits if each == place else 0 for each in range(4))
        conditions = conditions_from_full(FullStatus(data))
        assert (Condition.SILENT in conditions) == bool(bits & ~known)
        assert (conditions <= HARMLESS) == (bits & ~harmless == 0)


@pytest.mark.parametrize(
    "answer", [b"", b"\x10", b"\x10\x0f\0\0\0", b"\x10\x0e\0\0\0\0", b"\x12" * 6, bytes(6)]
)
def test_a_full_status_that_is_none_is_silence(answer):
    printer, link = scripted(profile_named("custom-kpm"))
    link.answers[20] = answer
    assert printer.status() == PrinterStatus(frozenset({Condition.SILENT}))


def test_automatic_statuses_between_answers_are_not_taken_for_answers():
    unasked = b"\x10\x00\x00\x00"
    printer, _ = scripted(PAPER_80_MM, [unasked + OK, unasked + unasked + OK, OK, OK + unasked])
    assert printer.status().conditions == frozenset()


# --- weaker proof ------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [0x00, 0x03, 0x60])
def test_three_answers_that_there_is_paper_are_proof(bits):
    printer, _ = scripted(profile_named("rongta-80"), after_job=bytes([bits]) * 3)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.proof) == (PrintOutcome.PRINTED, PrintProof.PAPER_STATUS)


@pytest.mark.parametrize(
    "after_job",
    [b"", b"\0", b"\0\0", b"\0\3\0", b"\x0c\x0c\x0c", b"\x0f" * 9, b"\x12" * 9, b"\xff" * 9,
     b"\x10\0\0\0", b"\x37\x220007\0"],
)  # fmt: skip
def test_fewer_or_other_answers_are_no_proof(after_job):
    printer, _ = scripted(profile_named("rongta-80"), after_job=after_job)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.proof) == (PrintOutcome.UNKNOWN, None)


def test_where_a_number_is_wanted_paper_told_thrice_is_no_proof():
    printer, _ = scripted(profile_named("epson-80"), after_job=bytes(9))
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.UNKNOWN


@pytest.mark.parametrize(
    "after_job, proof",
    [
        (b"\x37\x220007\x00\0\0\0", PrintProof.PROCESS_ID),
        (b"\0\0\0", PrintProof.PAPER_STATUS),
        (b"\x37\x220006\x00\0\0\0", PrintProof.PAPER_STATUS),
    ],
)
def test_a_printer_nobody_described_is_believed_what_it_answers(after_job, proof):
    report = scripted(PAPER_80_MM, after_job=after_job)[0].print(DOCUMENT, 7)
    assert (report.outcome, report.proof) == (PrintOutcome.PRINTED, proof)


@pytest.mark.parametrize("name", CLONES)
@pytest.mark.parametrize("left_mm", range(1, 70, 9))
def test_paper_that_ends_at_any_millimetre_proves_nothing(name, left_mm):
    the_world = world()
    printer = connect_printer(the_world, profile=name)
    the_world.printer.run_out_after(left_mm)
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.UNKNOWN


# --- the mouth -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["xprinter-80", "custom-kpm"])
def test_a_strip_hangs_in_the_mouth_until_it_is_taken(name):
    the_world = world()
    printer = connect_printer(the_world, profile=name)
    assert printer.print(DOCUMENT, 7).status.conditions == {Condition.PAPER_AT_MOUTH}
    assert printer.status().can_print
    the_world.printer.take_paper()
    assert printer.status().conditions == frozenset()


def test_what_nobody_takes_is_taken_back_and_said_until_the_next_job():
    the_world = world()
    printer = connect_printer(the_world, profile="custom-kpm")
    status = printer.print(DOCUMENT, 7).status
    assert (status.conditions, status.takes_back) == ({Condition.PAPER_AT_MOUTH}, True)
    assert printer.take_back().conditions == {Condition.RETRACTED}
    assert the_world.printer.retracted_count == 1
    assert printer.status().conditions == {Condition.RETRACTED}
    assert printer.print(DOCUMENT, 8).status.conditions == {Condition.PAPER_AT_MOUTH}


def test_paper_that_a_hand_took_first_does_not_count_as_taken_back():
    the_world = world()
    printer = connect_printer(the_world, profile="custom-kpm")
    printer.print(DOCUMENT, 7)
    the_world.printer.take_paper()
    assert printer.take_back().conditions == frozenset()
    assert the_world.printer.retracted_count == 0


def test_a_presenter_that_does_not_move_leaves_the_paper_said_to_hang():
    printer, link = scripted(profile_named("custom-kpm"), at_mouth=True)
    assert printer.take_back().conditions == {Condition.PAPER_AT_MOUTH}
    assert link.written.count(b"\x1de\x02") == 1


@pytest.mark.parametrize(
    ("spoil", "outcome", "stage"),
    [
        (lambda printer: None, PrintOutcome.PRINTED, PrintStage.CUT),
        (lambda printer: printer.open_cover(), PrintOutcome.NOT_PRINTED, PrintStage.QUEUED),
        (lambda printer: printer.run_out_after(10), PrintOutcome.UNKNOWN, PrintStage.SENT),
        (lambda printer: printer.jam_cutter(), PrintOutcome.UNKNOWN, PrintStage.HEAD_IDLE),
        (lambda printer: printer.cut_cable_after(40), PrintOutcome.UNKNOWN, PrintStage.SENT),
        (lambda printer: printer.cut_cable_after(0), PrintOutcome.NOT_PRINTED, PrintStage.QUEUED),
    ],
)
def test_a_report_says_how_far_the_paper_is_proven_to_have_come(spoil, outcome, stage):
    the_world = world()
    printer = connect_printer(the_world)
    spoil(the_world.printer)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.stage) == (outcome, stage)


def test_a_printer_without_a_presenter_takes_nothing_back():
    with pytest.raises(DriverError, match="cannot take paper back"):
        scripted(PAPER_80_MM)[0].take_back()

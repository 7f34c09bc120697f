"""Every mishap of a printer leads to the report that is true."""

from __future__ import annotations

import pytest

from drivers.api import DeviceLost, PrinterCondition, PrintOutcome
from tests.drivers.bench import DOCUMENT, connect_printer, read_back, texts, world

WHOLE = texts(DOCUMENT)


@pytest.fixture
def the_world():
    return world()


@pytest.fixture
def body(the_world):
    return the_world.printer


@pytest.fixture
def printer(the_world):
    return connect_printer(the_world)


def complete_strips(body):
    return [strip for strip in body.strips if strip.cut and read_back(strip.text) == WHOLE]


FAULTS_BEFORE = [
    (lambda body: body.load_paper(0), "paper_out"),
    (lambda body: body.open_cover(), "cover_open"),
    (lambda body: body.jam_paper(), "paper_jam"),
    (lambda body: body.heat_head(60), "head_error"),
    (lambda body: body.mute(), "silent"),
    (lambda body: body.cable.unplug(), "unplugged"),
    (lambda body: body.power_off(), "unplugged"),
]


@pytest.mark.parametrize("cause, reason", FAULTS_BEFORE)
def test_a_fault_before_the_job_is_proof_that_nothing_was_printed(body, printer, cause, reason):
    cause(body)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.NOT_PRINTED, reason)
    assert not report.status.can_print
    assert body.strips == ()


FAULTS_DURING = [
    (lambda body: body.open_cover(), "cover_open"),
    (lambda body: body.jam_paper(), "paper_jam"),
    (lambda body: body.load_paper(0), "paper_out"),
]


@pytest.mark.parametrize("cause, reason", FAULTS_DURING)
@pytest.mark.parametrize("after_mm", [0, 1, 10, 30, 60])
def test_a_fault_in_the_middle_is_unknown_and_tears_the_strip(
    body, printer, cause, reason, after_mm
):
    body.after_mm(after_mm, lambda: cause(body))
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.UNKNOWN, reason)
    assert complete_strips(body) == []


@pytest.mark.parametrize("left_mm", range(1, 80, 7))
def test_paper_that_ends_at_any_millimetre_leaves_no_complete_strip(body, printer, left_mm):
    body.run_out_after(left_mm)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.UNKNOWN, "paper_out")
    assert complete_strips(body) == []
    assert "凭证完整" not in "".join(strip.text for strip in body.strips if strip.cut)


def test_a_jammed_knife_is_unknown_first_and_known_before_the_next_job(body, printer):
    body.jam_cutter()
    first, second = printer.print(DOCUMENT, 7), printer.print(DOCUMENT, 8)
    assert (first.outcome, first.reason) == (PrintOutcome.UNKNOWN, "cutter_error")
    assert (second.outcome, second.reason) == (PrintOutcome.NOT_PRINTED, "cutter_error")


def test_what_is_left_of_a_torn_job_never_comes_out_later(body, printer):
    body.after_mm(20, body.open_cover)
    printer.print(DOCUMENT, 7)
    torn = len(body.strips)
    body.close_cover()
    assert printer.status().can_print
    assert len(body.strips) == torn
    assert printer.print(DOCUMENT, 8).outcome is PrintOutcome.PRINTED
    assert len(complete_strips(body)) == 1


def test_a_head_that_cools_in_time_delays_the_strip_but_does_not_lose_it(body, printer):
    body.after_mm(20, lambda: body.heat_head(5))
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.PRINTED
    assert len(complete_strips(body)) == 1


def test_a_head_that_stays_hot_is_unknown(body, printer):
    body.after_mm(20, lambda: body.heat_head(3600))
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.UNKNOWN


def test_a_printer_that_falls_silent_after_the_job_began_is_unknown_though_it_printed(
    body, printer
):
    body.after_mm(5, body.mute)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.UNKNOWN, "no_proof")
    assert len(complete_strips(body)) == 1


def test_power_lost_in_the_middle_is_unknown_and_forgets_the_rest(the_world, body, printer):
    body.after_mm(20, body.power_off)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.UNKNOWN, "unplugged")
    body.power_on()
    assert connect_printer(the_world).print(DOCUMENT, 8).outcome is PrintOutcome.PRINTED
    assert len(complete_strips(body)) == 1


def bytes_before_the_job():
    """The clear command and four status questions."""
    return 10 + 4 * 3


def test_a_cable_that_goes_before_the_first_byte_of_the_job_proves_nothing_was_printed(
    body, printer
):
    body.cut_cable_after(bytes_before_the_job())
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.NOT_PRINTED, "unplugged")
    assert body.strips == ()


@pytest.mark.parametrize("sent", [1, 2, 10, 100, 250])
def test_a_cable_that_goes_after_any_byte_of_the_job_is_unknown(body, printer, sent):
    body.cut_cable_after(bytes_before_the_job() + sent)
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.UNKNOWN, "unplugged")


@pytest.mark.parametrize("heard", range(7))
def test_a_proof_that_lacks_any_byte_is_no_proof(body, printer, heard):
    answers_before_the_proof = 3 + 4
    body.cut_cable_after_answer(answers_before_the_proof + heard)
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.UNKNOWN
    assert len(complete_strips(body)) == 1


def test_a_cable_that_goes_after_the_proof_does_not_undo_it(body, printer):
    body.cut_cable_after_answer(3 + 4 + 7)
    report = printer.print(DOCUMENT, 7)
    assert report.outcome is PrintOutcome.PRINTED
    assert not report.status.can_print


def test_little_paper_is_told_and_still_prints(body, printer):
    body.load_paper(1000)
    report = printer.print(DOCUMENT, 7)
    assert report.outcome is PrintOutcome.PRINTED
    assert report.status.conditions == {PrinterCondition.PAPER_NEAR_END}


def test_status_of_a_lost_printer_is_an_error_and_not_a_status(body, printer):
    body.cable.unplug()
    with pytest.raises(DeviceLost):
        printer.status()


def test_a_job_left_over_from_another_run_is_cleared_by_a_new_connection(the_world, body):
    printer = connect_printer(the_world)
    body.after_mm(20, body.open_cover)
    body.cut_cable_after_answer(3 + 4)  # So that the driver cannot clear after the fault.
    printer.print(DOCUMENT, 7)
    body.cable.plug()
    torn = len(body.strips)
    again = connect_printer(the_world)
    body.close_cover()
    again.status()
    assert len(body.strips) == torn


def test_printing_takes_the_time_that_paper_needs(the_world):
    printer = connect_printer(the_world, speed_mm_per_s=100)
    before = the_world.clock.monotonic()
    printer.print(DOCUMENT, 7)
    height_mm = the_world.printer.strips[0].height_mm
    assert the_world.clock.monotonic() - before >= height_mm / 100


def test_strips_and_their_pictures_are_bounded(tmp_path):
    the_world = world(tmp_path)
    printer = connect_printer(the_world)
    for job in range(103):
        printer.print(type(DOCUMENT)((DOCUMENT.blocks[2],)), job)
    assert len(the_world.printer.strips) == 100
    assert len(list(tmp_path.iterdir())) == 100

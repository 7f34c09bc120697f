"""What every driver of a role promises, whatever it talks to.

A test module of a driver inherits from the role's class and provides the fixtures.
"""

from __future__ import annotations

import pytest

from drivers.api import (
    CardRead,
    CardRemoved,
    DeviceLost,
    Document,
    PrintOutcome,
    QrCode,
    Text,
)
from tests.drivers.bench import DOCUMENT


class PrinterContract:
    """Fixtures: `printer`, ready and with paper."""

    def test_a_ready_printer_can_print(self, printer):
        assert printer.status().can_print

    def test_a_printed_strip_is_reported_as_printed_without_a_reason(self, printer):
        report = printer.print(DOCUMENT, 1)
        assert (report.outcome, report.reason) == (PrintOutcome.PRINTED, "")

    @pytest.mark.parametrize("job_number", [0, 9, 9999])
    def test_every_job_number_is_echoed(self, printer, job_number):
        assert printer.print(DOCUMENT, job_number).outcome is PrintOutcome.PRINTED

    @pytest.mark.parametrize("job_number", [-1, 10000])
    def test_a_job_number_the_printer_cannot_echo_is_refused(self, printer, job_number):
        with pytest.raises(ValueError, match="job number"):
            printer.print(DOCUMENT, job_number)

    def test_a_line_that_does_not_fit_is_refused_before_anything_is_sent(self, printer):
        too_long = Document((Text("字" * (printer.columns // 2 + 1)),))
        with pytest.raises(ValueError, match="wider than"):
            printer.print(too_long, 1)

    def test_a_line_as_wide_as_the_paper_is_printed(self, printer):
        full = Document((Text("1" * printer.columns), Text("字" * (printer.columns // 2))))
        assert printer.print(full, 1).outcome is PrintOutcome.PRINTED

    def test_a_qr_code_with_control_characters_is_refused(self, printer):
        with pytest.raises(ValueError, match="printable"):
            printer.print(Document((QrCode("a\x10\x04\x01"),)), 1)


class LosableContract:
    """Fixtures: `device`, `lose` and `restore` (its cable), `reopen` (a new connection)."""

    def test_a_lost_device_says_so(self, ask, lose):
        lose()
        with pytest.raises(DeviceLost):
            ask()

    def test_a_device_that_came_back_must_be_opened_again(self, ask, lose, restore):
        lose()
        restore()
        with pytest.raises(DeviceLost):
            ask()

    def test_a_device_opened_again_works(self, lose, restore, reopen):
        lose()
        restore()
        reopen()()

    def test_a_missing_device_cannot_be_opened(self, lose, reopen):
        lose()
        with pytest.raises(DeviceLost):
            reopen()


class IdReaderContract:
    """Fixtures: `reader`; `place(card)` and `lift()` are what hands do; `card`, `other`."""

    def test_an_empty_reader_reports_nothing(self, reader):
        assert reader.poll() is None

    def test_a_card_is_read_once(self, reader, place, card):
        place(card)
        assert [reader.poll(), reader.poll()] == [CardRead(card), None]

    def test_lifting_the_card_is_reported_once(self, reader, place, lift, card):
        place(card)
        reader.poll()
        lift()
        assert [reader.poll(), reader.poll()] == [CardRemoved(), None]

    def test_a_card_put_back_is_read_again(self, reader, place, lift, card):
        place(card)
        reader.poll()
        lift()
        reader.poll()
        place(card)
        assert reader.poll() == CardRead(card)

    def test_a_swapped_card_is_a_removal_and_a_new_card(self, reader, place, card, other):
        place(card)
        reader.poll()
        place(other)
        assert [reader.poll(), reader.poll()] == [CardRemoved(), CardRead(other)]

    def test_the_same_card_placed_anew_between_two_polls_is_noticed(self, reader, place, card):
        place(card)
        reader.poll()
        place(card)
        assert [reader.poll(), reader.poll()] == [CardRemoved(), CardRead(card)]


class ScannerContract:
    """Fixtures: `scanner`; `show(text)` holds a code up."""

    def test_an_idle_scanner_reports_nothing(self, scanner):
        assert scanner.poll() is None

    def test_codes_come_once_and_in_their_order(self, scanner, show):
        show("33010526000000012345")
        show("https://example.cn/缴款")
        seen = [scanner.poll() for _ in range(3)]
        assert seen == ["33010526000000012345", "https://example.cn/缴款", None]

    def test_the_longest_code_comes_whole(self, scanner, show):
        show("9" * 512)
        assert scanner.poll() == "9" * 512

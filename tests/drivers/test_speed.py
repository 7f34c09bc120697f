"""What a resident waits for because of us, held against its limits.

The quickest of a hundred times: the others tell what else the machine had to do. `make bench`
shows them all.
"""

from __future__ import annotations

from tests.bench import devices


def test_a_receipt_is_rendered_in_twenty_milliseconds():
    document = devices.with_rare_name(devices.receipt())
    devices.render(document)
    assert min(devices.timed(lambda: devices.render(document))) <= 20


def test_a_text_receipt_spends_a_tenth_of_its_printing_on_the_line():
    document = devices.receipt()
    assert devices.link_ms(document) <= devices.print_ms(document) / 10


def test_a_job_reaches_the_printer_in_twenty_milliseconds():
    assert min(devices.first_bytes(devices.receipt())) <= 20


def test_the_host_adds_a_tenth_to_the_time_of_a_card_reader():
    assert min(devices.card_reads()) <= devices.READ_MS / 10

"""What leaves the kiosk in a support bundle has a form that we know."""

import json

import pytest

from kiosk.maintenance.scrub import journal_row, log_line


@pytest.mark.parametrize("number", [13800138000, 330199190001010010, 330199190001010010.0])
def test_a_persons_number_is_taken_out_also_where_it_is_no_text(number):
    line = json.loads(log_line(json.dumps({"event": "x", "count": number})))
    assert line["count"] == "[number]"
    row = journal_row(1, "2026", "OperatorActed", {"detail": {"paid_fen": number}})
    assert json.loads(row)["detail"]["paid_fen"] == "[number]"


def test_amounts_and_times_stay():
    kept = {"count": 10**10, "duration_ms": 12.5, "wait_s": 1_800_000_000}
    assert kept.items() <= json.loads(log_line(json.dumps(kept))).items()

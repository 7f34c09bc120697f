"""What leaves the kiosk in a support bundle has a form that we know."""

import json

import pytest

from kiosk.domain.operator import CopyReason
from kiosk.maintenance.scrub import journal_row, log_line, scrub_value


@pytest.mark.parametrize("number", [13800138000, 330199190001010010, 330199190001010010.0])
def test_a_persons_number_is_taken_out_also_where_it_is_no_text(number):
    line = json.loads(log_line(json.dumps({"event": "x", "count": number})))
    assert line["count"] == "[number]"
    row = journal_row(1, "2026", "OperatorActed", {"detail": {"paid_fen": number}})
    assert json.loads(row)["detail"]["paid_fen"] == "[number]"


def test_amounts_and_times_stay():
    kept = {"count": 10**10, "duration_ms": 12.5, "wait_s": 1_800_000_000}
    assert kept.items() <= json.loads(log_line(json.dumps(kept))).items()


@pytest.mark.parametrize("field", ["reason", "event", "condition", "payment_id", "file"])
@pytest.mark.parametrize(
    "said", ["card of wang jianguo", "wang jianguo", "no answer: wang jianguo"]
)
def test_a_sentence_stays_only_where_all_its_words_are_ours(field, said):
    assert json.loads(log_line(json.dumps({field: said})))[field] == "[text]"


@pytest.mark.parametrize("reason", [f"office {each.value}" for each in CopyReason])
def test_why_the_office_printed_a_copy_stays(reason):
    row = json.loads(journal_row(1, "2026", "ClaimMoved", {"reason": reason}))
    assert row["reason"] == reason


@pytest.mark.parametrize("number", ["13958112233", "0571-88886666", "1900-01-01", "1900.01.01"])
@pytest.mark.parametrize("field", ["timestamp", "paid_at"])
def test_only_a_whole_moment_stays_as_a_time(field, number):
    assert scrub_value(field, number) == "[text]"
    moment = "2026-11-20T04:00:00.250000+00:00"
    assert scrub_value(field, moment) == moment
    assert scrub_value(field, "2026-11-20T04:00:00Z") == "2026-11-20T04:00:00Z"

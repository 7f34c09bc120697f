"""A tenth of `make hunt`'s crash states: power cuts at every operation of random lives."""

from __future__ import annotations

import pytest

from kiosk.journal import keys
from kiosk.journal.journal import Journal
from tests.crash.disk_model import Kind
from tests.crash.enumerate import Tally, judge_life
from tests.crash.lives import STATE, Boot, Life, Promise, content_of
from tests.crash.recorder import recorded
from tests.crash.states import Judge, states
from tests.support.journals import NOON, ended

STATES = 10_000
SHARES = 20  # small ones, so that parallel workers end together
MOST_LIVES = 100


@pytest.mark.parametrize("share", range(SHARES))
def test_no_power_cut_at_any_operation_breaks_a_promise(share):
    total = Tally(0, 0, 0.0, ())
    for number in range(MOST_LIVES):
        total += judge_life(f"suite-{share}.{number}", STATES // SHARES - total.states)
        assert total.failures == ()
        if total.states == STATES // SHARES:
            break
    assert total.states == STATES // SHARES


@pytest.mark.parametrize("forgotten", [Kind.SYNC, Kind.SYNC_NAMES])
def test_a_journal_that_forgets_to_sync_would_be_caught(tmp_path, forgotten):
    """The canary: without it, no finding could mean no searching."""
    with recorded(tmp_path / "life", {}, frozenset({forgotten})) as recorder:
        directory = recorder.root / STATE
        key = keys.for_directory(directory, recorder.disk).journal
        life = Life("canary", boots=[Boot({}, recorder.ops)])
        with Journal.open(directory, key, vfs=recorder.name, disk=recorder.disk) as journal:
            life.batches["a"] = content_of([ended(1)])
            journal.commit([ended(1)], NOON, 1.0, "a")
            life.boots[0].promises.append(Promise(len(recorder.ops), "a", is_there=True))
    judge = Judge(life, tmp_path / "cut")
    complaints = {judge.complaint(state) for state in states(life)}
    assert complaints - {""}

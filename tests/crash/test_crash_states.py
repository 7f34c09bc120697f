"""A tenth of `make hunt`'s crash states: power cuts at every operation of random lives."""

from __future__ import annotations

import pytest

from kiosk.domain.ledger import Ledger
from kiosk.journal import keys
from kiosk.journal.journal import Journal
from tests.crash.disk_model import Kind
from tests.crash.enumerate import Tally, judge_life, scratch
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


def carried(root, deaf_to=frozenset()):
    """A life that acknowledges a batch and then begins a new volume."""
    with recorded(root, {}) as recorder:
        directory = recorder.root / STATE
        key = keys.for_directory(directory, recorder.disk).journal
        life = Life("volumes", boots=[Boot({}, recorder.ops)])
        with Journal.open(directory, key, vfs=recorder.name, disk=recorder.disk) as journal:
            life.batches["a"] = content_of([ended(1)])
            journal.commit([ended(1)], NOON, 1.0, "a")
            life.boots[0].promises.append(Promise(len(recorder.ops), "a", is_there=True))
            recorder.deaf_to = deaf_to
            life.ledgers.append(Ledger(open_visit="v"))
            journal.carry_forward(life.ledgers[0], NOON, 2.0)
    return life


def complaints(life, place):
    judge = Judge(life, place)
    return {judge.complaint(state) for state in states(life)} - {""}


def test_a_new_volume_begins_whole_or_not_at_all_at_every_operation():
    with scratch() as place:
        assert complaints(carried(place / "life"), place / "cut") == set()


@pytest.mark.parametrize("forgotten", [Kind.LINK, Kind.SYNC, Kind.SYNC_NAMES])
def test_a_change_of_volumes_that_forgets_a_step_would_be_caught(forgotten):
    """Its canary: no archive, no sync of the new volume, none of the names."""
    with scratch() as place:
        life = carried(place / "life", deaf_to=frozenset({forgotten}))
        assert complaints(life, place / "cut")


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

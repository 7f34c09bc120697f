"""A tenth of `make hunt`'s crash states: power cuts at every operation of random lives."""

from __future__ import annotations

import pytest

from kiosk.domain import payment
from kiosk.domain.ledger import Ledger, Payment
from kiosk.domain.records import EvidenceKept
from kiosk.journal import keys
from kiosk.journal.journal import Journal
from tests.crash.disk_model import Kind
from tests.crash.enumerate import Tally, judge_life, scratch
from tests.crash.lives import MIRROR, STATE, Boot, Life, Promise, content_of
from tests.crash.recorder import recorded
from tests.crash.states import Judge, states
from tests.support.journals import NOON, ended

STATES = 10_000
SHARES = 20  # small ones, so that parallel workers end together
STRIDE = 13  # of a life's states: its start alone has hundreds
MOST_LIVES = 100


@pytest.mark.parametrize("share", range(SHARES))
def test_no_power_cut_at_any_operation_breaks_a_promise(share):
    total = Tally(0, 0, 0.0, ())
    for number in range(MOST_LIVES):
        total += judge_life(f"suite-{share}.{number}", STATES // SHARES - total.states, STRIDE)
        assert total.failures == ()
        if total.states == STATES // SHARES:
            break
    assert total.states == STATES // SHARES


LONG = EvidenceKept("p", {"note": "x" * 12000})
DOUBTFUL = Payment("p", "v", "0f" * 16, "AAAA-2345", (), 1, False, state=payment.State.UNKNOWN)


def carried(root, deaf_to=frozenset()):
    """A life that acknowledges a batch and then begins a new volume."""
    with recorded(root, {}) as recorder:
        directory = recorder.root / STATE
        key = keys.for_directory(directory, recorder.disk).journal
        life = Life("volumes", boots=[Boot({}, recorder.ops)])
        with Journal.open(directory, key, vfs=recorder.name, disk=recorder.disk) as journal:
            life.batches["long"] = content_of([LONG])
            journal.commit([LONG], NOON, 1.0, "long")
            journal.checkpoint()  # its pages are in the file, the next batch's alone in the log
            life.batches["a"] = content_of([ended(1)])
            journal.commit([ended(1)], NOON, 1.0, "a")
            life.boots[0].promises.append(Promise(len(recorder.ops), "a", is_there=True))
            recorder.deaf_to = deaf_to
            life.ledgers.append(Ledger(open_visit="v", payments={"p": DOUBTFUL}))
            journal.carry_forward(life.ledgers[0], NOON, 2.0)
        life.batches["b"] = content_of([ended(2)])
        with Journal.open(directory, key, vfs=recorder.name, disk=recorder.disk) as journal:
            journal.commit([ended(2)], NOON, 3.0, "b")
            life.boots[0].promises.append(Promise(len(recorder.ops), "b", is_there=True))
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


def mirrored(root, *, in_wrong_order=False):
    """A life whose mirror follows a change of volumes and then the removal of the first."""
    with recorded(root, {}) as recorder:
        directory, mirror = recorder.root / STATE, recorder.root / MIRROR
        key = keys.for_directory(directory, recorder.disk).journal
        life = Life("mirror", is_mirrored=True, boots=[Boot({}, recorder.ops)])

        def opened():
            return Journal.open(
                directory, key, vfs=recorder.name, disk=recorder.disk, mirror=mirror
            )

        def committed(journal, batch, record):
            life.batches[batch] = content_of([record])
            journal.commit([record], NOON, 1.0, batch)

        with opened() as journal:
            committed(journal, "a", ended(1))
            life.ledgers.append(Ledger(open_visit="v"))
            journal.carry_forward(life.ledgers[0], NOON, 2.0)
        with opened() as journal:
            committed(journal, "b", ended(2))
            life.boots[0].promises.append(Promise(len(recorder.ops), "b", is_there=True))
            record = journal.removable(2**62, frozenset())
            committed(journal, "c", record)
            if in_wrong_order:
                journal._copy.remove(record.last_seq)
            journal.remove(record)
    return life


def test_the_mirror_follows_its_volumes_through_a_cut_at_every_operation():
    with scratch() as place:
        assert complaints(mirrored(place / "life"), place / "cut") == set()


def test_a_mirror_that_forgets_rows_before_its_journal_does_would_be_caught():
    """Its canary."""
    with scratch() as place:
        life = mirrored(place / "life", in_wrong_order=True)
        assert any("MIRROR_DIFFERS" in each for each in complaints(life, place / "cut"))


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

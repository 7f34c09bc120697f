"""Power cuts at every operation of the situations that once broke, or nearly did."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import pytest

from kiosk.domain.records import Record
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import CommitFailed, JournalInUse
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import migrations
from kiosk.journal.mirror import mirrored_rows
from kiosk.journal.rebuild import rebuild
from tests.crash.lives import MIRROR, NEWER, STATE, Boot, Life, Promise, content_of
from tests.crash.recorder import Call, Recorder, put, recorded
from tests.crash.states import Judge, states
from tests.support.journals import KEY, NOON, abandon, ended, read_back

HOLD_THE_FILE = """
import apsw, sys
connection = apsw.Connection(sys.argv[1])
connection.execute("SELECT count(*) FROM entry").fetchall()
print("held", flush=True)
sys.stdin.read()
"""


def opened(recorder: Recorder, steps=None) -> Journal:
    directory = recorder.root / STATE
    key = keys.for_directory(directory, recorder.disk).journal
    mirror = recorder.root / MIRROR
    return Journal.open(
        directory, key, vfs=recorder.name, disk=recorder.disk, steps=steps, mirror=mirror
    )


@contextmanager
def recorded_again(root, place):
    """A new recorder over a copy of the files under `root`, with their image."""
    image = {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
    }
    with recorded(place, image) as recorder:
        yield recorder, image


class Story:
    """A journal under a recorder, with every promise it makes."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.boot = Boot({}, recorder.ops)
        self.life = Life("story", is_mirrored=True, boots=[self.boot])
        self.journal = opened(recorder)

    def commit(self, batch: str, records: list[Record]) -> None:
        self.life.batches[batch] = content_of(records)
        self.journal.commit(records, NOON, 1.0, batch)
        self.promise(batch, is_there=True)

    def promise(self, batch: str, *, is_there: bool) -> None:
        self.boot.promises.append(Promise(len(self.recorder.ops), batch, is_there))

    def complaints(self, root) -> set[str]:
        judge = Judge(self.life, root)
        found = [judge.complaint(state) for state in states(self.life)]
        assert len(found) > len(self.recorder.ops)
        return set(found) - {""}


@pytest.fixture
def story(tmp_path):
    with recorded(tmp_path / "life", {}) as recorder:
        yield Story(recorder)


def test_the_first_start_and_the_first_rows_survive_a_cut(story, tmp_path):
    story.commit("a", [ended(1)])
    story.commit("b", [ended(2), ended(3)])
    story.journal.close()
    assert story.complaints(tmp_path / "cut") == set()


def test_a_cut_while_starting_after_a_failed_flush_tears_nothing(story, tmp_path):
    """The kernel forgets after a failed fsync that pages are dirty: found by enumeration."""
    story.commit("a", [ended(1)])
    story.journal.checkpoint()
    story.life.batches["b"] = content_of([ended(2)] * 40)
    story.recorder.fail(Call.SYNC, 2, is_full=False)  # the first is of the log's header
    with pytest.raises(CommitFailed):
        story.journal.commit([ended(2)] * 40, NOON, 1.0, "b")
    story.journal.close()
    story.recorder.mend()
    story.journal = opened(story.recorder)
    story.promise("b", is_there=story.journal.has_batch("b"))
    story.journal.close()
    assert story.complaints(tmp_path / "cut") == set()


def test_a_cut_during_an_upgrade_leaves_the_old_version_or_the_new(story, tmp_path):
    story.commit("a", [ended(1)])
    story.journal.close()
    story.boot.upgraded_at = len(story.recorder.ops)
    story.journal = opened(story.recorder, NEWER)
    story.commit("b", [ended(2)])
    story.journal.close()
    assert len(NEWER) == len(migrations()) + 1
    assert story.complaints(tmp_path / "cut") == set()
    copy = "state/journal.v1.sqlite3"
    content = (story.recorder.root / copy).read_bytes()
    for state in states(story.life):
        if state.moment == len(story.recorder.ops):
            assert state.image[copy] == content


def test_a_cut_leaves_every_acknowledged_row_in_the_mirror_alone(story, tmp_path):
    story.commit("a", [ended(1)])
    story.commit("b", [ended(2), ended(3)])
    story.journal.close()
    for state in states(story.life):
        promised = {each.batch for each in story.boot.promises if each.since <= state.moment}
        if promised:
            put(tmp_path / "cut", state.image)
            assert promised <= {row.batch for row in mirrored_rows(tmp_path / "cut" / MIRROR)}


def test_a_rebuild_that_is_cut_can_be_made_again_and_one_that_is_done_stays(story, tmp_path):
    story.commit("a", [ended(1)])
    story.commit("b", [ended(2), ended(3)])
    story.journal.close()
    directory = story.recorder.root / STATE
    key = keys.for_directory(directory, story.recorder.disk).journal
    (directory / FILE_NAME).write_bytes(b"damaged" * 1000)
    with recorded_again(story.recorder.root, tmp_path / "second") as (recorder, image):
        place, mirror = recorder.root / STATE, recorder.root / MIRROR
        rebuild(place, mirror, key, vfs=recorder.name, disk=recorder.disk)
        life = Life("rebuild", boots=[Boot(image, recorder.ops)])
    for state in states(life):
        put(tmp_path / "cut", state.image)
        if state.moment < len(recorder.ops):
            rebuild(tmp_path / "cut" / STATE, tmp_path / "cut" / MIRROR, key)
        assert read_back(tmp_path / "cut" / STATE, key) == [ended(1), ended(2), ended(3)]


def test_the_log_of_a_journal_that_a_foreign_program_reads_is_left_alone(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.commit([ended(1)], NOON, 1.0)
    abandon(journal)
    log = tmp_path / (FILE_NAME + "-wal")
    before = log.stat().st_ino
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_FILE, str(tmp_path / FILE_NAME)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(JournalInUse):
            Journal.open(tmp_path, KEY)
        assert log.stat().st_ino == before
        holder.stdin.close()
        holder.wait(120)
    assert read_back(tmp_path) == [ended(1)]

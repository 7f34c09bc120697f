"""Random lives of a journal: what was done to the disk, and what was promised at which moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from kiosk.domain import payment
from kiosk.domain.ledger import Ledger, Payment
from kiosk.domain.platform import BillToPay
from kiosk.domain.record_rows import to_row
from kiosk.domain.records import EvidenceKept, PaymentIntended, PaymentMoved, Record, VisitEnded
from kiosk.journal import chain, keys
from kiosk.journal.errors import CheckpointFailed, CommitFailed, JournalError, NotCarried
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import Migrations, migrations
from kiosk.journal.volumes import archived
from tests.crash.disk_model import Cut, DiskModel, Image, Op
from tests.crash.recorder import Call, Recorder, recorded

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NEWER = (*migrations(), "CREATE TABLE extra (note TEXT) STRICT; INSERT INTO extra VALUES ('x')")
STATE = "state"
MIRROR = "mirror"
MOST_BOOTS = 4
RESERVE_BYTES = 4096
ALWAYS_US = 2**62  # a time after every row's

Content = tuple[tuple[str, str], ...]
"""Kind and body of each record of a batch."""


@dataclass(frozen=True, slots=True)
class Promise:
    """From operation `since` on, the batch is there, or for ever absent.

    A volume that is removed takes its batches along: they may go from operation `until` on.
    """

    since: int
    batch: str
    is_there: bool
    until: int | None = None

    def holds_at(self, moment: int) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(slots=True)
class Boot:
    """One process on one disk, from its first image on."""

    image: Image
    ops: list[Op] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    upgraded_at: int | None = None  # the operation from which on the newer version runs

    def steps_at(self, moment: int) -> Migrations:
        is_new = self.upgraded_at is not None and moment >= self.upgraded_at
        return NEWER if is_new else migrations()


@dataclass(slots=True)
class Life:
    """Several boots, a power cut between each and the next."""

    seed: str
    is_mirrored: bool = False
    boots: list[Boot] = field(default_factory=list)
    batches: dict[str, Content] = field(default_factory=dict)  # in the order of attempts
    ledgers: list[Ledger] = field(default_factory=list)  # that new volumes were to begin with


def live(seed: str, root: Path) -> Life:
    """Play the life of this seed on real files under `root`.

    Raises AssertionError where the journal breaks its word without any power cut.
    """
    return _Player(seed, root).play()


class _Player:
    def __init__(self, seed: str, root: Path) -> None:
        self._random = Random(f"life {seed}")
        self._root = root
        self._life = Life(seed, self._random.random() < 0.5)
        self._second = 0

    def play(self) -> Life:
        image: Image = {}
        inherited: list[Promise] = []
        is_new = False
        for _ in range(self._random.randint(1, MOST_BOOTS)):
            boot = Boot(image, promises=inherited, upgraded_at=0 if is_new else None)
            self._life.boots.append(boot)
            with recorded(self._root, image) as recorder:
                boot.ops = recorder.ops
                _Boot(self._random, self._life, boot, recorder, self._seconds()).play()
            image, inherited, is_new = self._cut(boot)
        return self._life

    def _cut(self, boot: Boot) -> tuple[Image, list[Promise], bool]:
        """A power cut at any moment; what was promised by then is promised for ever."""
        moment = self._random.randint(0, len(boot.ops))
        model = DiskModel(boot.image, is_ordered=self._random.random() < 0.5)
        for op in boot.ops[:moment]:
            model.take(op)
        kept = [
            Promise(0, each.batch, each.is_there) for each in boot.promises if each.holds_at(moment)
        ]
        return model.after(Cut.TORN, self._random), kept, boot.steps_at(moment) is NEWER

    def _seconds(self) -> Iterator[int]:
        while True:
            self._second += 1
            yield self._second


class _Boot:
    def __init__(
        self, random: Random, life: Life, boot: Boot, recorder: Recorder, seconds: Iterator[int]
    ) -> None:
        self._random = random
        self._life = life
        self._boot = boot
        self._recorder = recorder
        self._seconds = seconds
        self._steps = boot.steps_at(0)
        self._journal: Journal

    def play(self) -> None:
        self._journal = self._open()
        self._settle()
        for _ in range(self._random.randint(4, 16)):
            action = self._random.choices(
                (
                    self._commit,
                    self._checkpoint,
                    self._reopen,
                    self._kill,
                    self._fault,
                    self._carry,
                    self._remove,
                ),
                (60, 12, 8, 8, 12, 5, 3),
            )[0]
            action()
        if self._random.random() < 0.5:
            self._journal.close()
        else:
            self._abandon()

    # --- what a life is made of ---------------------------------------------------------

    def _commit(self) -> None:
        batch, records = self._batch()
        self._store(batch, records)
        self._promise(batch, is_there=True)

    def _checkpoint(self) -> None:
        self._journal.checkpoint()

    def _carry(self) -> None:
        """Begin a new volume, now and then on a disk that refuses."""
        failing = self._random.random() < 0.4
        if failing:
            self._recorder.fail(
                self._random.choice(list(Call)), self._random.randint(1, 60), is_full=False
            )
        second = next(self._seconds)
        ledger = self._ledger(f"pay-{second}")
        try:
            self._journal.carry_forward(ledger, NOON + timedelta(seconds=second), float(second))
        except (NotCarried, CheckpointFailed, OSError):
            self._close_in_trouble()
        self._recorder.mend()
        self._journal = self._open()
        self._assert_kept()

    def _remove(self) -> None:
        """Let the oldest volume go, as after its years; a word of it is committed first."""
        record = self._journal.removable(ALWAYS_US, frozenset())
        if record is None:
            return
        gone = {row.batch for row in archived(self._recorder.root / STATE)[0].rows()}
        now = len(self._recorder.ops)
        self._boot.promises = [
            replace(each, until=now) if each.batch in gone and each.until is None else each
            for each in self._boot.promises
        ]
        batch = f"b{len(self._life.batches)}"
        self._life.batches[batch] = content_of([record])
        self._store(batch, [record])
        self._promise(batch, is_there=True)
        self._journal.remove(record)
        self._assert_kept()

    def _ledger(self, payment_id: str) -> Ledger:
        """With a payment in doubt, which no change of volumes may forget."""
        bills = (BillToPay("0" * 20, "v1", 120),)
        doubtful = Payment(
            payment_id, "visit-1", "0f" * 16, "ABCD-2345", bills, 120, False, was_shown=True,
            state=payment.State.UNKNOWN,
        )  # fmt: skip
        owed = {f"r{number}": "p" for number in range(self._random.choice((0, 9)))}
        ledger = Ledger(payments={payment_id: doubtful}, owed=owed)
        self._life.ledgers.append(ledger)
        return ledger

    def _reopen(self) -> None:
        self._journal.close()
        if self._random.random() < 0.3:
            self._upgrade()
        self._journal = self._open()
        self._assert_kept()

    def _kill(self) -> None:
        self._abandon()
        self._journal = self._open()
        self._assert_kept()

    def _fault(self) -> None:
        """A disk that refuses from its n-th call on, until the kiosk is started again."""
        batch, records = self._batch()
        call = self._random.choice(list(Call))
        self._recorder.fail(
            call, self._random.choice((1, 1, 2, 3, 5, 8)), is_full=self._random.random() < 0.5
        )
        try:
            self._store(batch, records)
            self._promise(batch, is_there=True)
            self._journal.checkpoint()
            self._journal.close()
        except (CommitFailed, CheckpointFailed):
            self._close_in_trouble()
        if self._random.random() < 0.3:
            self._open_in_trouble()
        self._recorder.mend()
        self._journal = self._open()
        self._settle()

    def _upgrade(self) -> None:
        if self._boot.upgraded_at is None:
            self._boot.upgraded_at = len(self._recorder.ops)
            self._steps = NEWER

    def _close_in_trouble(self) -> None:
        try:
            self._journal.close()
        except CheckpointFailed:
            return

    def _open_in_trouble(self) -> None:
        try:
            self._open().close()
        except (JournalError, OSError):
            return

    def _abandon(self) -> None:
        self._journal._copy.close()
        self._journal._tail.close()
        self._journal._connection.close(True)
        self._journal._lock.release()

    # --- promises -----------------------------------------------------------------------

    def _settle(self) -> None:
        """What a start says of a batch in doubt is final."""
        known = {promise.batch for promise in self._boot.promises}
        for batch in self._life.batches:
            if batch not in known:
                self._promise(batch, is_there=batch in self._batches())
        self._assert_kept()

    def _promise(self, batch: str, *, is_there: bool) -> None:
        self._boot.promises.append(Promise(len(self._recorder.ops), batch, is_there))

    def _assert_kept(self) -> None:
        there = self._batches()
        for promise in self._boot.promises:
            if not promise.holds_at(len(self._recorder.ops)):
                continue
            assert (promise.batch in there) is promise.is_there, promise

    def _batches(self) -> set[str]:
        return {row.batch for row in self._journal.rows_from(1)}

    # --- the journal --------------------------------------------------------------------

    def _open(self) -> Journal:
        directory = self._recorder.root / STATE
        key = keys.for_directory(directory, self._recorder.disk).journal
        return Journal.open(
            directory,
            key,
            vfs=self._recorder.name,
            steps=self._steps,
            disk=self._recorder.disk,
            mirror=self._recorder.root / MIRROR if self._life.is_mirrored else None,
            reserve_bytes=RESERVE_BYTES,
        )

    def _batch(self) -> tuple[str, list[Record]]:
        batch = f"b{len(self._life.batches)}"
        records = [self._record() for _ in range(self._random.choice((1, 1, 1, 2, 3, 12)))]
        self._life.batches[batch] = content_of(records)
        return batch, records

    def _store(self, batch: str, records: list[Record]) -> None:
        second = next(self._seconds)
        self._journal.commit(records, NOON + timedelta(seconds=second), float(second), batch)

    def _record(self) -> Record:
        number = self._random.randrange(10**6)
        match self._random.randrange(4):
            case 0:
                return VisitEnded(f"visit-{number}", "done")
            case 1:
                bills = tuple(
                    BillToPay(f"{number:020}", "v1", 120)
                    for _ in range(self._random.choice((1, 9)))
                )
                return PaymentIntended(
                    f"pay-{number}", "visit-1", "0f" * 16, "ABCD-2345", bills, 120, False
                )
            case 2:
                return PaymentMoved(
                    f"pay-{number}",
                    payment.Event.CREATED,
                    payment.State.SHOWN,
                    {"expires_in_s": 180},
                )
            case _:
                # Up to three pages, so that overflow pages and splits occur.
                note = "x" * self._random.choice((10, 700, 12000))
                return EvidenceKept(f"pay-{number}", {"note": note})


def content_of(records: list[Record]) -> Content:
    rows = [to_row(record) for record in records]
    return tuple((kind, chain.canonical(values)) for kind, values in rows)

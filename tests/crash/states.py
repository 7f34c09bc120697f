"""Every state that a power cut may leave of a life, and the judgement of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from kiosk.domain.ledger import Ledger, rebuild
from kiosk.domain.records import Carried, CarriedForward, VisitEnded
from kiosk.journal import keys
from kiosk.journal.chain import Row
from kiosk.journal.errors import JournalError
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import Migrations
from kiosk.journal.verify import verify
from tests.crash.disk_model import Cut, DiskModel, Image
from tests.crash.lives import MIRROR, NOON, STATE, Boot, Content, Life
from tests.crash.recorder import put

TORN_STATES = 3  # for each moment and model, besides the four states without chance
CUTS = (*(cut for cut in Cut if cut is not Cut.TORN), *(Cut.TORN,) * TORN_STATES)
AFTERWARDS = NOON + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    """One image of the disk with its place in the life."""

    index: int
    boot: int
    moment: int  # operations that were done before the cut
    is_ordered: bool
    cut: Cut
    image: Image


def states(life: Life, stride: int = 1) -> Iterator[State]:
    """Every boundary of two operations × two models × what survives of the un-synced.

    Of these every `stride`-th, the same as among all.
    """
    index = -1
    for number, boot in enumerate(life.boots):
        models = [DiskModel(boot.image, is_ordered=ordered) for ordered in (False, True)]
        for moment in range(len(boot.ops) + 1):
            for model, is_ordered in zip(models, (False, True), strict=True):
                if moment:
                    model.take(boot.ops[moment - 1])
                for cut in CUTS:
                    index += 1
                    if index % stride == 0:
                        image = model.after(cut, Random(f"state {life.seed} {index}"))
                        yield State(index, number, moment, is_ordered, cut, image)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the production code made of an image."""

    batches: dict[str, Content]
    trouble: str = ""
    begins_with: Ledger | None = None  # what the volume carries, if it is not the first


class Judge:
    """Opens images with the production code; equal images of a boot are opened once."""

    def __init__(self, life: Life, root: Path) -> None:
        self._life = life
        self._root = root
        self._seen: dict[tuple[object, ...], Recovered] = {}
        self.opened = 0

    def complaint(self, state: State) -> str:
        """What is wrong with a state; empty when every promise is kept."""
        boot = self._life.boots[state.boot]
        steps = boot.steps_at(state.moment)
        key = (len(steps), *sorted(state.image.items(), key=lambda item: item[0]))
        recovered = self._seen.get(key)
        if recovered is None:
            self.opened += 1
            recovered = self._seen[key] = recover(
                self._root, state.image, steps, is_mirrored=self._life.is_mirrored
            )
        if recovered.begins_with not in (None, *self._life.ledgers):
            return "the volume does not begin with the ledger that was carried"
        return recovered.trouble or self._broken_word(boot, state.moment, recovered.batches)

    def _broken_word(self, boot: Boot, moment: int, batches: dict[str, Content]) -> str:
        for promise in boot.promises:
            if promise.holds_at(moment) and (promise.batch in batches) is not promise.is_there:
                was = "acknowledged" if promise.is_there else "said to be absent"
                return f"batch {promise.batch} was {was}"
        for batch, content in batches.items():
            if self._life.batches.get(batch) != content:
                return f"batch {batch} is not what was committed"
        expected = [batch for batch in self._life.batches if batch in batches]
        if list(batches) != expected:
            return "the batches are in another order"
        return ""


def recover(root: Path, image: Image, steps: Migrations, *, is_mirrored: bool) -> Recovered:
    """Start a kiosk's journal on the image, go on with it, stop it, verify it."""
    put(root, image)
    directory = root / STATE
    mirror = root / MIRROR if is_mirrored else None
    batches: dict[str, list[tuple[str, str]]] = {}
    try:
        key = keys.for_directory(directory).journal
        with Journal.open(directory, key, steps=steps, mirror=mirror) as journal:
            begins_with = carried(list(journal.records()))
            rows = 1
            for row in journal.rows_from(1):
                rows += 1
                if not row.batch.startswith("carried."):
                    batches.setdefault(row.batch, []).append((row.kind, row.body))
            journal.commit([VisitEnded("afterwards", "done")], AFTERWARDS, 86400.0)
    except JournalError as error:
        return Recovered({}, f"{type(error).__name__}: {error}")
    report = verify(directory, key, steps=steps, mirror=mirror)
    whole = {batch: tuple(content) for batch, content in batches.items()}
    if report.findings or report.rows != rows:
        return Recovered(whole, f"verify: {report.rows} of {rows} rows, {report.findings}")
    return Recovered(whole, begins_with=begins_with)


def carried(rows: Sequence[Row]) -> Ledger | None:
    """The ledger that a volume begins with; None for the very first volume."""
    if not rows or rows[0].kind != CarriedForward.__name__:
        return None
    return rebuild(row.record() for row in rows if row.kind == Carried.__name__)

"""One pass along the chain: tells edited rows from moved, missing and cut-off ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.record_rows import BadRecord
from kiosk.domain.records import CarriedForward, KioskStarted, VolumeRemoved
from kiosk.journal import chain, volumes
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.findings import Finding, Kind
from kiosk.journal.head import HEAD_NAME, Head
from kiosk.journal.tail import TAIL_NAME

MAX_NOTES = 500  # gaps, unreadable records and clock jumps that are listed
MAX_SUSPECTS = 32  # rows compared with each other to tell a move from an edit
CLOCK_STEP_MS = 5000
ROW_TYPES = "integer text integer integer text text blob"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row by its bytes, with the types that SQLite finds in its columns."""

    seq: int
    batch: bytes
    at_us: int
    mono_ms: int
    kind: bytes
    body: bytes
    mac: bytes
    types: str

    @property
    def is_typed(self) -> bool:
        """Every value has its column's type; bit rot can change that too."""
        return self.types == ROW_TYPES

    def decoded(self) -> chain.Row:
        values = (self.seq, self.batch.decode(), self.at_us, self.mono_ms, self.kind.decode())
        return chain.Row(*values, self.body.decode(), self.mac)

    def mac_at(self, key: bytes, seq: int, before: bytes) -> bytes:
        """The mac that this content has as row `seq` after the mac `before`."""
        return chain.row_mac(
            key, before, seq, self.batch, self.at_us, self.mono_ms, self.kind, self.body
        )

    def fits(self, key: bytes, seq: int, before: bytes) -> bool:
        """Whether this is what was committed as row `seq` after the mac `before`."""
        return self.is_typed and self.mac_at(key, seq, before) == self.mac


class Walk:
    """Takes the rows in the order of their numbers, then says what was found."""

    def __init__(self, key: bytes, anchor: Head | None, tail: Head | None = None) -> None:
        """`anchor` is what the head names, `tail` what the tail does."""
        self._key = key
        self._anchor = anchor
        self._known = {
            name: head
            for name, head in ((HEAD_NAME, anchor), (TAIL_NAME, tail))
            if head is not None and head != Head(0, chain.first_mac(key))
        }  # and not met so far
        self._last: StoredRow | None = None
        self._last_sound: StoredRow | None = None
        self._notes: list[Finding] = []
        self._suspects: list[tuple[StoredRow, bytes]] = []  # with the mac stored before
        self._suspect_count = 0
        self._removed: Head | None = None  # the row before the first, until a record explains it
        self.rows = 0
        self.sound_rows = 0

    @property
    def last_seq(self) -> int:
        return 0 if self._last is None else self._last.seq

    def take(self, row: StoredRow) -> None:
        """Check the next row against the one before."""
        self.rows += 1
        expected = 1 if self._last is None else self._last.seq + 1
        before = self._mac_before()
        if row.seq != expected and row.kind == CarriedForward.__name__.encode():
            self._take_opening(row, expected)
        elif row.seq != expected:
            # What the missing rows were chained to is gone with them: nothing to check.
            self._note(Kind.GAP, f"rows {expected} to {row.seq - 1} are missing", expected)
        elif row.fits(self._key, row.seq, before):
            self._take_sound(row)
        else:
            self._suspect_count += 1
            if len(self._suspects) < MAX_SUSPECTS:
                self._suspects.append((row, before))
        here = Head(row.seq, row.mac)
        self._known = {name: head for name, head in self._known.items() if head != here}
        self._last = row

    def _take_opening(self, row: StoredRow, expected: int) -> None:
        """A volume whose predecessor is not there: removed lawfully, or missing."""
        try:
            opening = volumes.opening_of(self._key, row.decoded())
        except JournalDamaged:
            opening = Head(-1, b"")
        if opening.seq + 1 != row.seq or not row.fits(self._key, row.seq, opening.mac):
            self._note(Kind.EDITED_ROW, f"row {row.seq} is not what was committed", row.seq)
            return
        self._take_sound(row)
        if expected == 1:
            self._removed = opening
        else:
            text = f"rows {expected} to {row.seq - 1} are missing: a whole volume, or more"
            self._note(Kind.VOLUME_MISSING, text, expected)

    def findings(self) -> Iterator[Finding]:
        """Everything the pass has shown, worst first."""
        if self.rows and not self.sound_rows and self._anchor is None:
            yield Finding(Kind.WRONG_KEY, "no row fits the key: it belongs to another journal")
            return
        yield from self._truncation()
        yield from self._judged_suspects()
        if self._removed is not None:
            text = (
                f"rows 1 to {self._removed.seq} are missing, and no row says that they were removed"
            )
            yield Finding(Kind.VOLUME_MISSING, text, 1)
        yield from self._notes

    def _mac_before(self) -> bytes:
        if self._last is None:
            return chain.first_mac(self._key)
        return self._last.mac if self._last.is_typed else b""

    def _take_sound(self, row: StoredRow) -> None:
        self.sound_rows += 1
        before, self._last_sound = self._last_sound, row
        if row.kind == KioskStarted.__name__.encode():
            before = None  # the monotonic clock began anew
        try:
            record = row.decoded().record()
            if isinstance(record, VolumeRemoved) and self._removed == Head(
                record.last_seq, bytes.fromhex(record.last_mac)
            ):
                self._removed = None
        except BadRecord as error:
            self._note(Kind.UNREADABLE_RECORD, f"row {row.seq}: {error}", row.seq)
        if before is not None:
            wall_ms = (row.at_us - before.at_us) // 1000
            step_ms = wall_ms - (row.mono_ms - before.mono_ms)
            if abs(step_ms) > CLOCK_STEP_MS:
                text = f"the wall clock jumped by {step_ms / 1000:+.1f} s before row {row.seq}"
                self._note(Kind.CLOCK_JUMP, text, row.seq)

    def _note(self, kind: Kind, message: str, seq: int) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes.append(Finding(kind, message, seq))

    def _truncation(self) -> Iterator[Finding]:
        if not self._known:
            return
        last_seq = self.last_seq
        name, furthest = max(self._known.items(), key=lambda item: item[1].seq)
        if furthest.seq > last_seq:
            yield Finding(
                Kind.TRUNCATION,
                f"the journal ends at row {last_seq}, but {name} names row "
                f"{furthest.seq}: rows were cut off, or an old copy was put back",
                last_seq,
            )
        elif not self._suspects and not self._notes:
            name, head = next(iter(self._known.items()))
            text = f"row {head.seq} is not the one that {name} names"
            yield Finding(Kind.HEAD_CHANGED, text, head.seq)

    def _judged_suspects(self) -> Iterator[Finding]:
        """A suspect is moved if its content fits another place, innocent if only its
        neighbour was moved or edited, and edited otherwise."""
        befores = {before for _, before in self._suspects}
        for row, before in self._suspects:
            if row.is_typed:  # whose mac alone was edited still vouches for the next row
                befores |= {row.mac, row.mac_at(self._key, row.seq, before)}
        places = [row.seq for row, _ in self._suspects]
        for row, _ in self._suspects:
            place = self._place_of(row, places, befores)
            if place == row.seq:
                continue
            if place is not None:
                text = f"row {row.seq} holds what was committed as row {place}"
                yield Finding(Kind.REORDER, text, row.seq)
            else:
                text = f"row {row.seq} is not what was committed"
                yield Finding(Kind.EDITED_ROW, text, row.seq)
        if self._suspect_count > len(self._suspects):
            more = self._suspect_count - len(self._suspects)
            first = self._suspects[-1][0].seq + 1
            yield Finding(Kind.EDITED_ROW, f"{more} more rows are not what was committed", first)

    def _place_of(self, row: StoredRow, places: list[int], befores: set[bytes]) -> int | None:
        for place in [row.seq, *places]:
            for before in befores:
                if row.fits(self._key, place, before):
                    return place
        return None

"""What the kiosk knows of its open codes: the fold of their records, part of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kiosk.domain.frozen import replace
from kiosk.domain.open_code import FINAL, TABLE, HandedOut, State
from kiosk.domain.records import (
    LinkChanged,
    OpenCodeHandedOut,
    OpenCodeMoved,
    OpenCodesKept,
    OpenCodesMissed,
    OpenCodesWanted,
    Record,
)

SETTLED_KEPT = 256
BLOCKS_KEPT = 1000
"""Blocks whose last serial is remembered; the reserve holds 50 at most, and a new one comes in
only where an older one is used up or has expired."""

OF_CODES = frozenset({
    OpenCodesWanted, OpenCodesKept, OpenCodesMissed, OpenCodeHandedOut, OpenCodeMoved, LinkChanged
})  # fmt: skip
"""All other records, by far the most, say nothing of open codes."""

DAY_S = 86400
BEIJING_S = 8 * 3600


@dataclass(frozen=True, slots=True)
class CodeBook:
    codes: Mapping[str, HandedOut] = field(default_factory=lambda: MappingProxyType({}))
    last_serials: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Block → the last serial that was handed out: the reserve's index, kept nowhere else."""
    wanted: Mapping[tuple[str, int], OpenCodesWanted] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Blocks that were asked for, by fee and amount: until they are here, the same id again."""
    trouble: str = ""  # why the last block is not here
    day: int = 0  # of the last code, in Beijing
    day_fen: int = 0
    outage_fen: int = 0  # handed out since the link was last there

    @property
    def open(self) -> tuple[HandedOut, ...]:
        return tuple(each for each in self.codes.values() if not each.is_settled)

    def apply(self, record: Record) -> CodeBook:
        if type(record) not in OF_CODES:
            return self
        match record:
            case OpenCodesWanted():
                key = (record.item_code, record.amount_fen)
                return replace(self, wanted=MappingProxyType({**self.wanted, key: record}))
            case OpenCodesKept():
                return replace(self, wanted=self._without(record.block_id), trouble="")
            case OpenCodesMissed():
                wanted = self._without(record.block_id) if record.for_good else self.wanted
                return replace(self, wanted=wanted, trouble=record.reason)
            case OpenCodeHandedOut():
                return self._handed_out(record)
            case OpenCodeMoved():
                known = self.codes[record.code]
                assert TABLE[known.state][record.event] is record.state
                moved = replace(
                    known,
                    state=record.state,
                    receipt_no=str(record.evidence.get("receipt_no", known.receipt_no)),
                    evidence=MappingProxyType(dict(record.evidence)),
                    disputed=record.state is State.CASE
                    and (known.disputed or known.state in FINAL),
                )
                return self._with(moved)
            case LinkChanged(up=True):
                return replace(self, outage_fen=0) if self.outage_fen else self
            case _:
                return self

    def _without(self, block_id: str) -> Mapping[tuple[str, int], OpenCodesWanted]:
        return MappingProxyType(
            {key: each for key, each in self.wanted.items() if each.block_id != block_id}
        )

    def _handed_out(self, record: OpenCodeHandedOut) -> CodeBook:
        last = self.last_serials.get(record.block_id, 0)
        assert record.serial > last, "codes leave the reserve in order, each once"
        serials = {**self.last_serials, record.block_id: record.serial}
        for block_id in list(serials)[: max(0, len(serials) - BLOCKS_KEPT)]:
            del serials[block_id]
        day = day_of(record.handed_out_s)
        before_fen = self.day_fen if day == self.day else 0
        known = HandedOut(
            record.code,
            record.item_code,
            record.amount_fen,
            record.expires_s,
            record.handed_out_s,
        )
        return replace(
            self._with(known),
            last_serials=MappingProxyType(serials),
            day=day,
            day_fen=before_fen + record.amount_fen,
            outage_fen=self.outage_fen + record.amount_fen,
        )

    def _with(self, changed: HandedOut) -> CodeBook:
        codes = {**self.codes, changed.code: changed}
        settled = [key for key, each in codes.items() if each.is_settled]
        for key in settled[: max(0, len(codes) - SETTLED_KEPT)]:
            del codes[key]
        return replace(self, codes=MappingProxyType(codes))


def day_of(wall_s: int) -> int:
    """The day in Beijing, counted from 1970."""
    return (wall_s + BEIJING_S) // DAY_S

"""The kinds of damage a journal can show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a finding says; those in `NOTES` are information, not damage."""

    EDITED_ROW = "edited_row"
    GAP = "gap"
    REORDER = "reorder"
    TRUNCATION = "truncation"
    WRONG_KEY = "wrong_key"
    CORRUPT_FILE = "corrupt_file"
    CHANGED_SCHEMA = "changed_schema"
    VOLUME_MISSING = "volume_missing"
    VOLUME_SWAPPED = "volume_swapped"
    HEAD_MISSING = "head_missing"
    HEAD_CHANGED = "head_changed"
    UNREADABLE_RECORD = "unreadable_record"
    MIRROR_DAMAGED = "mirror_damaged"
    MIRROR_AHEAD = "mirror_ahead"
    MIRROR_DIFFERS = "mirror_differs"
    MIRROR_BEHIND = "mirror_behind"
    CLOCK_JUMP = "clock_jump"


NOTES = frozenset({Kind.CLOCK_JUMP, Kind.MIRROR_BEHIND})


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    message: str
    seq: int = 0  # the row concerned, 0 for the file as a whole

    @property
    def is_damage(self) -> bool:
        return self.kind not in NOTES


@dataclass(frozen=True, slots=True)
class Report:
    rows: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """No damage was found; information may still be listed."""
        return not any(finding.is_damage for finding in self.findings)

"""Which locked packages the kiosk needs at run time, asked from their own metadata."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "public-payment-kiosk"
CHIP_CARDS = "pcsc"  # has a lock of its own, for it is built from source
MOST_PACKAGES = 500


def closure(project: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Names of everything `project` with `extras` needs on this machine, without itself."""
    found: set[str] = set()
    waiting = [Requirement(f"{project}[{','.join(extras)}]" if extras else project)]
    while waiting:
        wanted = waiting.pop()
        for text in distribution(wanted.name).requires or ():
            needed = Requirement(text)
            holds = needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in (wanted.extras or {""})
            )
            name = canonicalize_name(needed.name)
            if holds and name not in found:
                found.add(name)
                waiting.append(needed)
                assert len(found) < MOST_PACKAGES
    return found


def excerpt(lock: Path, names: set[str]) -> str:
    """The part of a hash lock that is about these packages. Raises KeyError for a missing one."""
    entries = re.split(r"^(?=[a-zA-Z0-9])", lock.read_text("utf-8"), flags=re.MULTILINE)
    by_name = {
        canonicalize_name(match[0]): entry
        for entry in entries
        if (match := re.match(r"[A-Za-z0-9._-]+", entry))
    }
    return "".join(by_name[name] for name in sorted(names))

"""The hunter hunts: the list of planted bugs follows the code, and two of them are found here.

`make canary` plants all of them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.simulation.canary import BUGS, ROOT, hunt
from tests.simulation.planted import Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_planted_bug_still_fits_the_code(bug: Bug, tmp_path: Path) -> None:
    for name in bug.changes:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    bug.plant(tmp_path)
    for name in bug.changes:
        changed = (tmp_path / name).read_text()
        assert changed != (ROOT / name).read_text()
        compile(changed, name, "exec")


def test_there_are_enough_of_them_and_each_is_its_own() -> None:
    assert len(BUGS) >= 20
    assert len({bug.name for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("name", ["copies are printed without a mark", "restart forgets open"])
def test_the_simulation_finds_it(name: str) -> None:
    planted = next(bug for bug in BUGS if bug.name.startswith(name))
    assert hunt(planted, suites=()).simulation

"""The hunter's own test: plant each known bug in a copy, and see which search finds it."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.planted import BUGS, Bug

ROOT = Path(__file__).parents[2]
COPIED = ("kiosk", "drivers", "tests", "config", "packaging", "pyproject.toml", "ARCHITECTURE.md")
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "*.qml", "*.woff2", "*.png", "*.svg", ".hypothesis"
)
VISITS = 20_000  # as many as `make test` plays
TIMEOUT_S = 600


SUITES = {
    "flows": ("tests/flows",),
    "domain": ("tests/domain",),
    "crashes": ("tests/simulation/test_crash_points.py",),
    "faults": ("tests/simulation/test_single_faults.py", "-n", "2"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    bug: str
    simulation: str  # what it said, empty: nothing
    visits: int  # played until then
    suites: tuple[str, ...]  # the test suites that found it, too


def hunt(bug: Bug, suites: Sequence[str] = tuple(SUITES)) -> Finding:
    """Plant one bug in a copy of the packages and let every search look for it."""
    with tempfile.TemporaryDirectory(prefix="canary-") as name:
        root = Path(name)
        for each in COPIED:
            source = ROOT / each
            if source.is_dir():
                shutil.copytree(source, root / each, ignore=LEFT_OUT)
            else:
                shutil.copy(source, root / each)
        bug.plant(root)
        said = run(root, "-m", "tests.simulation", "--sessions", str(VISITS), "--show", "1")
        found = re.search(r"^seed \d+: (.*)", said.stdout, re.MULTILINE)
        played = re.search(r"^(\d+) sessions", said.stdout, re.MULTILINE)
        if found is None and said.returncode:
            raise RuntimeError(f"{bug.name}: the simulation did not run:\n{said.stderr[-2000:]}")
        caught = tuple(suite for suite in suites if fails(root, SUITES[suite]))
        words = found.group(1) if found else ""
        return Finding(bug.name, words, int(played.group(1)) if played else 0, caught)


def fails(root: Path, arguments: Sequence[str]) -> bool:
    result = run(root, "-m", "pytest", "-q", "-x", *arguments)
    if result.returncode not in (0, 1, 2):
        raise RuntimeError(f"the suite did not run:\n{result.stdout[-2000:]}")
    return result.returncode != 0


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="bugs whose name holds this")
    parser.add_argument("--no-suites", action="store_true", help="the simulation alone")
    options = parser.parse_args()
    chosen = [each for each in BUGS if options.only in each.name]
    suites = () if options.no_suites else tuple(SUITES)
    missed = 0
    print(f"{'planted bug':42} {'visits':>6}  " + " ".join(suites) + "  what the simulation said")
    for each in chosen:
        finding = hunt(each, suites)
        missed += not finding.simulation
        where = str(finding.visits) if finding.simulation else "-"
        marks = " ".join(("x" if s in finding.suites else ".").center(len(s)) for s in suites)
        print(f"{finding.bug:42} {where:>6}  {marks}  {finding.simulation[:90]}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} found by the simulation alone; 'visits' is")
    print("how many it played until then; x: found by that test suite, too")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

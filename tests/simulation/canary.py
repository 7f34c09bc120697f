"""The hunter's own test: plant each known bug in a copy, and see which search finds it.

What was found is kept in `tests/simulation/canary.jsonl`, so a run can be cut, or stopped
after `--seconds`, and the next goes on: first with what was never tried, then with what was
tried in other code. The whole table is drawn into `tests/simulation/canary.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.simulation.planted import BUGS as KIOSK_BUGS
from tests.simulation.planted import Bug
from tests.simulation.planted_journal import BUGS as JOURNAL_BUGS

ROOT = Path(__file__).parents[2]
COPIED = ("kiosk", "drivers", "tests", "config", "packaging", "pyproject.toml", "ARCHITECTURE.md")
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "*.qml", "*.woff2", "*.png", "*.svg", ".hypothesis"
)
VISITS = 20_000  # as many as `make test` plays
TIMEOUT_S = 600
KEPT = Path(__file__).with_name("canary.jsonl")
TABLE = Path(__file__).with_name("canary.md")
JUDGED = ("kiosk/domain", "kiosk/engine", "kiosk/journal")

BUGS = (*KIOSK_BUGS, *JOURNAL_BUGS)
KIOSK_SUITES = {
    "flows": ("tests/flows",),
    "domain": ("tests/domain",),
    "crashes": ("tests/simulation/test_crash_points.py",),
    "faults": ("tests/simulation/test_single_faults.py", "-n", "2"),
}
JOURNAL_SUITES = {
    "cuts": ("tests/crash/test_crash_states.py", "-n", "2"),
    "journal": ("tests/journal", "-n", "2"),
}
SUITES = {**KIOSK_SUITES, **JOURNAL_SUITES}


@dataclass(frozen=True, slots=True)
class Finding:
    bug: str
    simulation: str  # what it said, empty: nothing
    visits: int  # played until then
    tried: tuple[str, ...]  # the test suites that looked for it
    suites: tuple[str, ...]  # and those that found it
    code: str  # the digest of the code in which it was planted


def suites_for(bug: Bug) -> tuple[str, ...]:
    """The simulation keeps its journal in memory: a bug of the files is not its prey."""
    return tuple(JOURNAL_SUITES if bug in JOURNAL_BUGS else KIOSK_SUITES)


def hunt(bug: Bug, suites: Sequence[str]) -> Finding:
    """Plant one bug in a copy of the packages and let the simulation and `suites` look for it."""
    with tempfile.TemporaryDirectory(prefix="canary-") as name:
        root = Path(name)
        for each in COPIED:
            source = ROOT / each
            if source.is_dir():
                shutil.copytree(source, root / each, ignore=LEFT_OUT)
            else:
                shutil.copy(source, root / each)
        bug.plant(root)
        words, visits = ("", 0) if bug in JOURNAL_BUGS else simulated(bug, root)
        caught = tuple(suite for suite in suites if fails(root, SUITES[suite]))
        return Finding(bug.name, words, visits, tuple(suites), caught, digest())


def simulated(bug: Bug, root: Path) -> tuple[str, int]:
    """What broke in simulated lives, and after how many visits."""
    said = run(root, "-m", "tests.simulation", "--sessions", str(VISITS), "--show", "1")
    found = re.search(r"^seed \d+: (.*)", said.stdout, re.MULTILINE)
    played = re.search(r"^(\d+) sessions", said.stdout, re.MULTILINE)
    if found is None and said.returncode:
        raise RuntimeError(f"{bug.name}: the simulation did not run:\n{said.stderr[-2000:]}")
    return found.group(1) if found else "", int(played.group(1)) if played else 0


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


def digest() -> str:
    """Of the code in which the bugs are planted."""
    files = sorted(file for folder in JUDGED for file in (ROOT / folder).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def found_before() -> dict[str, Finding]:
    """The last finding for each bug, whatever code it was planted in."""
    if not KEPT.exists():
        return {}
    lines = (json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines())
    lists = ("tried", "suites")
    return {
        each["bug"]: Finding(**each | {name: tuple(each[name]) for name in lists}) for each in lines
    }


def keep(findings: dict[str, Finding]) -> None:
    known = [findings[each.name] for each in BUGS if each.name in findings]
    lines = [json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in known]
    KEPT.write_text("".join(lines), encoding="utf-8")
    TABLE.write_text(table(findings), encoding="utf-8")


def table(findings: dict[str, Finding]) -> str:
    """Every planted bug and which search found it, for people."""
    rows = []
    for each in BUGS:
        if each.name not in findings:
            rows.append(f"| {each.name} | {each.hunter} | not tried |" + " |" * (2 + len(SUITES)))
            continue
        finding = findings[each.name]
        marks = " | ".join(mark(finding, suite) for suite in SUITES)
        met = "yes" if meets(each, finding) else "**no**"
        seen = simulation_mark(each, finding)
        rows.append(f"| {each.name} | {each.hunter} | {met} | {seen} | {marks} | {finding.code} |")
    tried = [each for each in BUGS if each.name in findings]
    by_simulation = sum(bool(findings[each.name].simulation) for each in tried)
    by_hunter = sum(meets(each, findings[each.name]) for each in tried)
    simulated = f"{by_simulation} of {sum(each in KIOSK_BUGS for each in tried)}"
    return "\n".join(
        [
            "# Planted bugs and what finds them",
            "",
            "Written by `make canary`; each bug of `planted.py` and `planted_journal.py` alone in a",
            "copy of the code. –: looked and found nothing; empty: did not look. The last column",
            "is the digest of the code in which the bug was tried.",
            "",
            f"| planted bug | meant for | found by it | simulation | {' | '.join(SUITES)} | code |",
            "|---|---|---|---|" + "---|" * (1 + len(SUITES)),
            *rows,
            "",
            f"Tried: {len(tried)} of {len(BUGS)}.",
            f"Found by the search that is meant for them: {by_hunter}.",
            f"Found by the simulation alone, in at most {VISITS} visits: {simulated}.",
            "(It keeps its journal in memory: what is planted in its files is not its prey.)",
            "",
        ]
    )


def mark(finding: Finding, suite: str) -> str:
    if suite not in finding.tried:
        return ""
    return "found" if suite in finding.suites else "–"


def simulation_mark(bug: Bug, finding: Finding) -> str:
    if bug in JOURNAL_BUGS:
        return ""
    return f"after {finding.visits} visits" if finding.simulation else "–"


def is_known(finding: Finding | None, now: str, suites: Sequence[str]) -> bool:
    return finding is not None and finding.code == now and set(suites) <= set(finding.tried)


def meets(bug: Bug, finding: Finding) -> bool:
    if bug.hunter == "simulation":
        return bool(finding.simulation)
    return bug.hunter in finding.suites


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="bugs whose name holds this")
    parser.add_argument("--meant", action="store_true", help="new ones, by their own search alone")
    parser.add_argument("--seconds", type=float, default=7200.0, help="then stop; run it again")
    options = parser.parse_args()
    until_s = time.monotonic() + options.seconds
    now, findings = digest(), found_before()
    chosen = [each for each in BUGS if options.only in each.name]
    for each in sorted(chosen, key=lambda bug: bug.name in findings):
        suites = suites_for(each)
        known = is_known(findings.get(each.name), now, suites)
        if options.meant:
            known = each.name in findings
            suites = tuple(suite for suite in suites if suite == each.hunter)
        if not known and time.monotonic() < until_s:
            finding = findings[each.name] = hunt(each, suites)
            keep(findings)
            found_by = " ".join(finding.suites) or "no suite"
            said = finding.simulation[:90] or "nothing"
            print(f"{each.name}: simulation: {said} ({finding.visits}); {found_by}", flush=True)
    keep(findings)
    tried = [each for each in chosen if each.name in findings]
    missed = [each.name for each in tried if not meets(each, findings[each.name])]
    for name in missed:
        print(f"not found by the search that is meant for it: {name}")
    fresh = sum(findings[each.name].code == now for each in tried)
    print(f"the table is in {TABLE.relative_to(ROOT)}")
    print(f"{len(tried)} of {len(chosen)} planted bugs tried, {fresh} of them in this code")
    return 1 if fresh < len(chosen) or missed else 0


if __name__ == "__main__":
    sys.exit(main())

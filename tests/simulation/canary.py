"""The hunter's own test: plant each known bug in a copy, and see which search finds it.

What was found is appended to `out/canary.jsonl`, so a run can be cut, or stopped after
`--seconds`, and the next goes on. The whole table is written to `tests/simulation/canary.md`.
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

from tests.simulation.planted import BUGS, Bug

ROOT = Path(__file__).parents[2]
COPIED = ("kiosk", "drivers", "tests", "config", "packaging", "pyproject.toml", "ARCHITECTURE.md")
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "*.qml", "*.woff2", "*.png", "*.svg", ".hypothesis"
)
VISITS = 20_000  # as many as `make test` plays
TIMEOUT_S = 600
KEPT = ROOT / "out" / "canary.jsonl"
TABLE = Path(__file__).with_name("canary.md")

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


def digest() -> str:
    """Of the code in which the bugs are planted: what was found holds as long as it does."""
    folders = ("kiosk/domain", "kiosk/engine")
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def found_before(now: str) -> dict[str, Finding]:
    if not KEPT.exists():
        return {}
    lines = [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]
    kept = [line["finding"] for line in lines if line["digest"] == now]
    return {each["bug"]: Finding(**each | {"suites": tuple(each["suites"])}) for each in kept}


def keep(finding: Finding, now: str) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a", encoding="utf-8") as stream:
        line = json.dumps({"digest": now, "finding": asdict(finding)}, ensure_ascii=False)
        stream.write(line + "\n")


def table(findings: dict[str, Finding]) -> str:
    """Every planted bug and which search found it, for people."""
    rows = []
    for each in BUGS:
        if each.name not in findings:
            rows.append(f"| {each.name} | {each.hunter} | not tried |" + " |" * (1 + len(SUITES)))
            continue
        finding = findings[each.name]
        simulated = f"after {finding.visits} visits" if finding.simulation else "–"
        marks = " | ".join("found" if suite in finding.suites else "–" for suite in SUITES)
        met = "yes" if meets(each, finding) else "**no**"
        rows.append(f"| {each.name} | {each.hunter} | {met} | {simulated} | {marks} |")
    tried = [each for each in BUGS if each.name in findings]
    by_simulation = sum(bool(findings[each.name].simulation) for each in tried)
    by_hunter = sum(meets(each, findings[each.name]) for each in tried)
    return "\n".join(
        [
            "# Planted bugs and what finds them",
            "",
            "Written by `make canary`; each bug of `planted.py` alone in a copy of the code.",
            "",
            f"| planted bug | meant for | found by it | simulation | {' | '.join(SUITES)} |",
            "|---|---|---|---|" + "---|" * len(SUITES),
            *rows,
            "",
            f"Tried: {len(tried)} of {len(BUGS)}.",
            f"Found by the search that is meant for them: {by_hunter}.",
            f"Found by the simulation alone, in at most {VISITS} visits: {by_simulation}.",
            "",
        ]
    )


def meets(bug: Bug, finding: Finding) -> bool:
    if bug.hunter == "simulation":
        return bool(finding.simulation)
    return bug.hunter in finding.suites


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="bugs whose name holds this")
    parser.add_argument("--seconds", type=float, default=7200.0, help="then stop; run it again")
    options = parser.parse_args()
    until_s = time.monotonic() + options.seconds
    now = digest()
    findings = found_before(now)
    chosen = [each for each in BUGS if options.only in each.name]
    for each in chosen:
        if each.name not in findings and time.monotonic() < until_s:
            findings[each.name] = hunt(each)
            keep(findings[each.name], now)
            finding = findings[each.name]
            suites = " ".join(finding.suites) or "no suite"
            said = finding.simulation[:90] or "nothing"
            print(f"{each.name}: simulation: {said} ({finding.visits}); {suites}", flush=True)
    left = [each.name for each in chosen if each.name not in findings]
    missed = [x.name for x in chosen if x.name in findings and not meets(x, findings[x.name])]
    for name in missed:
        print(f"not found by the search that is meant for it: {name}")
    TABLE.write_text(table(findings), encoding="utf-8")
    print(f"the table is in {TABLE.relative_to(ROOT)}")
    print(f"{len(chosen) - len(left)} of {len(chosen)} planted bugs tried")
    return 1 if left or missed else 0


if __name__ == "__main__":
    sys.exit(main())

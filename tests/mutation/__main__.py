"""`python -m tests.mutation PACKAGE…`: how many small wrong changes the tests notice.

Each mutant lives in a copy of the tree. Only the tests that reach its line run, the
quickest first, and the first failure ends them. Survivors must be named in
`tests/mutation/<package>.txt`, each with the reason why no test can or need tell it
from the original; a line there that is no survivor any more is an error too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Queue

from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
COPIED = ("kiosk", "drivers", "tests", "config", "assets", "pyproject.toml")
TESTS = {
    "kiosk.journal": ("tests/journal",),
    "kiosk.domain": ("tests/domain", "tests/flows"),
    "kiosk.engine": ("tests/engine", "tests/flows"),
    "kiosk.platform_api": ("tests/platform_api",),
}
SLOW_TESTS = ("test_kill", "test_privacy", "no_flipped_bit")  # others reach the same lines
ARGUMENTS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
ARGUMENTS += ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # plugins are imported before
ARGUMENTS += ("-k", " and ".join(f"not {name}" for name in SLOW_TESTS))
QUICK_S = 0.3
FIRST_TESTS = 12  # tried before all the others that reach the line
GOAL_PERCENT = 90.0


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    NOT_REACHED = "not reached"


def name_of(module: str, mutant: Mutant) -> str:
    return f"{module} {mutant.where or '-'}: {mutant.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    module: str
    mutant: Mutant
    fate: Fate

    @property
    def name(self) -> str:
        """Says which mutant it is, whatever its line."""
        return name_of(self.module, self.mutant)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tests run a line, and how long each takes."""

    tests: dict[tuple[str, int], frozenset[str]]
    seconds: dict[str, float]

    def quickest(self) -> list[str]:
        """Tests for what runs at import: all that take less than `QUICK_S`."""
        quick = [test for test, seconds in self.seconds.items() if seconds < QUICK_S]
        return sorted(quick, key=lambda test: self.seconds[test])

    def of(self, module: str, lines: range) -> list[str]:
        """The tests that run any of the lines, the quickest first."""
        tests = {test for line in lines for test in self.tests.get((module, line), ())}
        return sorted(tests, key=lambda test: self.seconds[test])


def measure(package: str, out: Path) -> Reach:
    """Run the package's tests once, unchanged. Raises SystemExit when they fail."""
    data, report = out / "coverage", out / "durations.json"
    config = out / "coveragerc"
    config.write_text(f"[run]\nsource = {package}\ndata_file = {data}\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *ARGUMENTS, *TESTS[package]),
            *("--cov", f"--cov-config={config}", "--cov-context=test", "--cov-report="),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "MUTATION_DURATIONS": str(report),
            "PYTEST_PLUGINS": "tests.mutation.durations",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"the tests fail without any mutant:\n{done.stdout[-4000:]}")
    from coverage import CoverageData

    coverage = CoverageData(str(data))
    coverage.read()
    reached: dict[tuple[str, int], set[str]] = defaultdict(set)
    for file in coverage.measured_files():
        module = str(Path(file).relative_to(ROOT))
        for line, contexts in coverage.contexts_by_lineno(file).items():
            reached[module, line] |= {name.rpartition("|")[0] for name in contexts if name}
    seconds = json.loads(report.read_text())
    return Reach(
        {place: frozenset(tests & set(seconds)) for place, tests in reached.items()}, seconds
    )


class Worker:
    """A copy of the tree and the process that runs tests in it."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy
        self._process = subprocess.Popen(
            [sys.executable, str(copy / "tests/mutation/worker.py")],
            cwd=copy,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def passes(self, tests: Sequence[str]) -> bool:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([*ARGUMENTS, "-x", *tests]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the worker has died"
        return answer == "0\n"

    def close(self) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()


def judge(worker: Worker, module: str, mutant: Mutant, reach: Reach) -> Fate:
    tests = reach.of(module, mutant.lines)
    file = worker.copy / module
    original = file.read_text()
    if not tests and mutant.is_in_function:
        return Fate.NOT_REACHED
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()
    file.write_text(mutant.source)
    try:
        tests = tests or reach.quickest()
        for chosen in (tests[:FIRST_TESTS], tests[FIRST_TESTS:]):
            if chosen and not worker.passes(chosen):
                return Fate.KILLED
    finally:
        file.write_text(original)
    return Fate.SURVIVED


def judged(
    package: str, reach: Reach, jobs: int, wanted: Callable[[str], bool]
) -> Iterator[Verdict]:
    files = sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    modules = [str(file.relative_to(ROOT)) for file in files]
    every = [
        (module, mutant) for module in modules for mutant in mutants_of((ROOT / module).read_text())
    ]
    work = [(module, mutant) for module, mutant in every if wanted(name_of(module, mutant))]
    print(f"{package}: {len(work)} of {len(every)} mutants to judge", flush=True)
    idle: Queue[Worker] = Queue()
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=place) as scratch:
        for number in range(jobs):
            worker = Worker(_copy(Path(scratch) / str(number)))
            assert worker.passes(reach.quickest()), "tests fail in a copy, without any mutant"
            idle.put(worker)

        def one(item: tuple[str, Mutant]) -> Verdict:
            module, mutant = item
            worker = idle.get()
            try:
                return Verdict(module, mutant, judge(worker, module, mutant, reach))
            finally:
                idle.put(worker)

        try:
            with ThreadPoolExecutor(jobs) as pool:
                yield from pool.map(one, work)
        finally:
            while not idle.empty():
                idle.get().close()


def _copy(target: Path) -> Path:
    target.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    return target


def explained(package: str) -> dict[str, str]:
    """Reasons by mutant; a line is the mutant, ` | ` and the reason."""
    path = Path(__file__).parent / f"{package}.txt"
    if not path.exists():
        return {}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.rsplit(" | ", 1) for line in lines)


def run(package: str, jobs: int, *, only: str, again: bool) -> bool:
    """Judge a package; whether it reaches the goal and every survivor is explained."""
    out = ROOT / "out" / "mutants"
    out.mkdir(parents=True, exist_ok=True)
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        reach = measure(package, Path(scratch))
    verdicts: list[Verdict] = []
    reasons = explained(package)
    lived = set((out / f"{package}.txt").read_text().splitlines()) if again else set()
    for verdict in judged(
        package, reach, jobs, lambda name: only in name and (not again or name in lived)
    ):
        verdicts.append(verdict)
        if verdict.fate is not Fate.KILLED and verdict.name not in reasons:
            print(f"{verdict.fate}: {verdict.module}:{verdict.mutant.line}: {verdict.mutant.what}")
        if len(verdicts) % 50 == 0:
            print(f"  {len(verdicts):>5} judged", flush=True)
    survivors = [each for each in verdicts if each.fate is not Fate.KILLED]
    (out / f"{package}.txt").write_text("".join(f"{each.name}\n" for each in survivors))
    killed = len(verdicts) - len(survivors)
    unexplained = [each for each in survivors if each.name not in reasons]
    is_whole = not only and not again
    stale = set(reasons) - {each.name for each in survivors} if is_whole else set()
    for name in sorted(stale):
        print(f"explained, but killed or gone: {name}")
    score = 100 * killed / max(len(verdicts), 1)
    print(
        f"{package}: {killed} of {len(verdicts)} mutants killed, score {score:.1f} %; "
        f"{len(survivors) - len(unexplained)} survivors explained, {len(unexplained)} not; "
        f"{time.monotonic() - started_s:.0f} s"
    )
    return score >= GOAL_PERCENT and not unexplained and not stale


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("packages", nargs="+", choices=sorted(TESTS))
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--only", default="", help="mutants whose name holds this text")
    options.add_argument("--again", action="store_true", help="those that survived last time")
    chosen = options.parse_args()
    results = [
        run(package, chosen.jobs, only=chosen.only, again=chosen.again)
        for package in chosen.packages
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

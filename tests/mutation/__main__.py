"""`python -m tests.mutation PACKAGE…`: how many small wrong changes the tests notice.

Verdicts are appended to `out/mutants/PACKAGE.jsonl`, so a run can be cut at any moment or
after `--seconds`, and the next goes on. What was caught stays so while the module and the
test that caught it are the same; what survived is judged again when any test has changed.

Survivors must be named in `tests/mutation/PACKAGE.txt`, each with the reason why no test
can or need tell it from the original; a line there that is no survivor is an error too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reach import (
    ROOT,
    TESTS,
    Reach,
    digest_of,
    measure,
    sources,
    suite_digest,
    test_files,
)
from tests.mutation.worker import Fate, Verdict, judge

OUT = ROOT / "out" / "mutants"
GOAL_PERCENT = 90.0


class Book:
    """The verdicts of a package on disk: a line each, the last one of a name counts."""

    def __init__(self, package: str) -> None:
        self._path = OUT / f"{package}.jsonl"
        self._modules = {
            str(file.relative_to(ROOT)): digest_of([file]) for file in sources(package)
        }
        self._files = {
            str(file.relative_to(ROOT)): digest_of([file]) for file in test_files(package)
        }
        self._suite = suite_digest(package)

    def write(self, verdict: Verdict) -> None:
        file = verdict.by.partition("::")[0]
        line = {
            "name": verdict.mutant.name,
            "module": self._modules[verdict.mutant.module],
            "fate": verdict.fate,
            "by": verdict.by,
            "seconds": verdict.seconds,
            "tests": self._files.get(file, "") if verdict.fate is Fate.KILLED else self._suite,
        }
        with self._path.open("a", encoding="utf-8") as stream:  # one write, so lines stay whole
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def read(self) -> dict[str, tuple[Fate, str]]:
        """Fate and reason by name, of what still holds."""
        if not self._path.exists():
            return {}
        lines = [json.loads(line) for line in self._path.read_text().splitlines()]
        return {
            line["name"]: (Fate(line["fate"]), line["by"]) for line in lines if self._holds(line)
        }

    def _holds(self, line: dict) -> bool:
        if line["module"] != self._modules.get(line["name"].partition(" ")[0]):
            return False
        if line["fate"] != Fate.KILLED:
            return line["tests"] == self._suite
        return line["tests"] == self._files.get(line["by"].partition("::")[0], "")


def explained(package: str) -> dict[str, str]:
    """Reasons by mutant; a line is the mutant, ` | ` and the reason."""
    path = Path(__file__).parent / f"{package}.txt"
    if not path.exists():
        return {}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.rsplit(" | ", 1) for line in lines)


def judge_in_processes(
    package: str,
    work: Sequence[Mutant],
    reach: Reach,
    book: Book,
    killers: Sequence[tuple[Mutant, str]],
    options: argparse.Namespace,
) -> None:
    """Fork processes, each with its share; raises RuntimeError when one breaks."""
    until_s = time.monotonic() + options.seconds
    jobs = options.jobs
    children = []
    for number in range(min(jobs, len(work))):
        child = os.fork()
        if child == 0:
            try:
                log = os.open(OUT / f"{package}.{number}.log", os.O_CREAT | os.O_TRUNC | os.O_RDWR)
                os.dup2(log, 1)
                os.dup2(log, 2)
                _share(package, work[number::jobs], reach, book, killers, until_s)
                os._exit(0)
            except BaseException as error:  # noqa: BLE001
                sys.excepthook(type(error), error, error.__traceback__)
            finally:
                sys.stderr.flush()
                os._exit(1)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    if any(ends):
        raise RuntimeError(f"a worker broke; see {OUT}/{package}.*.log")


def _share(
    package: str,
    work: Sequence[Mutant],
    reach: Reach,
    book: Book,
    killers: Sequence[tuple[Mutant, str]],
    until_s: float,
) -> None:
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=place) as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        judge(package, work, reach, until_s, book.write, killers)


def report(
    package: str,
    mutants: Sequence[Mutant],
    verdicts: dict[str, tuple[Fate, str]],
    reasons: Mapping[str, str],
) -> bool:
    """Print the score; whether it reaches the goal and every survivor is explained."""
    names = [mutant.name for mutant in mutants]
    fates = {name: verdicts[name][0] for name in names if name in verdicts}
    killed = sum(fate is Fate.KILLED for fate in fates.values())
    survivors = [mutant for mutant in mutants if fates.get(mutant.name, Fate.KILLED) != Fate.KILLED]
    unexplained = [each for each in survivors if each.name not in reasons]
    for each in unexplained:
        print(f"{fates[each.name]}: {each.module}:{each.line}: {each.what}")
    gone = set(reasons) - {each.name for each in survivors}
    stale = {name for name in gone if name in fates or name not in names}
    for name in sorted(stale):
        print(f"explained, but killed or gone: {name}")
    score = 100 * killed / max(len(fates), 1)
    left = len(names) - len(fates)
    print(
        f"{package}: {killed} of {len(fates)} mutants killed, score {score:.1f} %; "
        f"{len(survivors) - len(unexplained)} survivors explained, {len(unexplained)} not; "
        f"{left} not judged yet"
    )
    return score >= GOAL_PERCENT and not unexplained and not stale and not left


def run(package: str, options: argparse.Namespace) -> bool:
    OUT.mkdir(parents=True, exist_ok=True)
    book = Book(package)
    chosen = options.only.split(",")
    every = [
        mutant
        for file in sources(package)
        for mutant in mutants_of(str(file.relative_to(ROOT)), file.read_text())
    ]
    mutants = [each for each in every if any(text in each.name for text in chosen)]
    reasons = explained(package).items()
    reasons_of_chosen = {k: why for k, why in reasons if any(text in k for text in chosen)}
    started_s = time.monotonic()
    known = book.read()
    work = [mutant for mutant in mutants if mutant.name not in known]
    if work and not options.report:
        reach = measure(package, OUT)
        print(f"{package}: {len(work)} of {len(mutants)} mutants to judge", flush=True)
        caught = {name: by for name, (fate, by) in known.items() if fate is Fate.KILLED}
        killers = [(each, caught[each.name]) for each in every if each.name in caught]
        judge_in_processes(package, work, reach, book, killers, options)
    passed = report(package, mutants, book.read(), reasons_of_chosen)
    print(f"{time.monotonic() - started_s:.0f} s")
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="+", choices=sorted(TESTS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=3600.0, help="then stop; run it again")
    parser.add_argument(
        "--only",
        default="",
        help="mutants whose name holds one of these texts, with commas between",
    )
    parser.add_argument("--report", action="store_true", help="only what is known so far")
    options = parser.parse_args()
    results = [run(package, options) for package in options.packages]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Which tests run a line, and how long each takes: measured once, then only where tests changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = {
    "kiosk.journal": ("tests/journal",),
    "kiosk.domain": ("tests/domain", "tests/flows", "tests/operators"),
    "kiosk.engine": ("tests/engine", "tests/flows"),
}
SLOW_TESTS = (  # others reach the same lines
    *("test_kill", "test_privacy", "no_flipped_bit", "too_many_payments_unsettled"),
    *("long_after_its_end", "when_the_word_changes", "asked_about_until_it_is_paid"),
    *("newest_receipts_are_remembered", "a_case_ends_by_itself", "seven_days_of_silence"),
    *("daily_restarts", "six_days_is_not", "close_to_their_end", "masks_keep_the_length"),
)
RANDOM_TESTS = ("test_whatever_happens", "test_no_sequence_of_operator_acts")  # no lasting verdict
ARGUMENTS = (
    *("-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    "--assert=plain",  # nobody reads why a test failed, and the comparison would cost more than it
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # plugins are imported before
    *("-k", " and ".join(f"not {name}" for name in SLOW_TESTS + RANDOM_TESTS)),
)


def digest_of(files: Iterable[Path]) -> str:
    """Changes with any of the files."""
    parts = [
        f"{file.relative_to(ROOT)}:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in sorted(files)
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def test_files(package: str) -> list[Path]:
    return sorted(file for folder in TESTS[package] for file in (ROOT / folder).glob("test_*.py"))


def suite_digest(package: str) -> str:
    """Changes with any test of the package and with what the tests share."""
    return digest_of([*test_files(package), *(ROOT / "tests/support").glob("*.py")])


@dataclass(frozen=True, slots=True)
class Test:
    seconds: float
    lines: dict[str, frozenset[int]]  # by module


@dataclass(frozen=True, slots=True)
class Reach:
    tests: dict[str, Test]

    def of(self, module: str, lines: range) -> list[str]:
        """The tests that run any of the lines."""
        return [
            name
            for name, test in self.tests.items()
            if not test.lines.get(module, frozenset()).isdisjoint(lines)
        ]


def measure(package: str, out: Path) -> Reach:
    """Run the package's tests unchanged, those that were not measured since they changed.

    Raises SystemExit when one fails.
    """
    kept_file = out / f"{package}.reach.json"
    shared = digest_of([*sources(package), *(ROOT / "tests/support").glob("*.py")])
    kept = json.loads(kept_file.read_text()) if kept_file.exists() else {}
    files = kept["files"] if kept.get("shared") == shared else {}
    now = {str(file.relative_to(ROOT)): digest_of([file]) for file in test_files(package)}
    stale = [name for name, digest in now.items() if files.get(name, {}).get("digest") != digest]
    if stale:
        print(f"{package}: measuring {len(stale)} files of tests", flush=True)
        tests = _measured(package, stale)
        for name in stale:
            own = {test: each for test, each in tests.items() if test.startswith(f"{name}::")}
            files[name] = {"digest": now[name], "tests": own}
    files = {name: files[name] for name in now}
    kept_file.write_text(json.dumps({"shared": shared, "files": files}))
    return Reach(
        {
            name: Test(
                test["seconds"],
                {module: frozenset(lines) for module, lines in test["lines"].items()},
            )
            for file in files.values()
            for name, test in file["tests"].items()
        }
    )


def _measured(package: str, files: Sequence[str]) -> dict[str, dict]:
    from coverage import CoverageData

    with tempfile.TemporaryDirectory() as scratch:
        data, report, config = (Path(scratch) / name for name in ("data", "seconds", "config"))
        config.write_text(f"[run]\nsource = {package}\ndata_file = {data}\n")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", *ARGUMENTS, *files),
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
        if done.returncode not in (0, 5):  # 5: a file whose tests are all left out
            sys.exit(f"the tests fail without any mutant:\n{done.stdout[-4000:]}")
        coverage = CoverageData(str(data))
        coverage.read()
        tests: dict[str, dict] = {
            name: {"seconds": seconds, "lines": {}}
            for name, seconds in json.loads(report.read_text()).items()
        }
        for file in coverage.measured_files():
            module = str(Path(file).relative_to(ROOT))
            for line, contexts in coverage.contexts_by_lineno(file).items():
                for test in {name.rpartition("|")[0] for name in contexts} & set(tests):
                    tests[test]["lines"].setdefault(module, []).append(line)
        return tests

"""Judges mutants: each in a forked child of a process that has everything ready.

A mutant inside a function takes the place of that function's code, in a child of a
session whose tests are collected. One that runs at import is compiled instead of its
module, in a child of a process that has imported the libraries but nothing of ours.
The first failing test ends the child. A child that dies or hangs counts as caught.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import NoReturn

from tests.mutation.mutants import Mutant
from tests.mutation.reach import ARGUMENTS, ROOT, TESTS, Reach

IMPORTED = (
    "apsw", "pydantic", "requests", "structlog", "pytest", "PySide6.QtTest", "stdnum.cn.ric",
    "hypothesis.strategies", "pytestqt.plugin", "pytest_cov.plugin", "pytest_timeout",
)  # fmt: skip
LEAST_S, SLOWER, MOST_S = 10.0, 8.0, 120.0  # how long a mutant may take
BUDGET_S = 30.0  # of tests for one mutant, as measured without it …
IMPORT_BUDGET_S = 20.0  # … and of one that any test might notice
MOST_BYTES = 3 << 30
POLL_S = 0.002
QUICK_S = 0.05
CONTROLS = 100  # tests that must pass without a mutant before any is judged
NEAR_FILES = 2  # those that caught most of what runs at import are tried first …
AT_IMPORT = ""  # … of any module: words and limits are judged together
ANSWERS = 1000  # the number of the descriptor on which a child names the test that failed
SURVIVED, KILLED, BROKEN = 0, 101, 70


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Verdict:
    mutant: Mutant
    fate: Fate
    by: str = ""  # the test that failed, or what else ended it
    seconds: float = 0.0


def judge(
    package: str,
    mutants: Sequence[Mutant],
    reach: Reach,
    until_s: float,
    tell: Callable[[Verdict], None],
    killers: Iterable[tuple[Mutant, str]] = (),
) -> None:
    """Tell of every mutant that can be judged until then, by the monotonic clock.

    `killers` are other mutants, each with the test that caught it before.
    """
    for name in IMPORTED:
        importlib.import_module(name)
    order = _Order(reach)
    for caught, test in killers:
        order.learn(caught, test)

    def one_after_the_other(
        chosen: Sequence[Mutant], run: Callable[[Mutant, Sequence[str]], NoReturn]
    ) -> None:
        _control(chosen, order, run)
        for mutant in chosen:
            if time.monotonic() >= until_s:
                return
            for tests in order.stages(mutant):
                verdict = _in_child(mutant, tests, order, run)
                if verdict.fate is Fate.KILLED:
                    break
            if verdict.fate is Fate.KILLED:
                order.learn(mutant, verdict.by)
            tell(verdict)

    at_import = [each for each in mutants if not each.function]
    inside = [each for each in mutants if each.function]
    if inside:

        def in_session() -> None:
            session = _Session(lambda each: one_after_the_other(inside, each.test))
            _pytest(TESTS[package], session)
            assert session.has_run, "the tests could not be collected"

        _apart(in_session)
    if at_import and time.monotonic() < until_s:
        one_after_the_other(at_import, _import_and_test)


def _apart(run: Callable[[], None]) -> None:
    """In a process of its own, so that this one never imports what is tested."""
    child = os.fork()
    if child == 0:
        with _no_way_back():
            try:
                run()
            except BaseException:  # noqa: BLE001 - told, and the process ends with it
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(BROKEN)
            os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("a session of mutants broke")


def _control(
    mutants: Sequence[Mutant], order: _Order, run: Callable[[Mutant, Sequence[str]], NoReturn]
) -> None:
    """The unchanged code must survive, or every mutant would be caught."""
    mutant = mutants[0]
    same = replace(mutant, what="nothing", source=(ROOT / mutant.module).read_text())
    verdict = _in_child(same, order.quick(), order, run)
    assert verdict.fate is Fate.SURVIVED, f"fails without any mutant: {verdict.by}"


class _Order:
    """Which tests to try: those that reach the line, first what is quick and often finds."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._found: dict[str, Counter[str]] = defaultdict(Counter)
        self._found_in: dict[str, Counter[str]] = defaultdict(Counter)  # by file of tests

    def tests(self, mutant: Mutant) -> list[str]:
        """Nothing where no test reaches the line; every test for what runs at import."""
        reached = self._reach.of(mutant.module, mutant.lines) if mutant.function else []
        names = reached or ([] if mutant.function else list(self._reach.tests))
        found, found_in = self._found[mutant.module], self._found_in[mutant.module]
        own = _own_tests(mutant)

        def patience_s(name: str) -> float:
            file = _file_of(name)
            likely = 1 + 9 * found[name] + found_in[file] + 20 * file.endswith(own)
            return self._reach.tests[name].seconds / likely

        names.sort(key=patience_s)
        left_s = BUDGET_S if mutant.function else IMPORT_BUDGET_S
        chosen: list[str] = []
        for name in names:
            left_s -= self._reach.tests[name].seconds
            if left_s >= 0 or not chosen:
                chosen.append(name)
        return chosen

    def stages(self, mutant: Mutant) -> list[list[str]]:
        """What to try one after the other; at import every file of tests costs its collection."""
        chosen = self.tests(mutant)
        if mutant.function:
            return [chosen]
        near = {file for file, _ in self._found_in[AT_IMPORT].most_common(NEAR_FILES)}
        own = _own_tests(mutant)
        first = [name for name in chosen if _file_of(name) in near]
        first += [name for name in self._reach.tests if _file_of(name).endswith(own)]
        first = list(dict.fromkeys(first))
        return [stage for stage in (first, [n for n in chosen if n not in set(first)]) if stage]

    def quick(self) -> list[str]:
        """Some of the quickest tests, from all over the suite."""
        quick = [name for name, test in self._reach.tests.items() if test.seconds < QUICK_S]
        return quick[:: max(1, len(quick) // CONTROLS)]

    def limit_s(self, tests: Sequence[str]) -> float:
        expected_s = sum(self._reach.tests[name].seconds for name in tests)
        return min(LEAST_S + SLOWER * expected_s, MOST_S)

    def learn(self, mutant: Mutant, test: str) -> None:
        """This test caught a mutant of the module; its file may catch the next."""
        self._found[mutant.module][test] += 1
        self._found_in[mutant.module if mutant.function else AT_IMPORT][_file_of(test)] += 1


def _own_tests(mutant: Mutant) -> str:
    """How the file is called that tests the mutant's module, where there is one."""
    return f"/test_{Path(mutant.module).stem}.py"


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def _in_child(
    mutant: Mutant,
    tests: Sequence[str],
    order: _Order,
    run: Callable[[Mutant, Sequence[str]], NoReturn],
) -> Verdict:
    if not tests:
        return Verdict(mutant, Fate.NOT_REACHED)
    started_s = time.monotonic()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with _no_way_back():
            os.setsid()
            os.close(reader)
            os.dup2(writer, ANSWERS)
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(nothing, descriptor)
            os.chdir(tempfile.gettempdir())  # a mutant may write where it should not
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
            run(mutant, tests)
    os.close(writer)
    status = _wait(child, order.limit_s(tests))
    said = os.read(reader, 4096).decode(errors="replace")
    os.close(reader)
    _empty(Path(tempfile.gettempdir()))
    seconds = round(time.monotonic() - started_s, 3)
    if status == SURVIVED:
        return Verdict(mutant, Fate.SURVIVED, seconds=seconds)
    ends = {KILLED: said, BROKEN: "the session broke", None: "no end"}
    by = ends.get(status, f"ended by signal {-(status or 0)}" if (status or 0) < 0 else "exit")
    return Verdict(mutant, Fate.KILLED, by, seconds)


@contextlib.contextmanager
def _no_way_back() -> Iterator[None]:
    """A forked child never returns into its parent's code."""
    try:
        yield
    finally:
        os._exit(BROKEN)


def _wait(child: int, limit_s: float) -> int | None:
    """The child's exit code, negative for a signal; None when it had to be ended."""
    deadline_s = time.monotonic() + limit_s
    while time.monotonic() < deadline_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(POLL_S)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)


class _EndAtFailure:
    """A pytest plugin: the first failure ends the process, before it is put into words."""

    def pytest_runtest_makereport(self, item, call) -> None:
        if call.excinfo is not None:
            self._end(item.nodeid)

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:  # for reasons of a plugin's own
            self._end(report.nodeid)

    def _end(self, name: str) -> NoReturn:
        os.write(ANSWERS, name.encode()[:4000])
        os._exit(KILLED)


def _run(session, tests: Sequence[str]) -> NoReturn:
    """Run these tests in this order. A mutant may change the names of tests: those are left out."""
    by_name = {item.nodeid: item for item in session.items}
    chosen = [by_name[name] for name in tests if name in by_name]
    for number, item in enumerate(chosen, 1):
        following = chosen[number] if number < len(chosen) else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    os._exit(SURVIVED)


def _pytest(places: Iterable[str], *plugins: object) -> None:
    """Run pytest on folders or files, named from the root."""
    import pytest

    paths = [str(ROOT / place) for place in places]
    pytest.main([f"--rootdir={ROOT}", *ARGUMENTS, *paths], plugins=[_EndAtFailure(), *plugins])


# --- what runs at import ------------------------------------------------------------------------


class _MutatedLoader(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec")


class _Finder:
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        if name != _module_name(self._mutant.module):
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _MutatedLoader(name, spec.origin, self._mutant.source)
        return spec


def _module_name(module: str) -> str:
    return module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _import_and_test(mutant: Mutant, tests: Sequence[str]) -> NoReturn:
    sys.meta_path.insert(0, _Finder(mutant))
    _pytest(sorted({_file_of(name) for name in tests}), _RunChosen(tests))
    os.write(ANSWERS, b"the tests could not be collected")
    os._exit(KILLED)


class _RunChosen:
    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = tests

    def pytest_runtestloop(self, session) -> NoReturn:
        if session.testsfailed:
            os.write(ANSWERS, b"the tests could not be collected")
            os._exit(KILLED)
        _run(session, self._tests)


# --- what runs in functions ---------------------------------------------------------------------


class _Session:
    """A pytest plugin that holds the collected tests while mutants are judged in children."""

    def __init__(self, judge_all: Callable[[_Session], None]) -> None:
        self._judge_all = judge_all
        self._session = None
        self._functions: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
        self.has_run = False

    def pytest_runtestloop(self, session) -> bool:
        assert not session.testsfailed, "the tests could not be collected"
        self._session = session
        for function in gc.get_objects():
            if isinstance(function, FunctionType):
                code = function.__code__
                self._functions[code.co_filename, code.co_qualname].append(function)
        self._judge_all(self)
        self.has_run = True
        return True

    def test(self, mutant: Mutant, tests: Sequence[str]) -> NoReturn:
        path = str(ROOT / mutant.module)
        changed = [
            code
            for code in _codes(compile(mutant.source, path, "exec"))
            if code.co_qualname == mutant.function
        ]
        functions = self._functions[path, mutant.function]
        for function in functions:
            (function.__code__,) = (
                code for code in changed if code.co_firstlineno == function.__code__.co_firstlineno
            )
        assert functions, f"{mutant.function} is nowhere"
        _run(self._session, tests)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)

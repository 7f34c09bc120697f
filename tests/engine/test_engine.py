"""The order of a turn, the core thread, and one reply for every call."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.records import KioskStarted
from kiosk.engine.clock import SystemClock, ulid
from kiosk.engine.engine import MAX_INBOX, MAX_TOUCHES, Core, Engine
from kiosk.engine.platform_link import Channel, PlatformLink, channel_of
from kiosk.engine.worker import Worker
from tests.support.people import ZHANG
from tests.support.playbook import MemoryDiary, Playbook

WAIT_S = 60


class Trail:
    """Notes in which order the engine commits, shows and acts."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.diary = MemoryDiary()

    def records(self):  # type: ignore[no-untyped-def]
        return self.diary.records()

    def commit(self, records, at, mono_s, batch):  # type: ignore[no-untyped-def]
        self.steps.append("commit")
        self.diary.commit(records, at, mono_s, batch)

    def look(self, *, was_low: bool):  # type: ignore[no-untyped-def]
        return self.diary.look(was_low=was_low)

    def tidy(self) -> None:
        self.steps.append("tidy")

    def carry(self, ledger, at, mono_s) -> bool:
        return False

    def close(self) -> None:
        self.steps.append("close")


def test_commit_comes_first_then_the_screen_then_the_effects() -> None:
    trail = Trail()
    engine = Engine(
        Playbook().rules,
        trail,
        SystemClock(),
        lambda effect: trail.steps.append("effect"),
        lambda kiosk: trail.steps.append("show"),
    )
    engine.handle(e.CardShown(ZHANG))
    assert trail.steps == ["commit", "show", "effect", "effect"]


def test_the_core_handles_posted_events_and_lets_time_pass() -> None:
    shown = threading.Event()
    diary = MemoryDiary()

    def publish(kiosk: Kiosk) -> None:
        if kiosk.visit is not None:
            shown.set()

    rules = Playbook().rules
    core = Core(
        lambda: Engine(rules, diary, SystemClock(), lambda _: None, publish), "boot", "test"
    )
    core.start()
    core.post(e.CardShown(ZHANG))
    assert shown.wait(WAIT_S)
    core.stop(WAIT_S)


def test_a_flood_of_touches_is_cut_off_and_evidence_still_gets_its_turn() -> None:
    heard = threading.Event()
    gate = threading.Event()

    def make_engine() -> Engine:
        assert gate.wait(WAIT_S)  # the core is busy while everything arrives
        return Engine(Playbook().rules, MemoryDiary(), SystemClock(), lambda _: None, publish)

    def publish(kiosk: Kiosk) -> None:
        if kiosk.visit is not None:
            heard.set()

    core = Core(make_engine, "boot", "test")
    core.start()
    for _ in range(MAX_INBOX * 2):
        core.post(e.Touched())
    core.post(e.CardShown(ZHANG))
    gate.set()
    assert heard.wait(WAIT_S)
    core.stop(WAIT_S)


def test_evidence_waits_for_room_instead_of_ending_the_process() -> None:
    gate = threading.Event()
    served = threading.Event()

    def make_engine() -> Engine:
        assert gate.wait(WAIT_S)
        return Engine(Playbook().rules, MemoryDiary(), SystemClock(), lambda _: None, publish)

    def publish(kiosk: Kiosk) -> None:
        if kiosk.visit is not None:
            served.set()

    core = Core(make_engine, "boot", "test")
    core.start()
    for _ in range(MAX_INBOX):
        core.post(e.CardRemoved())
    last = threading.Thread(target=core.post, args=(e.CardShown(ZHANG),))
    last.start()
    gate.set()
    assert served.wait(WAIT_S)
    last.join(WAIT_S)
    core.stop(WAIT_S)


def test_the_core_beats_while_its_time_passes() -> None:
    second = threading.Event()
    cores: list[Core] = []

    def publish(_: Kiosk) -> None:
        if cores[0].beats >= 2:
            second.set()

    rules = Playbook().rules
    cores.append(
        Core(
            lambda: Engine(rules, MemoryDiary(), SystemClock(), lambda _: None, publish),
            "boot",
            "test",
        )
    )
    assert cores[0].beats == 0
    cores[0].start()
    assert second.wait(WAIT_S)
    cores[0].stop(WAIT_S)
    assert cores[0].beats >= 2


def test_touches_wait_up_to_half_of_the_inbox() -> None:
    core = Core(lambda: Engine(Playbook().rules, MemoryDiary(), SystemClock(), ignore, ignore),
                "boot", "test")  # fmt: skip
    for _ in range(MAX_TOUCHES):
        core.post(e.Touched())
    assert core._inbox.qsize() == MAX_TOUCHES == MAX_INBOX // 2
    core.post(e.Touched())
    assert core._inbox.qsize() == MAX_TOUCHES
    core.post(e.CardRemoved())
    assert core._inbox.qsize() == MAX_TOUCHES + 1


def ignore(_: object) -> None:
    """Neither effects nor screens matter here."""


def test_the_core_says_first_who_started_and_rests_after_every_beat() -> None:
    second = threading.Event()
    threads: list[threading.Thread] = []

    class RestingDiary(MemoryDiary):
        rests = 0

        def tidy(self) -> None:
            self.rests += 1
            if self.rests == 2:
                second.set()

    diary = RestingDiary()

    def make_engine() -> Engine:
        threads.append(threading.current_thread())
        return Engine(Playbook().rules, diary, SystemClock(), ignore, ignore)

    core = Core(make_engine, "boot-7", "1.2.3")
    core.start()
    assert second.wait(WAIT_S)
    core.stop(WAIT_S)
    assert next(iter(diary.records())) == KioskStarted("boot-7", "1.2.3")
    assert core.beats == diary.rests
    (thread,) = threads
    assert (thread.name, thread.daemon, thread.is_alive()) == ("core", True, False)


def test_every_call_brings_its_reply_back() -> None:
    heard: list[e.Event] = []
    done = threading.Event()

    def post(event: e.Event) -> None:
        heard.append(event)
        done.set()

    link = PlatformLink(lambda: lambda call: p.Acknowledged(), post)
    link.start()
    link.put(p.CheckLink())
    assert done.wait(WAIT_S)
    link.stop(WAIT_S)
    assert heard == [e.PlatformReplied(p.CheckLink(), p.Acknowledged())]
    threads = [worker._thread for worker in link._workers.values()]
    assert {thread.name for thread in threads} == {f"platform-{channel}" for channel in Channel}
    assert not any(thread.is_alive() for thread in threads)
    assert all(thread.daemon for thread in threads)  # a hanging call does not keep the process


def test_a_long_poll_has_its_own_channel() -> None:
    assert channel_of(p.QueryPayment("p", 1, wait_s=25)) is Channel.WATCH


def test_what_somebody_waits_for_never_queues_behind_chores() -> None:
    awaited = (
        p.CreatePayment("p", "code", (), 1, 180),
        p.QueryPayment("p", 1, awaited=True),
        p.ClosePayment("p", 1, awaited=True),
        p.IssueReceipts("p", awaited=True),
        p.ClaimReceipt("c", "r", reprint=False),
    )
    chores = (
        p.QueryPayment("p", 1),
        p.ClosePayment("p", 1),
        p.IssueReceipts("p"),
        p.ConfirmClaim("c", doubt=False),
        p.ReleaseClaim("c"),
    )
    assert {channel_of(call) for call in chores} == {Channel.CHORES}
    assert {channel_of(call) for call in awaited} == {Channel.MONEY, Channel.PAPER}


def test_jobs_of_a_worker_run_one_after_the_other_in_order() -> None:
    ran: list[int] = []
    worker: Worker[int] = Worker("test", ran.append)
    worker.start()
    for number in range(100):
        worker.put(number)
    worker.stop(WAIT_S)
    assert ran == list(range(100))


@pytest.mark.parametrize(
    ("time_ms", "random_bits", "expected"),
    [
        (0, 0, "0" * 26),
        (0, 2**80 - 1, "0" * 10 + "Z" * 16),
        (2**48 - 1, 0, "7" + "Z" * 9 + "0" * 16),
        (2**48, 1, "0" * 25 + "1"),  # beyond the year 10889 it begins anew
        (1_469_918_176_385, 0, "01ARYZ6S41" + "0" * 16),  # the example of the ULID standard
    ],
)
def test_an_id_is_written_as_the_ulid_standard_wants(
    time_ms: int, random_bits: int, expected: str
) -> None:
    assert ulid(time_ms, random_bits) == expected


def test_an_id_of_the_clock_begins_with_its_own_moment() -> None:
    for _ in range(40):
        stamp = SystemClock().stamp()
        assert stamp.fresh[:10] == ulid(int(stamp.wall.timestamp() * 1000), 0)[:10]


@pytest.mark.parametrize("random_bits", [0, 1, 2**80 - 1])
def test_an_id_has_26_characters_and_sorts_by_time(random_bits: int) -> None:
    early, late = ulid(1_700_000_000_000, random_bits), ulid(1_700_000_000_001, 0)
    assert len(early) == 26
    assert early < late


def test_the_clock_gives_utc_and_a_new_id_every_time() -> None:
    first, second = SystemClock().stamp(), SystemClock().stamp()
    assert first.fresh != second.fresh
    assert first.wall.tzinfo is UTC
    assert first.wall <= datetime.now(UTC)

"""Holding back after failures: when, for how long, for whom, and what it does to a fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from random import Random

import pytest

from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    CheckLink,
    NotSent,
    QueryPayment,
    Refusal,
    Refused,
    SearchBills,
    Subject,
    SubjectKind,
)
from kiosk.platform_api.breaker import FAILURES, MAX_HOLD_S, MAX_WINDOW_S, PROBE_S, Breaker
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.services import FETCH_CATALOGUE
from tests.support.raw_server import RawServer, http


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Longest(Random):
    """Chance at its upper end, so that windows can be measured."""

    def uniform(self, a: float, b: float) -> float:
        return b


@pytest.fixture
def time() -> Time:
    return Time()


def broken(time: Time, window_s: float = 30.0, failures: int = FAILURES) -> Breaker:
    breaker = Breaker(window_s, time, Longest())
    for _ in range(failures):
        breaker.note(failed=True)
    return breaker


def held_s(breaker: Breaker, time: Time) -> float:
    """How long background calls are held from now on, in steps of a second."""
    began_s = time.now_s
    while breaker.holds(urgent=False):
        time.now_s += 1.0
    return time.now_s - began_s


def test_four_failures_hold_nothing_back_and_the_fifth_does(time: Time) -> None:
    breaker = broken(time, failures=4)
    assert breaker.holds(urgent=False) == ""
    breaker.note(failed=True)
    assert breaker.holds(urgent=False) == "held_back"
    assert breaker.is_open


def test_failures_that_are_far_apart_are_no_outage(time: Time) -> None:
    breaker = Breaker(30.0, time, Longest())
    for _ in range(50):
        breaker.note(failed=True)
        time.now_s += 8.0
    assert breaker.holds(urgent=False) == ""


def test_a_success_between_failures_begins_the_count_anew(time: Time) -> None:
    breaker = broken(time, failures=4)
    breaker.note(failed=False)
    for _ in range(4):
        breaker.note(failed=True)
    assert breaker.holds(urgent=False) == ""


def test_a_resident_is_never_held_back_by_an_outage(time: Time) -> None:
    breaker = broken(time)
    assert breaker.holds(urgent=True) == ""
    assert breaker.holds(urgent=True) == ""


def test_a_residents_success_ends_the_outage_for_all(time: Time) -> None:
    breaker = broken(time)
    breaker.note(failed=False)
    assert breaker.holds(urgent=False) == ""
    assert not breaker.is_open


def test_one_probe_goes_ahead_and_the_others_wait_for_its_result(time: Time) -> None:
    breaker = broken(time)
    time.now_s += 30.0
    assert breaker.holds(urgent=False) == ""
    assert breaker.holds(urgent=False) == "held_back"
    time.now_s += PROBE_S
    assert breaker.holds(urgent=False) == ""


def test_each_failed_probe_doubles_the_window_up_to_a_limit(time: Time) -> None:
    breaker = broken(time, window_s=30.0)
    windows = []
    for _ in range(8):
        windows.append(held_s(breaker, time))
        breaker.note(failed=True)
    assert windows == [30, 60, 120, 240, 480, MAX_WINDOW_S, MAX_WINDOW_S, MAX_WINDOW_S]


def test_only_a_minute_of_good_answers_forgets_an_outage(time: Time) -> None:
    breaker = broken(time, window_s=30.0)
    breaker.note(failed=False)
    time.now_s += 59.0
    breaker.note(failed=False)
    for _ in range(5):
        breaker.note(failed=True)
    assert held_s(breaker, time) == 60
    breaker.note(failed=False)
    time.now_s += 60.0
    breaker.note(failed=False)
    for _ in range(5):
        breaker.note(failed=True)
    assert held_s(breaker, time) == 30


def test_a_window_of_nothing_never_holds_back(time: Time) -> None:
    breaker = broken(time, window_s=0.0, failures=100)
    assert breaker.holds(urgent=False) == ""


def test_quiet_that_was_asked_for_is_kept_by_everybody_and_by_nobody_equally_long(
    time: Time,
) -> None:
    breaker = Breaker(30.0, time, Longest())
    breaker.be_quiet(40.0)
    assert breaker.holds(urgent=True) == "asked_to_wait"
    assert held_s(breaker, time) == 80
    ends = []
    for seed in range(100):
        other = Breaker(0.0, time, Random(seed))
        other.be_quiet(10.0)
        ends.append(other._quiet_until_s - time.now_s)
    assert min(ends) >= 10.0
    assert max(ends) <= 20.0
    assert max(ends) - min(ends) > 8.0


def test_nobody_can_silence_a_kiosk_for_long(time: Time) -> None:
    breaker = Breaker(30.0, time, Longest())
    breaker.be_quiet(999_999.0)
    assert held_s(breaker, time) == 2 * MAX_HOLD_S


# --- a fleet, in virtual time --------------------------------------------------------------------


def herd(kiosks: int, capacity: int, window_s: float) -> tuple[float, int, float]:
    """All kiosks lose the platform at once and find it back: seconds until the last one is
    served, most connections in one second, attempts of each."""
    time = Time()
    time.now_s = 0.0
    random = Random(4)
    breakers = [Breaker(window_s, time, random) for _ in range(kiosks)]
    for breaker in breakers:
        for _ in range(FAILURES):
            breaker.note(failed=True)
    queue: list[tuple[float, int]] = []
    for index, breaker in enumerate(breakers):
        heappush(queue, (breaker._open_until_s or 0.0, index))
    arrived: Counter[int] = Counter()
    served: Counter[int] = Counter()
    while queue:
        time.now_s, index = heappop(queue)
        second = int(time.now_s)
        assert breakers[index].holds(urgent=False) == ""
        arrived[second] += 1
        full = served[second] >= capacity
        breakers[index].note(failed=full)
        if full:
            heappush(queue, (breakers[index]._open_until_s or 0.0, index))
        else:
            served[second] += 1
    return time.now_s, max(arrived.values()), sum(arrived.values()) / kiosks


def test_ten_thousand_kiosks_come_back_within_their_window_without_a_rush() -> None:
    """First window 30 s for 10,000 kiosks and 600 connections a second: 1.8 N/C."""
    back_s, peak, attempts = herd(10_000, 600, 30.0)
    assert back_s <= 31
    assert peak < 450
    assert attempts == 1.0


def test_a_window_that_is_too_small_costs_a_rush_and_more_time() -> None:
    back_s, peak, attempts = herd(10_000, 600, 3.0)
    assert peak > 3000
    assert attempts > 1.5
    assert back_s > 15


# --- in the client -------------------------------------------------------------------------------

HEALTHY = b'{"status": "ok", "time": "2026-11-01T00:00:00Z"}'
BUSY = b'{"title": "busy", "status": 429, "code": "rate_limited"}'
SEARCH = SearchBills("L1", Subject(SubjectKind.PAYMENT_CODE, "33010526300000000001"))


def client_of(server: RawServer, breaker: Breaker) -> PlatformClient:
    return PlatformClient(server.url, "K1", breaker=breaker)


def test_five_lost_answers_hold_back_polls_and_let_a_search_through(time: Time) -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "500 Oh", b"")

    with RawServer(script) as server:
        client = client_of(server, Breaker(30.0, time, Longest()))
        outcomes = [client.perform(CheckLink()) for _ in range(7)]
        assert outcomes == [AnswerLost("status_500")] * 5 + [NotSent("held_back")] * 2
        assert client.perform(QueryPayment("P1", 5)) == NotSent("held_back")
        assert client.ask(FETCH_CATALOGUE) == NotSent("held_back")
        assert client.perform(SEARCH) == AnswerLost("status_500")
        assert client.perform(QueryPayment("P1", 5, wait_s=1.0)) == AnswerLost("status_500")
        client.close()
        assert len(server.requests) == 7


@pytest.mark.parametrize("status", ["429 Busy", "503 Busy"])
def test_a_retry_after_is_kept_by_every_channel(time: Time, status: str) -> None:
    says = [status]

    def script(request: bytes) -> Iterator[bytes | float]:
        if says[0] == "200 OK":
            yield http(request, "200 OK", HEALTHY)
        else:
            kind = "application/problem+json"
            yield http(request, says[0], BUSY, content_type=kind, retry_after="7")

    with RawServer(script) as server:
        breaker = Breaker(0.0, time, Longest())
        clients = client_of(server, breaker), client_of(server, breaker)
        first = clients[0].perform(CheckLink())
        expected = {"429 Busy": Refused(Refusal.RATE_LIMITED), "503 Busy": AnswerLost("status_503")}
        assert first == expected[status]
        says[0] = "200 OK"
        assert clients[1].perform(CheckLink()) == NotSent("asked_to_wait")
        time.now_s += 6.9
        assert clients[1].perform(SEARCH) == NotSent("asked_to_wait")
        time.now_s += 7.2
        assert clients[1].perform(CheckLink()) == Acknowledged()
        for client in clients:
            client.close()


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_retry_after_that_is_no_number_of_seconds_means_nothing(time: Time, said: str) -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "503 Busy", b"", retry_after=said)

    with RawServer(script) as server:
        client = client_of(server, Breaker(0.0, time, Longest()))
        outcomes = [client.perform(CheckLink()) for _ in range(2)]
        client.close()
    assert outcomes == [AnswerLost("status_503")] * 2

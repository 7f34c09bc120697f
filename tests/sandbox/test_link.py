"""The faulty link by itself, in front of a server that says fixed bytes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from random import Random

import pytest

from kiosk.domain.platform import Acknowledged, AnswerLost, CheckLink, NotSent, Outcome
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from kiosk.sandbox.line import Line
from kiosk.sandbox.link import MAX_ARMED, FaultyLink, LinkMode, OneShot, OneShotKind
from tests.support.ports import refusing_port
from tests.support.raw_server import RawServer, http

HEALTHY = b'{"status": "ok", "time": "2026-11-01T00:00:00Z"}'


def healthy(request: bytes) -> Iterator[bytes | float]:
    yield http(request, "200 OK", HEALTHY)


WAIT_S = 30.0
PATIENT = Timeouts(connect_s=60.0, read_s=60.0, total_s=60.0)


@pytest.fixture
def target() -> Iterator[RawServer]:
    with RawServer(healthy) as server:
        yield server


@pytest.fixture
def link(target: RawServer) -> Iterator[FaultyLink]:
    host, port = target.url.removeprefix("http://").split(":")
    forwarder = FaultyLink((host, int(port)))
    forwarder.start()
    yield forwarder
    forwarder.stop()


def ask(url: str) -> Outcome:
    client = PlatformClient(url, "K1", PATIENT)
    outcome = client.perform(CheckLink())
    client.close()
    return outcome


def test_a_good_line_carries_answers_even_where_the_server_closes_at_once(link: FaultyLink) -> None:
    assert [ask(link.url) for _ in range(5)] == [Acknowledged()] * 5


def test_nobody_can_take_the_port_of_a_line_that_is_down(link: FaultyLink) -> None:
    link.set_mode(LinkMode.DOWN)
    assert ask(link.url) == NotSent("connection_refused")
    with socket.socket() as thief, pytest.raises(OSError, match="in use"):
        thief.bind(("127.0.0.1", link.port))
    link.set_mode(LinkMode.UP)
    assert ask(link.url) == Acknowledged()


def test_a_fault_waits_for_the_request_it_was_meant_for(link: FaultyLink) -> None:
    link.arm(OneShot(OneShotKind.ANSWER_LOST, match="POST /v1/payments"))
    assert ask(link.url) == Acknowledged()
    assert len(link.state().armed) == 1
    link.arm(OneShot(OneShotKind.REQUEST_LOST, match="GET /v1/health"))
    assert isinstance(ask(link.url), AnswerLost)
    assert ask(link.url) == Acknowledged()
    link.heal()
    assert link.state().armed == ()


def test_a_request_that_is_lost_never_arrives_and_a_lost_answer_does(
    link: FaultyLink, target: RawServer
) -> None:
    link.arm(OneShot(OneShotKind.REQUEST_LOST))
    assert isinstance(ask(link.url), AnswerLost)
    assert not any(target.requests)
    link.arm(OneShot(OneShotKind.ANSWER_LOST))
    assert isinstance(ask(link.url), AnswerLost)
    assert len([request for request in target.requests if request]) == 1


def test_a_platform_that_is_gone_is_a_cut_line() -> None:
    with refusing_port() as gone:
        forwarder = FaultyLink(("127.0.0.1", gone))
        forwarder.start()
        try:
            assert isinstance(ask(forwarder.url), AnswerLost)
        finally:
            forwarder.stop()


def test_faults_are_not_armed_without_end(link: FaultyLink) -> None:
    for _ in range(MAX_ARMED):
        link.arm(OneShot(OneShotKind.ANSWER_LOST, match="nobody asks for this"))
    with pytest.raises(ValueError, match="armed already"):
        link.arm(OneShot(OneShotKind.ANSWER_LOST))


def test_a_stopped_line_frees_its_port(target: RawServer) -> None:
    forwarder = FaultyLink(("127.0.0.1", 9))
    forwarder.start()
    forwarder.stop()
    with socket.create_server(("127.0.0.1", forwarder.port)) as again:
        assert again.getsockname()[1] == forwarder.port


def test_a_line_that_was_never_started_cannot_be_steered() -> None:
    forwarder = FaultyLink(("127.0.0.1", 9))
    with pytest.raises(RuntimeError, match="not started"):
        forwarder.set_mode(LinkMode.DOWN)
    forwarder.stop()


# --- a line that is up and bad -----------------------------------------------------------------

QUICK = Timeouts(connect_s=0.5, read_s=0.4, total_s=0.8)


def took_s(url: str) -> float:
    began_s = time.monotonic()
    assert ask(url) == Acknowledged()
    return time.monotonic() - began_s


def quick(url: str) -> Outcome:
    client = PlatformClient(url, "K1", QUICK)
    outcome = client.perform(CheckLink())
    client.close()
    return outcome


def test_latency_is_waited_in_both_directions(link: FaultyLink) -> None:
    link.set_line(Line(latency_s=0.15))
    assert took_s(link.url) >= 0.3


def test_jitter_is_between_nothing_and_its_limit_and_repeats_with_its_seed() -> None:
    line = Line(latency_s=1.0, jitter_s=0.5)
    waits = [next(line.pieces(b"x", random))[0] for random in [Random(7)] for _ in range(200)]
    assert min(waits) >= 1.0
    assert max(waits) <= 1.5
    assert max(waits) - min(waits) > 0.4
    assert waits[0] == next(line.pieces(b"x", Random(7)))[0]


def test_a_narrow_line_takes_as_long_as_its_bytes_need(link: FaultyLink) -> None:
    pieces = list(Line(bytes_per_s=1000).pieces(b"x" * 500, Random(1)))
    assert sum(wait_s for wait_s, _ in pieces) == pytest.approx(0.5)
    assert b"".join(piece for _, piece in pieces) == b"x" * 500
    link.set_line(Line(bytes_per_s=2000))
    assert took_s(link.url) >= 0.1
    link.set_line(Line(bytes_per_s=50))
    assert quick(link.url) == AnswerLost("answer_timeout")


def test_a_sliced_line_carries_the_same_bytes_in_small_pieces(link: FaultyLink) -> None:
    pieces = list(Line(slice_bytes=7, slice_gap_s=0.1).pieces(b"0123456789abcdef", Random(1)))
    assert pieces == [(0.0, b"0123456"), (0.1, b"789abcd"), (0.1, b"ef")]
    link.set_line(Line(slice_bytes=3))
    assert ask(link.url) == Acknowledged()


@pytest.mark.parametrize("limit_bytes", [1, 20, 100, 180])
def test_a_line_that_is_cut_after_some_bytes_loses_the_answer(
    link: FaultyLink, limit_bytes: int
) -> None:
    link.set_line(Line(limit_bytes=limit_bytes))
    assert isinstance(ask(link.url), AnswerLost)
    link.set_line(Line(limit_bytes=100_000))
    assert ask(link.url) == Acknowledged()


def test_an_end_that_comes_late_does_not_hold_up_an_answer_that_says_its_length(
    link: FaultyLink,
) -> None:
    link.set_line(Line(slow_close_s=30))
    assert took_s(link.url) < 25


def test_an_answer_that_ends_with_its_connection_waits_for_a_slow_close() -> None:
    def endless(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "200 OK", HEALTHY, content_length="")

    with RawServer(endless) as server:
        host, port = server.url.removeprefix("http://").split(":")
        forwarder = FaultyLink((host, int(port)))
        forwarder.start()
        forwarder.set_line(Line(slow_close_s=30))
        try:
            assert quick(forwarder.url) == AnswerLost("answer_timeout")
        finally:
            forwarder.stop()


def test_a_line_that_resets_tells_so(link: FaultyLink) -> None:
    link.set_mode(LinkMode.RESET)
    outcome = ask(link.url)
    assert isinstance(outcome, AnswerLost | NotSent)
    assert outcome.reason in {"connection_reset", "broken_answer", "cannot_connect"}
    link.heal()
    assert ask(link.url) == Acknowledged()


def test_a_line_that_resets_cuts_who_is_waiting() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(request: bytes) -> Iterator[bytes | float]:
        asked.set()
        may_answer.wait(WAIT_S)
        yield http(request, "200 OK", HEALTHY)

    with RawServer(slow) as server:
        host, port = server.url.removeprefix("http://").split(":")
        link = FaultyLink((host, int(port)))
        link.start()
        outcomes: list[Outcome] = []
        waiting = threading.Thread(target=lambda: outcomes.append(ask(link.url)))
        waiting.start()
        assert asked.wait(WAIT_S)
        link.set_mode(LinkMode.BLACK_HOLE)
        may_answer.set()
        link.set_mode(LinkMode.RESET)
        waiting.join(WAIT_S)  # long before its own patience ends
        assert [type(one) for one in outcomes] == [AnswerLost]
        link.stop()


@pytest.mark.parametrize("place", [0, 9, 40, 10_000])
def test_one_flipped_bit_of_an_answer_is_seen(link: FaultyLink, place: int) -> None:
    link.arm(OneShot(OneShotKind.CORRUPT, keep_bytes=place))
    assert isinstance(ask(link.url), AnswerLost)
    assert ask(link.url) == Acknowledged()


def test_a_replayed_answer_is_an_answer_to_another_request(
    link: FaultyLink, target: RawServer
) -> None:
    assert ask(link.url) == Acknowledged()
    link.arm(OneShot(OneShotKind.REPLAY, match="/v1/health"))
    assert ask(link.url) == AnswerLost("wrong_request_id")
    assert len([request for request in target.requests if request]) == 2


def test_a_replay_before_anything_was_heard_is_silence(link: FaultyLink) -> None:
    link.arm(OneShot(OneShotKind.REPLAY))
    assert isinstance(ask(link.url), AnswerLost)


def test_a_forged_answer_says_what_the_forger_wants(link: FaultyLink) -> None:
    link.arm(OneShot(OneShotKind.FORGE, find=b'"ok"', payload=b'"no"'))
    assert ask(link.url) == AnswerLost("not_health_answer")
    link.arm(OneShot(OneShotKind.FORGE, find=b"2026-11", payload=b"2020-01"))
    assert ask(link.url) == Acknowledged()  # without signatures nobody can tell

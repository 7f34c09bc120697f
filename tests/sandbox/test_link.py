"""The faulty link by itself, in front of a server that says fixed bytes."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from kiosk.domain.platform import Acknowledged, AnswerLost, CheckLink, NotSent, Outcome
from kiosk.platform_api.client import PlatformClient
from kiosk.sandbox.link import MAX_ARMED, FaultyLink, LinkMode, OneShot, OneShotKind
from tests.support.raw_server import RawServer, http

HEALTHY = b'{"status": "ok", "time": "2026-11-01T00:00:00Z"}'


def healthy(request: bytes) -> Iterator[bytes | float]:
    yield http(request, "200 OK", HEALTHY)


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
    client = PlatformClient(url, "K1")
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
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = listener.getsockname()
    forwarder = FaultyLink(gone)
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

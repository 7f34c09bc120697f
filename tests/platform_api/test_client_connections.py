"""When it is certain that no byte left, the client says so; in every other case it does not."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    BillToPay,
    CheckLink,
    CreatePayment,
    NotSent,
    QueryPayment,
    SearchBills,
    Subject,
    SubjectKind,
)
from kiosk.paths import CHECKOUT
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from tests.support.ports import refusing_port
from tests.support.raw_server import RawServer, header, http

SHORT = Timeouts(connect_s=0.3, read_s=0.3, total_s=0.6)  # where its end is what is tried
PATIENT = Timeouts(connect_s=30.0, read_s=30.0, total_s=60.0)
HEALTHY = b'{"status": "ok", "time": "2026-11-01T00:00:00Z"}'


def test_a_refused_connection_is_not_sent() -> None:
    with refusing_port() as port:
        client = PlatformClient(f"http://127.0.0.1:{port}", "K1", PATIENT)
        assert client.perform(CheckLink()) == NotSent("connection_refused")
        client.close()


def test_a_name_that_does_not_exist_is_not_sent() -> None:
    client = PlatformClient("http://no-such-host.invalid", "K1", PATIENT)
    outcome = client.perform(CheckLink())
    client.close()
    assert isinstance(outcome, NotSent)


def test_a_host_that_never_answers_the_connection_is_not_sent() -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    crowd = [socket.socket() for _ in range(4)]  # fills the queue: the next SYN is dropped
    for one in crowd:
        one.setblocking(False)
        one.connect_ex(address)
    client = PlatformClient(f"http://127.0.0.1:{address[1]}", "K1", SHORT)
    outcome = client.perform(CheckLink())
    client.close()
    for one in (*crowd, listener):
        one.close()
    assert outcome == NotSent("connect_timeout")


def test_a_connection_cut_after_the_request_is_a_lost_answer() -> None:
    def script(_: bytes) -> Iterator[bytes | float]:
        yield b""

    with RawServer(script) as server:
        client = PlatformClient(server.url, "K1", PATIENT)
        outcome = client.perform(CheckLink())
        client.close()
    assert isinstance(outcome, AnswerLost)


def test_a_kept_connection_that_dies_under_the_next_request_is_a_lost_answer() -> None:
    """The reset arrives only after the request went out, so it may have been acted on."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = PlatformClient(f"http://127.0.0.1:{listener.getsockname()[1]}", "K1", PATIENT)

    def first_answer_then_reset() -> None:
        connection, _ = listener.accept()
        request = connection.recv(65536)
        connection.sendall(http(request, "200 OK", HEALTHY, connection="keep-alive"))
        connection.recv(65536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    thread = threading.Thread(target=first_answer_then_reset)
    thread.start()
    first, outcome = client.perform(CheckLink()), client.perform(CheckLink())
    thread.join(30)
    client.close()
    listener.close()
    assert first == Acknowledged()
    assert isinstance(outcome, AnswerLost)


ASK_ONCE = """
import sys
from kiosk.domain.platform import CheckLink
from kiosk.platform_api.client import PlatformClient
print(PlatformClient(sys.argv[1], "K1").perform(CheckLink()))
"""


def test_the_environment_names_no_proxy() -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "200 OK", HEALTHY)

    with RawServer(script) as server, RawServer(script) as proxy:
        said = subprocess.run(
            [sys.executable, "-c", ASK_ONCE, server.url],
            env={"http_proxy": proxy.url, "no_proxy": "", "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            check=True,
            text=True,
            timeout=120,
        )
        assert said.stdout.strip() == "Acknowledged()"
        assert proxy.requests == []
        assert len(server.requests) == 1


def test_a_proxy_of_the_settings_is_used() -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "200 OK", HEALTHY)

    with RawServer(script) as proxy:
        client = PlatformClient("http://platform.invalid", "K1", proxy=proxy.url)
        client.perform(CheckLink())
        client.close()
        assert proxy.requests[0].startswith(b"GET http://platform.invalid/v1/health ")


def test_every_request_carries_an_id_of_its_own_and_a_payment_its_key() -> None:
    def script(_: bytes) -> Iterator[bytes | float]:
        yield b""

    call = CreatePayment("P1", "A", (BillToPay("3" * 20, 1, 5),), 5, 120)
    with RawServer(script) as server:
        client = PlatformClient(server.url, "K1")
        client.perform(call)
        client.perform(call)
        client.close()
        ids = {header(request, "X-Request-Id") for request in server.requests}
        keys = {header(request, "Idempotency-Key") for request in server.requests}
        bodies = {request.split(b"\r\n\r\n", 1)[1] for request in server.requests}
    assert len(ids) == 2
    assert keys == {"P1"}
    assert len(bodies) == 1


def test_an_id_that_would_change_the_path_is_a_bug_and_sends_nothing() -> None:
    client = PlatformClient("http://127.0.0.1:1", "K1")
    with pytest.raises(ValueError, match="payment_id"):
        client.perform(QueryPayment("../../admin", 100))


def test_a_bug_in_a_lookup_does_not_tell_the_number_it_was_about() -> None:
    client = PlatformClient("http://127.0.0.1:1", "K1")
    subject = Subject(SubjectKind.PERSON, "330199190001010010", "张" * 200)
    with pytest.raises(ValidationError) as caught:
        client.perform(SearchBills("L1", subject))
    assert "330199" not in str(caught.value)
    assert "张" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "platform.example",
        "ftp://host",
        "http://",
        "http://h?x=1",
        "http://h:99999",
        "http://h:0",
    ],
)
def test_an_address_that_cannot_work_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        PlatformClient(address, "K1")


def test_a_proxy_that_cannot_be_meant_sends_nothing() -> None:
    client = PlatformClient("http://platform.invalid", "K1", proxy="http:///")
    assert client.perform(CheckLink()) == NotSent("network")
    client.close()

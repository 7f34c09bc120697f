"""HTTP with a deadline over the whole exchange, and proof of whether a byte left.

`requests` knows two timeouts, for connecting and for each single read: a peer that sends
one byte every few seconds outlives both. Here every read of the socket gets what is left
of the total. And whether a request may have left is not guessed from the kind of an
exception: the connection notes it immediately before the first byte.

Not covered by the deadline: name resolution, which has the timeout of the system's
resolver (site set-up sets `options timeout:1 attempts:2`).
"""

from __future__ import annotations

import http.client
import io
import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kiosk.platform_api.strict_json import MAX_BODY_BYTES
from kiosk.platform_api.tls import client_context

_CHUNK_BYTES = 65536

# A broken answer would be logged with the piece of its body that was taken for a header.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to connect, to wait for each piece of the answer, and for everything together."""

    connect_s: float = 3.0
    read_s: float = 8.0
    total_s: float = 10.0

    def with_wait(self, wait_s: float) -> Timeouts:
        """The same patience on top of a wait that was asked for (long poll)."""
        return Timeouts(self.connect_s, self.read_s + wait_s, self.total_s + wait_s)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer that arrived whole."""

    status: int
    headers: Mapping[str, str]  # looked up without regard to case
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole answer; `reason` is a stable code, `may_have_left` the evidence."""

    reason: str
    may_have_left: bool


class _Exchange:
    """What the connection and the caller share about the exchange under way."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._deadline_s = 0.0
        self._read_s = 0.0
        self.may_have_left = False

    def begin(self, timeouts: Timeouts) -> None:
        self._deadline_s = self._clock() + timeouts.total_s
        self._read_s = timeouts.read_s
        self.may_have_left = False

    def patience_s(self) -> float:
        left_s = self._deadline_s - self._clock()
        if left_s <= 0:
            raise TimeoutError("the deadline of the exchange has passed")
        return min(left_s, self._read_s)


class _DeadlineReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket, exchange: _Exchange) -> None:
        self._raw = raw
        self._sock = sock
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._exchange.patience_s())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _response_class(exchange: _Exchange) -> type[http.client.HTTPResponse]:
    class DeadlineResponse(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_DeadlineReader(raw, sock, exchange))

    return DeadlineResponse


def _pool_classes(exchange: _Exchange) -> dict[str, type[HTTPConnectionPool]]:
    answers = _response_class(exchange)

    class Plain(HTTPConnection):
        response_class = answers

        def send(self, data: Any) -> None:
            if self.sock is None:
                self.connect()  # Whatever fails in here, no byte of the request has left.
            exchange.may_have_left = True
            super().send(data)

    class Secure(Plain, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Adapter(HTTPAdapter):
    def __init__(self, exchange: _Exchange, tls: ssl.SSLContext | None) -> None:
        self._exchange = exchange
        self._tls = tls
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._tls)
        self.poolmanager.pool_classes_by_scheme = _pool_classes(self._exchange)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs, ssl_context=self._tls)
        manager.pool_classes_by_scheme = _pool_classes(self._exchange)
        return manager


class _Session(requests.Session):
    def get_redirect_target(self, _: requests.Response) -> None:
        """Never look where a redirect points: looking would read its whole body."""


Files = Callable[[], tuple[str, str]]  # (certificate, key) that are to be used now


def _stamp(files: tuple[str, str] | None) -> object:
    """Changes when a file is replaced."""
    if files is None:
        return None
    found = [Path(name).stat() for name in files]
    return files, [(each.st_ino, each.st_mtime_ns) for each in found]


class Transport:
    """One keep-alive connection to one server, for one thread.

    `proxy` is the only way to a proxy: the environment is not asked. With `secure` the
    files are those of `tls.client_context`. Raises OSError for one that cannot be used.
    """

    def __init__(
        self,
        timeouts: Timeouts,
        *,
        secure: bool = False,
        proxy: str | None = None,
        ca_file: str | None = None,
        certificate: Files | None = None,
        crl_file: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timeouts = timeouts
        self._exchange = _Exchange(clock)
        self._session = _Session()
        self._session.trust_env = False
        self._session.verify = ca_file if ca_file is not None else True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if proxy is not None:
            self._session.proxies = {"http": proxy, "https": proxy}
        self._certificate = certificate if secure else None
        self._context = (lambda files: client_context(ca_file, files, crl_file)) if secure else None
        self._stamp: object = None
        self._mount()

    def _mount(self) -> None:
        files = self._certificate() if self._certificate is not None else None
        tls = self._context(files) if self._context is not None else None
        self._stamp = _stamp(files)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._exchange, tls))

    def _follow_renewal(self) -> None:
        """The next connection signs in with the certificate that is there now."""
        if self._certificate is None or _stamp(self._certificate()) == self._stamp:
            return
        self._session.close()
        self._mount()

    def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        wait_s: float = 0.0,
    ) -> Reply | Failure:
        """Send one request and read the whole answer, or say why not; never twice."""
        timeouts = self.timeouts.with_wait(wait_s)
        self._exchange.begin(timeouts)
        try:
            self._follow_renewal()
            response = self._session.request(
                method,
                url,
                data=body,
                headers={"Accept-Encoding": "identity", **headers},
                timeout=(timeouts.connect_s, timeouts.read_s),
                allow_redirects=False,
                stream=True,
            )
            try:
                return _read(response)
            finally:
                response.close()
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            OSError,
            ValueError,  # of http.client, for a chunk of negative length
        ) as trouble:
            return Failure(_name(trouble), self._exchange.may_have_left)

    def close(self) -> None:
        self._session.close()


def _read(response: requests.Response) -> Reply | Failure:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return Failure("encoded_body", may_have_left=True)
    length = response.headers.get("Content-Length")
    if length is not None and not (length.isascii() and length.isdigit()):
        return Failure("broken_answer", may_have_left=True)
    body = bytearray()
    while piece := response.raw.read(_CHUNK_BYTES, decode_content=False):
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return Failure("too_large", may_have_left=True)
    return Reply(response.status_code, response.headers, bytes(body))


def _name(trouble: BaseException) -> str:
    """A short code for the log; exceptions' own texts may carry addresses and bodies."""
    causes: list[BaseException] = []
    pending: BaseException | None = trouble
    while pending is not None and len(causes) < 10:
        causes.append(pending)
        inner = [item for item in pending.args if isinstance(item, BaseException)]
        reason = getattr(pending, "reason", None)
        pending = (
            reason
            if isinstance(reason, BaseException)
            else (inner[0] if inner else pending.__cause__ or pending.__context__)
        )
    for kinds, code in _CODES:
        if any(isinstance(cause, kinds) for cause in causes):
            return code
    return "network"


_CODES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((urllib3.exceptions.NameResolutionError, socket.gaierror), "no_such_host"),
    ((ConnectionRefusedError,), "connection_refused"),
    ((urllib3.exceptions.NewConnectionError,), "cannot_connect"),
    ((urllib3.exceptions.ConnectTimeoutError,), "connect_timeout"),
    ((urllib3.exceptions.SSLError,), "tls"),
    ((TimeoutError, urllib3.exceptions.ReadTimeoutError), "answer_timeout"),
    ((ConnectionResetError, BrokenPipeError), "connection_reset"),
    ((http.client.HTTPException, urllib3.exceptions.ProtocolError), "broken_answer"),
)

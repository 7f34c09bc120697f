"""The kiosk's side of the platform API: a call goes in, a fact comes out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from kiosk.domain.platform import AnswerLost, NotSent, Outcome, PlatformCall, Refused
from kiosk.platform_api import wire
from kiosk.platform_api.operations import REFUSAL_STATUS, Operation
from kiosk.platform_api.strict_json import Malformed, parse
from kiosk.platform_api.translate import Question, Untrusted, question
from kiosk.platform_api.transport import Failure, Reply, Timeouts, Transport


def new_nonce() -> str:
    return secrets.token_hex(16)


class PlatformClient:
    """Speaks with one platform on behalf of one kiosk; one instance for each thread.

    Never raises for anything the network or the platform does, never repeats a request:
    whether to ask again is decided where it can be seen in the journal.
    """

    def __init__(
        self,
        base_url: str,
        kiosk_id: str,
        timeouts: Timeouts | None = None,
        *,
        proxy: str | None = None,
        ca_file: str | None = None,
        certificate: tuple[str, str] | None = None,
        nonces: Callable[[], str] = new_nonce,
    ) -> None:
        """`base_url` is http(s)://host[:port] without a path; see Transport for the rest.

        Raises ValueError for a base_url that cannot work.
        """
        parts = urlsplit(base_url)
        try:
            has_host = bool(parts.hostname) and parts.port != 0
        except ValueError:  # the port is not a number, or too large a one
            has_host = False
        if parts.scheme not in ("http", "https") or not has_host or parts.query:
            raise ValueError(f"base_url must look like https://host[:port], not {base_url!r}")
        self._base_url = base_url.rstrip("/")
        self._kiosk_id = kiosk_id
        self._nonces = nonces
        self._transport = Transport(
            timeouts or Timeouts(), proxy=proxy, ca_file=ca_file, certificate=certificate
        )

    def perform(self, call: PlatformCall) -> Outcome:
        """Ask once and judge the answer; blocks for at most the timeouts plus `wait_s`.

        NotSent: no byte left. AnswerLost: it may have been acted on, or the answer cannot
        be trusted. Refused: a proper problem+json whose code makes sense for this call.
        """
        nonce = self._nonces()
        asked = question(call, self._kiosk_id, nonce)
        result = self._transport.exchange(
            asked.operation.method,
            self._url(asked),
            _headers(asked, nonce),
            asked.body.model_dump_json().encode() if asked.body is not None else None,
            wait_s=asked.wait_s,
        )
        if isinstance(result, Failure):
            fact = AnswerLost if result.may_have_left else NotSent
            return fact(result.reason)
        try:
            return _judge(asked, result, nonce)
        except (Malformed, Untrusted) as trouble:
            return AnswerLost(trouble.reason)

    def close(self) -> None:
        self._transport.close()

    def _url(self, asked: Question) -> str:
        return self._base_url + asked.path + (f"?{asked.query}" if asked.query else "")


def _headers(asked: Question, nonce: str) -> Mapping[str, str]:
    headers = {"Accept": "application/json", wire.REQUEST_ID_HEADER: nonce}
    if asked.body is not None:
        headers["Content-Type"] = "application/json"
    if asked.idempotency_key:
        headers[wire.IDEMPOTENCY_HEADER] = asked.idempotency_key
    return headers


def _judge(asked: Question, reply: Reply, nonce: str) -> Outcome:
    content_type = reply.headers.get("Content-Type", "").lower().replace(" ", "")
    if 400 <= reply.status < 500 and content_type in _types("application/problem+json"):
        _require_echo(reply, nonce)
        return _refusal(asked.operation, parse(wire.Problem, reply.body), reply.status)
    if reply.status != 200:
        raise Untrusted(f"status_{reply.status}")
    if content_type not in _types("application/json"):
        raise Untrusted("not_json")
    _require_echo(reply, nonce)
    return asked.believe(parse(asked.operation.answer, reply.body))


def _types(base: str) -> tuple[str, str]:
    return base, f"{base};charset=utf-8"


def _require_echo(reply: Reply, nonce: str) -> None:
    """An answer to another request (a cache, a replay, a mixed-up connection) is no answer."""
    if reply.headers.get(wire.REQUEST_ID_HEADER) != nonce:
        raise Untrusted("wrong_request_id")


def _refusal(operation: Operation, problem: wire.Problem, status: int) -> Refused:
    if problem.status != status or REFUSAL_STATUS[problem.code] != status:
        raise Untrusted("wrong_refusal_status")
    if problem.code not in operation.refusals:
        raise Untrusted(f"senseless_refusal_{problem.code}")
    return Refused(problem.code, problem.detail)

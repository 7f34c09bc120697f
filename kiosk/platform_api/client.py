"""The kiosk's side of the platform API: a call goes in, a fact comes out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from kiosk.domain.platform import (
    AnswerLost,
    CheckLink,
    ConfirmClaim,
    NotSent,
    Outcome,
    PaymentCall,
    QueryPayment,
    Refused,
    ReleaseClaim,
)
from kiosk.platform_api import wire
from kiosk.platform_api.breaker import Breaker
from kiosk.platform_api.operations import REFUSAL_STATUS, Operation
from kiosk.platform_api.signing import (
    PLATFORM_KEYID,
    Answered,
    Asked,
    Forged,
    KioskKeys,
    sign_request,
    verify_answer,
)
from kiosk.platform_api.strict_json import Malformed, parse
from kiosk.platform_api.translate import Question, Untrusted, path_of, question
from kiosk.platform_api.transport import Failure, Files, Reply, Timeouts, Transport

ACCEPT = "application/json, application/problem+json"


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
        certificate: Files | tuple[str, str] | None = None,
        crl_file: str | None = None,
        keys: KioskKeys | None = None,
        breaker: Breaker | None = None,
        nonces: Callable[[], str] = new_nonce,
    ) -> None:
        """`base_url` is http(s)://host[:port] without a path; see Transport for the rest.

        `certificate` is (certificate, key), or says at each request which files these are now.
        With `keys` every request is signed, and no answer counts that the platform did not
        sign for exactly this request. A `breaker` may be shared by the clients of one kiosk;
        what it holds back is NotSent. Raises OSError for a certificate file that cannot be
        used, ValueError for a base_url that cannot work.
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
        self._keys = keys
        self._breaker = breaker or Breaker(0.0)
        self._nonces = nonces
        self._transport = Transport(
            timeouts or Timeouts(),
            secure=parts.scheme == "https",
            proxy=proxy,
            ca_file=ca_file,
            certificate=(lambda: certificate) if isinstance(certificate, tuple) else certificate,
            crl_file=crl_file,
        )

    def perform(self, call: PaymentCall) -> Outcome:
        """Ask once and judge the answer; blocks for at most the timeouts plus `wait_s`.

        NotSent: no byte left. AnswerLost: it may have been acted on, or the answer cannot
        be trusted. Refused: a proper problem+json whose code makes sense for this call.
        """
        nonce = self._nonces()
        asked = question(call, self._kiosk_id, nonce)
        held = self._breaker.holds(urgent=_somebody_waits(call))
        if held:
            return NotSent(held)
        outcome = self._perform(asked, nonce)
        self._breaker.note(failed=isinstance(outcome, NotSent | AnswerLost))
        return outcome

    def ask(
        self, operation: Operation, body: wire.Request | None = None, **ids: str
    ) -> wire.Answer | NotSent | AnswerLost | Refused:
        """One of `services`, asked once in the background; `ids` fill in its path.

        The answer is one of `operation.answer`, about what was asked for: whatever it
        repeats of the request must be the same. Raises ValueError for an id that is none.
        """
        held = self._breaker.holds(urgent=False)
        if held:
            return NotSent(held)
        path = path_of(operation, **ids)
        answer = self._send(operation, path, body, nonce=self._nonces())
        if isinstance(answer, wire.Answer):
            for name in type(answer).model_fields:
                wanted = ids.get(name, getattr(body, name, None))
                if wanted not in (None, getattr(answer, name)):
                    answer = AnswerLost(f"wrong_{name}")
                    break
        self._breaker.note(failed=isinstance(answer, NotSent | AnswerLost))
        return answer

    def _perform(self, asked: Question, nonce: str) -> Outcome:
        target = asked.path + (f"?{asked.query}" if asked.query else "")
        answer = self._send(
            asked.operation,
            target,
            asked.body,
            nonce=nonce,
            idempotency_key=asked.idempotency_key,
            wait_s=asked.wait_s,
        )
        if not isinstance(answer, wire.Answer):
            return answer
        try:
            return asked.believe(answer)
        except Untrusted as trouble:
            return AnswerLost(trouble.reason)

    def _send(
        self,
        operation: Operation,
        target: str,
        body: wire.Request | None,
        *,
        nonce: str,
        idempotency_key: str = "",
        wait_s: float = 0.0,
    ) -> wire.Answer | NotSent | AnswerLost | Refused:
        raw = body.model_dump_json().encode() if body is not None else None
        headers = _headers(nonce, idempotency_key, has_body=raw is not None)
        request = Asked(operation.method, self._base_url + target, headers, raw)
        if self._keys is not None:
            request = self._signed(request, self._keys, nonce)
        result = self._transport.exchange(
            request.method, request.target_uri, request.headers, raw, wait_s=wait_s
        )
        if isinstance(result, Failure):
            fact = AnswerLost if result.may_have_left else NotSent
            return fact(result.reason)
        if result.status in (429, 503):
            self._breaker.be_quiet(_retry_after_s(result))
        try:
            return self._judge(operation, request, result)
        except (Forged, Malformed, Untrusted) as trouble:
            return AnswerLost(trouble.reason)

    def _signed(self, request: Asked, keys: KioskKeys, nonce: str) -> Asked:
        added = sign_request(request, keys.own, self._kiosk_id, nonce, keys.clock())
        return replace(request, headers={**request.headers, **added})

    def _judge(self, operation: Operation, request: Asked, reply: Reply) -> wire.Answer | Refused:
        content_type = reply.headers.get("Content-Type", "").lower().replace(" ", "")
        if 400 <= reply.status < 500 and content_type in _types("application/problem+json"):
            self._require_origin(request, reply)
            return _refusal(operation, parse(wire.Problem, reply.body), reply.status)
        if reply.status != 200:
            raise Untrusted(f"status_{reply.status}")
        if content_type not in _types("application/json"):
            raise Untrusted("not_json")
        self._require_origin(request, reply)
        return parse(operation.answer, reply.body)

    def _require_origin(self, request: Asked, reply: Reply) -> None:
        """An answer to another request (a cache, a replay, a mixed-up connection) is no
        answer, and neither is one that somebody else wrote."""
        headers = {name.lower(): value for name, value in reply.headers.items()}
        nonce_header = wire.REQUEST_ID_HEADER.lower()
        if headers.get(nonce_header) != request.headers[nonce_header]:
            raise Untrusted("wrong_request_id")
        if self._keys is not None:
            answered = Answered(reply.status, headers, reply.body)
            keys = self._keys
            verify_answer(answered, request, keys.platform, PLATFORM_KEYID, keys.clock())

    def close(self) -> None:
        self._transport.close()


def _somebody_waits(call: PaymentCall) -> bool:
    """Is a resident at the screen waiting for this very answer?"""
    match call:
        case CheckLink() | ConfirmClaim() | ReleaseClaim():
            return False
        case QueryPayment(wait_s=0.0):
            return False
    return True


def _retry_after_s(reply: Reply) -> float:
    """Seconds alone: a date would need two clocks that agree."""
    said = reply.headers.get("Retry-After", "").strip()
    return float(said) if re.fullmatch("[0-9]{1,6}", said) else 0.0


def _headers(nonce: str, idempotency_key: str, *, has_body: bool) -> Mapping[str, str]:
    headers = {"accept": ACCEPT, wire.REQUEST_ID_HEADER.lower(): nonce}
    if has_body:
        headers["content-type"] = "application/json"
    if idempotency_key:
        headers[wire.IDEMPOTENCY_HEADER.lower()] = idempotency_key
    return headers


def _types(base: str) -> tuple[str, str]:
    return base, f"{base};charset=utf-8"


def _refusal(operation: Operation, problem: wire.Problem, status: int) -> Refused:
    if problem.status != status or REFUSAL_STATUS[problem.code] != status:
        raise Untrusted("wrong_refusal_status")
    if problem.code not in operation.refusals:
        raise Untrusted(f"senseless_refusal_{problem.code}")
    return Refused(problem.code, problem.detail)

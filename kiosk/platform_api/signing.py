"""HTTP message signatures (RFC 9421), the same for both ends of the platform API.

A request's signature covers method, address, body and idempotency key; an answer's covers
status and body, and by `;req` components the very request it answers, signature included.
What is covered is not for the sender to choose: any other list than the one below is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.platform_api.signing_keys import SigningKey, VerifyingKey, digest

REQUEST_LABEL, ANSWER_LABEL = "kiosk", "platform"
REQUEST_TAG, ANSWER_TAG = "kiosk-v1-request", "kiosk-v1-answer"
PLATFORM_KEYID = "platform"
WINDOW_S = 300  # how far the two clocks may be apart, and how long a signature is good
MAX_NONCES = 200_000

_ITEM = r'"[@a-z0-9-]{1,40}"(?:;req)?(?:;key="[a-z0-9_-]{1,40}")?'
_TEXT = r"[\x20\x21\x23-\x5b\x5d-\x7e]{1,128}"
_INPUT = re.compile(
    rf"(?P<label>[a-z][a-z0-9_-]{{0,39}})=(?P<params>\((?P<items>{_ITEM}(?: {_ITEM}){{0,19}})\)"
    rf'(?P<rest>(?:;[a-z]{{1,10}}=(?:"{_TEXT}"|[0-9]{{1,12}})){{1,8}}))'
)
_PARAM = re.compile(rf';([a-z]+)=(?:"({_TEXT})"|([0-9]+))')
_BINARY = re.compile(r"([a-z][a-z0-9_-]{0,39})=:([A-Za-z0-9+/]{1,1000}={0,2}):")
_VALUE = re.compile(r"[\x20-\x7e]{0,4096}")


class Forged(Exception):
    """A message that its supposed sender did not sign like this; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A request as both ends see it; names of `headers` are in lower case."""

    method: str
    target_uri: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """An answer as both ends see it; names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a Signature-Input and its Signature say about themselves."""

    params: str  # as it stands in the last line of the signature base
    items: tuple[str, ...]
    created_s: int
    expires_s: int
    keyid: str
    nonce: str
    algorithm: str  # empty where it is left to the key
    signature: bytes


class Nonces:
    """Remembers what was seen, for as long as it could be replayed; bounded."""

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    def is_new(self, keyid: str, nonce: str, until_s: float, now_s: float) -> bool:
        """Note the nonce; False where it was seen, or where no more can be remembered."""
        while self._until and next(iter(self._until.values())) < now_s:
            self._until.popitem(last=False)
        if (keyid, nonce) in self._until or len(self._until) >= MAX_NONCES:
            return False
        self._until[keyid, nonce] = until_s
        return True


@dataclass(frozen=True, slots=True, repr=False)
class KioskKeys:
    """What a kiosk signs with and whom it believes; `clock` is seconds since the epoch."""

    own: SigningKey
    platform: VerifyingKey
    clock: Callable[[], float] = time.time


# --- requests ----------------------------------------------------------------------------------


def sign_request(
    asked: Asked, key: SigningKey, keyid: str, nonce: str, now_s: float
) -> dict[str, str]:
    """The headers to add: Content-Digest (with a body), Signature-Input and Signature."""
    added = {}
    if asked.body is not None:
        added["content-digest"] = _digest_field(key.algorithm.digest_name, asked.body)
    signed = replace(asked, headers={**asked.headers, **added})
    lines = _request_lines(signed)
    return added | _signature(lines, REQUEST_LABEL, REQUEST_TAG, key, keyid, nonce, now_s)


def verify_request(
    asked: Asked,
    keys: Callable[[str], VerifyingKey | None],
    nonces: Nonces,
    now_s: float,
) -> str:
    """The id of the key that signed it. Raises Forged: no, another, old or repeated signature."""
    claim = _claim(asked.headers, REQUEST_LABEL, REQUEST_TAG)
    key = keys(claim.keyid)
    if key is None:
        raise Forged("signature_key")
    _verify(claim, _request_lines(asked), key, now_s)
    if asked.body is not None:
        _require_digest(key, asked.headers, asked.body)
    # Only what is genuine is remembered: a forger cannot fill the memory.
    if not nonces.is_new(claim.keyid, claim.nonce, claim.expires_s + WINDOW_S, now_s):
        raise Forged("signature_replayed")
    return claim.keyid


def _request_lines(asked: Asked) -> dict[str, str]:
    """Component identifier to value: everything that a request's signature must cover."""
    lines = {'"@method"': asked.method, '"@target-uri"': asked.target_uri}
    names = ["x-request-id"]
    if "idempotency-key" in asked.headers:
        names.insert(0, "idempotency-key")
    if asked.body is not None:
        names = ["content-digest", "content-type", *names]
    return lines | {f'"{name}"': _header(asked.headers, name) for name in names}


# --- answers -------------------------------------------------------------------------------------


def sign_answer(
    answered: Answered, asked: Asked, key: SigningKey, keyid: str, now_s: float
) -> dict[str, str]:
    """The headers to add. `asked` must carry the request's own signature headers."""
    added = {"content-digest": _digest_field(key.algorithm.digest_name, answered.body)}
    lines = _answer_lines(replace(answered, headers={**answered.headers, **added}), asked)
    nonce = _header(asked.headers, "x-request-id")
    return added | _signature(lines, ANSWER_LABEL, ANSWER_TAG, key, keyid, nonce, now_s)


def verify_answer(
    answered: Answered, asked: Asked, key: VerifyingKey, keyid: str, now_s: float
) -> None:
    """Raises Forged unless `keyid` signed exactly this answer to exactly this request."""
    claim = _claim(answered.headers, ANSWER_LABEL, ANSWER_TAG)
    if claim.keyid != keyid:
        raise Forged("signature_key")
    if claim.nonce != _header(asked.headers, "x-request-id"):
        raise Forged("signature_nonce")
    _verify(claim, _answer_lines(answered, asked), key, now_s)
    _require_digest(key, answered.headers, answered.body)


def _answer_lines(answered: Answered, asked: Asked) -> dict[str, str]:
    lines = {'"@status"': str(answered.status)}
    for name in ("content-digest", "content-type", "x-request-id"):
        lines[f'"{name}"'] = _header(answered.headers, name)
    if "retry-after" in answered.headers:
        lines['"retry-after"'] = _header(answered.headers, "retry-after")
    asked_lines = {f"{name};req": value for name, value in _request_lines(asked).items()}
    signature = _member(_header(asked.headers, "signature"), REQUEST_LABEL)
    value = f":{base64.b64encode(signature).decode()}:"
    return lines | asked_lines | {f'"signature";req;key="{REQUEST_LABEL}"': value}


# --- both ----------------------------------------------------------------------------------------


def _signature(
    lines: Mapping[str, str],
    label: str,
    tag: str,
    key: SigningKey,
    keyid: str,
    nonce: str,
    now_s: float,
) -> dict[str, str]:
    created_s = int(now_s)
    params = (
        f"({' '.join(lines)});created={created_s};expires={created_s + WINDOW_S}"
        f';keyid="{keyid}";nonce="{nonce}";tag="{tag}"'
    )
    signature = base64.b64encode(key.sign(_base(lines, tuple(lines), params))).decode()
    return {"signature-input": f"{label}={params}", "signature": f"{label}=:{signature}:"}


def _base(lines: Mapping[str, str], items: Sequence[str], params: str) -> bytes:
    """The signature base of RFC 9421 §2.5."""
    covered = [f"{item}: {lines[item]}" for item in items]
    return "\n".join([*covered, f'"@signature-params": {params}']).encode("ascii")


def _claim(headers: Mapping[str, str], label: str, tag: str) -> _Claim:
    found = _INPUT.fullmatch(_header(headers, "signature-input"))
    if found is None or found["label"] != label:
        raise Forged("signature_malformed")
    said = _PARAM.findall(found["rest"])
    params = {name: text or number for name, text, number in said}
    if len(params) != len(said) or set(params) - {"alg"} != {
        "created", "expires", "keyid", "nonce", "tag",
    }:  # fmt: skip
        raise Forged("signature_parameters")
    if params["tag"] != tag or not (params["created"] + params["expires"]).isdecimal():
        raise Forged("signature_parameters")
    return _Claim(
        params=found["params"],
        items=tuple(found["items"].split(" ")),
        created_s=int(params["created"]),
        expires_s=int(params["expires"]),
        keyid=params["keyid"],
        nonce=params["nonce"],
        algorithm=params.get("alg", ""),
        signature=_member(_header(headers, "signature"), label),
    )


def _verify(claim: _Claim, lines: Mapping[str, str], key: VerifyingKey, now_s: float) -> None:
    if len(claim.items) != len(lines) or set(claim.items) != set(lines):
        raise Forged("signature_components")
    if not claim.created_s <= claim.expires_s <= claim.created_s + WINDOW_S:
        raise Forged("signature_parameters")
    if not claim.created_s - WINDOW_S <= now_s <= claim.expires_s:
        raise Forged("signature_stale")
    if claim.algorithm not in ("", key.algorithm):
        raise Forged("signature_key")
    if not key.verify(claim.signature, _base(lines, claim.items, claim.params)):
        raise Forged("signature_wrong")


def _require_digest(key: VerifyingKey, headers: Mapping[str, str], body: bytes) -> None:
    said = _header(headers, "content-digest").encode()
    if not hmac.compare_digest(said, _digest_field(key.algorithm.digest_name, body).encode()):
        raise Forged("signature_digest")


def _digest_field(name: str, body: bytes) -> str:
    """Content-Digest of RFC 9530, with exactly one algorithm."""
    return f"{name}=:{base64.b64encode(digest(name, body)).decode()}:"


def _member(field: str, label: str) -> bytes:
    """The one binary member of a Signature field, in the only spelling that means it."""
    found = _BINARY.fullmatch(field)
    if found is None or found[1] != label:
        raise Forged("signature_malformed")
    try:
        signature = base64.b64decode(found[2], validate=True)
    except binascii.Error as error:
        raise Forged("signature_malformed") from error
    if base64.b64encode(signature).decode() != found[2]:
        raise Forged("signature_malformed")
    return signature


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise Forged("signature_missing")
    value = value.strip(" \t")
    if not _VALUE.fullmatch(value):
        raise Forged("signature_malformed")
    return value

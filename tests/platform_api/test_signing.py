"""Message signatures: judged by the RFC, by OpenSSL's command and by two other libraries."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import dataclass, replace
from types import SimpleNamespace

import gmalg
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, algorithms
from http_message_signatures.resolvers import MappingKeyResolver

from kiosk.platform_api.signing import (
    Answered,
    Asked,
    Forged,
    Nonces,
    sign_answer,
    sign_request,
    verify_answer,
    verify_request,
)
from kiosk.platform_api.signing_keys import (
    Algorithm,
    KeyUnusable,
    digest,
    new_key_pair,
    require_ours,
    signing_key,
    signing_key_file,
    verifying_key,
    verifying_key_file,
)
from kiosk.platform_api.sm2 import SIGNER_ID, Sm2Unusable, der_from_raw, libcrypto, raw_from_der
from tests.platform_api.signed import NOW_S, answer, pair

NONCE = "ab" * 16
POST = Asked(
    "POST",
    "https://pay.example.cn/v1/payments",
    {"content-type": "application/json", "x-request-id": NONCE, "idempotency-key": "P1"},
    b'{"payment_id": "P1"}',
)
GET = Asked("GET", "https://pay.example.cn/v1/payments/P1?wait_s=5", {"x-request-id": NONCE}, None)
EVERY = pytest.mark.parametrize("algorithm", list(Algorithm))


def signed(asked: Asked, algorithm: Algorithm = Algorithm.ED25519, now_s: float = NOW_S) -> Asked:
    added = sign_request(asked, pair(algorithm, "kiosk").signing, "K1", NONCE, now_s)
    return replace(asked, headers={**asked.headers, **added})


def verified(
    asked: Asked,
    algorithm: Algorithm = Algorithm.ED25519,
    nonces: Nonces | None = None,
    now_s: float = NOW_S,
) -> str:
    known = {"K1": pair(algorithm, "kiosk").verifying}
    return verify_request(asked, known.get, nonces or Nonces(), now_s)


def reason_of(asked: Asked, now_s: float = NOW_S) -> str:
    with pytest.raises(Forged) as caught:
        verified(asked, now_s=now_s)
    return caught.value.reason


@EVERY
@pytest.mark.parametrize("asked", [POST, GET], ids=["post", "get"])
def test_a_signed_request_is_genuine_once(algorithm: Algorithm, asked: Asked) -> None:
    nonces = Nonces()
    assert verified(signed(asked, algorithm), algorithm, nonces) == "K1"
    with pytest.raises(Forged, match="signature_replayed"):
        verified(signed(asked, algorithm), algorithm, nonces)


def test_a_nonce_is_forgotten_only_when_its_signature_is_too_old_to_count() -> None:
    nonces = Nonces()
    verified(signed(GET), nonces=nonces)
    assert not nonces.is_new("K1", NONCE, NOW_S + 900, NOW_S + 600)
    assert nonces.is_new("K1", NONCE, NOW_S + 900, NOW_S + 601)


def test_the_same_nonce_of_another_kiosk_is_another_nonce() -> None:
    nonces = Nonces()
    assert nonces.is_new("K1", NONCE, NOW_S, NOW_S)
    assert nonces.is_new("K2", NONCE, NOW_S, NOW_S)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"method": "PUT"}, "signature_wrong"),
        ({"target_uri": "https://pay.example.cn/v1/payments/P2"}, "signature_wrong"),
        ({"target_uri": "http://pay.example.cn/v1/payments"}, "signature_wrong"),
        ({"body": b'{"payment_id": "P2"}'}, "signature_digest"),
        ({"body": None}, "signature_components"),
    ],
)
def test_a_changed_request_is_refused(change: dict[str, object], reason: str) -> None:
    assert reason_of(replace(signed(POST), **change)) == reason


@pytest.mark.parametrize("name", ["content-type", "idempotency-key", "x-request-id"])
def test_a_changed_or_missing_header_is_refused(name: str) -> None:
    asked = signed(POST)
    assert reason_of(replace(asked, headers={**asked.headers, name: "other"})) == "signature_wrong"
    less = {key: value for key, value in asked.headers.items() if key != name}
    assert reason_of(replace(asked, headers=less)) in {"signature_missing", "signature_components"}


def test_an_unsigned_request_and_an_unknown_key_are_refused() -> None:
    assert reason_of(POST) == "signature_missing"
    other = signed(POST).headers["signature-input"].replace('"K1"', '"K2"')
    headers = {**signed(POST).headers, "signature-input": other}
    assert reason_of(replace(POST, headers=headers)) == "signature_key"


@pytest.mark.parametrize("off_s", [-301, 301, -86400, 86400])
def test_a_request_from_another_time_is_refused(off_s: int) -> None:
    assert reason_of(signed(GET), now_s=NOW_S + off_s) == "signature_stale"


@pytest.mark.parametrize("off_s", [-300, 0, 300])
def test_clocks_may_be_five_minutes_apart(off_s: int) -> None:
    assert verified(signed(GET), now_s=NOW_S + off_s) == "K1"


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        (";expires=1795250300", ";expires=1795250301", "signature_parameters"),
        (";expires=1795250300", ";expires=1795249999", "signature_parameters"),
        (";expires=1795250300", "", "signature_parameters"),
        (';tag="kiosk-v1-request"', ';tag="kiosk-v1-answer"', "signature_parameters"),
        (';keyid="K1"', ';keyid="K1";keyid="K1"', "signature_parameters"),
        (";created=1795250000", ';created="now"', "signature_parameters"),
        (';tag="kiosk-v1-request"', ';tag="kiosk-v1-request";alg="sm2-sm3"', "signature_key"),
        (';tag="kiosk-v1-request"', ';tag="kiosk-v1-request";alg="ed25519"', "signature_wrong"),
        (';tag="kiosk-v1-request"', ';tag="kiosk-v1-request";new=1', "signature_parameters"),
        ('"@method" ', "", "signature_components"),
        ('"@method" ', '"@method" "@method" ', "signature_components"),
        ('"@method" ', '"@method";req ', "signature_components"),
        ('"@method" ', '"@METHOD" ', "signature_malformed"),
        ('"@method" ', '"@method"  ', "signature_malformed"),
        ("kiosk=", "other=", "signature_malformed"),
        ("kiosk=", "kiosk=(), kiosk=", "signature_malformed"),
    ],
)
def test_a_signature_that_says_something_else_is_refused(
    was: str, becomes: str, reason: str
) -> None:
    asked = signed(GET)
    changed = asked.headers["signature-input"].replace(was, becomes)
    assert changed != asked.headers["signature-input"]
    headers = {**asked.headers, "signature-input": changed}
    assert reason_of(replace(asked, headers=headers)) == reason


@pytest.mark.parametrize(
    "field",
    ["", "kiosk=::", "kiosk=:A:", "kiosk=:AAA:", "kiosk=:AAF=:", "kiosk=AAAA", "other=:AAAA:",
     "kiosk=:AAAA:, kiosk=:AAAA:", "kiosk=:AA\u00e4A:", "kiosk=:AAAA:\n"],
)  # fmt: skip
def test_a_signature_that_is_no_signature_is_refused(field: str) -> None:
    headers = {**signed(GET).headers, "signature": field}
    assert reason_of(replace(GET, headers=headers)) == "signature_malformed"


def test_components_may_come_in_any_order() -> None:
    """Other libraries sort them their own way; what is covered is the same."""

    judge_key = new_key_pair(Algorithm.ED25519)
    message = as_message(POST)
    message.headers["Content-Digest"] = sign_request(
        POST, signing_key(judge_key[0], Algorithm.ED25519), "K1", NONCE, NOW_S
    )["content-digest"]
    judge(Algorithm.ED25519, judge_key, signer=True).sign(
        message,
        key_id="K1",
        created=at(NOW_S),
        expires=at(NOW_S + 300),
        nonce=NONCE,
        tag="kiosk-v1-request",
        label="kiosk",
        body=POST.body,
        use_existing_digest=True,
        covered_component_ids=(
            "x-request-id", "content-type", "@target-uri", "content-digest", "idempotency-key",
            "@method",
        ),
    )  # fmt: skip
    headers = {name.lower(): value for name, value in message.headers.items()}
    key = verifying_key(judge_key[1], Algorithm.ED25519)
    assert verify_request(replace(POST, headers=headers), lambda _: key, Nonces(), NOW_S) == "K1"


# --- answers -------------------------------------------------------------------------------------


@EVERY
def test_a_signed_answer_is_the_platforms_for_this_request_alone(algorithm: Algorithm) -> None:
    keys = pair(algorithm, "platform")
    asked = signed(GET, algorithm)
    answered = answer(asked, key=keys.signing)
    verify_answer(answered, asked, keys.verifying, "platform", NOW_S)
    other = signed(replace(GET, headers={"x-request-id": "cd" * 16}), algorithm)
    with pytest.raises(Forged, match="signature_nonce"):
        verify_answer(answered, other, keys.verifying, "platform", NOW_S)


def test_the_answer_to_the_same_words_signed_at_another_time_is_another_answer() -> None:
    keys = pair(Algorithm.ED25519, "platform")
    answered = answer(signed(GET))
    with pytest.raises(Forged, match="signature_wrong"):
        verify_answer(answered, signed(GET, now_s=NOW_S + 1), keys.verifying, "platform", NOW_S)


def test_a_retry_after_that_was_added_or_taken_away_is_seen() -> None:
    keys, asked = pair(Algorithm.ED25519, "platform"), signed(GET)
    plain, waiting = answer(asked), answer(asked, **{"retry-after": "5"})
    verify_answer(waiting, asked, keys.verifying, "platform", NOW_S)
    added = replace(plain, headers={**plain.headers, "retry-after": "5"})
    less = {name: value for name, value in waiting.headers.items() if name != "retry-after"}
    for spoilt in (added, replace(waiting, headers=less)):
        with pytest.raises(Forged, match="signature_components"):
            verify_answer(spoilt, asked, keys.verifying, "platform", NOW_S)


# --- judges ----------------------------------------------------------------------------------------

RFC_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
RFC_BASE = (
    b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n'
    b'"@authority": example.com\n"content-type": application/json\n"content-length": 18\n'
    b'"@signature-params": ("date" "@method" "@path" "@authority" "content-type" '
    b'"content-length");created=1618884473;keyid="test-key-ed25519"'
)
RFC_SIGNATURE = (
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
)


def test_the_signature_of_rfc_9421_b_2_6_is_right() -> None:
    import base64

    key = verifying_key(RFC_PUBLIC, Algorithm.ED25519)
    signature = base64.b64decode(RFC_SIGNATURE)
    assert key.verify(signature, RFC_BASE)
    assert not key.verify(signature, RFC_BASE.replace(b"POST", b"PUSH"))


@dataclass
class Message:
    """A request as the other library wants it."""

    method: str
    url: str
    headers: dict[str, str]


def as_message(asked: Asked) -> Message:
    headers = {name.title(): value for name, value in asked.headers.items()}
    return Message(asked.method, asked.target_uri, headers)


def at(seconds: float):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def judge(algorithm: Algorithm, texts: tuple[bytes, bytes], *, signer: bool = False):
    known = {
        Algorithm.ED25519: algorithms.ED25519,
        Algorithm.ECDSA_P256: algorithms.ECDSA_P256_SHA256,
    }
    keys = MappingKeyResolver(
        public_keys={"K1": texts[1], "platform": texts[1]},
        private_keys={"K1": texts[0], "platform": texts[0]},
    )
    kind = HTTPMessageSigner if signer else HTTPMessageVerifier
    return kind(signature_algorithm=known[algorithm], key_resolver=keys)


@pytest.mark.parametrize("algorithm", [Algorithm.ED25519, Algorithm.ECDSA_P256])
def test_another_library_reads_our_requests_and_answers(algorithm: Algorithm) -> None:
    import time

    texts, now_s = new_key_pair(algorithm), time.time()
    key = signing_key(texts[0], algorithm)
    added = sign_request(POST, key, "K1", NONCE, now_s)
    asked = replace(POST, headers={**POST.headers, **added})
    bare = Answered(200, {"content-type": "application/json", "x-request-id": NONCE}, b"{}")
    sealed = sign_answer(bare, asked, key, "platform", now_s)
    request = as_message(asked)
    reply = SimpleNamespace(status_code=200, headers={**bare.headers, **sealed}, request=request)
    for message, tag in ((request, "kiosk-v1-request"), (reply, "kiosk-v1-answer")):
        found = judge(algorithm, texts).verify(message, expect_tag=tag)
        assert len(found) == 1
        assert '"@method"' in str(found[0].covered_components) or tag == "kiosk-v1-answer"


def test_sm3_of_abc_is_the_standards() -> None:
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest("sm3", b"abc").hex() == expected


def test_openssl_and_we_agree_on_sm2(tmp_path) -> None:
    texts = new_key_pair(Algorithm.SM2)
    message = b"pay 150.00 \xe5\x85\x83" * 9
    for name, content in (("private", texts[0]), ("public", texts[1]), ("message", message)):
        (tmp_path / name).write_bytes(content)
    ours = signing_key(texts[0], Algorithm.SM2).sign(message)
    (tmp_path / "ours").write_bytes(der_from_raw(ours))
    dgst = ["openssl", "dgst", "-sm3", "-sigopt", f"distid:{SIGNER_ID.decode()}"]
    check = [*dgst, "-verify", "public", "-signature", "ours", "message"]
    said = subprocess.run(check, cwd=tmp_path, capture_output=True, check=True, text=True)
    assert said.stdout == "Verified OK\n"
    sign = [*dgst, "-sign", "private", "-out", "theirs", "message"]
    subprocess.run(sign, cwd=tmp_path, capture_output=True, check=True)
    theirs = raw_from_der((tmp_path / "theirs").read_bytes())
    key = verifying_key(texts[1], Algorithm.SM2)
    assert key.verify(theirs, message)
    assert not key.verify(theirs, message + b" ")


def test_gmalg_and_we_agree_on_sm2(tmp_path) -> None:
    (tmp_path / "key").write_bytes(new_key_pair(Algorithm.SM2)[0])
    text = subprocess.run(
        ["openssl", "pkey", "-in", "key", "-text", "-noout"],
        cwd=tmp_path, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    secret, rest = text.split("priv:")[1].split("pub:")
    private = bytes.fromhex("".join(secret.split()).replace(":", ""))[-32:]
    point = bytes.fromhex("".join(rest.split("ASN1")[0].split()).replace(":", ""))
    pem = (tmp_path / "key").read_bytes()
    judge_key = gmalg.SM2(private, SIGNER_ID, point)
    message = b"one message"
    ours = signing_key(pem, Algorithm.SM2).sign(message)
    assert judge_key.verify(message, ours[:32], ours[32:])
    assert not judge_key.verify(message + b"!", ours[:32], ours[32:])
    public = subprocess.run(
        ["openssl", "pkey", "-in", "key", "-pubout"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout  # fmt: skip
    # gmalg drops the leading zeros of either number; raw signatures have 32 bytes of each.
    theirs = b"".join(number.rjust(32, b"\0") for number in judge_key.sign(message))
    assert verifying_key(public, Algorithm.SM2).verify(theirs, message)


def test_an_sm2_signature_whose_first_number_is_short_is_good() -> None:
    public = (
        b"-----BEGIN PUBLIC KEY-----\n"
        b"MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAE2eanPnZrps7E6YPbzX5sox/1K5Ee\n"
        b"by37GlVqmgTAVxbblxjtHnTUE9v6upXsxZuNF99DeMctWFCV26Stqmv/fA==\n"
        b"-----END PUBLIC KEY-----\n"
    )
    signature = bytes.fromhex(
        "002619bcee35841f5814bd984b5566537033 86810ebca74dad75ff1a b616a498"
        "a001e9ec057c76c855e115d987a7833e729ae4e3dc765f547d0f6d26ac09d61b"
    )
    assert verifying_key(public, Algorithm.SM2).verify(signature, b"one message")


def test_short_numbers_of_a_signature_are_written_with_their_zeros() -> None:
    raw = raw_from_der(encode_dss_signature(1, 2**248 - 1))
    assert raw == bytes(31) + b"\1" + b"\0" + b"\xff" * 31
    assert der_from_raw(raw) == encode_dss_signature(1, 2**248 - 1)


# --- keys ------------------------------------------------------------------------------------------


@EVERY
def test_a_key_is_read_from_a_file_that_is_ours_alone(algorithm: Algorithm, tmp_path) -> None:
    private, public = tmp_path / "own.key", tmp_path / "platform.pub"
    for path, text, mode in zip(
        (private, public), new_key_pair(algorithm), (0o600, 0o644), strict=True
    ):
        path.write_bytes(text)
        path.chmod(mode)
    signature = signing_key_file(private, algorithm).sign(b"x")
    assert verifying_key_file(public, algorithm).verify(signature, b"x")
    private.chmod(0o640)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        signing_key_file(private, algorithm)
    public.chmod(0o666)
    with pytest.raises(KeyUnusable, match="chmod 644"):
        verifying_key_file(public, algorithm)


@EVERY
def test_a_file_without_the_right_key_is_refused_without_telling_its_content(
    algorithm: Algorithm, tmp_path
) -> None:
    other = Algorithm.ECDSA_P256 if algorithm is not Algorithm.ECDSA_P256 else Algorithm.ED25519
    private, public = new_key_pair(other)
    path = tmp_path / "some.key"
    for content in (b"", b"secret words", private, public, b"x" * 20_000):
        path.write_bytes(content)
        path.chmod(0o600)
        for read in (signing_key_file, verifying_key_file):
            with pytest.raises(KeyUnusable, match=r"some\.key") as caught:
                read(path, algorithm)
            assert "secret" not in str(caught.value)


def test_a_link_a_directory_and_nothing_are_no_key_files(tmp_path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("link", "missing", "."):
        with pytest.raises(KeyUnusable):
            signing_key_file(tmp_path / name, Algorithm.ED25519)


def test_a_key_file_of_somebody_else_is_refused(tmp_path) -> None:
    own, theirs = os.geteuid(), os.geteuid() + 1000
    for owner in (own, 0):
        require_ours(tmp_path, _status(owner), forbidden=0o077, advice="chmod 600")
    with pytest.raises(KeyUnusable, match=f"belongs to user {theirs}"):
        require_ours(tmp_path, _status(theirs), forbidden=0o077, advice="chmod 600")


def _status(owner: int) -> os.stat_result:
    return os.stat_result((stat.S_IFREG | 0o600, 0, 0, 1, owner, 0, 1, 0, 0, 0))


def test_a_library_that_is_not_there_or_not_openssls_is_told_by_name() -> None:
    for file in ("libcrypto-of-nobody.so", "libc.so.6"):
        with pytest.raises(Sm2Unusable, match=f"SM2 needs {file}"):
            libcrypto(file)


@EVERY
def test_nothing_but_the_signature_verifies(algorithm: Algorithm) -> None:
    keys = pair(algorithm, "kiosk")
    signature = keys.signing.sign(b"m")
    for wrong in (b"", signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64):
        assert not keys.verifying.verify(wrong, b"m")


def test_a_p256_signature_is_the_64_bytes_of_the_rfc() -> None:
    private, public = new_key_pair(Algorithm.ECDSA_P256)
    raw = signing_key(private, Algorithm.ECDSA_P256).sign(b"m")
    r, s = decode_dss_signature(der_from_raw(raw))
    assert raw == r.to_bytes(32, "big") + s.to_bytes(32, "big")
    from cryptography.hazmat.primitives.asymmetric import ec

    serialization.load_pem_public_key(public).verify(
        der_from_raw(raw), b"m", ec.ECDSA(hashes.SHA256())
    )

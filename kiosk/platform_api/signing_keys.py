"""Keys that sign messages: three algorithms behind one interface, and the files they are in."""

from __future__ import annotations

import hashlib
import os
import stat
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kiosk.platform_api.sm2 import Sm2Key, Sm2Unusable, der_from_raw, new_pair, raw_from_der

MAX_KEY_FILE_BYTES = 16_384
_P256_BYTES = 64


class Algorithm(StrEnum):
    """Names of RFC 9421 where it has one; SM2 is not registered there."""

    ED25519 = "ed25519"
    ECDSA_P256 = "ecdsa-p256-sha256"
    SM2 = "sm2-sm3"

    @property
    def digest_name(self) -> str:
        """Of the body's digest: everything of a national key is national."""
        return "sm3" if self is Algorithm.SM2 else "sha-256"


class KeyUnusable(Exception):
    """A key file that must not or cannot be used; says what to do about it."""


class SigningKey(Protocol):
    @property
    def algorithm(self) -> Algorithm: ...
    def sign(self, message: bytes) -> bytes: ...


class VerifyingKey(Protocol):
    @property
    def algorithm(self) -> Algorithm: ...
    def verify(self, signature: bytes, message: bytes) -> bool: ...


def digest(name: str, body: bytes) -> bytes:
    if name == "sha-256":
        return hashlib.sha256(body).digest()
    assert name == "sm3"
    state = hashes.Hash(hashes.SM3())
    state.update(body)
    return state.finalize()


# --- files -----------------------------------------------------------------------------------


def signing_key_file(path: Path, algorithm: Algorithm) -> SigningKey:
    """The private key of a PEM file that nobody else can read. Raises KeyUnusable."""
    return signing_key(_content(path, forbidden=0o077, advice="chmod 600"), algorithm, str(path))


def secret_file(path: Path) -> bytes:
    """A shared secret alone in a file that nobody else can read. Raises KeyUnusable."""
    secret = _content(path, forbidden=0o077, advice="chmod 600").strip()
    if not secret:
        raise KeyUnusable(f"{path} is empty")
    return secret


def verifying_key_file(path: Path, algorithm: Algorithm) -> VerifyingKey:
    """The public key of a PEM file that nobody else can change. Raises KeyUnusable."""
    return verifying_key(_content(path, forbidden=0o022, advice="chmod 644"), algorithm, str(path))


def _content(path: Path, *, forbidden: int, advice: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be read: {error.strerror}") from error
    try:
        require_ours(path, os.fstat(descriptor), forbidden=forbidden, advice=advice)
        content = os.read(descriptor, MAX_KEY_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_KEY_FILE_BYTES:
        raise KeyUnusable(f"{path} is longer than {MAX_KEY_FILE_BYTES} bytes: not one key")
    return content


def require_ours(path: Path, status: os.stat_result, *, forbidden: int, advice: str) -> None:
    """A regular file of ours or of root, without the `forbidden` bits. Raises KeyUnusable."""
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        raise KeyUnusable(f"{path} is not a regular file")
    if status.st_uid not in (os.geteuid(), 0):
        raise KeyUnusable(f"{path} belongs to user {status.st_uid}: chown it to the kiosk's")
    if mode & forbidden:
        raise KeyUnusable(f"{path} is open to others (mode {mode:04o}): {advice} {path}")


# --- keys --------------------------------------------------------------------------------------


def signing_key(pem: bytes, algorithm: Algorithm, name: str = "the key") -> SigningKey:
    """`name` says in a KeyUnusable where the text came from; the text itself is never told."""
    if algorithm is Algorithm.SM2:
        return _Sm2(pem, name, private=True)
    try:
        found = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{name} holds no private {algorithm} key in PEM") from error
    match algorithm, found:
        case Algorithm.ED25519, ed25519.Ed25519PrivateKey():
            return _Ed25519Signing(found)
        case Algorithm.ECDSA_P256, ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
            return _P256Signing(found)
    raise KeyUnusable(f"{name} holds another kind of key than {algorithm}")


def verifying_key(pem: bytes, algorithm: Algorithm, name: str = "the key") -> VerifyingKey:
    """As `signing_key`, for the public half."""
    if algorithm is Algorithm.SM2:
        return _Sm2(pem, name, private=False)
    try:
        found = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{name} holds no public {algorithm} key in PEM") from error
    match algorithm, found:
        case Algorithm.ED25519, ed25519.Ed25519PublicKey():
            return _Ed25519Verifying(found)
        case Algorithm.ECDSA_P256, ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return _P256Verifying(found)
    raise KeyUnusable(f"{name} holds another kind of key than {algorithm}")


def new_key_pair(algorithm: Algorithm) -> tuple[bytes, bytes]:
    """A fresh private and public key as PEM, for a demonstration or a first set-up."""
    if algorithm is Algorithm.SM2:
        return new_pair()
    fresh: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    if algorithm is Algorithm.ED25519:
        fresh = ed25519.Ed25519PrivateKey.generate()
    else:
        fresh = ec.generate_private_key(ec.SECP256R1())
    public = fresh.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), public


class _Ed25519Signing:
    algorithm = Algorithm.ED25519

    def __init__(self, key: ed25519.Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class _Ed25519Verifying:
    algorithm = Algorithm.ED25519

    def __init__(self, key: ed25519.Ed25519PublicKey) -> None:
        self._key = key

    def verify(self, signature: bytes, message: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class _P256Signing:
    algorithm = Algorithm.ECDSA_P256

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        return raw_from_der(self._key.sign(message, ec.ECDSA(hashes.SHA256())))


class _P256Verifying:
    algorithm = Algorithm.ECDSA_P256

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key

    def verify(self, signature: bytes, message: bytes) -> bool:
        if len(signature) != _P256_BYTES:
            return False
        try:
            self._key.verify(der_from_raw(signature), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class _Sm2:
    algorithm = Algorithm.SM2

    def __init__(self, pem: bytes, name: str, *, private: bool) -> None:
        try:
            self._key = Sm2Key(pem, private=private)
        except Sm2Unusable as error:
            raise KeyUnusable(f"{name}: {error}") from error
        self.sign, self.verify = self._key.sign, self._key.verify

"""A new certificate at two thirds of the old one's life, safe against a crash at every step.

The new key is kept before it is sent anywhere, so that a lost answer is asked for again with
the same key. Key and certificate then become one file in one rename: there is no moment at
which one of them is new and the other old.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kiosk.domain.platform import AnswerLost, NotSent, Refused
from kiosk.platform_api import wire
from kiosk.platform_api.services import RENEW
from kiosk.platform_api.tls import CertificateUnusable, Life, life_of
from kiosk.platform_api.wire_services import RenewAnswer, RenewRequest

RENEWED, PENDING = "certificate.pem", "certificate.next.key"

Ask = Callable[..., wire.Answer | NotSent | AnswerLost | Refused]


class Disk(Protocol):
    def write(self, path: Path, content: bytes) -> None:
        """The whole file, readable by its owner alone, or the file as it was."""

    def remove(self, path: Path) -> None: ...


class PlainDisk:
    """Durable when a call returns."""

    def write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        self._settle(path.parent)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._settle(path.parent)

    def _settle(self, directory: Path) -> None:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def files_in_use(configured: tuple[str, str], directory: Path) -> tuple[str, str]:
    """(certificate, key): the renewed pair where there is one that lasts longer."""
    renewed = directory / RENEWED
    try:
        if life_of(renewed).until > life_of(Path(configured[0])).until:
            return str(renewed), str(renewed)
    except CertificateUnusable:
        return configured
    return configured


@dataclass(frozen=True, slots=True)
class Renewal:
    """`ask` is PlatformClient.ask; `configured` are the files that the site was set up with."""

    directory: Path
    kiosk_id: str
    configured: tuple[str, str]
    ask: Ask
    disk: Disk

    @property
    def life(self) -> Life:
        """Of the certificate in use. Raises CertificateUnusable."""
        return life_of(Path(files_in_use(self.configured, self.directory)[0]))

    def renew(self, now: datetime) -> Life | NotSent | AnswerLost | Refused:
        """Ask for a certificate and keep it; it is used from the next connection on.

        Raises CertificateUnusable, OSError. May be interrupted anywhere and called again.
        """
        life = self.life
        key = self._pending_key()
        request = RenewRequest(kiosk_id=self.kiosk_id, csr=_request(key, self.kiosk_id))
        answer = self.ask(RENEW, request, kiosk_id=self.kiosk_id)
        if not isinstance(answer, RenewAnswer):
            assert not isinstance(answer, wire.Answer)
            return answer
        chain = _chain(answer.certificate)
        if not chain or not _is_for(chain[0], key, life, now):
            return AnswerLost("wrong_certificate")
        # Written anew: a missing line end, or a key beside it, would make the file useless.
        certificates = b"".join(each.public_bytes(Encoding.PEM) for each in chain)
        self.disk.write(self.directory / RENEWED, certificates + _pem(key))
        self.disk.remove(self.directory / PENDING)
        return self.life

    def _pending_key(self) -> ec.EllipticCurvePrivateKey:
        """The key of a request that may have been sent, or a new one."""
        pending, renewed = self.directory / PENDING, self.directory / RENEWED
        kept = _key_in(pending)
        if kept is not None and not _holds(renewed, kept):
            return kept
        key = ec.generate_private_key(ec.SECP256R1())
        self.disk.write(pending, _pem(key))
        return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _key_in(path: Path) -> ec.EllipticCurvePrivateKey | None:
    if not path.exists():
        return None
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except ValueError:  # not ours: a new one takes its place
        return None
    return found if isinstance(found, ec.EllipticCurvePrivateKey) else None


def _holds(renewed: Path, key: ec.EllipticCurvePrivateKey) -> bool:
    """Was this key's certificate kept already, and only the tidying up interrupted?"""
    kept = _key_in(renewed)
    return kept is not None and _public(kept) == _public(key)


def _request(key: ec.EllipticCurvePrivateKey, kiosk_id: str) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, kiosk_id)])
    signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def _chain(text: str) -> list[x509.Certificate]:
    """The kiosk's certificate and those above it; none where that is not what the text holds."""
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return []


def _is_for(
    found: x509.Certificate, key: ec.EllipticCurvePrivateKey, old: Life, now: datetime
) -> bool:
    """Our key, valid now, and longer than what we have."""
    try:
        theirs = found.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):  # A key that nobody here can read is not ours.
        return False
    good = found.not_valid_before_utc <= now <= found.not_valid_after_utc
    return theirs == _public(key) and good and found.not_valid_after_utc > old.until

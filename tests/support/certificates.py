"""A small private authority for tests: certificates as they should be, and twelve kinds of bad ones."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, and the authority that it may be itself."""

    certificate: x509.Certificate
    key: Key
    above: tuple[x509.Certificate, ...] = ()  # intermediates that a server sends along

    def write(self, directory: Path, name: str) -> tuple[Path, Path]:
        """The files (certificate with chain, key) in PEM."""
        chain = [self.certificate, *self.above]
        texts = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        files = directory / f"{name}.pem", directory / f"{name}.key"
        for path, content in zip(files, (texts, secret), strict=True):
            path.write_bytes(content)
            path.chmod(0o600)
        return files


@dataclass(frozen=True)
class Wish:
    """What a certificate should say; the defaults are a good platform's."""

    name: str = "platform"
    since: timedelta = -DAY
    until: timedelta = 89 * DAY
    addresses: tuple[str, ...] = ("127.0.0.1",)
    use: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH
    is_authority: bool = False
    key: Key = field(default_factory=new_key)


AUTHORITY = Wish("private authority", addresses=(), use=None, is_authority=True)


def issue(wish: Wish, by: Issued | None = None) -> Issued:
    """Signed by `by`, or by itself."""
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wish.name)])
    signer = by.key if by else wish.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(wish.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + wish.since)
        .not_valid_after(now + wish.until)
        .add_extension(x509.BasicConstraints(wish.is_authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(wish.key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
        .add_extension(_usage(wish), critical=True)
    )
    if wish.addresses:
        names = [x509.IPAddress(ipaddress.ip_address(one)) for one in wish.addresses]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if wish.use is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([wish.use]), critical=False)
    above = (
        (by.certificate, *by.above)
        if by and by.certificate.issuer != by.certificate.subject
        else ()
    )
    return Issued(builder.sign(signer, hashes.SHA256()), wish.key, above)


def _usage(wish: Wish) -> x509.KeyUsage:
    authority = wish.is_authority
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def revocations(authority: Issued, *revoked: Issued) -> bytes:
    """The authority's list in PEM, good for a day."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - DAY)
        .next_update(now + DAY)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False
        )
        .add_extension(x509.CRLNumber(1), False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.certificate.serial_number)
            .revocation_date(now - DAY)
            .build()
        )
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM)


_EXTENSIONS = """basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=IP:127.0.0.1
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""


def _signed_with_sha1(wish: Wish, authority: Issued, directory: Path) -> Issued:
    """A good certificate but for its hash, by OpenSSL's command: cryptography refuses to."""
    ca, ca_key = authority.write(directory, "sha1-ca")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wish.name)])
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject)
    request, extensions = directory / "sha1.csr", directory / "sha1.ext"
    request.write_bytes(asked.sign(wish.key, hashes.SHA256()).public_bytes(Encoding.PEM))
    extensions.write_text(_EXTENSIONS)
    command = ["openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-sha1"]
    command += ["-set_serial", "77", "-days", "9", "-extfile", extensions]
    done = subprocess.run(command, capture_output=True, check=True)
    return Issued(x509.load_pem_x509_certificate(done.stdout), wish.key)


def bad_certificates(authority: Issued, directory: Path) -> dict[str, tuple[Issued, str]]:
    """The twelve kinds, each with what OpenSSL finds wrong with it; `directory` is for files."""
    good = Wish()
    not_an_authority = issue(replace(good, name="no authority", addresses=()), authority)
    return {
        "expired": (issue(replace(good, until=-timedelta(hours=1)), authority), "expired"),
        "not yet valid": (issue(replace(good, since=DAY), authority), "not yet valid"),
        "another host": (issue(replace(good, addresses=("127.0.0.2",)), authority), "mismatch"),
        "self-signed": (issue(good), "self-signed"),
        "unknown authority": (
            issue(good, issue(replace(AUTHORITY, key=new_key()))),
            "unable to get local issuer",
        ),
        "revoked": (issue(replace(good, name="revoked"), authority), "revoked"),
        "a weak key": (
            issue(replace(good, key=rsa.generate_private_key(65537, 1024)), authority),
            "key too weak",
        ),
        "SHA-1": (_signed_with_sha1(good, authority, directory), "digest algorithm too weak"),
        "no address in it": (issue(replace(good, addresses=()), authority), "mismatch"),
        "for signing code": (
            issue(replace(good, use=ExtendedKeyUsageOID.CODE_SIGNING), authority),
            "unsuitable certificate purpose",
        ),
        "a client's": (
            issue(replace(good, use=ExtendedKeyUsageOID.CLIENT_AUTH), authority),
            "unsuitable certificate purpose",
        ),
        "by somebody who may not": (issue(good, not_an_authority), "invalid CA"),
    }

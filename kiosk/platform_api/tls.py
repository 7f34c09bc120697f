"""TLS as the kiosk speaks it: version 1.3, one authority, and certificates that are fresh."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

RENEWAL_SHARE = 2 / 3  # of a certificate's life: then there is time left for a second try
MAX_CERTIFICATE_BYTES = 65_536


class CertificateUnusable(Exception):
    """A certificate file that holds none; says which."""


def client_context(
    ca_file: str | None, certificate: tuple[str, str] | None = None, crl_file: str | None = None
) -> ssl.SSLContext:
    """What a connection to the platform demands; nothing can be switched off.

    `ca_file` replaces the system's authorities, `certificate` is (certificate, key) of the
    kiosk, `crl_file` the authority's list of what it took back. Raises OSError (of which
    ssl.SSLError is one) for a file that cannot be used.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.hostname_checks_common_name = False
    # Level 2 refuses RSA below 2048 bits and SHA-1; strict: an authority must be one.
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    if crl_file is not None:
        context.load_verify_locations(cafile=crl_file)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    if certificate is not None:
        context.load_cert_chain(*certificate)
    return context


@dataclass(frozen=True, slots=True)
class Life:
    """How long a certificate is good, and from when on it should be renewed."""

    subject: str
    since: datetime
    renew_at: datetime
    until: datetime

    def is_due(self, now: datetime) -> bool:
        return now >= self.renew_at

    def is_good(self, now: datetime) -> bool:
        return self.since <= now <= self.until


def life_of(path: Path) -> Life:
    """Of the first certificate in a PEM file. Raises CertificateUnusable."""
    try:
        with path.open("rb") as file:
            found = x509.load_pem_x509_certificate(file.read(MAX_CERTIFICATE_BYTES))
    except OSError as error:
        raise CertificateUnusable(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CertificateUnusable(f"{path} holds no certificate in PEM") from error
    since, until = found.not_valid_before_utc, found.not_valid_after_utc
    return Life(
        subject=found.subject.rfc4514_string(),
        since=since,
        renew_at=(since + (until - since) * RENEWAL_SHARE).astimezone(UTC),
        until=until,
    )

"""The sandbox's certificate authority: renews what a kiosk signs in with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=90)


class Authority:
    """A new one with each start: its certificates open no door but a test's."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("sandbox authority")

    def certificate_for(self, csr: str, kiosk_id: str, now_s: float) -> tuple[str, datetime] | None:
        """PEM and its end; None for what is no request for this kiosk."""
        try:
            asked = x509.load_pem_x509_csr(csr.encode())
            fits = asked.subject == _name(kiosk_id) and asked.is_signature_valid
        except (ValueError, InvalidSignature, UnsupportedAlgorithm):
            return None
        if not fits:
            return None
        since = datetime.fromtimestamp(now_s, UTC).replace(microsecond=0) - timedelta(minutes=5)
        builder = (
            x509.CertificateBuilder()
            .subject_name(asked.subject)
            .issuer_name(self._name)
            .public_key(asked.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + LIFE)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        )
        signed = builder.sign(self._key, hashes.SHA256())
        return signed.public_bytes(Encoding.PEM).decode(), since + LIFE


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

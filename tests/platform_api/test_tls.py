"""TLS 1.3 with one private authority: twelve bad certificates and every downgrade get no byte."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.domain.platform import Acknowledged, AnswerLost, CheckLink, NotSent
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.tls import CertificateUnusable, client_context, life_of
from kiosk.platform_api.transport import Timeouts
from tests.support.certificates import (
    AUTHORITY,
    DAY,
    ExtendedKeyUsageOID,
    Issued,
    Wish,
    bad_certificates,
    issue,
    revocations,
)
from tests.support.raw_server import RawServer, http

PATIENT = Timeouts(connect_s=30.0, read_s=30.0, total_s=60.0)
QUICK = Timeouts(connect_s=2.0, read_s=2.0, total_s=4.0)  # where its end is what is tried
HEALTHY = b'{"status": "ok", "time": "2026-11-01T00:00:00Z"}'


def healthy(request: bytes) -> Iterator[bytes | float]:
    yield http(request, "200 OK", HEALTHY)


@dataclass(frozen=True)
class Realm:
    """One private authority with its files, and a kiosk it knows."""

    directory: Path
    authority: Issued
    ca_file: str
    crl_file: str
    own: tuple[str, str]
    bad: dict[str, tuple[Issued, str]]

    def server(self, shown: Issued, *, asks: bool = False, **limits: ssl.TLSVersion) -> RawServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a bad server has no scruples
        for name, version in limits.items():
            setattr(context, name, version)
        context.load_cert_chain(*shown.write(self.directory, "shown"))
        if asks:
            context.load_verify_locations(self.ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return RawServer(healthy, context)

    def client(self, url: str, **more: object) -> PlatformClient:
        return PlatformClient(
            url, "K1", PATIENT, ca_file=self.ca_file, crl_file=self.crl_file, **more
        )

    def asked(self, server: RawServer, **more: object):
        client = self.client(server.url, **more)
        try:
            return client.perform(CheckLink())
        finally:
            client.close()


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Realm:
    directory = tmp_path_factory.mktemp("tls")
    authority = issue(AUTHORITY)
    bad = bad_certificates(authority, directory)
    kiosk = issue(
        Wish("kiosk", addresses=(), use=ExtendedKeyUsageOID.CLIENT_AUTH), authority
    ).write(directory, "kiosk")
    (directory / "crl.pem").write_bytes(revocations(authority, bad["revoked"][0]))
    return Realm(
        directory,
        authority,
        str(authority.write(directory, "ca")[0]),
        str(directory / "crl.pem"),
        (str(kiosk[0]), str(kiosk[1])),
        bad,
    )


def test_the_platform_is_known_by_its_authority(realm: Realm) -> None:
    with realm.server(issue(Wish(), realm.authority)) as server:
        assert realm.asked(server) == Acknowledged()


KINDS = (
    "expired", "not yet valid", "another host", "self-signed", "unknown authority", "revoked",
    "a weak key", "SHA-1", "no address in it", "for signing code", "a client's",
    "by somebody who may not",
)  # fmt: skip


def test_there_are_twelve_kinds_of_bad_certificates(realm: Realm) -> None:
    assert set(KINDS) == set(realm.bad)
    assert len(KINDS) == 12


@pytest.mark.parametrize("kind", KINDS)
def test_a_platform_with_a_bad_certificate_gets_no_request(realm: Realm, kind: str) -> None:
    shown, fault = realm.bad[kind]
    with realm.server(shown) as server:
        context = client_context(realm.ca_file, crl_file=realm.crl_file)
        host, port = server.url.removeprefix("https://").split(":")
        with (
            socket.create_connection((host, int(port))) as raw,
            pytest.raises(ssl.SSLCertVerificationError) as caught,
        ):
            context.wrap_socket(raw, server_hostname=host)
        assert fault in str(caught.value)
        assert realm.asked(server) == NotSent("tls")
        assert not any(b"HTTP" in request for request in server.requests)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
@pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1]
)
def test_a_platform_that_speaks_only_older_tls_gets_no_request(
    realm: Realm, version: ssl.TLSVersion
) -> None:
    """Renegotiation went with the older versions, too."""
    good = issue(Wish(), realm.authority)
    with realm.server(good, minimum_version=version, maximum_version=version) as server:
        assert realm.asked(server) == NotSent("tls")
        assert not any(b"HTTP" in request for request in server.requests)


def test_a_platform_nobody_here_vouches_for_gets_no_request(realm: Realm) -> None:
    """The system's authorities are many; with a private one they do not count."""
    with realm.server(issue(Wish(), realm.authority)) as server:
        client = PlatformClient(server.url, "K1", PATIENT)
        assert client.perform(CheckLink()) == NotSent("tls")
        client.close()
        assert not any(b"HTTP" in request for request in server.requests)


def test_plain_http_behind_a_secure_address_gets_no_request() -> None:
    def script(_: bytes) -> Iterator[bytes | float]:
        yield b"HTTP/1.1 400 Bad Request\r\n\r\n"

    with RawServer(script) as server:
        client = PlatformClient(server.url.replace("http:", "https:"), "K1", QUICK)
        outcome = client.perform(CheckLink())
        client.close()
        assert isinstance(outcome, NotSent)
        assert not any(request.startswith(b"GET") for request in server.requests)


def test_the_kiosk_shows_its_own_certificate_and_a_stranger_hears_nothing(realm: Realm) -> None:
    with realm.server(issue(Wish(), realm.authority), asks=True) as server:
        assert realm.asked(server, certificate=realm.own) == Acknowledged()
        stranger = realm.asked(server)
    # In TLS 1.3 the server judges the kiosk's certificate after the kiosk has spoken.
    assert isinstance(stranger, AnswerLost)


def test_a_revocation_list_that_is_out_of_date_stops_everything(realm: Realm, tmp_path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    now = datetime.now(UTC)
    old = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(realm.authority.certificate.subject)
        .last_update(now - 3 * DAY)
        .next_update(now - DAY)
        .sign(realm.authority.key, hashes.SHA256())
    )
    (tmp_path / "old.pem").write_bytes(old.public_bytes(Encoding.PEM))
    with realm.server(issue(Wish(), realm.authority)) as server:
        client = PlatformClient(
            server.url, "K1", PATIENT, ca_file=realm.ca_file, crl_file=str(tmp_path / "old.pem")
        )
        assert client.perform(CheckLink()) == NotSent("tls")
        client.close()


@pytest.mark.parametrize("name", ["ca_file", "crl_file", "certificate"])
def test_a_file_that_cannot_be_used_is_told_at_the_start(realm: Realm, name: str, tmp_path) -> None:
    (tmp_path / "empty.pem").write_bytes(b"")
    empty = str(tmp_path / "empty.pem")
    with pytest.raises(OSError):
        PlatformClient(
            "https://127.0.0.1:1",
            "K1",
            **{name: (empty, empty) if name == "certificate" else empty},
        )


# --- renewal ---------------------------------------------------------------------------------------


def test_a_certificate_is_due_at_two_thirds_of_its_life(tmp_path) -> None:
    path, _ = issue(Wish(since=timedelta(0), until=90 * DAY)).write(tmp_path, "own")
    life = life_of(path)
    assert life.subject == "CN=platform"
    assert life.renew_at - life.since == timedelta(days=60)
    assert not life.is_due(life.since + timedelta(days=60) - timedelta(seconds=1))
    assert life.is_due(life.since + timedelta(days=60))
    assert life.is_good(life.until)
    assert not life.is_good(life.until + timedelta(seconds=1))
    assert not life.is_good(life.since - timedelta(seconds=1))


def test_a_file_without_a_certificate_is_told_by_name(tmp_path) -> None:
    (tmp_path / "text").write_text("hello")
    for name in ("text", "missing"):
        with pytest.raises(CertificateUnusable, match=name):
            life_of(tmp_path / name)

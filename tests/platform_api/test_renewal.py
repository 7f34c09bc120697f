"""A certificate is renewed at two thirds of its life; a crash at any step costs nothing."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.domain.platform import Acknowledged, AnswerLost, CheckLink, NotSent, Refusal, Refused
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.renewal import PENDING, RENEWED, PlainDisk, Renewal, files_in_use
from kiosk.platform_api.services import RENEW
from kiosk.platform_api.tls import CertificateUnusable, Life, life_of
from kiosk.platform_api.transport import Timeouts
from kiosk.platform_api.wire_services import RenewAnswer, RenewRequest
from kiosk.sandbox.server import SandboxServer
from tests.support.certificates import AUTHORITY, DAY, ExtendedKeyUsageOID, Wish, issue, new_key
from tests.support.raw_server import RawServer, http

HEALTHY = b'{"status": "ok", "time": "2026-11-01T00:00:00Z"}'
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
OLD = Wish("K1", since=-61 * DAY, until=29 * DAY, addresses=(), use=CLIENT_AUTH)


class PowerCut(Exception):
    """The power went."""


class ShakyDisk(PlainDisk):
    """The power goes before or after its nth operation, perhaps with half a file beside."""

    def __init__(self, cut_at: int, *, after: bool, torn: bool = False) -> None:
        self._left, self._after, self._torn = cut_at, after, torn

    def write(self, path: Path, content: bytes) -> None:
        if self._torn and self._left == 1:
            path.with_name(path.name + ".part").write_bytes(content[: len(content) // 2])
        self._around(lambda: super(ShakyDisk, self).write(path, content))

    def remove(self, path: Path) -> None:
        self._around(lambda: super(ShakyDisk, self).remove(path))

    def _around(self, act: Callable[[], None]) -> None:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise PowerCut
        act()
        if self._left == 0:
            raise PowerCut


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformClient]:
    server = SandboxServer(tmp_path_factory.mktemp("sandbox"), residents=30)
    server.start()
    client = PlatformClient(server.addresses.url, "K1")
    yield client
    client.close()
    server.stop()


@pytest.fixture
def configured(tmp_path: Path) -> tuple[str, str]:
    files = issue(OLD, issue(AUTHORITY)).write(tmp_path, "own")
    return str(files[0]), str(files[1])


@pytest.fixture
def renewal(tmp_path: Path, configured: tuple[str, str], platform: PlatformClient) -> Renewal:
    return Renewal(tmp_path / "state", "K1", configured, platform.ask, PlainDisk())


def now() -> datetime:
    return datetime.now(UTC)


def is_pair(files: tuple[str, str]) -> bool:
    ssl.create_default_context().load_cert_chain(*files)  # raises where they are none
    return True


def test_it_is_due_at_two_thirds_of_its_life(renewal: Renewal) -> None:
    assert renewal.life.is_due(now())
    assert not renewal.life.is_due(now() - 2 * DAY)


def test_the_new_pair_is_one_file_for_its_owner_alone_and_lasts_longer(renewal: Renewal) -> None:
    life = renewal.renew(now())
    assert isinstance(life, Life)
    assert not life.is_due(now())
    path = renewal.directory / RENEWED
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files_in_use(renewal.configured, renewal.directory) == (str(path), str(path))
    assert is_pair((str(path), str(path)))
    assert not (renewal.directory / PENDING).exists()


def test_until_then_the_configured_pair_is_used(renewal: Renewal) -> None:
    assert files_in_use(renewal.configured, renewal.directory) == renewal.configured


def test_a_file_that_is_no_certificate_is_not_used(renewal: Renewal) -> None:
    renewal.directory.mkdir()
    (renewal.directory / RENEWED).write_bytes(b"half a fi")
    assert files_in_use(renewal.configured, renewal.directory) == renewal.configured


def test_a_pair_that_a_technician_brings_takes_over_from_an_older_renewed_one(
    renewal: Renewal, tmp_path: Path
) -> None:
    assert isinstance(renewal.renew(now()), Life)
    wish = Wish("K1", until=400 * DAY, addresses=(), use=CLIENT_AUTH)
    files = issue(wish, issue(AUTHORITY)).write(tmp_path, "brought")
    brought = str(files[0]), str(files[1])
    assert files_in_use(brought, renewal.directory) == brought


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_crash_at_any_step_leaves_a_whole_pair_and_the_next_try_ends_well(
    renewal: Renewal, *, step: int, after: bool, torn: bool
) -> None:
    shaky = Renewal(
        renewal.directory,
        "K1",
        renewal.configured,
        renewal.ask,
        ShakyDisk(step, after=after, torn=torn),
    )
    renewal.directory.mkdir()
    with pytest.raises(PowerCut):
        shaky.renew(now())
    assert is_pair(files_in_use(renewal.configured, renewal.directory))
    later = now()
    assert isinstance(renewal.renew(later), Life) or not renewal.life.is_due(later)
    assert is_pair(files_in_use(renewal.configured, renewal.directory))
    assert not renewal.life.is_due(later)


def test_a_lost_answer_is_asked_for_again_with_the_same_key(renewal: Renewal) -> None:
    asked: list[str] = []

    def ask(_: object, request: RenewRequest, **__: str) -> AnswerLost:
        asked.append(request.csr)
        return AnswerLost("answer_timeout")

    shaky = Renewal(renewal.directory, "K1", renewal.configured, ask, PlainDisk())
    assert shaky.renew(now()) == AnswerLost("answer_timeout")
    key = (renewal.directory / PENDING).read_bytes()
    shaky.renew(now())
    assert (renewal.directory / PENDING).read_bytes() == key
    assert len(asked) == 2


def test_the_next_renewal_has_a_key_of_its_own(renewal: Renewal) -> None:
    assert isinstance(renewal.renew(now()), Life)
    kept = (renewal.directory / RENEWED).read_bytes()
    (renewal.directory / PENDING).write_bytes(kept[kept.index(b"-----BEGIN PRIVATE") :])

    def ask(_: object, request: RenewRequest, **__: str) -> NotSent:
        return NotSent("connection_refused")

    again = Renewal(renewal.directory, "K1", renewal.configured, ask, PlainDisk())
    again.renew(now())
    assert (renewal.directory / PENDING).read_bytes() not in kept


@pytest.mark.parametrize("rubbish", [b"not a key", b""])
def test_a_pending_key_that_is_none_is_made_anew(renewal: Renewal, rubbish: bytes) -> None:
    renewal.directory.mkdir()
    (renewal.directory / PENDING).write_bytes(rubbish)
    assert isinstance(renewal.renew(now()), Life)


@pytest.mark.parametrize("kind", ["another key", "shorter", "expired", "rubbish", "no key"])
def test_a_certificate_that_is_not_what_was_asked_for_is_not_kept(
    renewal: Renewal, kind: str
) -> None:
    def ask(_: object, request: RenewRequest, **__: str) -> RenewAnswer:
        real = renewal.ask(RENEW, request, kiosk_id="K1")
        assert isinstance(real, RenewAnswer)
        other = issue(OLD, issue(AUTHORITY)).certificate.public_bytes(Encoding.PEM).decode()
        texts = {"another key": other, "rubbish": "-" * 200, "no key": _without_key(other)}
        text = texts.get(kind, real.certificate)
        return real.model_copy(update={"certificate": text})

    moment = {"expired": now() + 365 * DAY}.get(kind, now())
    configured = renewal.configured
    if kind == "shorter":
        wish = Wish("K1", until=400 * DAY, addresses=(), use=CLIENT_AUTH)
        files = issue(wish, issue(AUTHORITY)).write(Path(configured[0]).parent, "long")
        configured = str(files[0]), str(files[1])
    strict = Renewal(renewal.directory, "K1", configured, ask, PlainDisk())
    assert strict.renew(moment) == AnswerLost("wrong_certificate")
    assert not (renewal.directory / RENEWED).exists()


def _without_key(certificate: str) -> str:
    """The same certificate, but what stands for its key is no point of a curve."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raw = ssl.PEM_cert_to_DER_cert(certificate)
    assert raw.count(point) == 1
    return ssl.DER_cert_to_PEM_cert(raw.replace(point, b"\x05" + point[1:]))


@pytest.mark.parametrize("kind", ["no last line end", "a key beside it", "words around it"])
def test_only_certificates_are_kept_of_an_answer_however_it_is_written(
    renewal: Renewal, kind: str
) -> None:
    def ask(_: object, request: RenewRequest, **__: str) -> RenewAnswer:
        real = renewal.ask(RENEW, request, kiosk_id="K1")
        assert isinstance(real, RenewAnswer)
        text = {
            "no last line end": real.certificate.strip(),
            "a key beside it": real.certificate + issue(OLD).write(tmp, "x")[1].read_text(),
            "words around it": f"subject=K1\n{real.certificate}\nend",
        }[kind]
        return real.model_copy(update={"certificate": text})

    tmp = Path(renewal.configured[0]).parent
    fresh = Renewal(renewal.directory, "K1", renewal.configured, ask, PlainDisk())
    assert isinstance(fresh.renew(now()), Life)
    in_use = files_in_use(renewal.configured, renewal.directory)
    assert in_use != renewal.configured
    assert is_pair(in_use)


def test_the_platform_gives_a_kiosk_no_certificate_of_another(platform: PlatformClient) -> None:
    refused = platform.ask(
        RENEW, RenewRequest(kiosk_id="K1", csr="-----BEGIN" + "x" * 100), kiosk_id="K1"
    )
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.INVALID


def test_without_a_certificate_there_is_nothing_to_renew(tmp_path: Path) -> None:
    with pytest.raises(CertificateUnusable):
        life_of(tmp_path / "none.pem")


def test_the_next_connection_signs_in_with_the_new_pair(
    tmp_path: Path, configured: tuple[str, str]
) -> None:
    authority = issue(replace(AUTHORITY, key=new_key()))  # not the old pair's
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*issue(Wish(), authority).write(tmp_path, "shown"))
    context.load_verify_locations(authority.write(tmp_path, "ca")[0])
    context.verify_mode = ssl.CERT_REQUIRED

    def healthy(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "200 OK", HEALTHY)

    state = tmp_path / "state"
    with RawServer(healthy, context) as server:
        client = PlatformClient(
            server.url,
            "K1",
            Timeouts(connect_s=30.0, read_s=30.0, total_s=60.0),
            ca_file=str(tmp_path / "ca.pem"),
            certificate=partial(files_in_use, configured, state),
        )
        assert not isinstance(client.perform(CheckLink()), Acknowledged)  # unknown to this platform
        new = Wish("K1", until=89 * DAY, addresses=(), use=CLIENT_AUTH)
        files = issue(new, authority).write(tmp_path, "new")
        PlainDisk().write(state / RENEWED, files[0].read_bytes() + files[1].read_bytes())
        assert client.perform(CheckLink()) == Acknowledged()
        (state / RENEWED).unlink()
        Path(configured[0]).unlink()
        assert isinstance(client.perform(CheckLink()), NotSent)  # no file, no byte
        client.close()

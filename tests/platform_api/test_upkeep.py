"""What a kiosk asks for its own sake, over real HTTP against the embedded platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.platform_api import wire
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.operations import Operation
from kiosk.platform_api.renewal import RENEWED, PlainDisk, Renewal
from kiosk.platform_api.upkeep import Upkeep
from kiosk.sandbox.server import SandboxServer
from tests.platform_api.test_renewal import OLD
from tests.support.certificates import AUTHORITY, DAY, Wish, issue

HEALTH = u.Health(u.Readiness.BUSY, 12.5, 1, 2, u.PaperLevel.NEAR_END)
NOW = partial(datetime.now, UTC)
FACTS = (p.NotSent("x"), p.AnswerLost("y"), p.Refused(p.Refusal.RATE_LIMITED))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path_factory.mktemp("sandbox"), residents=30)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(sandbox: SandboxServer) -> Iterator[PlatformClient]:
    client = PlatformClient(sandbox.addresses.url, "K1")
    yield client
    client.close()


def renewal_in(place: Path, client: PlatformClient, wish: Wish) -> Renewal:
    files = issue(wish, issue(AUTHORITY)).write(place, "own")
    return Renewal(place / "state", "K1", (str(files[0]), str(files[1])), client.ask, PlainDisk())


def test_a_heartbeat_reaches_the_platform_as_it_was_said(
    sandbox: SandboxServer, client: PlatformClient
) -> None:
    said = Upkeep("K1", "0.1.0", client.ask, None, NOW).perform(u.SendHeartbeat(HEALTH))
    assert said == p.Acknowledged()
    (row,) = sandbox.sandbox.store.rows("SELECT * FROM heartbeats WHERE kiosk_id = ?", ("K1",))
    for part in ("0.1.0", "busy", "near_end"):
        assert part in str(dict(row))


def test_notices_come_with_both_languages_and_their_time(client: PlatformClient) -> None:
    found = Upkeep("K1", "0.1.0", client.ask, None, NOW).perform(u.FetchNotices())
    assert isinstance(found, u.NoticesFetched)
    (notice,) = found.notices
    assert notice.text_zh != notice.text_en != ""
    assert notice.since < NOW() < notice.until


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_what_the_platform_did_not_answer_is_passed_on(fact: p.NotSent, tmp_path: Path) -> None:
    def ask(
        operation: Operation, body: wire.Request | None = None, **ids: str
    ) -> wire.Answer | p.NotSent | p.AnswerLost | p.Refused:
        return fact

    files = issue(OLD, issue(AUTHORITY)).write(tmp_path, "own")
    renewal = Renewal(tmp_path / "state", "K1", (str(files[0]), str(files[1])), ask, PlainDisk())
    upkeep = Upkeep("K1", "0.1.0", ask, renewal, NOW)
    for call in (u.SendHeartbeat(HEALTH), u.FetchNotices(), u.RenewCertificate()):
        assert upkeep.perform(call) == fact


def test_a_certificate_is_renewed_when_it_is_due_and_only_then(
    client: PlatformClient, tmp_path: Path
) -> None:
    renewal = renewal_in(tmp_path, client, OLD)
    upkeep = Upkeep("K1", "0.1.0", client.ask, renewal, NOW)
    assert upkeep.perform(u.RenewCertificate()) == p.Acknowledged()
    first = (renewal.directory / RENEWED).read_bytes()
    assert renewal.life.until > NOW() + 30 * DAY
    assert upkeep.perform(u.RenewCertificate()) == p.Acknowledged()
    assert (renewal.directory / RENEWED).read_bytes() == first


def test_a_kiosk_without_a_certificate_has_none_to_renew(client: PlatformClient) -> None:
    upkeep = Upkeep("K1", "0.1.0", client.ask, None, NOW)
    assert upkeep.perform(u.RenewCertificate()) == p.Acknowledged()


def test_a_certificate_that_cannot_be_read_is_told_without_its_path(
    client: PlatformClient, tmp_path: Path
) -> None:
    renewal = Renewal(tmp_path, "K1", ("/nowhere/a", "/nowhere/b"), client.ask, PlainDisk())
    outcome = Upkeep("K1", "0.1.0", client.ask, renewal, NOW).perform(u.RenewCertificate())
    assert outcome == p.NotSent("certificate: CertificateUnusable")

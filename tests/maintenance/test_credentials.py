"""Keys and certificates of a site, as a technician hears about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.maintenance.credentials import credentials
from kiosk.maintenance.verdicts import Check, Verdict
from kiosk.platform_api.signing_keys import Algorithm, new_key_pair
from kiosk.settings import load
from kiosk.settings.model import PlatformSection
from tests.support.certificates import AUTHORITY, DAY, ExtendedKeyUsageOID, Wish, issue

NOW = datetime.now(UTC)


class Site:
    """A directory with a site file, keys and certificates, all in order."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        private, public = new_key_pair(Algorithm.ED25519)
        self.write("signing.key", private, 0o600)
        self.write("platform.pub", public, 0o644)
        self.authority = issue(AUTHORITY)
        self.authority.write(directory, "ca")
        self.certify(90 * DAY + DAY / 2)

    def write(self, name: str, content: bytes, mode: int) -> None:
        (self.directory / name).write_bytes(content)
        (self.directory / name).chmod(mode)

    def certify(self, until: timedelta, since: timedelta = -timedelta(hours=1)) -> None:
        use = ExtendedKeyUsageOID.CLIENT_AUTH
        wish = Wish("K1", since=since, until=until, addresses=(), use=use)
        issue(wish, self.authority).write(self.directory, "kiosk")

    def checks(self) -> dict[str, Check]:
        path = self.directory / "site.toml"
        path.write_text(
            "schema = 1\n[platform]\n"
            'signing_key_file = "signing.key"\nplatform_key_file = "platform.pub"\n'
            'ca_file = "ca.pem"\ncertificate_file = "kiosk.pem"\n'
            'certificate_key_file = "kiosk.key"\n'
        )
        return {check.name: check for check in credentials(load(path), NOW)}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_site_with_everything_in_order(site: Site) -> None:
    checks = site.checks()
    assert set(checks) == {"signing keys", "certificate files", "certificate"}
    assert {check.verdict for check in checks.values()} == {Verdict.OK}
    assert "90 days" in checks["certificate"].message


def test_a_site_without_credentials_has_no_lines_about_them() -> None:
    assert list(credentials(load(None), NOW)) == []


def test_a_certificate_past_two_thirds_of_its_life_wants_to_be_renewed(site: Site) -> None:
    site.certify(29 * DAY, since=-61 * DAY)
    check = site.checks()["certificate"]
    assert check.verdict is Verdict.WARNING
    assert "two thirds" in check.message


@pytest.mark.parametrize(("since", "until"), [(-90 * DAY, -DAY), (DAY, 90 * DAY)])
def test_a_certificate_out_of_its_time_is_a_failure(
    site: Site, since: timedelta, until: timedelta
) -> None:
    site.certify(until, since)
    assert site.checks()["certificate"].verdict is Verdict.FAILED


def test_a_key_that_others_can_read_is_a_failure(site: Site) -> None:
    (site.directory / "signing.key").chmod(0o644)
    check = site.checks()["signing keys"]
    assert check.verdict is Verdict.FAILED
    assert "chmod 600" in check.message


@pytest.mark.parametrize("name", ["ca.pem", "kiosk.pem"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_certificate_file_that_is_none_is_a_failure(
    site: Site, name: str, content: bytes | None
) -> None:
    (site.directory / name).unlink()
    if content is not None:
        site.write(name, content, 0o600)
    assert site.checks()["certificate files"].verdict is Verdict.FAILED


def test_a_key_that_does_not_fit_its_certificate_is_a_failure(site: Site) -> None:
    issue(Wish("another"), site.authority).write(site.directory, "another")
    (site.directory / "another.key").replace(site.directory / "kiosk.key")
    assert site.checks()["certificate files"].verdict is Verdict.FAILED


def test_the_algorithms_of_the_settings_are_those_of_the_client() -> None:
    field = PlatformSection.model_fields["signature_algorithm"]
    assert set(field.annotation.__args__) == {str(one) for one in Algorithm}

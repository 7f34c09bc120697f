"""Nothing that a resident showed is in any file of the kiosk after the visit."""

from __future__ import annotations

import re
import tomllib

import pytest

from drivers.api import CardKind, IdCard
from drivers.simulation import SimulatedWorld
from kiosk.demo.phone import Phone
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain import events as e
from kiosk.domain.visit import Choosing, Done, Paying
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.mirror import MIRROR_NAME
from kiosk.paths import config_directory
from kiosk.settings.load import load
from tests.support.headless import HeadlessKiosk

SITE = """
schema = 1
environment = "demo"
[storage]
directory = "state"
mirror_directory = "mirror"
"""


@pytest.fixture
def sandbox(tmp_path_factory):
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


def spellings(person) -> list[re.Pattern[bytes]]:
    """A name and a number as they might lie in a file; each too long to be there by chance."""
    name, number = person["name"], person["number"]
    whole = [
        name.encode(),
        name.encode("gb18030"),
        name.encode("utf-16-le"),
        name.encode("unicode_escape"),
        number.encode(),
        number.encode("utf-16-le"),
    ]
    assert min(map(len, whole)) >= 6
    born = number[6:14].encode()  # alone: any eight digits are somewhere in digests now and then
    return [*map(re.compile, map(re.escape, whole)), re.compile(rb"(?<!\w)" + born + rb"(?!\w)")]


def test_after_a_paid_visit_no_file_holds_the_name_or_the_number(sandbox, tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    settings = load(tmp_path / "site.toml")
    person = next(
        each
        for each in sandbox.get("/sandbox/people")
        if each["kind"] == "person" and len(each["name"]) == 3
    )
    item = tomllib.loads((config_directory() / "fee_items.toml").read_text())["fee_item"][0]
    sandbox.post(
        "/sandbox/bills",
        {"owner": person["number"], "item_code": item["code"], "amount_fen": 12300},
    )
    world = SimulatedWorld(tmp_path / "strips")  # the paper itself does carry the name
    with HeadlessKiosk(settings, sandbox.url, world) as kiosk:
        kiosk.ready()
        world.id_reader.place(IdCard(CardKind.RESIDENT, person["name"], person["number"]))
        kiosk.wait_page(Choosing)
        kiosk.post(e.PayTouched())
        shown = kiosk.wait(
            lambda k: (
                k.visit is not None
                and isinstance(k.visit.page, Paying)
                and bool(k.visit.page.qr_url)
            )
        )
        assert shown.visit is not None
        assert isinstance(shown.visit.page, Paying)
        Phone().pay(shown.visit.page.qr_url)
        kiosk.wait_page(Done)
        world.id_reader.remove()
        kiosk.post(e.LeaveTouched())
        kiosk.wait(lambda k: k.visit is None)
    places = [tmp_path / "state", tmp_path / "mirror"]
    files = {
        path.name: path.read_bytes()
        for place in places
        for path in place.rglob("*")
        if path.is_file()
    }
    assert b"PaymentIntended" in files[FILE_NAME]
    assert b"PaymentIntended" in files[MIRROR_NAME]
    for name, content in files.items():
        for spelling in spellings(person):
            assert not spelling.search(content), f"{name} holds personal data"

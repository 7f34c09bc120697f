"""A desk upon a playbook: the production's service, with the core's questions asked at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import TypeVar

from kiosk.domain import operator as o
from kiosk.domain.events import Ordered
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.engine.engine import CommitUncertain, Engine
from kiosk.maintenance.desk_service import DeskService, Surroundings
from kiosk.maintenance.machine import Machine
from kiosk.maintenance.office import Office
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.reconcile import Statement
from kiosk.settings import load
from tests.support.playbook import Playbook

Answer = TypeVar("Answer")
HASH = "$argon2id$any"


def desk_upon(play: Playbook, directory: Path, statements: dict[date, Statement]) -> DeskService:
    """`directory` takes the accounts file; effects are carried out as the office does."""
    site = directory / "site.toml"
    site.write_text('schema = 1\n[kiosk]\nid = "K1"\n[storage]\ndirectory = "data"\n')
    settings = load(site)
    settings.storage_directory.mkdir(mode=0o700, exist_ok=True)
    machine = Machine(directory / "no-backlight", lambda _program: None)
    play.office = Office(settings.storage_directory, play.answers.append, play.left.append, machine)

    def ask(question: Callable[[Engine], Answer]) -> Future[Answer]:
        future: Future[Answer] = Future()
        try:
            future.set_result(question(play.engine))
        except CommitUncertain as error:
            future.set_exception(error)
        play.settle()
        return future

    def fetch(day: date) -> Statement:
        if day not in statements:
            raise DeskTrouble("statement_not_had", "no statement of this day")
        return statements[day]

    def version(day: date) -> str:
        return fetch(day).name.partition(":")[0]

    return DeskService(Surroundings(settings, "1.2.3", ask, fetch, version, machine))


def order(play: Playbook, order: o.Order) -> NotDone | None:
    """Give an order on the table, without a PIN's hash."""
    play.send(Ordered(order))
    return play.kiosk.desk.answer


def technician(play: Playbook, account_id: str = "901") -> None:
    """Make the first account and log in."""
    if not play.kiosk.ledger.office.accounts:
        assert order(play, o.KeepAccount(account_id, AccountRole.TECHNICIAN, HASH)) is None
    assert order(play, o.LogIn(account_id, right=True)) is None

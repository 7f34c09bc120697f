"""What operators left in the journal, as its fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import assert_never

from kiosk.domain.frozen import replace
from kiosk.domain.operator import AccountRole, Act
from kiosk.domain.records import (
    AccountDropped,
    AccountKept,
    OperatorActed,
    PrintState,
    SampleMoved,
)

DAYS_KEPT = 400


@dataclass(frozen=True, slots=True)
class Sample:
    """The last test strip."""

    job_id: str
    state: PrintState


@dataclass(frozen=True, slots=True)
class Office:
    """What operators left: who may log in, wrong PINs in a row, service, tests, closed days."""

    accounts: Mapping[str, AccountRole] = field(default_factory=lambda: MappingProxyType({}))
    failures: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Wrong PINs since the last right one, by account; all unknown accounts under ""."""
    closed_because: str = ""  # a ClosedBecause; empty: in service
    sample: Sample | None = None
    tests: Mapping[str, tuple[bool, int]] = field(default_factory=lambda: MappingProxyType({}))
    """By device: passed, and when (seconds since 1970)."""
    hours: str = ""  # set on the screen, as `hours.text_of` writes them; empty: the site file's
    hours_set_s: int = 0  # seconds since 1970
    closed_days: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    """ISO date to the statement it was closed by, and when (seconds since 1970)."""


def office_after(
    office: Office, record: OperatorActed | AccountKept | AccountDropped | SampleMoved
) -> Office:
    match record:
        case AccountKept(account_id, role):
            failures = {key: n for key, n in office.failures.items() if key != account_id}
            accounts = MappingProxyType({**office.accounts, account_id: role})
            return replace(office, accounts=accounts, failures=MappingProxyType(failures))
        case AccountDropped(account_id):
            kept = {key: role for key, role in office.accounts.items() if key != account_id}
            return replace(office, accounts=MappingProxyType(kept))
        case SampleMoved(job_id, state):
            return replace(office, sample=Sample(job_id, state))
        case OperatorActed():
            return _office_acted(office, record)
        case _:
            assert_never(record)


def _office_acted(office: Office, record: OperatorActed) -> Office:
    match record.act:
        case Act.LOG_IN if record.refused in ("", "wrong_pin"):
            key = record.subject if record.subject in office.accounts else ""
            count = office.failures.get(key, 0) + 1 if record.refused else 0
            failures = MappingProxyType({**office.failures, key: count})
            return replace(office, failures=failures)
        case _ if record.refused:
            return office
        case Act.TAKE_OUT_OF_SERVICE:
            return replace(office, closed_because=record.subject)
        case Act.PUT_IN_SERVICE:
            return replace(office, closed_because="")
        case Act.SET_HOURS:
            hours, at_s = str(record.detail.get("hours", "")), int(record.detail.get("at_s", 0))
            return replace(office, hours=hours, hours_set_s=at_s)
        case Act.END_DEVICE_TEST if record.subject:  # else it was given up
            result = (bool(record.detail["passed"]), int(record.detail["at_s"]))
            return replace(office, tests=MappingProxyType({**office.tests, record.subject: result}))
        case Act.CLOSE_DAY:
            closed = (str(record.detail["statement"]), int(record.detail["at_s"]))
            days = {**office.closed_days, record.subject: closed}
            for day in sorted(days)[:-DAYS_KEPT]:
                del days[day]
            return replace(office, closed_days=MappingProxyType(days))
        case _:
            return office

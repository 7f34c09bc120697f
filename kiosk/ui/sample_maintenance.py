"""Every page of the maintenance screen with what must go on for it: kiosk, page and touches."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from drivers.api import PaperLoading, Role
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.office_book import Office
from kiosk.domain.operator import AccountRole
from kiosk.domain.operator_desk import (
    CopyStep,
    DeviceTest,
    OfficeCopy,
    OperatorDesk,
    PaperChange,
    PaperStep,
    Session,
    StepOfTest,
)
from kiosk.ui.sample_desk import OPEN_CODE, RECEIPT
from kiosk.ui.sample_screens import NOW_S, PAYMENT_ID, READY, WALL


def at_desk(**state: object) -> Kiosk:
    """A technician is logged in, touched a moment ago, and this is what goes on."""
    session = Session("1001", AccountRole.TECHNICIAN, NOW_S - 60, NOW_S - 1)
    return replace(READY, desk=OperatorDesk(session=session, **state))  # type: ignore[arg-type]


DESK = at_desk()
CLERK = replace(READY, desk=OperatorDesk(
    session=Session("2002", AccountRole.OFFICE, NOW_S - 60, NOW_S - 1)))  # fmt: skip
HALTED = replace(DESK, halted="disk full")
HOURS = replace(
    DESK,
    ledger=replace(
        READY.ledger,
        office=Office(
            hours="; ".join(
                f"{day} {span}"
                for day in ("mon", "tue", "wed", "thu", "fri")
                for span in ("08:30-12:00", "13:30-17:30")
            ),
            hours_set_s=int(WALL.timestamp()) - 86400,
        ),
    ),
)
NOBODY = replace(READY, desk=OperatorDesk())
HELD = replace(
    READY,
    ledger=replace(READY.ledger, office=Office(accounts={"1001": AccountRole.OFFICE})),
    desk=OperatorDesk(held_until_s=MappingProxyType({"1001": NOW_S + 130, "": NOW_S + 130})),
)
IDLE = replace(READY, desk=OperatorDesk(
    session=Session("1001", AccountRole.TECHNICIAN, NOW_S - 100, NOW_S - 45)))  # fmt: skip

Steps = tuple[str, ...]
"""Page, then acts; "=123" types, "." is the primary button."""
MAINTENANCE: MappingProxyType[str, tuple[Kiosk, Steps]] = MappingProxyType(
    {
        "desk-first": (NOBODY, ("first",)),
        "desk-first-again": (NOBODY, ("first", "=1001", ".", "=837465", ".", "=8374")),
        "desk-login": (NOBODY, ("login", "=1001")),
        "desk-login-lost": (NOBODY, ("login", "lost")),
        "desk-login-pin": (NOBODY, ("login", "=1001", ".", "=8374")),
        "desk-login-held": (HELD, ("login", "=1001", ".", "=837465")),
        "desk-home": (DESK, ("home",)),
        "desk-idle": (IDLE, ("home",)),
        "desk-paper": (DESK, ("paper",)),
        **{
            f"desk-paper-{step.value}": (at_desk(paper=PaperChange(step)), ("paper",))
            for step in PaperStep
        },
        **{
            f"desk-paper-{loading.value}-{step.value}": (
                replace(
                    at_desk(paper=PaperChange(step)),
                    rules=replace(READY.rules, paper_loading=loading),
                ),
                ("paper",),
            )
            for loading in (PaperLoading.CLAMSHELL, PaperLoading.LEVER, PaperLoading.FEED)
            for step in (PaperStep.OPEN_COVER, PaperStep.PUT_ROLL, PaperStep.CLOSE_COVER)
        },
        "desk-payments": (DESK, ("payments",)),
        "desk-payments-code": (DESK, ("payments", "code", "=7K4MQR29")),
        "desk-payments-amount": (DESK, ("payments", "amount", "=144350")),
        "desk-payments-day": (DESK, ("payments", "day")),
        "desk-payments-found": (DESK, ("payments", ".")),
        "desk-payments-story": (DESK, ("payments", ".", "visit-V1")),
        "desk-payments-acts": (DESK, ("payments", ".", "visit-V1", "acts")),
        "desk-doubts": (DESK, ("doubts",)),
        "desk-doubts-acts": (DESK, ("doubts", PAYMENT_ID)),
        "desk-doubts-code": (DESK, ("doubts", OPEN_CODE)),
        "desk-doubts-sure": (DESK, ("doubts", PAYMENT_ID, f"correct_paid-{PAYMENT_ID}")),
        "desk-doubts-note": (DESK, ("doubts", PAYMENT_ID, f"note-{PAYMENT_ID}")),
        "desk-owed": (DESK, ("owed",)),
        "desk-owed-reason": (DESK, ("owed", RECEIPT, f"print_copy-{RECEIPT}")),
        **{
            f"desk-copy-{step.value}": (
                at_desk(copy=OfficeCopy(RECEIPT, "C1", reprint=True, step=step, copy_number=2)),
                ("owed", RECEIPT, f"print_copy-{RECEIPT}", "pick-torn"),
            )
            for step in CopyStep
        },
        "desk-day": (DESK, ("day",)),
        "desk-day-result": (DESK, ("day", ".")),
        "desk-day-revised": (DESK, ("day-2026-11-17", ".")),
        "desk-day-case": (DESK, ("day", ".", ".", "=A12")),
        "desk-day-places": (DESK, ("day", ".", "export")),
        "desk-devices": (DESK, ("devices",)),
        **{
            f"desk-test-{step.value}": (
                at_desk(
                    test=DeviceTest(
                        Role.ID_READER, step, "resident" if step is StepOfTest.SHOWN else "moved"
                    )
                ),
                ("devices",),
            )
            for step in StepOfTest
        },
        "desk-test-printer": (
            at_desk(test=DeviceTest(Role.RECEIPT_PRINTER, StepOfTest.WAITING)),
            ("devices",),
        ),
        "desk-service": (DESK, ("service",)),
        "desk-service-halted": (HALTED, ("service",)),
        "desk-login-halted": (replace(HALTED, desk=OperatorDesk()), ("login",)),
        "desk-home-halted": (HALTED, ("home",)),
        "desk-service-closing": (DESK, ("service", "close")),
        "desk-service-volume": (DESK, ("service", "volume")),
        "desk-service-restart": (DESK, ("service", "machine")),
        "desk-accounts": (DESK, ("accounts",)),
        "desk-service-office": (CLERK, ("service",)),
        "desk-pin": (DESK, ("pin-1001", "=8374")),
        "desk-hours": (DESK, ("hours",)),
        "desk-hours-set": (HOURS, ("hours",)),
        "desk-hours-day": (HOURS, ("hours", "day-0", "=083012001330")),
        "desk-accounts-one": (DESK, ("accounts", "account-2002")),
        "desk-accounts-drop": (DESK, ("accounts", "account-2002", "drop-")),
    }
)

"""Devices: how each is, what to do, and its test with a recorded pass or fail."""

from __future__ import annotations

from drivers.api import Role
from kiosk import event_catalogue
from kiosk.domain.operator import BeginDeviceTest, EndDeviceTest, PrintTest
from kiosk.domain.operator_desk import DeviceTest, StepOfTest
from kiosk.maintenance.views import DeviceLine, Home
from kiosk.ui.viewmodels.maintenance_home import TONES
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone

TEST_TONES = {StepOfTest.SHOWN: Tone.GOOD, StepOfTest.TROUBLE: Tone.REMEMBER}


class DevicesPage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._lines: tuple[DeviceLine, ...] = ()

    def enter(self) -> None:
        self._read()

    def _read(self) -> None:
        self.office.ask(self.office.desk.testable, self._show)

    def _show(self, lines: tuple[DeviceLine, ...]) -> None:
        self._lines = lines

    def page(self) -> Page:
        test = self.office.kiosk.desk.test
        return self._list() if test is None else self._test(test)

    def _list(self) -> Page:
        home = self.office.desk.home(self.office.kiosk)
        return Page(
            title=self.office.t("desk_devices.title"),
            subtitle=self.office.t("desk_devices.subtitle"),
            is_busy=not self._lines,
            rows=tuple(self._row(line, home) for line in self._lines),
            actions=(Action("back", self.office.t("desk.back"), "back"),),
        )

    def _row(self, line: DeviceLine, home: Home) -> Row:
        words = self.office.words
        part = next((part for part in home.parts if part.code == line.role.value), None)
        return Row(
            line.role.value,
            words(line.name),
            words(part.todo) if part else "",
            words(line.last_result),
            words(part.state) if part else "",
            (TONES[part.light] if part else Tone.PLAIN).value,
            self.office.t("desk_devices.test"),
            self.office.t("desk_devices.test_of", device=words(line.name)),
        )

    def _test(self, test: DeviceTest) -> Page:
        t, role, step = self.office.t, test.role.value, test.step
        printer = test.role is Role.RECEIPT_PRINTER
        name = next((self.office.words(x.name) for x in self._lines if x.role is test.role), "")
        actions = (
            Action("failed", t("desk_devices.failed"), "close"),
            Action("give-up", t("desk_devices.give_up"), "back"),
        )
        primary: Action | None = Action("passed", t("desk_devices.passed"))
        if step is not StepOfTest.SHOWN:
            primary = Action("print", t("desk_paper.print")) if printer else None
        return Page(
            title=t("desk_devices.testing", device=name),
            subtitle=t(f"desk_devices.how_{role}"),
            banner=self._said(test),
            banner_tone=TEST_TONES.get(step, Tone.INFO).value,
            banner_picture="check" if step is StepOfTest.SHOWN else "info",
            actions=actions,
            primary=primary,
        )

    def _said(self, test: DeviceTest) -> str:
        t = self.office.t
        match test.step:
            case StepOfTest.WAITING:
                return t("desk_devices.waiting")
            case StepOfTest.SHOWN:
                if test.role is Role.RECEIPT_PRINTER:
                    return t("desk_devices.shown_printer")
                return t("desk_devices.shown", what=t(f"desk_read.{test.detail}"))
            case StepOfTest.TROUBLE:
                found = event_catalogue.describe("device", test.detail)
                words = [each.words(self.office.language) for each in found]
                return t("desk.join").join(words) or t("desk_devices.trouble")

    def act(self, key: str) -> None:
        office = self.office
        match key:
            case "back":
                office.go("home")
            case "passed":
                office.order(EndDeviceTest(passed=True), self._read)
            case "failed":
                office.order(EndDeviceTest(passed=False), self._read)
            case "give-up":
                office.order(EndDeviceTest(passed=None), self._read)
            case "print":
                office.order(PrintTest())
            case _:
                office.order(BeginDeviceTest(Role(key)))

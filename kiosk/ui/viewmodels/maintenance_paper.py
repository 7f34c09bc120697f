"""Changing the paper, step by step; the printer itself moves the steps on."""

from __future__ import annotations

from kiosk.domain.operator import BeginPaperChange, EndPaperChange, PrintTest
from kiosk.domain.operator_desk import PaperStep
from kiosk.ui.viewmodels.maintenance_office import Controller
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Tone

STEPS = (PaperStep.OPEN_COVER, PaperStep.PUT_ROLL, PaperStep.CLOSE_COVER, PaperStep.READY_TO_TEST)
"""What is counted as 1 to 4; the test strip is the last of them."""
BY_HAND = STEPS[:3]
"""What hands do differs from printer to printer."""


class PaperPage(Controller):
    def page(self) -> Page:
        change = self.office.kiosk.desk.paper
        return self._before() if change is None else self._at(change.step)

    def _before(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_paper.title"),
            subtitle=t("desk_paper.before"),
            drawing=f"{self._loading}-roll",
            actions=(Action("back", t("desk.back"), "back"),),
            primary=Action("begin", t("desk_paper.begin")),
        )

    @property
    def _loading(self) -> str:
        return self.office.kiosk.rules.paper_loading.value

    def _at(self, step: PaperStep) -> Page:
        t, name = self.office.t, step.value
        number = STEPS.index(step) + 1 if step in STEPS else len(STEPS)
        actions = [Action("stop", t("desk_paper.stop"), "close")]
        primary = None
        kind = f"{name}_{self._loading}" if step in BY_HAND else name
        match step:
            case PaperStep.OPEN_COVER if self.office.kiosk.can_print:
                actions.insert(0, Action("print", t("desk_paper.is_changed"), "printer"))
            case PaperStep.READY_TO_TEST:
                primary = Action("print", t("desk_paper.print"))
            case PaperStep.NOT_PROVEN:
                primary = Action("print", t("desk_paper.print_again"))
            case PaperStep.LOOK:
                actions.insert(0, Action("print", t("desk_paper.print_again"), "printer"))
                primary = Action("confirm", t("desk_paper.confirm"))
        return Page(
            title=t(f"desk_paper.{kind}"),
            subtitle=t("desk_paper.step", number=number, of=len(STEPS)),
            banner=t(f"desk_paper.{kind}_how"),
            banner_tone=(Tone.REMEMBER if step is PaperStep.NOT_PROVEN else Tone.INFO).value,
            drawing=f"{self._loading}-{name}",
            is_busy=step is PaperStep.PRINTING,
            actions=tuple(actions),
            primary=primary,
        )

    def act(self, key: str) -> None:
        office = self.office
        match key:
            case "begin":
                office.order(BeginPaperChange())
            case "print":
                office.order(PrintTest())
            case "confirm":
                office.order(EndPaperChange(confirmed=True), self._done)
            case "stop":
                office.order(EndPaperChange(confirmed=False), lambda: office.go("home"))
            case "back":
                office.go("home")

    def _done(self) -> None:
        self.office.go("home")
        self.office.say(self.office.t("desk_paper.done"))

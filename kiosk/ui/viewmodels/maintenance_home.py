"""Home: can this kiosk take money now, whose money is in doubt, what needs a hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kiosk.domain.kiosk import Link, Service
from kiosk.maintenance.revised import closed_days
from kiosk.maintenance.views import Home, Light, Part
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone, heading

TONES = {Light.GOOD: Tone.GOOD, Light.LOOK: Tone.REMEMBER, Light.BAD: Tone.STOP}
MENU = (
    ("paper", "receipt"),
    ("payments", "search"),
    ("day", "coins"),
    ("devices", "printer"),
    ("service", "shield"),
)
HELPED_BY = {"paper": "paper", "receipt_printer": "devices", "id_reader": "devices",
             "card_reader": "devices", "scanner": "devices", "service": "service",
             "hours": "service", "journal": "service"}  # fmt: skip
"""The page on which an operator mends a part, where there is one."""
MENDED_UNDER_SERVICE = (Service.OUT_OF_SERVICE, Service.CLOSED, Service.HALTED)
PICTURES = {Tone.GOOD: "check", Tone.REMEMBER: "warning", Tone.STOP: "stop"}
NAMED_DAYS = 3


class HomePage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._asked_after: tuple[str, float] | None = None  # the log-in: whose, and since when
        self._to_ask: tuple[date, ...] = ()

    def enter(self) -> None:
        """Once after each log-in: which statements the platform has now of the closed days."""
        kiosk, log_in = self.office.kiosk, self.office.log_in
        if log_in == self._asked_after or kiosk.link is not Link.UP:
            return
        self._asked_after, self._to_ask = log_in, closed_days(kiosk)
        self._hear_of_next()

    def _hear_of_next(self) -> None:
        """One short request after the other, so that an operator's own job waits for one only."""
        if self._to_ask and self.office.account_id:
            day, *rest = self._to_ask
            self._to_ask = tuple(rest)
            self.office.ask_behind(lambda: self.office.desk.hear_of(day), self._heard)

    def _heard(self, answered: object) -> None:
        if answered:
            self._hear_of_next()

    def page(self) -> Page:
        office, t = self.office, self.office.t
        home = office.desk.home(office.kiosk)
        verdict, tone = self._verdict(home)
        return Page(
            title=t("desk_home.title"),
            banner=verdict,
            banner_tone=tone.value,
            banner_picture=PICTURES[tone],
            rows=(*self._money(home), *self._hands(home), *self._all(home)),
            actions=tuple(Action(name, t(f"desk_home.{name}"), icon) for name, icon in MENU),
        )

    def _verdict(self, home: Home) -> tuple[str, Tone]:
        if not home.takes_money:
            why = self.office.t("desk.join").join(self.office.words(each) for each in home.why_not)
            return self.office.t("desk_home.takes_none", why=why), Tone.STOP
        if not self.office.kiosk.can_print:
            return self.office.t("desk_home.takes_no_paper"), Tone.REMEMBER
        return self.office.t("desk_home.takes_money"), Tone.GOOD

    def _asks_nobody(self) -> bool:
        return self.office.kiosk.rules.maintenance_only

    def _money(self, home: Home) -> tuple[Row, ...]:
        t, rows = self.office.t, []
        if home.in_doubt:
            total = sum(each.amount_fen for each in home.in_doubt)
            rows.append(
                Row(
                    "doubts",
                    self.office.texts.count("desk_home.in_doubt", len(home.in_doubt)),
                    t(
                        "desk_home.in_doubt_later"
                        if self._asks_nobody()
                        else "desk_home.in_doubt_do"
                    ),
                    chip=wording.amount(self.office.texts, total),
                    tone=Tone.STOP.value,
                    act=t("desk.look_at"),
                    act_name=t("desk_home.see_doubts"),
                )
            )
        if home.receipts_owed:
            rows.append(
                Row(
                    "owed",
                    self.office.texts.count("desk_home.owed", home.receipts_owed),
                    t("desk_home.owed_do"),
                    tone=Tone.REMEMBER.value,
                    act=t("desk.look_at"),
                    act_name=t("desk_home.see_owed"),
                )
            )
        if home.revised:
            rows.append(self._revised(home))
        if home.unclosed:
            rows.append(self._unclosed(home))
        return tuple(rows)

    def _revised(self, home: Home) -> Row:
        t, last = self.office.t, home.revised[-1].day
        days = self._named([each.day for each in home.revised])
        return Row(
            f"day-{last.isoformat()}",
            self.office.texts.count("desk_home.revised", len(home.revised)),
            t("desk_home.revised_do", days=days),
            tone=Tone.STOP.value,
            act=t("desk_home.day"),
            act_name=t("desk_home.see_revised"),
        )

    def _named(self, days: Sequence[date]) -> str:
        texts = self.office.texts
        return self.office.t("desk.join").join(
            wording.day(texts, day) for day in days[-NAMED_DAYS:]
        )

    def _unclosed(self, home: Home) -> Row:
        texts = self.office.texts
        days = self._named(home.unclosed)
        return Row(
            "day",
            texts.count("desk_home.unclosed", len(home.unclosed)),
            days if len(home.unclosed) <= NAMED_DAYS
            else self.office.t("desk_home.unclosed_last", days=days),
            tone=Tone.REMEMBER.value,
            act=self.office.t("desk_home.day"),
            act_name=self.office.t("desk_home.see_unclosed"),
        )  # fmt: skip

    def _hands(self, home: Home) -> tuple[Row, ...]:
        if not home.hands:
            return ()
        title = heading("hands", self.office.t("desk_home.hands"))
        return (title, *(self._hand(part) for part in home.hands if not _is_told(part, home)))

    def _hand(self, part: Part) -> Row:
        words, helper = self.office.words, HELPED_BY.get(part.code, "")
        if part.code == "service" and self.office.kiosk.service not in MENDED_UNDER_SERVICE:
            helper = ""  # what keeps it from serving is named beside, and mended there
        if part.code == "journal" and not self.office.kiosk.halted:
            helper = ""  # a bundle can be taken there of one that is halted
        name = words(part.name)
        return Row(
            f"hand-{part.code}",
            name,
            words(part.todo),
            chip=words(part.state),
            tone=TONES[part.light].value,
            act=self.office.t(f"desk_home.{helper}") if helper else "",
            act_name=self.office.t("desk_home.mend", part=name),
        )

    def _all(self, home: Home) -> tuple[Row, ...]:
        words = self.office.words
        good = [part for part in home.parts if part not in home.hands]
        if not good:
            return ()
        return (
            heading("all", self.office.t("desk_home.rest" if home.hands else "desk_home.all")),
            *(
                Row(
                    f"part-{part.code}",
                    words(part.name),
                    chip=words(part.state),
                    tone=TONES[part.light].value,
                )
                for part in good
            ),
        )

    def act(self, key: str) -> None:
        part = key.removeprefix("hand-")
        self.office.go(HELPED_BY.get(part, key) if key.startswith("hand-") else key)


def _is_told(part: Part, home: Home) -> bool:
    """Whether another part says the same, and is where it is mended."""
    others = (other for other in home.hands if other.code != part.code)
    return part.code == "service" and any(other.state == part.state for other in others)

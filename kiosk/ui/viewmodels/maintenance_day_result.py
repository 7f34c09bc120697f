"""What the comparison of a day found, as a page: sums, differences with who acts, totals."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.ledger import Ledger
from kiosk.maintenance.views import Day, Difference, TotalLine
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_office import Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone, heading

OPEN_CODE = "open_code"  # kinds of differences that are about one, not about a payment
MAX_DIFFERENCES = 100  # on the screen; the CSV file has them all


@dataclass(frozen=True, slots=True)
class Kept:
    """A result while the story of one of its differences is looked at.

    It holds as long as the ledger is the very one that it was compared with, and for whoever
    was logged in.
    """

    result: Day
    is_closed: bool
    ledger: Ledger
    log_in: tuple[str, float] | None

    def still_holds(self, office: Office) -> bool:
        return self.ledger is office.kiosk.ledger and self.log_in == office.log_in


@dataclass(frozen=True, slots=True)
class ResultPage:
    office: Office
    day: Day
    is_closed: bool  # on this page, just now

    def page(self) -> Page:
        t, texts, day = self.office.t, self.office.texts, self.day
        has_export = Action("export", t("desk_day.export"), "copy")
        actions = [has_export, Action("again", t("desk_day.again"), "search"),
                   Action("choose", t("desk.back"), "back")]  # fmt: skip
        primary = None
        if day.can_close and not self.is_closed:
            primary = Action("close", t("desk_day.close"), enabled=not self.office.waiting)
        banner, tone = self._verdict()
        return Page(
            title=wording.day(texts, day.day),
            subtitle=t("desk_day.statement", name=day.statement) if day.statement else "",
            banner=banner,
            banner_tone=tone.value,
            banner_picture="check" if tone is Tone.GOOD else "warning",
            rows=(
                *self._not_final(),
                *self._sums(),
                *self._differences(),
                *self._totals("item", day.by_item),
                *self._totals("agency", day.by_agency),
                *self._totals("wallet", day.by_wallet),
            ),
            actions=tuple(actions),
            primary=primary,
        )

    def _verdict(self) -> tuple[str, Tone]:
        t = self.office.t
        if self.day.trouble is not None:
            return self.office.words(self.day.trouble), Tone.STOP
        if self.is_closed:
            return t("desk_day.closed_now"), Tone.GOOD
        if self.day.closed_by:
            names = {"closed": self.day.closed_by, "published": self.day.statement}
            if not self.day.differences:
                return t("desk_day.revised_agrees", **names), Tone.REMEMBER
            count = len(self.day.differences)
            return self.office.texts.count("desk_day.revised", count, **names), Tone.STOP
        if self.day.closed_at is not None:
            when = wording.moment(self.office.texts, self.day.closed_at)
            return t("desk_day.closed_before", when=when), Tone.GOOD
        if self.day.differences:
            count = len(self.day.differences)
            return self.office.texts.count("desk_day.differ", count), Tone.STOP
        return t("desk_day.agrees"), Tone.GOOD

    def _not_final(self) -> tuple[Row, ...]:
        """Why there is no button that closes the day."""
        if self.day.can_close or self.day.trouble is not None:
            return ()
        why = "not_final" if self.day.day < self.office.kiosk.today else "not_over"
        return (Row("not-final", self.office.t(f"desk_day.{why}"), tone=Tone.REMEMBER.value),)

    def _sums(self) -> tuple[Row, ...]:
        if self.day.trouble is not None:
            return ()
        ours = ("ours", self.day.ours_count, self.day.ours_fen)
        theirs = ("theirs", self.day.theirs_count, self.day.theirs_fen)
        return tuple(self._sum(f"sum-{key}", self.office.t(f"desk_day.{key}"), count, fen)
                     for key, count, fen in (ours, theirs))  # fmt: skip

    def _sum(self, key: str, title: str, count: int, fen: int) -> Row:
        amount = wording.amount(self.office.texts, fen)
        return Row(key, title, self.office.texts.count("desk_day.count", count), chip=amount)

    def _differences(self) -> tuple[Row, ...]:
        if not self.day.differences:
            return ()
        t = self.office.t
        shown = self.day.differences[:MAX_DIFFERENCES]
        rows = tuple(self._difference(number, each) for number, each in enumerate(shown))
        hidden = len(self.day.differences) - len(shown)
        rest = (Row("rest", t("desk_day.rest", count=hidden)),) if hidden else ()
        return (heading("differences", t("desk_day.differences")), *rows, *rest)

    def _difference(self, number: int, each: Difference) -> Row:
        t, words = self.office.t, self.office.words
        has_story = each.ours_fen is not None and not each.kind.startswith(OPEN_CODE)
        return Row(
            f"difference-{number}",
            words(each.words),
            t("desk_day.who", who=words(each.who), what=words(each.what)),
            "\n".join((both_sides(self.office, each), *self._known_as(each))),
            tone=Tone.STOP.value,
            act=t("desk_pay.story") if has_story else "",
            act_name=t("desk_day.story_of", number=number + 1),
        )

    def _known_as(self, each: Difference) -> tuple[str, ...]:
        """The whole number: whoever is called up needs it."""
        if not each.payment_id:
            return ()
        key = "code_is" if each.kind.startswith(OPEN_CODE) else "payment_is"
        return (self.office.t(f"desk_day.{key}", number=each.payment_id),)

    def _totals(self, key: str, totals: tuple[TotalLine, ...]) -> tuple[Row, ...]:
        if not totals:
            return ()
        return (
            heading(key, self.office.t(f"desk_day.by_{key}")),
            *(self._sum(f"{key}-{number}", self.office.words(line.label), line.count,
                        line.amount_fen) for number, line in enumerate(totals)),
        )  # fmt: skip


def both_sides(office: Office, each: Difference) -> str:
    """What the kiosk has and what the platform has."""
    ours, theirs = (
        office.t("desk_day.nothing") if fen is None else wording.amount(office.texts, fen)
        for fen in (each.ours_fen, each.theirs_fen)
    )
    return office.t("desk_day.both_sides", ours=ours, theirs=theirs)

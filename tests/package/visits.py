"""Residents before the screen: each with a card and one bill more, as far as a stage."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kiosk.demo.phone import Phone
from tests.crash.test_kill9 import first_item
from tests.package.looks import SIZE, primary_action
from tests.package.street import Street, say, wait_for

STAGES = ("idle", "bills", "code", "paid", "done")
REST_S = 1.0  # a page comes to rest
BILLS_S = 20.0  # before the page asks whether anybody is still there
ANSWER_S = 8.0  # after a touch
MOST_TOUCHES = 4


class Visits:
    """Plays one visit after the other."""

    def __init__(self, street: Street) -> None:
        self._street = street
        self._payers = 0

    def whole(self) -> None:
        """One resident, from the card to the paper."""
        self.come_to("done")
        self._street.keep("done")
        self.leave()
        strips = len(self._street.printer.strips)
        say(f"a visit was paid and its receipt printed ({strips} strips)")

    def come_to(self, stage: str) -> None:
        """A new resident, as far as this stage."""
        if stage == "idle":
            return
        street = self._street
        strips = len(street.printer.strips)
        person = self._next_payer()
        street.place_card(person["name"], person["number"])
        wait_for("the bills", lambda: primary_action(street.screen.picture()), BILLS_S)
        if stage == "bills":
            return
        address = self._code_after_touch()
        if stage == "code":
            return
        Phone("wechat").pay(address)
        if stage == "paid":
            return
        wait_for("the receipt", lambda: len(street.printer.strips) > strips)
        wait_for("the last page", lambda: not street.code_on_screen())
        street.rest(REST_S)

    def _code_after_touch(self) -> str:
        """Touch what is to be touched until the code is shown, as a person would.

        A page that somebody waited long at is veiled: the first touch, anywhere, lifts it.
        """
        street = self._street
        for number in range(MOST_TOUCHES):
            street.rest(REST_S)
            at = primary_action(street.screen.picture())
            street.screen.touch(*(at or (SIZE[0] // 2, SIZE[1] // 2)))
            with suppress(AssertionError):
                return str(wait_for("the code", street.code_on_screen, ANSWER_S))
            street.keep("no-code-yet")
            where = f"the primary action at {at}" if at else "a page without a primary action"
            say(f"touch {number + 1} on {where} led to no code within {ANSWER_S:.0f} s")
        raise AssertionError("the primary action leads to no code")

    def leave(self) -> None:
        self._street.lift_card()
        finish = primary_action(self._street.screen.picture())
        if finish:
            self._street.screen.touch(*finish)
        self._street.wait_until_idle()

    def _next_payer(self) -> dict[str, Any]:
        people = self._street.platform.get("/sandbox/people")
        residents = [each for each in people if each["kind"] == "person"]
        self._payers += 1
        person = dict(residents[20 + self._payers])
        self._street.platform.post(
            "/sandbox/bills",
            {"owner": person["number"], "item_code": first_item(), "amount_fen": 12300},
        )
        return person

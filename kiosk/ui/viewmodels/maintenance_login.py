"""Logging in, and making an account: number, PIN, and for a new account the PIN again."""

from __future__ import annotations

from abc import abstractmethod
from enum import StrEnum

from kiosk.domain.operator import AccountRole, NotDone
from kiosk.domain.operator_checks import MAX_ACCOUNT_DIGITS, MIN_ACCOUNT_DIGITS
from kiosk.maintenance import pins
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone
from kiosk.ui.viewmodels.maintenance_typing import Typing


class Step(StrEnum):
    NUMBER = "number"
    PIN = "pin"
    AGAIN = "again"


def _number() -> Typing:
    return Typing(MAX_ACCOUNT_DIGITS)


def _pin() -> Typing:
    return Typing(pins.MAX_DIGITS, secret=True)


class Asking(Controller):
    """A number and a PIN, typed one after the other."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._forget()

    def _forget(self) -> None:
        self._step = Step.NUMBER
        self._account = ""
        self._first_pin = ""
        self._typing = _number()

    def enter(self) -> None:
        self._forget()

    def left(self) -> None:
        self._forget()

    def page(self) -> Page:
        t = self.office.t
        return Page(
            title=self._title(),
            subtitle=self._subtitle(),
            banner=self._trouble(),
            banner_tone=Tone.REMEMBER.value,
            banner_picture="warning",
            field=self._typing.shown,
            field_label=t("desk_login.account_of", account=self._account) if self._account else "",
            keypad=self._typing.keypad,
            is_busy=self.office.waiting > 0,
            actions=self._actions(),
            primary=Action("next", self._next_text(), enabled=self._is_enough()),
        )

    def _actions(self) -> tuple[Action, ...]:
        return (Action("back", self.office.t("desk.back"), "back"),)

    @abstractmethod
    def _title(self) -> str: ...

    def _subtitle(self) -> str:
        if self._step is Step.NUMBER:
            return self.office.t("desk_login.number_hint")
        return self.office.t("desk_login.pin_hint")

    def _trouble(self) -> str:
        return ""

    def _next_text(self) -> str:
        return self.office.t("desk_login.next")

    def _is_enough(self) -> bool:
        least = MIN_ACCOUNT_DIGITS if self._step is Step.NUMBER else pins.MIN_DIGITS
        return len(self._typing.text) >= least and not self.office.waiting

    def press(self, key: str) -> None:
        self._typing = self._typing.press(key)

    def backspace(self) -> None:
        self._typing = self._typing.delete()

    def clear(self) -> None:
        self._typing = self._typing.cleared()

    def act(self, key: str) -> None:
        self.office.hush()
        if key == "next" and self._is_enough():
            self._next()
        elif key == "back":
            self._back()

    def _back(self) -> None:
        if self._step is Step.NUMBER:
            self._leave()
        else:
            self._forget()

    def _next(self) -> None:
        typed = self._typing.text
        match self._step:
            case Step.NUMBER:
                self._account = typed
                self._step, self._typing = Step.PIN, _pin()
            case Step.PIN:
                self._with_pin(typed)
            case Step.AGAIN:
                self._with_pin_again(typed)

    @abstractmethod
    def _leave(self) -> None: ...

    @abstractmethod
    def _with_pin(self, pin: str) -> None: ...

    def _with_pin_again(self, pin: str) -> None:
        """Only where an account is made."""


class Login(Asking):
    def _forget(self) -> None:
        super()._forget()
        self._is_lost = False

    def page(self) -> Page:
        return self._lost() if self._is_lost else super().page()

    def _actions(self) -> tuple[Action, ...]:
        return (Action("lost", self.office.t("desk_login.lost"), "help"), *super()._actions())

    def _lost(self) -> Page:
        """Who helps, and with what; nothing here opens anything."""
        t, phone = self.office.t, self.office.help_phone
        rows = [Row(key, t(f"desk_lost.{key}"), t(f"desk_lost.{key}_do"))
                for key in ("office", "technician", "all")]  # fmt: skip
        if phone:
            rows.append(Row("call", t("desk_lost.call"), phone))
        return Page(
            title=t("desk_lost.title"),
            subtitle=t("desk_lost.subtitle"),
            rows=tuple(rows),
            actions=(Action("found", t("desk.back"), "back"),),
        )

    def act(self, key: str) -> None:
        if key in ("lost", "found"):
            self.office.hush()
            self._is_lost = key == "lost"
        else:
            super().act(key)

    def _title(self) -> str:
        return self.office.t(f"desk_login.{self._step.value}")

    def _subtitle(self) -> str:
        halted = self.office.kiosk.halted
        return self.office.t("desk_login.halted") if halted else super()._subtitle()

    def _trouble(self) -> str:
        """How long this account is held, counted down; unknown ones are held as one, and look
        the same."""
        kiosk = self.office.kiosk
        account = self._account if self._account in kiosk.ledger.office.accounts else ""
        until_s = kiosk.desk.held_until_s.get(account, 0.0)
        left_s = wording.seconds_left(until_s, self.office.kiosk.now_s)
        if not left_s:
            return ""
        minutes, seconds = divmod(left_s, 60)
        if minutes:
            return self.office.t("desk_login.held_minutes", minutes=minutes, seconds=seconds)
        return self.office.t("desk_login.held_seconds", seconds=seconds)

    def _is_enough(self) -> bool:
        return super()._is_enough() and not (self._step is Step.PIN and self._trouble())

    def _next_text(self) -> str:
        key = "next" if self._step is Step.NUMBER else "enter"
        return self.office.t(f"desk_login.{key}")

    def _leave(self) -> None:
        self.office.go("")

    def _with_pin(self, pin: str) -> None:
        account = self._account
        self._typing = _pin()
        self.office.ask(
            lambda: self.office.desk.log_in(account, pin),
            self._judged,
        )

    def _judged(self, answer: NotDone | None) -> None:
        """That the account is held now says it all; it counts down by itself."""
        if not (answer in (NotDone.WRONG_PIN, NotDone.HELD) and self._trouble()):
            self.office.judge(answer, lambda: self.office.go("home"))


class NewAccount(Asking):
    """The first account is a technician's; later ones are made by a technician."""

    def __init__(self, office: Office, *, first: bool) -> None:
        super().__init__(office)
        self._is_first = first
        self.role = AccountRole.TECHNICIAN

    def about(self, what: str) -> None:
        if what:
            self.role = AccountRole(what)

    def _title(self) -> str:
        return self.office.t(f"desk_account.{self._step.value}")

    def _subtitle(self) -> str:
        if self._step is Step.NUMBER:
            key = "desk_account.first_hint" if self._is_first else f"desk_account.{self.role.value}"
        else:
            key = "desk_account.pin_hint"
        return self.office.t(key)

    def _next_text(self) -> str:
        key = "desk_account.make" if self._step is Step.AGAIN else "desk_login.next"
        return self.office.t(key)

    def _leave(self) -> None:
        self.office.go("" if self._is_first else "accounts")

    def _next(self) -> None:
        """An account that is there would silently get another PIN and role."""
        is_new = self._step is Step.NUMBER
        if is_new and self._typing.text in self.office.kiosk.ledger.office.accounts:
            self.office.tell("account_taken")
        else:
            super()._next()

    def _with_pin(self, pin: str) -> None:
        self._first_pin = pin
        self._step, self._typing = Step.AGAIN, _pin()

    def _with_pin_again(self, pin: str) -> None:
        first, self._first_pin = self._first_pin, ""
        if pin != first:
            self._step, self._typing = Step.PIN, _pin()
            self.office.tell("pins_differ")
            return
        account, role = self._account, self.role
        self._step, self._typing = Step.PIN, _pin()
        self.office.ask(
            lambda: self.office.desk.keep_account(account, role, pin),
            lambda answer: self.office.judge(answer, self._made),
        )

    def _made(self) -> None:
        self._forget()
        self.office.go("login" if self._is_first else "accounts")
        self.office.say(self.office.t("desk_account.made"))


class NewPin(NewAccount):
    """A new PIN for an account that there is: one's own, or given by a technician."""

    def __init__(self, office: Office) -> None:
        self._whose = ""
        super().__init__(office, first=False)

    def about(self, what: str) -> None:
        self._whose = what
        self.role = self.office.kiosk.ledger.office.accounts.get(what, AccountRole.OFFICE)

    def _forget(self) -> None:
        super()._forget()
        self._account, self._step, self._typing = self._whose, Step.PIN, _pin()

    def _title(self) -> str:
        return self.office.t(f"desk_account.new_{self._step.value}")

    def _next_text(self) -> str:
        key = "desk_account.keep" if self._step is Step.AGAIN else "desk_login.next"
        return self.office.t(key)

    def _back(self) -> None:
        if self._step is Step.PIN:
            self._leave()
        else:
            self._forget()

    def _leave(self) -> None:
        own = self._whose == self.office.account_id
        self.office.go("service" if own else "accounts")

    def _made(self) -> None:
        self._leave()
        self.office.say(self.office.t("desk_account.new_made"))

"""Who may log in: a technician makes accounts, gives new PINs and takes accounts away."""

from __future__ import annotations

from kiosk.domain.operator import AccountRole, DropAccount
from kiosk.maintenance.views import AccountLine
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, heading


class AccountsPage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._accounts: tuple[AccountLine, ...] = ()
        self._chosen = ""
        self._is_dropping = False

    def enter(self) -> None:
        self._chosen, self._is_dropping = "", False
        self._read()

    def _read(self) -> None:
        self.office.ask(self.office.desk.accounts, self._show)

    def _show(self, accounts: tuple[AccountLine, ...]) -> None:
        self._accounts = accounts

    # --- what is shown ----------------------------------------------------------------------------

    def page(self) -> Page:
        if self._is_dropping:
            return self._sure()
        return self._one() if self._chosen else self._list()

    def _list(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_accounts.title"),
            subtitle=t("desk_accounts.subtitle"),
            rows=(
                heading("now", t("desk_accounts.now")),
                *(self._row(each) for each in self._accounts),
            ),
            actions=(
                *(Action(f"new-{role.value}", t(f"desk_accounts.new_{role.value}"), "person")
                  for role in AccountRole),
                Action("back", t("desk.back"), "back"),
            ),
        )  # fmt: skip

    def _row(self, each: AccountLine) -> Row:
        t = self.office.t
        return Row(
            f"account-{each.account_id}",
            each.account_id,
            t(f"desk_accounts.{each.role.value}"),
            t("desk_accounts.held") if each.is_held else "",
            act=t("desk_accounts.change"),
            act_name=t("desk_accounts.change_of", account=each.account_id),
        )

    def _one(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_login.account_of", account=self._chosen),
            rows=tuple(
                Row(f"{key}-", t(f"desk_accounts.{key}"), t(f"desk_accounts.{key}_means"),
                    act=t("desk_acts.do"), act_name=t(f"desk_accounts.{key}"))
                for key in ("pin", "drop")
            ),
            actions=(Action("list", t("desk.back"), "back"),),
        )  # fmt: skip

    def _sure(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_accounts.drop_sure", account=self._chosen),
            subtitle=t("desk_accounts.drop_means"),
            actions=(Action("list", t("desk.back"), "back"),),
            primary=Action("sure", t("desk_accounts.drop_yes")),
        )

    # --- what is done -------------------------------------------------------------------------------

    def act(self, key: str) -> None:
        office, (name, _, value) = self.office, key.partition("-")
        office.hush()
        match name:
            case "back":
                office.go("service")
            case "list":
                self._chosen, self._is_dropping = "", False
            case "account":
                self._chosen = value
            case "pin":
                office.go(f"pin-{self._chosen}")
            case "drop":
                self._is_dropping = True
            case "sure":
                account, self._chosen, self._is_dropping = self._chosen, "", False
                office.order(DropAccount(account), self._read)
            case "new":
                office.go(f"new_account-{value}")

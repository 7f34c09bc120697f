"""The operator's desk: everything the maintenance screen asks and orders.

The screen reads `Kiosk.desk` (session, guided steps, tests, copies) from the snapshots that
it gets anyway, and calls this for the rest. Methods block (a journal is searched, a PIN is
hashed, the platform is asked), so a screen calls them through `submit`, which runs one job
after the other on the desk's own thread and brings the result to `done` on that thread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.operator import AccountRole, Level, NotDone, Order
from kiosk.maintenance.pins import WeakPin
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.maintenance.views import (
    AccountLine,
    Day,
    DeviceLine,
    Doubtful,
    Home,
    LevelNow,
    OwedReceipt,
    PaidFor,
    Story,
    VisitPage,
    Wanted,
    Words,
)

Result = TypeVar("Result")

__all__ = ["Desk", "DeskTrouble", "Search", "WeakPin"]


class Search(Protocol):
    """A running search; bounded, and never holding up the kiosk for more than a moment."""

    def next_page(self, limit: int = 20) -> VisitPage:
        """The next older visits; searches at most 200,000 rows, then says `has_more`."""


class Desk(Protocol):
    """One kiosk's operator desk."""

    def submit(self, job: Callable[[], Result], done: Callable[[Result | Exception], None]) -> None:
        """Run a job on the desk's thread; `done` gets its result, or the WeakPin or
        DeskTrouble that it raised, on that thread."""

    # --- who is there ---------------------------------------------------------------------------

    def needs_first_account(self) -> bool:
        """No account was ever made: the screen begins with making a technician's."""

    def accounts(self) -> tuple[AccountLine, ...]:
        """Everyone who may log in."""

    def log_in(self, account_id: str, pin: str) -> NotDone | None:
        """None: logged in. The try is in the journal before this returns."""

    def keep_account(self, account_id: str, role: AccountRole, pin: str) -> NotDone | None:
        """Make an account or change its PIN; the first must be a technician's. Raises WeakPin.

        Account numbers are 3 to 8 digits, PINs 6 to 12.
        """

    # --- orders -----------------------------------------------------------------------------------

    def order(self, order: Order) -> NotDone | None:
        """Any other order of `kiosk.domain.operator`; None: recorded, and it will happen.

        LogIn and KeepAccount go through the methods above. What comes of it shows in the
        snapshots (`Kiosk.desk`, `Kiosk.ledger`).
        """

    # --- reading ----------------------------------------------------------------------------------

    def home(self, kiosk: Kiosk) -> Home:
        """From a snapshot and this machine's facts; fast enough for the screen's own thread."""

    def search(self, wanted: Wanted) -> Search:
        """Find visits and payments; nothing is read before the first `next_page`."""

    def story(self, visit_id: str) -> Story:
        """A visit from the journal in plain words. Raises DeskTrouble (no_such_visit)."""

    def doubtful(self, kiosk: Kiosk) -> tuple[Doubtful, ...]:
        """Payments whose end is not known, oldest first; fast."""

    def result(self, kiosk: Kiosk, payment_id: str) -> tuple[Words, Words] | None:
        """What became of money that was in doubt, and what to do; None: not known here. Fast."""

    def paid_for(self, payment_id: str) -> tuple[PaidFor, ...]:
        """What a payment or open code of the ledger is for; empty for one it does not know."""

    def owed(self, kiosk: Kiosk) -> tuple[OwedReceipt, ...]:
        """Receipts not proven on paper; fast."""

    def testable(self) -> tuple[DeviceLine, ...]:
        """The devices of this site with their last recorded test."""

    # --- the day -----------------------------------------------------------------------------------

    def day(self, day: date, progress: Callable[[int, int], None] | None = None) -> Day:
        """Compare the journal with the platform's statement, fetched now.

        `progress` hears (done, of) rows. A statement that cannot be had is `Day.trouble`.
        """

    def hear_of(self, day: date) -> bool:
        """Ask the platform which statement of a closed day it has now; `home` tells of another
        than the one that closed it. One short request; False: it gave no answer."""

    def correct(self, payment_id: str, *, paid: bool) -> NotDone | None:
        """Force a doubtful payment by the statements compared before with `day`.

        `paid` False: absent from the statements of its own and the following day, both of
        which must have been compared. EVIDENCE_MISSING where they were not, or say otherwise.
        """

    def close_day(self, day: date, cases: tuple[str, ...] = ()) -> NotDone | None:
        """Record that the comparison made last for this date is accepted; one case reference
        for each difference."""

    def export_day(self, day: date, directory: Path) -> Path:
        """Write the comparison made last for this date as CSV. Raises DeskTrouble."""

    # --- service ------------------------------------------------------------------------------------

    def level(self, level: Level) -> LevelNow:
        """Volume or brightness as it is, or that this machine has none."""

    def support_bundle(self, directory: Path) -> Path:
        """One zip for the support, scrubbed of everything personal. Raises DeskTrouble.

        Where the journal has failed it holds what can still be read, and is not recorded.
        """

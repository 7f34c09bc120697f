"""The tour: two visits played on the real screen, through the real stack, without a display.

A finger touches what can be seen, a phone reads the QR code off the picture of the screen
and pays at the cashier page, the receipt comes out of the simulated printer. Everything
seen is left as pictures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage

from drivers.api import CardKind, IdCard
from drivers.simulation import SimulatedWorld
from kiosk.demo.phone import Phone
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain.kiosk import Kiosk, Service
from kiosk.domain.visit import Choosing, Done, Page, Paying, Printing
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.robot import Robot
from kiosk.ui.shell import Shell
from kiosk.ui.translations import Language, texts

PATIENCE_S = 60.0
STILL_MS = 450  # longer than any motion of the screen, so that pictures show it at rest
PAYS, COLLECTS = "wang", "zhang"  # demo people: one with bills, one with receipts to collect


class TourFailed(Exception):
    """Something that a resident would have seen did not happen."""


@dataclass(frozen=True, slots=True)
class Lap:
    name: str
    took_s: float


class Tour:
    """Plays on a running kiosk; `laps` is the account of how long each step took."""

    def __init__(
        self,
        shell: Shell,
        bridge: CoreBridge,
        world: SimulatedWorld,
        sandbox: SandboxProcess,
        out: Path,
    ) -> None:
        self._shell, self._bridge, self._world, self._sandbox = shell, bridge, world, sandbox
        self._out = out
        self._robot = Robot(shell.window)
        self._say = texts(Language.ZH)
        self._pictures = 0
        self.laps: list[Lap] = []
        people = sandbox.get("/sandbox/demo-people")
        self._people = {person["key"]: person for person in people}

    def play(self) -> None:
        """Both visits. Raises TourFailed where one gets stuck."""
        self._until(
            "the kiosk is in service", lambda k: k.service is Service.IN_SERVICE and k.can_print
        )
        self._picture("start")
        self._pay(PAYS)
        self._collect(COLLECTS)

    # --- the two visits --------------------------------------------------------------------

    def _pay(self, key: str) -> None:
        self._tap_card(key)
        self._page("card read to bills shown", Choosing)
        self._picture("bills")
        self._robot.tap(self._say.of("bills.pay"))
        self._until("touch to QR code", _shows_qr)
        self._picture("pay")
        phone = Phone("wechat")
        phone.open(self._scanned())
        self._keep_page(phone, "cashier")
        phone.choose_wallet()
        self._until("wallet opened to screen", _wallet_is_open)
        self._picture("wallet-open")
        phone.confirm()
        self._page("wallet paid to printing", (Printing, Done))
        self._picture("printing")
        self._page("receipts printed", Done)
        self._keep_page(phone, "cashier-paid")
        self._picture("paid")
        self._take_card()
        self._leave()

    def _collect(self, key: str) -> None:
        self._tap_card(key)
        self._page("card read to receipts shown", Choosing)
        self._picture("receipts")
        page = self._bridge.kiosk.visit.page if self._bridge.kiosk.visit else None
        assert isinstance(page, Choosing)
        count = len(page.unprinted)
        self._robot.tap(
            self._say.of("bills.collect")
            if page.bills
            else self._say.count("bills.collect_all", count)
        )
        self._page("receipts printed", Done)
        self._picture("collected")
        self._take_card()
        self._leave()

    # --- what the resident does ------------------------------------------------------------------

    def _tap_card(self, key: str) -> None:
        person = self._people[key]
        self._world.id_reader.place(
            IdCard(CardKind(person["card"]), person["name"], person["number"])
        )

    def _take_card(self) -> None:
        self._world.id_reader.remove()
        self._until("card taken", lambda k: not k.card_on_reader)

    def _leave(self) -> None:
        self._robot.tap(self._say.of("done.finish"))
        self._until("start page again", lambda k: k.visit is None)
        self._picture("end")

    def _scanned(self) -> str:
        """What a phone's camera reads off the screen."""
        codes = zxingcpp.read_barcodes(_pillow(self._shell.grab()))
        if len(codes) != 1:
            raise TourFailed(f"the camera sees {len(codes)} codes on the payment page")
        return codes[0].text

    # --- watching ------------------------------------------------------------------------------

    def _page(self, lap: str, kind: type[Page] | tuple[type, ...]) -> None:
        self._until(lap, lambda k: k.visit is not None and isinstance(k.visit.page, kind))

    def _until(self, lap: str, met: Callable[[Kiosk], bool]) -> None:
        """Let the screen live until the snapshot on it satisfies `met`."""
        began_s = time.monotonic()
        loop = QEventLoop()

        def look(kiosk: Kiosk) -> None:
            if met(kiosk):
                loop.quit()

        self._bridge.kiosk_changed.connect(look)
        QTimer.singleShot(int(PATIENCE_S * 1000), loop.quit)
        if not met(self._bridge.kiosk):
            loop.exec()
        self._bridge.kiosk_changed.disconnect(look)
        if not met(self._bridge.kiosk):
            self._picture("stuck")
            raise TourFailed(f"waited {PATIENCE_S:.0f} s in vain: {lap}")
        self.laps.append(Lap(lap, time.monotonic() - began_s))

    def _picture(self, name: str) -> None:
        loop = QEventLoop()
        QTimer.singleShot(STILL_MS, loop.quit)
        loop.exec()
        self._pictures += 1
        path = self._out / f"{self._pictures:02}-{name}.png"
        if not self._shell.grab().save(str(path)):
            raise TourFailed(f"cannot write {path}: is the disk full?")

    def _keep_page(self, phone: Phone, name: str) -> None:
        (self._out / f"{name}.html").write_text(phone.page, "utf-8")


def _shows_qr(kiosk: Kiosk) -> bool:
    page = kiosk.visit.page if kiosk.visit else None
    return isinstance(page, Paying) and bool(page.qr_url)


def _wallet_is_open(kiosk: Kiosk) -> bool:
    page = kiosk.visit.page if kiosk.visit else None
    return isinstance(page, Paying) and page.user_paying


def _pillow(image: QImage) -> Image.Image:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return Image.frombytes("RGBA", (image.width(), image.height()), bytes(image.constBits()))

"""A whole kiosk without a screen: real threads, journal, HTTP, printer bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from drivers.simulation import SimulatedWorld
from kiosk import bootstrap
from kiosk.domain.events import Event
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Page
from kiosk.settings.load import load
from kiosk.settings.model import Settings

WAIT_S = 60.0


def settings_for(directory: Path, kiosk_id: str = "test-0001", timing: str = "") -> Settings:
    site = directory / "site.toml"
    directory.mkdir(parents=True, exist_ok=True)
    site.write_text(
        "schema = 1\n"
        'environment = "demo"\n'
        f'[kiosk]\nid = "{kiosk_id}"\n'
        f'[storage]\ndirectory = "{directory / "state"}"\n'
        f"[timing]\n{timing}\n"
    )
    return load(site)


class HeadlessKiosk:
    """Starts and stops a machine; waits for states instead of sleeping."""

    def __init__(
        self,
        settings: Settings,
        base_url: str,
        world: SimulatedWorld,
        *,
        open_diary: bootstrap.OpenDiary | None = None,
        also: Callable[[Kiosk], None] | None = None,
    ) -> None:
        self.world = world
        self._also = also or (lambda _: None)
        self._changed = threading.Condition()
        self._kiosk: Kiosk | None = None
        self.machine = bootstrap.build(
            settings, self._publish, world=world, base_url=base_url, open_diary=open_diary
        )

    def __enter__(self) -> Self:
        self.machine.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.stop()

    def _publish(self, kiosk: Kiosk) -> None:
        with self._changed:
            self._kiosk = kiosk
            self._changed.notify_all()
        self._also(kiosk)

    def post(self, event: Event) -> None:
        self.machine.post(event)

    @property
    def kiosk(self) -> Kiosk:
        assert self._kiosk is not None, "nothing was published yet"
        return self._kiosk

    def wait(self, wanted: Callable[[Kiosk], bool], timeout_s: float = WAIT_S) -> Kiosk:
        """Block until a published state satisfies `wanted`."""
        with self._changed:
            met = self._changed.wait_for(
                lambda: self._kiosk is not None and wanted(self._kiosk), timeout_s
            )
        page = self._kiosk.visit.page if self._kiosk and self._kiosk.visit else None
        assert met, f"waited {timeout_s} s in vain; the page is {page}"
        return self.kiosk

    def wait_page(self, kind: type[Page] | tuple[type, ...], timeout_s: float = WAIT_S) -> Page:
        kiosk = self.wait(
            lambda k: k.visit is not None and isinstance(k.visit.page, kind), timeout_s
        )
        assert kiosk.visit is not None
        return kiosk.visit.page

    def ready(self) -> Kiosk:
        """Wait until cards are read, the printer answered and the link is up."""
        return self.wait(lambda k: k.can_read_cards and k.can_print and k.link == "up")

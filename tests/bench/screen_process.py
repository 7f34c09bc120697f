"""One start of a screen, measured from inside: `bare`, `kiosk`, `touch` or `list`; prints JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

TOUCHES = 200
LISTS, LONG, SHORT = 9, 500, 20
BARE = b"""import QtQuick
Window { width: 1080; height: 1920; visible: true; color: "#f5f3ee"
  Text { anchors.centerIn: parent; text: "1,200.00"; font.pixelSize: 64 } }
"""


def process_age_s() -> float:
    """Seconds since this process was started, the interpreter's own start included."""
    fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def tell(**figures: object) -> None:
    print(json.dumps(figures), flush=True)
    os._exit(0)


def bare() -> None:
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtQml import QQmlApplicationEngine
    from PySide6.QtQuick import QQuickWindow

    app = QGuiApplication([])
    engine = QQmlApplicationEngine()
    engine.loadData(BARE)
    window = engine.rootObjects()[0]
    assert isinstance(window, QQuickWindow)
    window.frameSwapped.connect(
        lambda: tell(first_frame_ms=process_age_s() * 1000, rss_mb=rss_mb())
    )
    app.exec()


def kiosk() -> None:
    from kiosk.ui.core_bridge import CoreBridge
    from kiosk.ui.sample_screens import READY
    from kiosk.ui.shell import Shell

    shell = Shell(CoreBridge(lambda event: None, READY))
    shell.window.frameSwapped.connect(
        lambda: tell(first_frame_ms=process_age_s() * 1000, rss_mb=rss_mb())
    )
    shell.app.exec()


def touch() -> None:
    """Press and release a bill again and again; from the press to the frame that shows it."""
    from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
    from PySide6.QtTest import QTest

    from kiosk.ui.core_bridge import CoreBridge
    from kiosk.ui.robot import Robot
    from kiosk.ui.sample_screens import SCREENS
    from kiosk.ui.shell import Shell
    from kiosk.ui.translations import Language, texts

    shell = Shell(CoreBridge(lambda event: None, SCREENS["bills"]), reduced_motion=True)
    loop = QEventLoop()
    QTimer.singleShot(500, loop.quit)
    loop.exec()
    seen = Robot(shell.window).find(texts(Language.ZH).of("bills.pay"))
    point: QPoint = seen.rect.center()
    took_ms: list[float] = []
    began = 0.0

    def framed() -> None:
        nonlocal began
        if began:
            took_ms.append((time.perf_counter() - began) * 1000)
            began = 0.0
            loop.quit()

    shell.window.frameSwapped.connect(framed)
    for _ in range(TOUCHES):
        began = time.perf_counter()
        QTest.mousePress(shell.window, Qt.MouseButton.LeftButton, pos=point)
        QTimer.singleShot(1000, loop.quit)
        loop.exec()
        QTest.mouseMove(shell.window, QPoint(5, 5))
        QTest.mouseRelease(shell.window, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        QTimer.singleShot(30, loop.quit)
        loop.exec()
    tell(touch_ms=took_ms)


def lists() -> None:
    """A resident's bills from the snapshot to the picture: a page of many, and one of few."""
    from dataclasses import replace

    from kiosk.domain.visit import Choosing
    from kiosk.ui.core_bridge import CoreBridge
    from kiosk.ui.sample_screens import HOUSE, READY, at
    from kiosk.ui.shell import Shell

    bridge = CoreBridge(lambda event: None, READY)
    shell = Shell(bridge, reduced_motion=True)
    took_ms: dict[int, list[float]] = {LONG: [], SHORT: []}
    for count in (LONG, SHORT) * LISTS:
        bills = tuple(replace(HOUSE, bill_no=f"{number:020d}") for number in range(count))
        bridge.publish(READY)
        shell.app.processEvents()
        shell.grab()
        began = time.perf_counter()
        bridge.publish(at(Choosing(bills, (), frozenset())))
        shell.app.processEvents()
        shell.grab()
        took_ms[count].append((time.perf_counter() - began) * 1000)
    tell(long_ms=took_ms[LONG], short_ms=took_ms[SHORT])


if __name__ == "__main__":
    {"bare": bare, "kiosk": kiosk, "touch": touch, "list": lists}[sys.argv[1]]()

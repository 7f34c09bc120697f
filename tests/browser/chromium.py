"""A real Chromium at phone size, driven over its DevTools pipe: no library, no open port."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from kiosk.paths import assets_directory

ANSWER_S = 120.0
_FLAGS = (
    "--headless=new", "--no-first-run", "--disable-gpu", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip

_FONTS = (
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
    '<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{}</dir></fontconfig>'
)


class BrowserTrouble(Exception):
    """Chromium did not do what it was told."""


class Browser:
    """One page. `size` is width and height in CSS pixels, `scale` device pixels for each."""

    def __init__(self, size: tuple[int, int] = (390, 844), scale: float = 2.0) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        fonts = Path(self._profile.name, "fonts.conf")  # Chinese, also where none is installed
        fonts.write_text(_FONTS.format(assets_directory() / "fonts"))
        to_child, self._out = os.pipe()
        self._in, from_child = os.pipe()
        command = ["chromium", *_FLAGS, f"--user-data-dir={self._profile.name}"]
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # which Chromium does not have for root
        # Chromium reads its orders from descriptor 3 and answers on 4.
        shell = f'exec "$@" 3<&{to_child} 4>&{from_child}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, "chromium", *command, "about:blank"],
            pass_fds=(to_child, from_child),
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        self._heard = b""
        self._events: list[dict[str, Any]] = []
        self._number = 0
        self._session: str | None = None
        target = self._tell("Target.createTarget", url="about:blank")["targetId"]
        attached = self._tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Accessibility", "Log"):
            self._tell(f"{domain}.enable")
        self.resize(size, scale)
        self._tell("Emulation.setTouchEmulationEnabled", enabled=True)

    def resize(self, size: tuple[int, int], scale: float = 2.0) -> None:
        self._tell(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=scale,
            mobile=True,
        )

    def prefer(self, **features: str) -> None:
        """Media features, such as `prefers_color_scheme="dark"`."""
        wanted = [
            {"name": key.replace("_", "-"), "value": value} for key, value in features.items()
        ]
        self._tell("Emulation.setEmulatedMedia", features=wanted)

    def open(self, url: str) -> None:
        self._loading(lambda: self._tell("Page.navigate", url=url))

    def script(self, expression: str) -> Any:
        """The value of an expression in the page."""
        found = self._tell("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in found:
            raise BrowserTrouble(found["exceptionDetails"]["text"])
        return found["result"].get("value")

    def tap(self, selector: str) -> None:
        """A finger on the middle of an element; raises BrowserTrouble where there is none."""
        self._touch(selector)

    def tap_and_load(self, selector: str) -> None:
        self._loading(lambda: self._touch(selector))

    def type(self, text: str) -> None:
        self._tell("Input.insertText", text=text)

    def controls(self) -> list[dict[str, str]]:
        """What a screen reader hears of everything that can be operated: role and name."""
        nodes = self._tell("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "link", "radio", "textbox", "checkbox", "combobox"}
        return [
            {"role": node["role"]["value"], "name": node.get("name", {}).get("value", "")}
            for node in nodes
            if not node["ignored"] and node["role"]["value"] in roles
        ]

    def picture(self, path: Path) -> None:
        shot = self._tell("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self) -> list[str]:
        """Errors and warnings that the browser logged since the start."""
        return [
            event["params"]["entry"]["text"]
            for event in self._events
            if event["method"] == "Log.entryAdded"
            and event["params"]["entry"]["level"] in ("error", "warning")
        ]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(ANSWER_S)
        os.close(self._in)
        os.close(self._out)
        self._profile.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the pipe ----------------------------------------------------------------------------

    def _touch(self, selector: str) -> None:
        box = self.script(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return"
            " null; e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        if box is None:
            raise BrowserTrouble(f"nothing matches {selector}")
        point = {"x": box[0], "y": box[1]}
        self._tell("Input.dispatchTouchEvent", type="touchStart", touchPoints=[point])
        self._tell("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def _loading(self, act: Any) -> None:
        seen = sum(event["method"] == "Page.loadEventFired" for event in self._events)
        act()
        until_s = time.monotonic() + ANSWER_S
        while sum(e["method"] == "Page.loadEventFired" for e in self._events) == seen:
            self._hear(until_s)

    def _tell(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            order["sessionId"] = self._session
        os.write(self._out, json.dumps(order).encode() + b"\0")
        until_s = time.monotonic() + ANSWER_S
        while True:
            message = self._hear(until_s)
            if message.get("id") == self._number:
                if "error" in message:
                    raise BrowserTrouble(f"{method}: {message['error']['message']}")
                return dict(message["result"])

    def _hear(self, until_s: float) -> dict[str, Any]:
        """The next message; events are kept."""
        while b"\0" not in self._heard:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not select.select([self._in], [], [], left_s)[0]:
                raise BrowserTrouble("Chromium says nothing")
            piece = os.read(self._in, 1 << 16)
            if not piece:
                raise BrowserTrouble("Chromium is gone")
            self._heard += piece
        raw, _, self._heard = self._heard.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if "method" in message:
            self._events.append(message)
        return message

"""What the machine beneath the kiosk lets an operator change: sound, light, a restart."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import structlog

from kiosk.domain.operator import Level
from kiosk.event_ids import EventId
from kiosk.maintenance.views import LevelNow, Words

log = structlog.get_logger(__name__)

BACKLIGHTS = Path("/sys/class/backlight")
COMMAND_S = 3.0
LEAST_LIGHT_PERCENT = 10  # a dark screen could not be made brighter again by touch

NO_SOUND = Words(
    "本机没有可调的声音：请用喇叭或显示器上的旋钮。",
    "This machine has no volume to set: use the knob of the speaker or the screen.",
)
NO_LIGHT = Words(
    "本机的屏幕亮度不能由程序调节：请用屏幕上的按键。",
    "The brightness of this screen cannot be set from here: use the buttons of the screen.",
)


class Machine:
    """Volume by ALSA's amixer, brightness by the kernel's backlight, restart by systemd."""

    def __init__(self, backlights: Path = BACKLIGHTS, mixer: str = "amixer") -> None:
        self._backlights = backlights
        self._mixer = shutil.which(mixer) or ""

    def level(self, level: Level) -> LevelNow:
        """How it is now, or that this machine has none."""
        if level is Level.VOLUME:
            percent, missing = self._volume(), NO_SOUND
        else:
            percent, missing = self._light(), NO_LIGHT
        if percent is None:
            return LevelNow(None, missing)
        return LevelNow(percent, Words(f"{percent}%", f"{percent}%"))

    def set_level(self, level: Level, percent: int) -> bool:
        """Whether the machine took it."""
        if level is Level.VOLUME:
            return bool(self._mix("set", "Master", f"{percent}%"))
        light = self._backlight()
        if light is None:
            return False
        try:
            top = int((light / "max_brightness").read_text())
            wanted = max(percent, LEAST_LIGHT_PERCENT) * top // 100
            (light / "brightness").write_text(f"{wanted}\n")
        except (OSError, ValueError) as error:
            log.warning(EventId.OFFICE_MACHINE_REFUSED, kind=level.value, reason=str(error))
            return False
        return True

    def restart(self) -> bool:
        """Have the machine start again; whether it will."""
        return self._run("systemctl", "reboot") is not None

    def _volume(self) -> int | None:
        found = re.search(r"\[(\d{1,3})%\]", self._mix("get", "Master"))
        return int(found[1]) if found else None

    def _mix(self, *arguments: str) -> str:
        return (self._run(self._mixer, *arguments) or "") if self._mixer else ""

    def _light(self) -> int | None:
        light = self._backlight()
        if light is None:
            return None
        try:
            now, top = (int((light / n).read_text()) for n in ("brightness", "max_brightness"))
        except (OSError, ValueError):
            return None
        return round(100 * now / top) if top > 0 else None

    def _backlight(self) -> Path | None:
        return next(iter(sorted(self._backlights.glob("*"))), None)

    def _run(self, *command: str) -> str | None:
        """Its output, None where it failed."""
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=COMMAND_S, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning(EventId.OFFICE_MACHINE_REFUSED, reason=str(error))
            return None
        return done.stdout

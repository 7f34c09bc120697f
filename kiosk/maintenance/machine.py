"""What the machine beneath the kiosk lets an operator change: sound, light, a restart."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Mixer:
    """A program that knows the volume: how it is asked and set, and what it answers."""

    program: str
    ask: tuple[str, ...]
    set: tuple[str, ...]  # the percentage follows
    answer: re.Pattern[str]
    of_one: bool = False  # 0.60 for 60 %


MIXERS = (
    Mixer(
        "wpctl",
        ("get-volume", "@DEFAULT_AUDIO_SINK@"),
        ("set-volume", "@DEFAULT_AUDIO_SINK@"),
        re.compile(r"Volume: (\d\.\d{1,4})"),
        of_one=True,
    ),
    Mixer(
        "pactl",
        ("get-sink-volume", "@DEFAULT_SINK@"),
        ("set-sink-volume", "@DEFAULT_SINK@"),
        re.compile(r"/\s*(\d{1,3})% /"),
    ),
    Mixer("amixer", ("get", "Master"), ("set", "Master"), re.compile(r"\[(\d{1,3})%\]")),
)
"""PipeWire, PulseAudio, ALSA: the first that answers is the one that is heard."""


class Machine:
    """Volume by the sound system's own program, brightness by the kernel's backlight, restart by
    systemd; `find` says where a program is."""

    def __init__(
        self,
        backlights: Path = BACKLIGHTS,
        find: Callable[[str], str | None] = shutil.which,
    ) -> None:
        self._backlights = backlights
        self._find = find

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
            return self._set_volume(percent)
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
        return next((percent for _, _, percent in self._mixers()), None)

    def _mixers(self) -> Iterator[tuple[str, Mixer, int]]:
        """Where each program is that answers, and the volume that it tells."""
        for mixer in MIXERS:
            path = self._find(mixer.program)
            found = mixer.answer.search(self._run(path, *mixer.ask) or "") if path else None
            if path and found:
                value = float(found[1])
                yield path, mixer, min(100, round(value * 100 if mixer.of_one else value))

    def _set_volume(self, percent: int) -> bool:
        for path, mixer, _ in self._mixers():
            return self._run(path, *mixer.set, f"{percent}%") is not None
        return False

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

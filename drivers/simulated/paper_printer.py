"""The body of the simulated receipt printer: roll, motor, cutter, cover, power, cable."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.api import DeviceLost, PrintProof
from drivers.clock import Clock
from drivers.printer.emulator import EscPosEmulator, MechanismState, PrintedStrip
from drivers.printer.glyphs import GlyphSource
from drivers.printer.paper import DOTS_PER_MM, PIXELS_PER_DOT
from drivers.printer.profile import Mouth, Profile
from drivers.simulated.cable import Cable

FULL_ROLL_MM = 80_000.0
NEAR_END_MM = 4_000.0
MAX_STRIPS = 100
STEP_DOTS = 4 * DOTS_PER_MM  # how often a moving motor looks at the sensors
UNLIMITED = 2**62
PICTURE_DPI = round(25.4 * DOTS_PER_MM * PIXELS_PER_DOT)


@dataclass(frozen=True, slots=True, repr=False)
class Strip:
    """A printed strip. `path` is its picture, None where the world keeps no pictures."""

    number: int
    path: Path | None
    text: str
    height_mm: float
    cut: bool  # False: torn off where the printer stopped
    qr_codes: tuple[str, ...]

    def __repr__(self) -> str:  # A receipt's text names its payer.
        return f"Strip({self.number}, {self.height_mm} mm, cut={self.cut})"


class PaperPrinter:
    """Steered from any thread; printed on by the one thread that holds the link."""

    def __init__(
        self,
        changed: Callable[[], None],
        clock: Clock,
        directory: Path | None,
        on_strip: Callable[[Strip], None],
        fonts: Path | None,
    ) -> None:
        """Strips are painted into `directory`; without one they are only text."""
        self.cable = Cable(changed)
        self.clock = clock
        self.near_end_mm = NEAR_END_MM
        self.speed_mm_per_s = 0.0  # 0: at once
        self._changed = changed
        self._on_strip = on_strip
        self._directory = directory
        self._glyphs = GlyphSource(fonts) if directory else None
        self._lock = threading.RLock()
        self._paper_dots = round(FULL_ROLL_MM * DOTS_PER_MM)
        self._powered = True
        self._memory_lost = False
        self._silent = False
        self._cover_open = self._paper_jam = False
        self._knife_blocked = self._cutter_error = False
        self._hot_until_s = clock.monotonic()
        self._moved_dots = 0
        self._trigger: tuple[int, Callable[[], None]] | None = None
        self._bytes_until_cut = self._answers_until_cut = UNLIMITED
        self._strips: deque[Strip] = deque(maxlen=MAX_STRIPS)
        self._strip_count = 0
        self._emulator: EscPosEmulator | None = None
        self._profile: Profile | None = None
        self._holds_paper = False
        self._retracted_count = 0

    # --- what hands and mishaps do ---------------------------------------------------------

    def load_paper(self, length_mm: float = FULL_ROLL_MM) -> None:
        with self._change():
            self._paper_dots = round(length_mm * DOTS_PER_MM)

    def run_out_after(self, length_mm: float) -> None:
        """Leave only this much paper."""
        self.load_paper(length_mm)

    def open_cover(self) -> None:
        with self._change():
            self._cover_open = True

    def close_cover(self) -> None:
        with self._change():
            self._cover_open = False

    def jam_cutter(self) -> None:
        """The next cut fails, and so does everything until `free_cutter`."""
        with self._change():
            self._knife_blocked = True

    def free_cutter(self) -> None:
        with self._change():
            self._knife_blocked = False
            self._cutter_error = False

    def jam_paper(self) -> None:
        with self._change():
            self._paper_jam = True

    def free_paper(self) -> None:
        with self._change():
            self._paper_jam = False

    def heat_head(self, cools_after_s: float) -> None:
        """Printing waits until the head has cooled down by itself."""
        with self._change():
            self._hot_until_s = self.clock.monotonic() + cools_after_s

    def take_paper(self) -> None:
        """A hand takes what hangs in the mouth."""
        with self._change():
            self._holds_paper = False

    def mute(self) -> None:
        """Print, but answer nothing: a broken return wire, or a model that cannot answer."""
        with self._change():
            self._silent = True

    def unmute(self) -> None:
        with self._change():
            self._silent = False

    def power_off(self) -> None:
        """Everything received and not yet printed is forgotten."""
        with self._lock:
            self._powered = False
            self._memory_lost = True
        self.cable.unplug()

    def power_on(self) -> None:
        with self._lock:
            self._powered = True
        self.cable.plug()

    def cut_cable_after(self, sent_bytes: int) -> None:
        """Pull the cable after so many more bytes to the printer."""
        with self._change():
            self._bytes_until_cut = sent_bytes

    def cut_cable_after_answer(self, answer_bytes: int) -> None:
        """Pull the cable after so many more bytes from the printer."""
        with self._change():
            self._answers_until_cut = answer_bytes

    def after_mm(self, length_mm: float, action: Callable[[], None]) -> None:
        """Do something once this much more paper has moved, in the middle of a job."""
        with self._change():
            self._trigger = (self._moved_dots + round(length_mm * DOTS_PER_MM), action)

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._lock:
            yield
        self._changed()

    # --- what eyes see -----------------------------------------------------------------------

    @property
    def paper_mm(self) -> float:
        return self._paper_dots / DOTS_PER_MM

    @property
    def silent(self) -> bool:
        return self._silent

    @property
    def powered(self) -> bool:
        return self._powered

    @property
    def strips(self) -> tuple[Strip, ...]:
        """The last hundred, oldest first."""
        with self._lock:
            return tuple(self._strips)

    @property
    def retracted_count(self) -> int:
        """How many strips lie in the bin of what nobody took."""
        return self._retracted_count

    @property
    def unknown_commands(self) -> tuple[str, ...]:
        """What the printer was sent and did not understand."""
        return tuple(self._emulator.unknown) if self._emulator else ()

    # --- Mechanism, for the emulated electronics ---------------------------------------------

    def state(self) -> MechanismState:
        with self._lock:
            return MechanismState(
                near_end=self.paper_mm < self.near_end_mm,
                paper_out=self._paper_dots == 0,
                cover_open=self._cover_open,
                cutter_error=self._cutter_error,
                paper_jam=self._paper_jam,
                head_hot=self.clock.monotonic() < self._hot_until_s,
                powered=self._powered,
                paper_at_mouth=self._holds_paper,
            )

    def advance(self, dots: int) -> int:
        """Moves in steps, so that a fault acts in the middle of a line feed too."""
        moved = 0
        while moved < dots and not self.state().stopped:
            moved += self._step(dots - moved)
        return moved

    def _step(self, dots: int) -> int:
        action = None
        with self._lock:
            step = min(dots, self._paper_dots)
            if self.speed_mm_per_s:
                step = min(step, STEP_DOTS)
            if self._trigger:
                step = min(step, self._trigger[0] - self._moved_dots)
            self._paper_dots -= step
            self._moved_dots += step
            if self._trigger and self._moved_dots == self._trigger[0]:
                action, self._trigger = self._trigger[1], None
        if action:
            action()
        if self.speed_mm_per_s:
            self.clock.sleep(step / DOTS_PER_MM / self.speed_mm_per_s)
        return step

    def cut(self) -> bool:
        with self._lock:
            self._cutter_error = self._knife_blocked
            if self._profile and self._profile.mouth is not Mouth.NOT_TOLD:
                self._holds_paper = not self._cutter_error
            return not self._cutter_error

    def take_back(self) -> None:
        with self._lock:
            if not (self._holds_paper and self._profile and self._profile.presenter):
                return
            self._holds_paper = False
            self._retracted_count += 1

    # --- for the link ------------------------------------------------------------------------

    def emulator(self, profile: Profile) -> EscPosEmulator:
        """The electronics, which outlive a connection. Raises DeviceLost without power."""
        if not self._powered:
            raise DeviceLost("unplugged", "the printer has no power")
        if self._emulator is None or self._profile != profile:
            self._profile = profile
            self._emulator = EscPosEmulator(
                profile.width_dots,
                self,
                self._keep,
                self._glyphs,
                echoes_process_id=profile.proof is not PrintProof.PAPER_STATUS,
                mouth=profile.mouth,
            )
        elif self._memory_lost:
            self._emulator.power_cycle()
        self._memory_lost = False
        return self._emulator

    def carry_bytes(self, wanted: int) -> int:
        """How many of these bytes go through; the cable is out when it is fewer."""
        with self._lock:
            carried = min(wanted, self._bytes_until_cut)
            self._bytes_until_cut -= carried
        self._pull_cable_if(carried < wanted)
        return carried

    def carry_answers(self, wanted: int) -> int:
        """How many of these answer bytes come through; the cable is out when it is fewer."""
        if self._silent:
            return 0
        with self._lock:
            carried = min(wanted, self._answers_until_cut)
            self._answers_until_cut -= carried
        self._pull_cable_if(carried < wanted)
        return carried

    def _pull_cable_if(self, cut: bool) -> None:
        if cut:
            with self._lock:
                self._bytes_until_cut = self._answers_until_cut = UNLIMITED
            self.cable.unplug()

    def _keep(self, printed: PrintedStrip) -> None:
        with self._lock:
            self._strip_count += 1
            number = self._strip_count
        path = self._save(number, printed)
        strip = Strip(number, path, printed.text, printed.height_mm, printed.cut, printed.qr_codes)
        with self._lock:
            dropped = self._strips[0] if len(self._strips) == MAX_STRIPS else None
            self._strips.append(strip)
        if dropped and dropped.path:
            dropped.path.unlink(missing_ok=True)
        self._on_strip(strip)
        self._changed()

    def _save(self, number: int, printed: PrintedStrip) -> Path | None:
        if not self._directory or not printed.image:
            return None
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"strip-{number:04d}.png"
        printed.image.save(path, dpi=(PICTURE_DPI, PICTURE_DPI), compress_level=3)
        return path

"""When to start the kiosk, when to kill it, when to let only technicians in. Pure.

A *failed start* is one whose kiosk ended, or was killed, before it had shown signs of life
for `settled_s`. After `failures` of them in a row, or `ends_an_hour` ends of any kind, the
kiosk is started for maintenance alone: it takes no money until a technician was there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from kiosk.guardian.history import History

EXIT_RESTART = 0  # the kiosk ended because a technician wanted it


@dataclass(frozen=True, slots=True)
class Limits:
    start_s: float = 120.0  # from the start to the first frame; a long journal is checked first
    silent_s: float = 10.0  # between two signs of life
    unseen_s: float = 60.0  # of signs of life on a screen that shows none of it; then doubled
    unseen_doublings: int = 6  # by renewals in vain: the plug of no screen may say "connected"
    settled_s: float = 5.0  # of signs of life, then a start counts as good
    failures: int = 5
    ends_an_hour: int = 30
    retry_s: tuple[float, ...] = (0.0, 1.0, 2.0, 5.0, 10.0)  # before the next start, by failures
    maintenance_retry_s: float = 60.0  # where not even maintenance starts


class Phase(StrEnum):
    WAITING = "waiting"  # for the moment of the next start
    STARTING = "starting"
    SERVING = "serving"


class Act(StrEnum):
    NONE = "none"
    START = "start"
    KILL = "kill"
    RENEW_SCREEN = "renew_screen"  # the kiosk is well; what shows it is not


@dataclass(slots=True)
class Policy:
    """What the guardian knows; all times but `wall_s` are of a monotonic clock, in seconds."""

    limits: Limits
    history: History
    now_s: float
    phase: Phase = Phase.WAITING
    start_at_s: float = field(init=False)
    began_s: float = field(init=False)
    ready_s: float | None = None
    heard_s: float = field(init=False)
    unseen_since_s: float | None = None

    def __post_init__(self) -> None:
        self.start_at_s = self.began_s = self.heard_s = self.now_s

    @property
    def maintenance_only(self) -> bool:
        limits = self.limits
        return (
            self.history.failed_starts >= limits.failures
            or self.history.ends >= limits.ends_an_hour
        )

    def tick(self, now_s: float) -> Act:
        """What is to be done now."""
        self.now_s = now_s
        match self.phase:
            case Phase.WAITING:
                return Act.START if now_s >= self.start_at_s else Act.NONE
            case Phase.STARTING:
                return Act.KILL if now_s - self.began_s > self.limits.start_s else Act.NONE
            case Phase.SERVING:
                self._count_a_good_start()
                return self._while_serving(now_s)

    def _while_serving(self, now_s: float) -> Act:
        if now_s - self.heard_s > self.limits.silent_s:
            return Act.KILL
        since_s = self.unseen_since_s
        if since_s is not None and now_s - since_s > self._patience_s:
            self.history = self.history.after_renewal()
            return Act.RENEW_SCREEN
        return Act.NONE

    @property
    def _patience_s(self) -> float:
        """How long the kiosk may live unseen."""
        doublings = min(self.history.renewals, self.limits.unseen_doublings)
        return self.limits.unseen_s * float(2**doublings)

    def on_started(self, now_s: float) -> None:
        self.phase, self.began_s, self.ready_s = Phase.STARTING, now_s, None
        self.unseen_since_s = None

    def on_sign_of_life(self, now_s: float, *, unseen: bool = False) -> None:
        """Frames and engine moved; `unseen`: the engine alone, though there is a screen.

        Late ones of a process that ended change nothing.
        """
        if self.phase is Phase.WAITING:
            return
        if self.ready_s is None:
            self.ready_s = now_s
        self.phase, self.heard_s = Phase.SERVING, now_s
        if not unseen:
            self.unseen_since_s = None
            self.history = self.history.after_picture()
        elif self.unseen_since_s is None:
            self.unseen_since_s = now_s

    def on_end(self, now_s: float, wall_s: float, code: int) -> None:
        """The kiosk is gone; `code` is its exit code, negative for a signal."""
        if code == EXIT_RESTART and self.ready_s is not None:
            # Wanted by a technician, who was there: maintenance is over.
            self.history = History() if self.maintenance_only else self.history
            pause_s = 0.0
        else:
            was_maintenance = self.maintenance_only
            self.history = self._history_after_end(wall_s)
            pause_s = self._pause_s(was_maintenance)
        self.phase, self.start_at_s = Phase.WAITING, now_s + pause_s

    def _history_after_end(self, wall_s: float) -> History:
        after = self.history.after_end(wall_s, start_failed=not self._is_settled)
        if self.maintenance_only:  # Only a technician leaves it: neither an end nor time does.
            return replace(after, failed_starts=self.limits.failures)
        return after

    @property
    def _is_settled(self) -> bool:
        """Whether the signs of life that there were spanned long enough."""
        return self.ready_s is not None and self.heard_s - self.ready_s >= self.limits.settled_s

    def _count_a_good_start(self) -> None:
        if self._is_settled and self.history.failed_starts and not self.maintenance_only:
            self.history = self.history.after_good_start()

    def _pause_s(self, was_maintenance: bool) -> float:
        if was_maintenance:
            return 0.0 if self._is_settled else self.limits.maintenance_retry_s
        waits = self.limits.retry_s
        return waits[min(self.history.failed_starts, len(waits) - 1)]

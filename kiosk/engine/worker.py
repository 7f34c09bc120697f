"""One thread, one bounded queue, one resource."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")

MAX_WAITING_JOBS = 256  # More means that somebody produces without end: a bug.


class Worker(Generic[Job]):
    """Runs jobs one after the other; whatever they find out comes back as events.

    A job that raises is a bug: the exception leaves the thread, and the process ends by
    way of `threading.excepthook`.
    """

    def __init__(self, name: str, work: Callable[[Job], None]) -> None:
        self._work = work
        self._jobs: queue.Queue[Job | None] = queue.Queue(MAX_WAITING_JOBS)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, job: Job) -> None:
        self._jobs.put_nowait(job)

    def stop(self, timeout_s: float) -> None:
        """Let the running job end; give up waiting after `timeout_s`."""
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._work(job)
            del job  # it may hold a PIN, and the next may not come for hours

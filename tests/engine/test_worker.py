"""A worker does one job after the other, and keeps none."""

from __future__ import annotations

import gc
import threading
import weakref

from kiosk.engine.worker import Worker

WAIT_S = 10


class Job:
    """Something that can be looked for."""


def test_a_job_that_is_done_is_forgotten_before_the_next_one_comes() -> None:
    done = threading.Event()
    worker: Worker[Job] = Worker("test", lambda job: None)
    worker.start()
    job = Job()
    weakref.finalize(job, done.set)
    worker.put(job)
    del job
    try:
        assert done.wait(WAIT_S)
    finally:
        worker.stop(WAIT_S)
        gc.collect()

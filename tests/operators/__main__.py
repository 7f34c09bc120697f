"""`python -m tests.operators --lives 2000`: operators who do whatever they like."""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.operators.office_life import OfficeLife

STEPS = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=2000)
    lives = parser.parse_args().lives
    began_s = time.monotonic()
    run_state_machine_as_test(
        OfficeLife,
        settings=settings(
            max_examples=lives,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    took_s = time.monotonic() - began_s
    print(f"{lives} lives of at most {STEPS} steps in {took_s:.0f} s: no open payment was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())

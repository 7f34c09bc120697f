"""`python -m tests.operators --lives N --seed S`: operators who do whatever they like."""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.operators.office_life import OfficeLife

STEPS = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began_s = time.monotonic()
    run_state_machine_as_test(
        seed(chosen.seed)(OfficeLife),
        settings=settings(
            max_examples=chosen.lives,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    took_s = time.monotonic() - began_s
    print(
        f"{chosen.lives} lives of at most {STEPS} steps from seed {chosen.seed} "
        f"in {took_s:.0f} s: no open payment was lost"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

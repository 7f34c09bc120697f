"""`make package-test`: the built package in a bare Debian 12, from its installation to its purge.

Three commands make a kiosk; a visit is paid; the application is killed and frozen; builds
are exchanged; at the end the books agree and nothing is left. Needs root; leaves pictures
in out/package-test/pictures.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.package.bare import OUT, BareDebian, enter_namespace
from tests.package.builds import current, previous
from tests.package.street import say
from tests.package.trial import Trial


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument(
        "--previous", type=Path, help="A .deb to upgrade from; else built of an earlier commit."
    )
    chosen = options.parse_args()
    enter_namespace("tests.package")
    now = current()
    before = previous(chosen.previous, now)
    started_s = time.monotonic()
    pictures = OUT / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    say(f"tried: {now.what}")
    say(f"the previous build: {before.what}")
    with ExitStack() as stack:
        system = stack.enter_context(BareDebian())
        trial = Trial(system, stack, pictures, before, now)
        try:
            trial.play(chosen.kills)
        except AssertionError:
            trial.tell_what_went_wrong()
            raise
    print(f"package-test: passed in {time.monotonic() - started_s:.0f} s; pictures in {pictures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

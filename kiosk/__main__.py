"""`kiosk …` and `python -m kiosk …`."""

from __future__ import annotations

import sys

from kiosk.cli.app import run


def main() -> None:
    """Run one command and leave with its exit code: 0, 1 a finding, 2 bad use, 70 a bug."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

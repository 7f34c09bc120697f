"""`python -m tests.contract`: the platform's OpenAPI document before two judges.

schemathesis tries the whole document against a fresh sandbox; then Prism makes a server from
the document alone, and our client must get on with it (`check_independent`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kiosk.sandbox.server import SandboxServer
from tests.contract.independent import NoNode, installed

EXAMPLES = "40"  # for each operation and phase
SETTINGS = Path(__file__).with_name("schemathesis.toml")


INDEPENDENT = Path(__file__).with_name("check_independent.py")


def main() -> int:
    """0 where every check of both judges passed."""
    try:
        installed()
    except NoNode as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return _schemathesis() or _independent()


def _independent() -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", INDEPENDENT], check=False
    ).returncode


def _schemathesis() -> int:
    with tempfile.TemporaryDirectory() as place:
        server = SandboxServer(Path(place))
        addresses = server.start()
        server.sandbox.changes.end()  # Long polls answer at once; their waiting is tried elsewhere.
        try:
            return subprocess.run(
                [
                    Path(sys.executable).with_name("schemathesis"),
                    "--config-file", SETTINGS,
                    "run", f"{addresses.direct_url}/openapi.json",
                    "--checks", "all",
                    "--max-examples", os.environ.get("EXAMPLES", EXAMPLES),
                    "--seed", os.environ.get("SEED", "1"),
                    "--no-color",
                ],
                check=False,
            ).returncode  # fmt: skip
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())

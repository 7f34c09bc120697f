"""`python -m tests.contract`: schemathesis over the whole OpenAPI document of a fresh sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kiosk.sandbox.server import SandboxServer

EXAMPLES = "40"  # for each operation and phase
SETTINGS = Path(__file__).with_name("schemathesis.toml")


def main() -> int:
    """Schemathesis' exit code: 0 where every check of every operation passed."""
    with tempfile.TemporaryDirectory() as place:
        server = SandboxServer(Path(place))
        addresses = server.start()
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

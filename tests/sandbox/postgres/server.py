"""A PostgreSQL of its own for a test: made in a temporary place, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_ports

USER = "postgres"
TIMEOUT_S = 240


def binary(name: str) -> Path:
    """Debian keeps the server's programs out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found:
        return found[-1]
    in_path = shutil.which(name)
    assert in_path, "Please run: sudo apt-get install -y --no-install-recommends postgresql"
    return Path(in_path)


def _as_nobody(command: list[str | Path], directory: Path) -> None:
    """PostgreSQL refuses to run as root."""
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    log = (directory / "log").open("ab")
    with log:
        done = subprocess.run(
            command,
            cwd=directory,
            stdout=log,
            stderr=log,
            timeout=TIMEOUT_S,
            check=False,
            **who,  # type: ignore[call-overload]
        )
    assert done.returncode == 0, (directory / "log").read_text()[-2000:]


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database on the loopback interface."""
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.geteuid() == 0:
        shutil.chown(directory, "nobody", "nogroup")
    data = directory / "data"
    port = free_ports()
    start = f"-c listen_addresses=127.0.0.1 -p {port} -k {directory} -c fsync=off"
    control = binary("pg_ctl")
    try:
        _as_nobody(
            [binary("initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale"],
            directory,
        )
        _as_nobody([control, "-D", data, "-w", "-o", start, "start"], directory)
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            _as_nobody([control, "-D", data, "-w", "-m", "immediate", "stop"], directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)

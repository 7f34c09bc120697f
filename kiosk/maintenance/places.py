"""Where a file that leaves the kiosk can be written: plugged-in sticks, and a folder of ours."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
MEDIA = ("/media/", "/run/media/", "/mnt/")
MAX_PLACES = 8
EXPORT = "export"


def places(storage: Path, mounts: Path = MOUNTS) -> tuple[Path, ...]:
    """Writable sticks first, then the folder `export` of the storage directory, which is made.

    A stick is a file system mounted below /media, /run/media or /mnt (udisks and Debian's
    custom); proc(5) names the fields and their octal escapes.
    """
    sticks = [
        Path(_unescaped(fields[1]))
        for line in mounts.read_text("utf-8", errors="replace").splitlines()
        if len(fields := line.split(" ")) > 1 and fields[1].startswith(MEDIA)
    ]
    own = storage / EXPORT
    with suppress(OSError):  # on a full disk; who writes there is told why
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
    writable = [stick for stick in sticks if os.access(stick, os.W_OK | os.X_OK)]
    return (*writable[: MAX_PLACES - 1], own)


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)

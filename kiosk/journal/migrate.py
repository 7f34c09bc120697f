"""Forward-only upgrades of the journal's file."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

import apsw

from kiosk.journal.errors import JournalDamaged, JournalNewer
from kiosk.journal.files import DISK, Disk, sync_directory

APPLICATION_ID = 0x4B494F53  # "KIOS", shown by file(1)

Migrations = tuple[str, ...]
"""SQL scripts; the script at index n takes a file from version n to n + 1."""


def migrations() -> Migrations:
    """The scripts that this version ships, in order."""
    files = sorted(
        (
            file
            for file in resources.files("kiosk.journal").joinpath("migrations").iterdir()
            if file.name.endswith(".sql")
        ),
        key=lambda file: file.name,
    )
    numbers = [int(file.name[:4]) for file in files]
    assert numbers == list(range(1, len(files) + 1)), f"migrations are {numbers}"
    return tuple(file.read_text("utf-8") for file in files)


def version_of(connection: apsw.Connection) -> int:
    """The file's version; 0 when it is new. Raises JournalDamaged for other files."""
    version = int(connection.pragma("user_version"))
    application = int(connection.pragma("application_id"))
    is_empty = connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
    if version == 0 and application == 0 and is_empty:
        return 0
    if application != APPLICATION_ID or version < 1:
        raise JournalDamaged(
            f"the file is not a kiosk journal (application id {application:#x}, version {version})"
        )
    return version


def migrate(
    connection: apsw.Connection, steps: Migrations, copies: Path, disk: Disk = DISK
) -> None:
    """Bring the file to version len(steps), each step whole or not at all.

    A file with rows is first copied into `copies`, as `journal.v<version>.sqlite3`.
    Raises JournalNewer for a file that this version does not know.
    """
    version = version_of(connection)
    if version > len(steps):
        raise JournalNewer(
            f"the journal has version {version}, this kiosk knows versions up to "
            f"{len(steps)}: install the newer kiosk again, or restore the copy made "
            "before its upgrade"
        )
    if 0 < version < len(steps):
        _copy(connection, copies / f"journal.v{version}.sqlite3", disk)
    for number in range(version + 1, len(steps) + 1):
        with connection:
            connection.execute(steps[number - 1])
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", number)


def _copy(connection: apsw.Connection, target: Path, disk: Disk) -> None:
    disk.remove(target)  # what an interrupted upgrade left
    connection.execute("VACUUM INTO ?", (str(target),))
    descriptor = disk.open(target, os.O_RDWR)
    try:
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    sync_directory(target.parent, disk)

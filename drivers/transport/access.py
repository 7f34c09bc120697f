"""A device file that cannot be opened: a cable's fault, or a right that the user lacks."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from drivers.api import DeviceLost

GROUP_MAY = stat.S_IRGRP | stat.S_IWGRP
DENIED = (errno.EACCES, errno.EPERM)
ROOT = 0  # a group that nobody is put into for a card reader
RULES = "/etc/udev/rules.d"


@dataclass(frozen=True, slots=True)
class User:
    """Who this process runs as, and the groups it is in, by number."""

    name: str
    groups: frozenset[int]

    @classmethod
    def of_this_process(cls) -> User:
        import pwd  # noqa: PLC0415 not on Windows

        try:
            name = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            name = str(os.geteuid())
        return cls(name, frozenset((*os.getgroups(), os.getegid())))


def not_opened(
    path: Path, error: Exception, user: User | None = None, match: str = ""
) -> DeviceLost:
    """The error to raise: `no_permission` with the next step, else `no_connection`.

    `match` is how a udev rule knows this device, where it is known.
    """
    if getattr(error, "errno", None) in DENIED:
        user = user or User.of_this_process()
        return DeviceLost("no_permission", f"{path}: {_who_may(path, user, match)}")
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DeviceLost("no_connection", f"{path}: {words}")


def _who_may(path: Path, user: User, match: str) -> str:
    import grp  # noqa: PLC0415 not on Windows

    try:
        found = path.stat()
    except OSError as error:
        return f"the user {user.name} may not open it: {error.strerror}"
    try:
        group = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        group = str(found.st_gid)
    group_may = found.st_mode & GROUP_MAY == GROUP_MAY
    if group_may and found.st_gid not in (ROOT, *user.groups):
        return (
            f"it belongs to the group {group}, and the user {user.name} is not in it; "
            f"as root: usermod -aG {group} {user.name}"
        )
    mode = stat.filemode(found.st_mode)
    return (
        f"the user {user.name} may not read and write it (group {group}, {mode}); a udev rule "
        f'in {RULES} gives it a right: {match}{", " * bool(match)}GROUP="{user.name}", MODE="0660"'
    )

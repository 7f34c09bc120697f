"""A stick, mounted with the options of the package's udev rule: written to, full, protected.

Vfat where this machine's kernel has it, else ext4; `make package-boot` has a kernel of its own.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.package.bare import OUT, BareDebian
from tests.package.installed import USER
from tests.package.street import say

RULES = "lib/udev/rules.d/75-public-payment-kiosk.rules"
PLACE = "/media/stick-loop"
SIZE_KIB = 4096


class Stick:
    """A real file system behind a loop device; who writes is the kiosk's user."""

    def __init__(self, system: BareDebian) -> None:
        self._system = system
        self._image = OUT / "stick.img"

    def try_it(self) -> None:
        self._image.unlink(missing_ok=True)
        kind = "vfat" if _knows_vfat() else "ext4"
        self._mount(kind)
        self._export("rows.jsonl")
        assert self._names() == ["rows.jsonl"]
        self._fill()
        said = self._export("more.jsonl", fails=True)
        assert "No space left on device" in said, said
        assert self._names() == ["fill", "rows.jsonl"], "half a file is left"
        self._remount("ro")
        said = self._export("again.jsonl", fails=True)
        assert "Read-only file system" in said, said
        subprocess.run(["umount", str(self._here)], check=True)
        self._here.rmdir()
        self._image.unlink()
        say(
            f"a stick ({kind}) was written to; full or protected, it kept what was on it and said why"
        )

    @property
    def _here(self) -> Path:
        return self._system.path / PLACE[1:]

    def _mount(self, kind: str) -> None:
        self._here.mkdir(parents=True)
        subprocess.run(["truncate", "-s", f"{SIZE_KIB}K", str(self._image)], check=True)
        user, group = [self._system.run("id", each, USER).stdout.strip() for each in ("-u", "-g")]
        options = f"loop,{self._options_of_the_rule(kind)}"
        if kind == "vfat":
            options += f",uid={user},gid={group}"
            make = ["mkfs.vfat", str(self._image)]
        else:
            make = ["mkfs.ext4", "-q", "-E", f"root_owner={user}:{group}", str(self._image)]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        mount = ["mount", "-t", kind, "-o", options, str(self._image), str(self._here)]
        subprocess.run(mount, check=True)

    def _options_of_the_rule(self, kind: str) -> str:
        rules = (self._system.path / RULES).read_text("utf-8")
        (rule,) = [
            line for line in rules.splitlines() if re.search(rf'ID_FS_TYPE}}=="[^"]*{kind}', line)
        ]
        return rule.partition("--options=")[2].partition(" ")[0]

    def _remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(self._here)], check=True)

    def _fill(self) -> None:
        command = f"dd if=/dev/zero of={PLACE}/fill bs=4k; sync {PLACE}/fill"
        self._system.run("sh", "-c", command)

    def _export(self, name: str, *, fails: bool = False) -> str:
        said = self._system.run(
            "kiosk", "journal", "export", "--to", f"{PLACE}/{name}", check=not fails
        )
        assert not fails or said.returncode == 2, "it should have failed in words"
        return said.stdout + said.stderr

    def _names(self) -> list[str]:
        return sorted(each.name for each in self._here.iterdir() if each.name != "lost+found")


def _knows_vfat() -> bool:
    return "vfat" in Path("/proc/filesystems").read_text().split()

"""A bare Debian 12 to install in: made once, unpacked anew for each run, gone at its end.

Everything is mounted in a mount namespace of its own, so no mount outlives the run, however
it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

OUT = Path("out/package-test").absolute()
TARBALL = OUT / "bookworm.tar"
INSIDE = "KIOSK_PACKAGE_TEST_INSIDE"
TOOLS = {
    "debootstrap": "debootstrap",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "mkfs.vfat": "dosfstools",
}
CLEAN = {
    "HOME": "/root",
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}
MOUNTS = ("var/cache/apt/archives", "tmp/.X11-unix", "sys", "dev", "proc")
LONGEST_S = 900


def enter_namespace(module: str, more_tools: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run this program again where its mounts and processes end with it."""
    if os.environ.get(INSIDE):
        return
    if os.geteuid() != 0:
        sys.exit("make package-test unpacks a system: run it as root")
    tools = TOOLS | dict(more_tools)
    missing = [name for tool, name in tools.items() if not shutil.which(tool)]
    if missing:
        subprocess.run(["apt-get", "update", "-q"], check=True)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends"]
        subprocess.run([*install, *missing], check=True)
    environment = os.environ | {INSIDE: "1"}
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    again = [*command, sys.executable, "-m", module, *sys.argv[1:]]
    os.execvpe("unshare", again, environment)


class BareDebian:
    """The unpacked system; `run` and `start` act inside it."""

    def __init__(self) -> None:
        _make_tarball()
        OUT.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix="root-", dir=OUT))
        subprocess.run(["tar", "-xf", str(TARBALL), "-C", str(self.path)], check=True)
        self._mount()

    def _mount(self) -> None:
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        places = {"/dev": "dev", "/sys": "sys", "/tmp/.X11-unix": "tmp/.X11-unix"}
        archives = OUT / "archives"
        archives.mkdir(exist_ok=True)
        sockets = Path("/tmp/.X11-unix")
        sockets.mkdir(mode=0o1777, exist_ok=True)
        # Displays of this run alone: neither ours nor weston's leave a socket on the machine.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "x11", str(sockets)], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", str(self.path / "proc")], check=True)
        for source, target in {**places, str(archives): "var/cache/apt/archives"}.items():
            (self.path / target).mkdir(parents=True, exist_ok=True)
            command = ["mount", "--rbind", source, str(self.path / target)]
            subprocess.run(command, check=True)

        self._is_mounted = True

    def put(self, source: Path, target: str) -> None:
        place = self.path / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)

    def write(self, target: str, text: str) -> None:
        place = self.path / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    def command(
        self, arguments: Sequence[str], extra: Mapping[str, str] | None = None
    ) -> list[str]:
        variables = [f"{name}={value}" for name, value in {**CLEAN, **(extra or {})}.items()]
        return ["chroot", str(self.path), "/usr/bin/env", "-i", *variables, *arguments]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(arguments),
            capture_output=True, text=True, timeout=LONGEST_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if check and done.returncode != 0:
            raise AssertionError(
                f"{' '.join(arguments)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
            )
        return done

    def exists(self, path: str) -> bool:
        return (self.path / path.lstrip("/")).exists()

    def processes(self) -> dict[int, list[str]]:
        """The command lines of what runs in this namespace, by pid."""
        found = {}
        for place in (self.path / "proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:  # it ended in the meantime
                continue
            found[int(place.name)] = [word.decode("utf-8", "replace") for word in words[:-1]]
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unmount()
        shutil.rmtree(self.path)

    def unmount(self) -> None:
        """From now on only files are here."""
        for place in () if not self._is_mounted else MOUNTS:
            subprocess.run(["umount", "--recursive", "--lazy", str(self.path / place)], check=True)
        self._is_mounted = False


def _make_tarball() -> None:
    if TARBALL.exists():
        return
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUT) as place:
        root = Path(place) / "root"
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm"]
        subprocess.run([*command, str(root)], check=True, stdout=subprocess.DEVNULL)
        half = TARBALL.with_suffix(".half")
        subprocess.run(["tar", "-cf", str(half), "-C", str(root), "."], check=True)
        half.rename(TARBALL)

"""The packages of a run: those of dist, and those of an earlier commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.package.bare import OUT

NAME = "public-payment-kiosk"
BACK = 20  # commits, where no tag tells what was released before
ROOT = Path.cwd()


@dataclass(frozen=True, slots=True)
class Build:
    """Both packages of one version, and in words what they are."""

    what: str
    kiosk: Path
    demonstration: Path


def current() -> Build:
    newest = [_newest(f"dist/{name}_*_amd64.deb") for name in (NAME, f"{NAME}-demo")]
    return Build(f"the packages of dist, version {_field(newest[0], 'Version')}", *newest)


def previous(given: Path | None, now: Build) -> Build:
    """The given package with the demonstration beside it; else one built of an earlier commit."""
    if given is not None:
        beside = given.with_name(given.name.replace(f"{NAME}_", f"{NAME}-demo_"))
        assert given.is_file(), f"{given} is not there"
        assert beside.is_file(), f"{beside} is not there: the demonstration of the same version"
        return Build(f"{given.name}, as asked", given, beside)
    commit = _earlier_commit()
    return _built_of(commit, now) if commit else _repacked(now)


def _newest(pattern: str) -> Path:
    found = max(ROOT.glob(pattern), key=lambda path: path.stat().st_mtime, default=None)
    assert found is not None, "there is no package in dist: make package"
    return found


def _field(package: Path, name: str) -> str:
    said = subprocess.run(
        ["dpkg-deb", "-f", str(package), name], check=True, capture_output=True, text=True
    )
    return said.stdout.strip()


# --- of an earlier commit --------------------------------------------------------------------------


def _git(*arguments: str) -> str:
    """Its answer; empty where there is none, as in an unpacked archive."""
    if not (ROOT / ".git").exists():
        return ""
    safe = ["git", "-c", f"safe.directory={ROOT}"]
    said = subprocess.run([*safe, *arguments], capture_output=True, text=True, check=False)
    return said.stdout.strip() if said.returncode == 0 else ""


def _earlier_commit() -> str:
    tag = _git("describe", "--tags", "--abbrev=0", "HEAD~1")
    return _git("rev-parse", f"{tag or f'HEAD~{BACK}'}^{{commit}}")


def _built_of(commit: str, now: Build) -> Build:
    """Built by the packaging of its own time, under a version before the current one."""
    made_s, short = _git("log", "-1", "--format=%ct", commit), commit[:9]
    version = f"{_field(now.kiosk, 'Version')}~{short}"
    kept = OUT / f"previous-{short}"
    names = [f"{name}_{version}_amd64.deb" for name in (NAME, f"{NAME}-demo")]
    if not all((kept / name).is_file() for name in names):
        with tempfile.TemporaryDirectory() as place:
            archive = Path(place) / "source.tar"
            _git("archive", f"--output={archive}", commit)
            source = Path(place) / "source"
            source.mkdir()
            subprocess.run(["tar", "-xf", str(archive), "-C", str(source)], check=True)
            (source / ".venv").symlink_to(ROOT / ".venv")
            environment = {
                "VERSION": version, "COMPRESSION": "zstd", "SOURCE_DATE_EPOCH": made_s
            }  # fmt: skip
            subprocess.run(
                ["bash", "packaging/deb/build.sh"],
                cwd=source, env=os.environ | environment, check=True,
            )  # fmt: skip
            kept.mkdir(parents=True, exist_ok=True)
            for name in names:
                shutil.copy(source / "dist" / name, kept / name)
    ago = _git("rev-list", "--count", f"{commit}..HEAD")
    what = f"built of commit {short}, {ago} commits earlier"
    return Build(what, *(kept / name for name in names))


# --- of the current files ------------------------------------------------------------------------


def _repacked(now: Build) -> Build:
    with tempfile.TemporaryDirectory() as scratch:
        packages = [_relabelled(each, Path(scratch)) for each in (now.kiosk, now.demonstration)]
    return Build("THE SAME FILES under an earlier version, as no history is here", *packages)


def _relabelled(package: Path, scratch: Path) -> Path:
    tree = scratch / package.stem
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    control, version = tree / "DEBIAN/control", _field(package, "Version")
    text = re.sub(r"^(Version: .*)$", r"\1~previous", control.read_text(), flags=re.MULTILINE)
    control.write_text(text.replace(f"(= {version})", f"(= {version}~previous)"))
    to = OUT / f"{package.stem}-previous.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", str(tree), str(to)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return to

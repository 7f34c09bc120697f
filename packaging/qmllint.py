"""Checks every QML file against the types of the Python view models.

Generates the qmltypes into build/qmltypes and runs qmllint, where any warning is an error:
without it a misspelt binding is silent. Exit code 0: clean, 1: findings.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
UI = ROOT / "kiosk" / "ui"
OUT = ROOT / "build" / "qmltypes"
MODULE = "Kiosk.ViewModels"


def tool(name: str) -> str:
    """The PySide6 tool of this environment."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is missing: install PySide6-Essentials into this environment")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def view_models() -> list[Path]:
    """Modules with types for QML; the dumper knows a base class only after it has read it."""
    found = (path for path in UI.rglob("*.py") if "QML_IMPORT_NAME" in path.read_text("utf-8"))
    bases = (UI / "viewmodels" / name for name in ("follower.py", "rows.py"))
    return [*bases, *sorted(found)]


def write_types(out: Path) -> None:
    """Kiosk/ViewModels below `out`: what QML may know of the view models."""
    directory = out.joinpath(*MODULE.split("."))
    shutil.rmtree(out, ignore_errors=True)
    directory.mkdir(parents=True)
    metatypes = out / "metatypes.json"
    steps: tuple[tuple[str | Path, ...], ...] = (
        (tool("pyside6-metaobjectdump"), *view_models(), "-o", metatypes),
        (
            tool("pyside6-qmltyperegistrar"), metatypes,
            "--generate-qmltypes", directory / "viewmodels.qmltypes",
            "-o", out / "unused.cpp",
            "--import-name", MODULE, "--major-version", "1",
        ),
    )  # fmt: skip
    for step in steps:
        done = run(*step)
        if done.returncode:
            raise SystemExit(f"{Path(str(step[0])).name} failed:\n{done.stdout}{done.stderr}")
    (directory / "qmldir").write_text(f"module {MODULE}\ntypeinfo viewmodels.qmltypes\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--types", type=Path, default=OUT, help="where to write the qmltypes")
    out = parser.parse_args().types.absolute()
    write_types(out)
    files = sorted(UI.rglob("*.qml"))
    done = run(tool("pyside6-qmllint"), "-W", "0", "-I", out, *files)
    sys.stdout.write(done.stdout + done.stderr)
    print(f"qmllint: {len(files)} files, {'clean' if not done.returncode else 'see above'}")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())

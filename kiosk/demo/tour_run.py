"""`kiosk tour`: sets up a fresh demonstration off-screen, plays the tour, gives an account."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

from drivers.simulation import SimulatedWorld
from kiosk import bootstrap
from kiosk.demo import interrupted
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.demo.settings import SITE, demo_settings
from kiosk.demo.tour import Lap, Tour, TourFailed
from kiosk.journal import keys
from kiosk.journal.errors import JournalError
from kiosk.journal.export import line_of
from kiosk.journal.reader import Reader
from kiosk.journal.verify import verify
from kiosk.observability import LOG_NAME, configure_logging, install_crash_hooks

MARK = ".kiosk-tour"
PAPER_MM_PER_S = (
    500.0  # the fastest printers'; paper at once would be gone before its picture is taken
)
FINISHED = "finished\n"
EXIT_OK, EXIT_FINDING, EXIT_BAD_USE = 0, 1, 2


def run_tour(out: Path) -> int:
    """Play both visits; 0 when every step was seen, 1 when one was not, 2 for a bad `out`."""
    console = Console()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        _settle_interrupted(console, out)
        usable = _emptied(out)
    except (OSError, JournalError) as trouble:
        console.print(f"{out} cannot be used: {trouble}")
        return EXIT_BAD_USE
    if not usable:
        console.print(f"{out} holds files that are not a tour's: name an empty directory")
        return EXIT_BAD_USE
    state = out / "state"
    settings = demo_settings(out, paper_mm_per_s=PAPER_MM_PER_S)
    configure_logging(state / "log", console_level="CRITICAL")  # the account stays readable
    install_crash_hooks()
    world = SimulatedWorld(out / "receipts")
    with SandboxProcess(state / "sandbox") as sandbox:
        whole = bootstrap.screen(sandbox.signed(settings), world=world, base_url=sandbox.url)
        with whole as (shell, bridge, machine):
            machine.start()
            tour = Tour(shell, bridge, world, sandbox, out)
            failure = _played(tour)
    (out / MARK).write_text(FINISHED)
    findings = _keep_journal(out, settings.storage_directory)
    _tell(console, tour.laps, out, world, findings)
    if failure:
        console.print(f"[red]The tour got stuck: {failure}[/red]")
    return EXIT_FINDING if failure or findings else EXIT_OK


def _played(tour: Tour) -> str:
    try:
        tour.play()
    except TourFailed as failure:
        return str(failure)
    return ""


def _settle_interrupted(console: Console, out: Path) -> None:
    """A tour that was killed has payments of which nobody knows: ask before clearing them."""
    mark = out / MARK
    if mark.is_file() and mark.read_text() != FINISHED:
        configure_logging(out / "state" / "log", console_level="CRITICAL")
        for line in interrupted.settle(out):
            console.print(line, soft_wrap=True)


def _emptied(out: Path) -> bool:
    """Clear what an earlier tour left; never anything else. The mark goes last."""
    out.mkdir(parents=True, exist_ok=True)
    mark = out / MARK
    if any(out.iterdir()) and not mark.exists():
        return False
    mark.write_text("")
    for entry in out.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != mark:
            entry.unlink()
    return True


def _keep_journal(out: Path, storage: Path) -> int:
    """Write the journal as text beside the pictures; the number of damages found in it."""
    with Reader(storage) as reader:
        lines = [line_of(row) for row in reader.rows()]
    (out / "journal.txt").write_text("\n".join(lines) + "\n", "utf-8")
    report = verify(storage, keys.for_directory(storage).journal)
    return sum(finding.is_damage for finding in report.findings)


def _tell(
    console: Console, laps: list[Lap], out: Path, world: SimulatedWorld, damages: int
) -> None:
    table = Table(title="Two visits: paying, and collecting a receipt paid elsewhere")
    table.add_column("step")
    table.add_column("took", justify="right")
    for lap in laps:
        table.add_row(lap.name, f"{lap.took_s:.2f} s")
    console.print(table)
    receipts = ", ".join(strip.path.name for strip in world.printer.strips if strip.path)
    console.print(f"pictures of every screen: {out}/*.png")
    console.print(f"receipts as they came out: {out / 'receipts'} ({receipts})")
    console.print(f"journal as text: {out / 'journal.txt'}")
    console.print(f"log: {out / 'state' / 'log' / LOG_NAME}")
    verdict = f"{damages} damages" if damages else "sound"
    console.print(
        f"journal verified: {verdict}; again with: kiosk journal verify --site {out / SITE}"
    )

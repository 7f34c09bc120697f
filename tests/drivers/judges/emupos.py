"""A third party's printer judges our bytes and our reading of its answers.

emupos (Apache-2.0, Python 3.13) is run in a process of its own; `--emupos` is its command.

    python3.13 -m venv DIR && DIR/bin/pip install emupos
    python -m tests.drivers.judges.emupos --emupos DIR/bin/emupos

Differences that are known and not ours: it shows GB 18030 as other characters (no Chinese
fonts), and knows neither GS ( H, DLE DC4 8, ESC R nor FS S; so its proof is the weaker one.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.api import Document, PrinterCondition, PrintOutcome, PrintProof, Role, Surroundings
from drivers.preview import preview
from drivers.registry import find
from tests.drivers.judges.corpus import CORPUS, HANZI
from tests.support.ports import free_ports

PROFILES = {
    "epson-tm-t20iii": "default",
    "xprinter-xp80t": "xprinter-80",
    "rongta-rp326": "rongta-80",
}
FAULTS = {
    "paper-out": {PrinterCondition.PAPER_OUT},
    "paper-near-end": {PrinterCondition.PAPER_NEAR_END},
    "cover-open": {PrinterCondition.COVER_OPEN},
    "offline": {PrinterCondition.OFFLINE},
}
START_S, ANSWER_S = 20, 10.0


class Emupos:
    """One simulated printer and its command line."""

    def __init__(self, command: str, place: Path, profile: str) -> None:
        self._command, self._place = command, place
        self.port = free_ports(2)
        self._api = self.port + 1
        (place / "emupos.yaml").write_text(
            f"schema: 1\napi: {{ host: 127.0.0.1, port: {self._api} }}\ndevices:\n"
            f"  - id: front\n    type: printer\n    profile: {profile}\n"
            f"    connections:\n      - tcp: {{ port: {self.port} }}\n"
            "    receipts_dir: ./receipts\n"
        )

    def run(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._command, "run"], cwd=self._place, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def say(self, *words: str) -> None:
        api = f"http://127.0.0.1:{self._api}"
        subprocess.run(
            [self._command, "--api", api, *words], cwd=self._place, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def receipts(self) -> list[str]:
        return [path.read_text() for path in sorted((self._place / "receipts").glob("*.txt"))]


@contextmanager
def running(command: str, profile: str) -> Iterator[Emupos]:
    with tempfile.TemporaryDirectory() as name:
        emupos = Emupos(command, Path(name), profile)
        process = emupos.run()
        try:
            wait_for(lambda: answers(emupos.port))
            yield emupos
        finally:
            process.terminate()
            process.wait(START_S)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


def wait_for(condition) -> None:  # type: ignore[no-untyped-def]
    pause = threading.Event()
    for _ in range(START_S * 10):
        if condition():
            return
        pause.wait(0.1)
    raise TimeoutError("emupos does not get there")


def connect(port: int, profile: str):  # type: ignore[no-untyped-def]
    spec = find(Role.RECEIPT_PRINTER, "escpos-network")
    return spec.connect(spec.settings(host="127.0.0.1", port=port, profile=profile), Surroundings())


def lines_of(text: str) -> list[str]:
    """Lines without the blanks that only place them; pictures by their size."""
    cleaned = (line.strip().replace("[image ", "[picture ") for line in text.splitlines())
    return [line for line in cleaned if line]


def judge_paper(emupos: Emupos, profile: str, name: str, document: Document) -> list[str]:
    before = len(emupos.receipts())
    printer = connect(emupos.port, profile)
    report = printer.print(document, 7)
    printer.close()
    if (report.outcome, report.proof) != (PrintOutcome.PRINTED, PrintProof.PAPER_STATUS):
        return [f"{name}: {report.outcome}, {report.proof}, {report.reason}"]
    wait_for(lambda: len(emupos.receipts()) > before)
    theirs, ours = lines_of(emupos.receipts()[-1]), lines_of(preview(document, profile).text)
    return [] if theirs == ours else [f"{name}: they read {theirs}, we {ours}"]


def judge_hanzi(emupos: Emupos, profile: str) -> list[str]:
    """They have no Chinese characters, but as many columns, and our ASCII behind them."""
    found = judge_paper(emupos, profile, "hanzi", HANZI)
    theirs = lines_of(emupos.receipts()[-1])
    if len(theirs) == 1 and theirs[0].endswith(" 12") and len(theirs[0]) == 7:
        return []
    return found


def judge_faults(emupos: Emupos, profile: str) -> list[str]:
    differences = []
    for fault, wanted in FAULTS.items():
        emupos.say("fault", "set", "front", fault)
        printer = connect(emupos.port, profile)
        found = printer.status().conditions
        printer.close()
        emupos.say("fault", "clear", "front", fault)
        if not wanted <= found or PrinterCondition.SILENT in found:
            differences.append(f"{fault}: we read {sorted(found)}")
    return differences


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emupos", default="emupos", help="its command")
    command = parser.parse_args(arguments).emupos
    differences: list[str] = []
    for theirs, ours in PROFILES.items():
        with running(command, theirs) as emupos:
            found = [
                line
                for name, document in CORPUS.items()
                for line in judge_paper(emupos, ours, name, document)
            ]
            found += judge_hanzi(emupos, ours) + judge_faults(emupos, ours)
        print(f"{theirs} as {ours}: {len(CORPUS) + 1} documents, {len(FAULTS)} faults, "
              f"{len(found)} differences")  # fmt: skip
        differences += found
    print("\n".join(differences), end="\n" if differences else "")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

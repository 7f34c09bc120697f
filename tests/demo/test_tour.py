"""The tour is the newcomer's first sight: it must play to its end and leave what it promises."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

WAIT_S = 240


@dataclass(frozen=True)
class Played:
    out: Path
    said: str
    complained: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """`kiosk tour`, played once."""
    out = tmp_path_factory.mktemp("tour") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "tour", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Played(out, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def tour(played: Played) -> Path:
    """The directory that the tour left."""
    return played.out


def test_the_account_is_not_interrupted_by_log_lines(played: Played) -> None:
    assert "touch to QR code" in played.said
    assert "{" not in played.said
    assert played.complained == ""


def test_the_log_of_the_tour_is_a_file(tour: Path) -> None:
    lines = (tour / "state" / "log" / "kiosk.log").read_text("utf-8").splitlines()
    assert "timestamp" in json.loads(lines[0])


def pictures(tour: Path) -> list[str]:
    return sorted(path.stem.split("-", 1)[1] for path in tour.glob("*.png"))


def test_every_screen_of_both_visits_is_left_as_a_picture(tour: Path) -> None:
    assert {
        "start",
        "bills",
        "pay",
        "wallet-open",
        "printing",
        "paid",
        "receipts",
        "collected",
    } <= set(pictures(tour))


def test_no_two_neighbouring_screens_are_the_same_picture(tour: Path) -> None:
    seen = [path.read_bytes() for path in sorted(tour.glob("*.png"))]
    assert all(one != next_one for one, next_one in itertools.pairwise(seen))


def test_the_qr_code_on_the_screen_leads_to_the_cashier(tour: Path) -> None:
    screen = next(tour.glob("*-pay.png"))
    codes = zxingcpp.read_barcodes(Image.open(screen))
    assert [code.text.split("/")[3] for code in codes] == ["pay"]


def test_the_first_receipt_can_be_verified_by_its_qr_code(tour: Path) -> None:
    strips = sorted((tour / "receipts").glob("*.png"))
    codes = zxingcpp.read_barcodes(Image.open(strips[0]))
    assert len(codes) == 1
    assert "/v/" in codes[0].text


def test_one_receipt_comes_out_for_every_bill_and_every_collected_one(tour: Path) -> None:
    assert len(list((tour / "receipts").glob("*.png"))) == 5


def test_the_journal_of_the_tour_is_sound(tour: Path) -> None:
    site = str(tour / "site.toml")
    verified = subprocess.run(
        [sys.executable, "-m", "kiosk", "journal", "verify", "--site", site],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout


def test_the_journal_as_text_names_nobody(tour: Path) -> None:
    text = (tour / "journal.txt").read_text("utf-8")
    assert "PaymentIntended" in text
    for secret in ("王秀英", "张三", "330199190001010029", "330199190001010010"):
        assert secret not in text


def test_a_directory_with_other_files_is_left_alone(tmp_path: Path) -> None:
    keep = tmp_path / "keep.txt"
    keep.write_text("mine")
    refused = subprocess.run(
        [sys.executable, "-m", "kiosk", "tour", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert refused.returncode == 2
    assert keep.read_text() == "mine"


def test_a_tour_killed_in_the_middle_is_settled_before_the_next_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "kiosk", "tour", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as first:
        deadline_s = time.monotonic() + WAIT_S
        while not list(out.glob("*-wallet-open.png")) and time.monotonic() < deadline_s:
            with suppress(subprocess.TimeoutExpired):
                first.wait(0.02)
        first.kill()
        assert first.stderr is not None
        first.stderr.read()  # ends with the last that holds it: its platform
    second = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert second.returncode == 0, second.stdout + second.stderr
    told = [line for line in second.stdout.splitlines() if "of the interrupted tour" in line]
    assert len(told) == 1
    assert ": paid" in told[0] or ": closed" in told[0]

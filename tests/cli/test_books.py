"""`kiosk reconcile` and `kiosk support-bundle`, as scripts and people use them."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.cli.app import run
from kiosk.domain import payment
from kiosk.domain.hours import CHINA
from kiosk.domain.operator import Act
from kiosk.domain.platform import BillToPay
from kiosk.domain.records import (
    OperatorActed,
    PaymentIntended,
    PaymentMoved,
    ReceiptOwed,
    Record,
)
from kiosk.journal import keys
from kiosk.journal.journal import Journal
from kiosk.platform_api.wire_services import StatementRow
from kiosk.sandbox.statement_file import Defect, statement_file
from tests.support.days import begin_well_before_midnight
from tests.support.journals import ended

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PAID = {
    "answer": "paid", "amount_fen": 5000, "wallet": "alipay", "transaction_no": "1" * 28,
    "paid_at": AT.isoformat(),
}  # fmt: skip
NAME, NUMBER, PIN, PHONE = "李建国", "330199190001010010", "739204", "13958112233"
LATIN, KEY = "WANG JIANGUO", "c0ffee" * 11


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(f'schema = 1\n[kiosk]\nid = "K1"\n[storage]\ndirectory = "{tmp_path}/data"\n')
    return file


def write_journal(site: Path, *more: Record) -> None:
    directory = site.parent / "data"
    event, state = payment.Event, payment.State
    records: list[Record] = [
        PaymentIntended(
            "K1-1", "V-1", "digest", "ABCD-EFGH", (BillToPay("33010526000000000001", 1, 5000),),
            5000, receipt_later=False, parts=(("001", "教育局", "103042707", 5000),),
        ),
        PaymentMoved("K1-1", event.CREATED, state.SHOWN, {"answer": "open"}),
        PaymentMoved("K1-1", event.SEEN_PAID, state.PAID, PAID),
        ReceiptOwed("K1-1", "33010226-0000000001", "33010526000000000001", 5000),
    ]  # fmt: skip
    with Journal.open(directory, keys.for_directory(directory).journal) as journal:
        journal.commit([*records, *more], AT, 1.0)


def write_statement(site: Path, defect: Defect = Defect.MATCHED) -> Path:
    row = StatementRow(
        payment_id="K1-1", state="paid", amount_fen=5000, paid_at=AT, wallet="alipay",
        transaction_no="1" * 28, bill_nos=("33010526000000000001",),
        receipt_nos=("33010226-0000000001",),
    )  # fmt: skip
    path = site.parent / f"{defect}.csv"
    path.write_bytes(statement_file("K1", DAY, (row,), defect))
    return path


def reconcile(site: Path, statement: Path, *more: str) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(said):
        code = run(
            ["reconcile", "--site", str(site), "--date", "2026-11-20", "--statement",
             str(statement), *more]
        )  # fmt: skip
    return code, said.getvalue()


def test_a_file_without_an_end_of_line_is_refused_before_it_fills_the_memory(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_journal(site)
    code, _ = reconcile(site, Path("/dev/zero"))
    assert code == 2
    assert "line 1 is beyond what a statement can hold" in capsys.readouterr().err


def test_a_day_on_which_both_sides_agree_exits_0(site: Path) -> None:
    write_journal(site)
    code, said = reconcile(site, write_statement(site), "--json")
    answer = json.loads(said)
    assert (code, answer["agrees"], answer["matched"]) == (0, True, 1)
    assert answer["ours"] == answer["theirs"] == {"count": 1, "amount_fen": 5000}
    assert answer["totals"]["item"] == [
        {"code": "103042707", "name": "", "count": 1, "amount_fen": 5000}
    ]


def closed_by(statement: str) -> OperatorActed:
    return OperatorActed("2002", Act.CLOSE_DAY, DAY.isoformat(), "", {"statement": statement})


def test_a_file_of_the_version_that_closed_the_day_on_the_screen_is_no_other_statement(
    site: Path,
) -> None:
    write_journal(site, closed_by(f"{DAY}.v2:0123456789ab"))
    assert "closed by another" not in reconcile(site, write_statement(site))[1]


def test_a_file_of_another_version_than_the_one_that_closed_the_day_is_said_to_be_another(
    site: Path,
) -> None:
    write_journal(site, closed_by(f"{DAY}.v1:0123456789ab"))
    said = reconcile(site, write_statement(site))[1]
    assert f"closed by another statement: {DAY}.v1:0123456789ab" in " ".join(said.split())


def test_a_difference_exits_1_and_says_who_does_what(site: Path) -> None:
    write_journal(site)
    code, said = reconcile(site, write_statement(site, Defect.AMOUNT_DIFFERS), "--json")
    (difference,) = json.loads(said)["differences"]
    assert code == 1
    assert (difference["kind"], difference["who"]) == ("amount_differs", "finance")
    assert difference["what"] == "Report both amounts to finance. Note the case number."


def test_the_export_is_a_new_file_for_spreadsheets(site: Path) -> None:
    write_journal(site)
    path = site.parent / "day.csv"
    assert reconcile(site, write_statement(site), "--export", str(path))[0] == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfsection,")
    assert reconcile(site, write_statement(site), "--export", str(path))[0] == 2


def test_a_file_that_is_no_statement_exits_2(site: Path) -> None:
    write_journal(site)
    path = site.parent / "page.html"
    path.write_text("<html>busy</html>\n")
    assert reconcile(site, path)[0] == 2
    assert reconcile(site, site.parent / "none.csv")[0] == 2


def test_without_a_platform_the_statement_must_be_a_file(site: Path) -> None:
    write_journal(site)
    assert run(["reconcile", "--site", str(site), "--date", "2026-11-20"]) == 2


# --- the bundle ---------------------------------------------------------------------------------------


def plant(site: Path) -> None:
    """The same secrets in every source that a bundle is made of."""
    secrets = f"{NAME} {LATIN} {NUMBER} {PHONE} pin {PIN} key {KEY}"
    log = site.parent / "data" / "log"
    log.mkdir(parents=True)
    trace = f'Traceback\n  File "/home/x/kiosk/engine/engine.py", line 7, in handle\n    {secrets}\nValueError: {secrets}'
    lines = [
        json.dumps({"event": secrets, "level": "error", "reason": secrets, "pin": PIN}),
        json.dumps({"event": "device.down", "reason": "cable", "role": "scanner", "name": NAME}),
        json.dumps({"event": "kiosk.crash", "exception": trace, "payment_id": LATIN}),
        json.dumps({"event": "journal.failed", "reason": PIN, "seq": int(NUMBER[:17])}),
        json.dumps({"event": "device.down", "reason": f"card of {LATIN.lower()}"}),
        f"not json at all: {secrets}",
        json.dumps([NAME, PIN]),
    ]
    (log / "kiosk.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (log / "kiosk.log.1").write_text(lines[0] + "\n", encoding="utf-8")
    site.write_text(
        site.read_text().replace(
            'id = "K1"\n', f'id = "K1"\nname = "{NAME}"\nhelp_phone = "{PHONE}"\n'
        )
        + f'[platform]\nbase_url = "http://127.0.0.1:1"\nca_file = "/home/{NAME}/{PIN}/{KEY}.pem"\n'
    )
    data = site.parent / "data"
    (data / "accounts.json").write_text(secrets)
    moved = PaymentMoved(
        "K1-1", payment.Event.SEEN_VOIDED, payment.State.VOIDED,
        {"answer": "voided", "amount_fen": 5000, "reason": secrets, "name": NAME, "pin": PIN,
         "wallet": LATIN, "transaction_no": NUMBER + "!"},
    )  # fmt: skip
    write_journal(site, moved, ended(1))


def bundle_of(site: Path) -> dict[str, str]:
    path = site.parent / "bundle.zip"
    assert run(["support-bundle", "--site", str(site), "--out", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_planted_anywhere_is_in_the_bundle(site: Path) -> None:
    plant(site)
    parts = bundle_of(site)
    # Digests and a moment hold any digits now and then, and so a planted PIN, too.
    digests = json.loads(parts.pop("manifest.json"))
    assert digests == {name: sha256(part.encode()).hexdigest() for name, part in parts.items()}
    versions = json.loads(parts.pop("versions.json"))
    assert datetime.fromisoformat(versions.pop("made_at")).tzinfo is not None
    everything = "\n".join((*parts, *parts.values(), json.dumps(versions)))
    for secret in (
        NAME,
        LATIN,
        "WANG",
        LATIN.lower(),
        NUMBER,
        NUMBER[:14],
        PHONE,
        PIN,
        KEY,
        "c0ffee",
    ):
        assert secret not in everything, secret
    key = (site.parent / "data" / "journal.key").read_text().strip()
    assert key not in everything


def test_the_bundle_still_says_what_the_support_needs(site: Path) -> None:
    plant(site)
    parts = bundle_of(site)
    assert set(parts) == {
        "versions.json", "settings.json", "report.json", "journal.jsonl", "manifest.json",
        "log/kiosk.log.jsonl", "log/kiosk.log.1.jsonl",
    }  # fmt: skip
    logs = [json.loads(line) for line in parts["log/kiosk.log.jsonl"].splitlines()]
    assert logs[1] == {"event": "device.down", "reason": "cable", "role": "scanner"}
    assert logs[2]["exception"] == "kiosk/engine/engine.py:7 handle | ValueError"
    rows = [json.loads(line) for line in parts["journal.jsonl"].splitlines()]
    assert [row["kind"] for row in rows][:3] == ["PaymentIntended", "PaymentMoved", "PaymentMoved"]
    assert rows[2]["evidence"]["amount_fen"] == 5000
    assert json.loads(parts["settings.json"])["platform_is_set"]["ca_file"] is True
    assert json.loads(parts["versions.json"])["kiosk"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [(["support-bundle", "--out"], "--out"),
     (["reconcile", "--date", "2026-11-20", "--statement", "STATEMENT", "--export"], "--export")],
)  # fmt: skip
def test_where_a_file_cannot_be_written_the_way_to_name_another_is_told(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], option: str
) -> None:
    write_journal(site)
    statement = str(write_statement(site))
    given = [statement if each == "STATEMENT" else each for each in arguments]
    assert run([*given, str(site.parent / "none" / "file"), "--site", str(site)]) == 2
    assert f"name another place with {option}" in capsys.readouterr().err


def test_of_a_day_that_still_runs_it_is_said_that_more_may_come(site: Path) -> None:
    begin_well_before_midnight()
    write_journal(site)
    today = datetime.now(CHINA).date()
    path = site.parent / "today.csv"
    path.write_bytes(statement_file("K1", today, ()))
    said = io.StringIO()
    with redirect_stdout(said):
        run(["reconcile", "--site", str(site), "--date", str(today), "--statement", str(path)])
    assert "this day is not over" in said.getvalue()
    assert "not over" not in reconcile(site, write_statement(site))[1]


def test_what_is_no_statement_is_told_with_its_name(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_journal(site)
    path = site.parent / "page.html"
    path.write_text("<html>busy</html>\n")
    assert reconcile(site, path)[0] == 2
    assert f"{path} is no statement: the first line" in capsys.readouterr().err


def test_a_bundle_is_never_written_over_a_file(site: Path) -> None:
    path = site.parent / "bundle.zip"
    path.write_text("mine")
    assert run(["support-bundle", "--site", str(site), "--out", str(path)]) == 2
    assert path.read_text() == "mine"

"""The command line: exit codes, words for people, JSON for scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.app import run
from kiosk.cli.output import BadUse, needed_site, site_or_usual
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.journal import Journal
from kiosk.paths import USUAL_SITE, config_directory
from tests.drivers.machines import TcpPrinter
from tests.support.journals import NOON, ended, tamper

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path):
    def write(more: str = "") -> str:
        path = tmp_path / "site.toml"
        path.write_text(f'schema = 1\n[storage]\ndirectory = "data"\n{more}')
        return str(path)

    return write


@pytest.fixture
def journal(tmp_path, site):
    """A site whose journal has three rows."""
    with Journal.open(tmp_path / "data", keys.for_directory(tmp_path / "data").journal) as made:
        for number in range(1, 4):
            made.commit([ended(number)], NOON, float(number))
    return site()


@pytest.fixture
def printer():
    far_end = TcpPrinter()
    yield far_end
    far_end.close()


def printer_section(port: int) -> str:
    return (
        '[devices.receipt_printer]\ndriver = "escpos-network"\n'
        f'host = "127.0.0.1"\nport = {port}\nconnect_timeout_s = 2\n'
    )


# --- usage -----------------------------------------------------------------------------------


def test_python_m_kiosk_is_the_same_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "check-settings", str(tmp_path / "none.toml")],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=CHECKOUT,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "none.toml: 1 fault\n  cannot be read: No such file" in done.stderr


COMMANDS = [
    [],
    ["run"],
    ["demo"],
    ["tour"],
    ["sandbox"],
    ["openapi"],
    ["check-settings"],
    ["doctor"],
    ["device"],
    ["device", "read-card"],
    ["device", "scan"],
    ["device", "print-sample"],
    ["device", "status"],
    ["journal"],
    ["journal", "show"],
    ["journal", "verify"],
    ["journal", "export"],
]


def test_without_a_name_the_installed_kiosks_site_file_is_taken(tmp_path):
    usual, given = tmp_path / "usual.toml", tmp_path / "given.toml"
    assert site_or_usual(None, usual) is None
    with pytest.raises(BadUse, match=r"there is no .*usual\.toml: .* kiosk setup"):
        needed_site(None, usual)
    usual.touch()
    assert site_or_usual(None, usual) == needed_site(None, usual) == usual
    assert site_or_usual(given, usual) == needed_site(given, usual) == given


def test_help_says_which_site_file_is_taken_and_where_its_keys_are_explained(capsys):
    assert run(["--help"]) == 0
    text = "".join(capsys.readouterr().out.split())
    assert str(USUAL_SITE) in text
    for name in ("default.toml", "events.toml"):
        assert str(config_directory() / name) in text
        assert (config_directory() / name).is_file()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command, capsys):
    assert run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage: kiosk" in text
    if command and command not in (["device"], ["journal"]):
        assert "Example: kiosk" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["reconcile"],
        ["renew-certificate", "--soon"],
        ["device", "read-card", "--timeout", "soon"],
        ["device", "read-card", "--timeout", "-1"],
        ["sandbox", "--port", "70000"],
        ["journal", "show", "--last", "0"],
        ["journal", "export", "--format", "xml"],
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_2(arguments, capsys):
    assert run(arguments) == 2
    assert "Usage: kiosk" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["run"],
        ["doctor"],
        ["device", "read-card"],
        ["device", "scan"],
        ["device", "print-sample"],
        ["device", "status"],
        ["journal", "show"],
        ["journal", "verify"],
        ["journal", "export"],
    ],
    ids=" ".join,
)
def test_bad_settings_end_every_command_with_2_and_all_faults(command, site, capsys):
    file = site("[kiosk]\nid = 3\nnam = 4\n")
    assert run([*command, "--site", file]) == 2
    error = capsys.readouterr().err
    assert "site.toml: 2 faults" in error
    assert "line 5: kiosk.id" in error
    assert "line 6: kiosk.nam" in error


# --- settings and service ----------------------------------------------------------------------


def test_a_right_site_file_ends_with_0(site, capsys):
    assert run(["check-settings", site()]) == 0
    assert "site.toml is right (demo;" in capsys.readouterr().out


def test_a_site_file_that_lacks_what_service_needs_ends_with_1(tmp_path, capsys):
    path = tmp_path / "site.toml"
    path.write_text('schema = 1\nenvironment = "production"\n')
    assert run(["check-settings", str(path)]) == 1
    assert "platform.base_url: is missing" in capsys.readouterr().out


def test_a_kiosk_that_lacks_what_service_needs_does_not_start(tmp_path, capsys):
    path = tmp_path / "site.toml"
    path.write_text('schema = 1\nenvironment = "production"\n')
    assert run(["run", "--site", str(path)]) == 2
    assert "kiosk.help_phone: is missing" in capsys.readouterr().err


def test_openapi_prints_one_json_document(capsys):
    assert run(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out)["openapi"] == "3.1.0"


def test_a_sandbox_on_a_port_in_use_ends_with_2(tmp_path, printer, capsys):
    arguments = ["sandbox", "--port", str(printer.port), "--directory", str(tmp_path)]
    assert run(arguments) == 2
    assert "the sandbox cannot start" in capsys.readouterr().err


# --- devices -----------------------------------------------------------------------------------


def test_a_sample_on_a_real_printers_wire_is_printed(site, printer, capsys):
    file = site(printer_section(printer.port))
    assert run(["device", "print-sample", "--site", file, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {answer["state"], answer["reason"]} == {"printed", ""}
    assert len(printer.machine.strips) == 1


def test_a_sample_nobody_takes_is_not_printed_and_ends_with_1(site, capsys):
    file = site(printer_section(1))
    assert run(["device", "print-sample", "--site", file, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["state"] == "not_printed"
    assert answer["reason"] != ""


def test_a_scan_without_a_code_is_an_object_with_error_and_ends_with_1(site, capsys):
    assert run(["device", "scan", "--site", site(), "--json", "--timeout", "0"]) == 1
    assert set(json.loads(capsys.readouterr().out)) == {"error", "message"}


def test_a_failed_scan_is_told_in_words_and_ends_with_1(site, capsys):
    file = site('[devices.scanner]\ndriver = "none"\n')
    assert run(["device", "scan", "--site", file]) == 1
    assert "message: The site file names no such device." in capsys.readouterr().out


def test_device_status_names_every_device(site, printer, capsys):
    file = site(printer_section(printer.port))
    run(["device", "status", "--site", file, "--json"])
    answers = json.loads(capsys.readouterr().out)
    assert answers["receipt_printer"]["state"] == "ready"
    assert {"id_reader", "scanner", "receipt_printer"} <= set(answers)


def test_a_lost_device_ends_status_with_1(site, capsys):
    file = site(printer_section(1))
    assert run(["device", "status", "--site", file]) == 1
    said = capsys.readouterr().out
    assert "receipt_printer: lost (escpos-network)" in said
    assert "检查电源和数据线" in said  # what to do, as everywhere
    assert "Check power and cable" in said


def test_the_doctor_ends_with_1_when_a_device_is_lost(site, capsys):
    file = site(printer_section(1))
    assert run(["doctor", "--site", file, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ready"] is False
    assert {"name", "verdict", "event", "message", "advice"} <= set(answer["checks"][0])
    assert all({"kind", "place", "words"} == set(each) for each in answer["plugged_in"])


def test_the_doctor_shows_a_table_to_people(site, capsys):
    file = site(printer_section(1))
    assert run(["doctor", "--site", file]) == 1
    text = capsys.readouterr().out
    assert "what to do" in text
    assert "Check power and cable" in text


# --- journal -----------------------------------------------------------------------------------


def test_a_sound_journal_ends_with_0(journal, capsys):
    assert run(["journal", "verify", "--site", journal]) == 0
    assert "3 rows; the journal is sound" in capsys.readouterr().out


def test_a_damaged_journal_ends_with_1_and_names_the_row(journal, tmp_path, capsys):
    tamper(tmp_path / "data", "UPDATE entry SET body = '{}' WHERE seq = 2")
    assert run(["journal", "verify", "--site", journal]) == 1
    assert "damage: edited_row: row 2 is not" in capsys.readouterr().out
    assert run(["journal", "verify", "--site", journal, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["sound"] is False
    assert [(each["kind"], each["row"]) for each in report["findings"]] == [("edited_row", 2)]


def test_an_unreadable_journal_is_a_finding(journal, tmp_path, capsys):
    (tmp_path / "data" / FILE_NAME).write_bytes(b"x" * 8192)
    assert run(["journal", "show", "--site", journal]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_show_lists_the_newest_rows_in_order(journal, capsys):
    assert run(["journal", "show", "--site", journal, "--last", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "3"]
    assert lines[1].endswith("VisitEnded       reason=done visit_id=visit-3")


def test_export_writes_json_lines_to_standard_output(journal, capsys):
    assert run(["journal", "export", "--site", journal]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3]


def test_export_writes_csv_to_a_new_file_and_never_over_an_old_one(journal, tmp_path, capsys):
    target = tmp_path / "journal.csv"
    arguments = ["journal", "export", "--site", journal, "--format", "csv", "--to", str(target)]
    assert run(arguments) == 0
    assert len(target.read_text().splitlines()) == 4
    assert run(arguments) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["show", "verify", "export"])
def test_a_site_without_a_journal_is_bad_use(site, command, capsys):
    assert run(["journal", command, "--site", site()]) == 2
    assert "there is no journal in" in capsys.readouterr().err


def test_a_journal_in_use_is_told_so(journal, tmp_path, capsys):
    with Journal.open(tmp_path / "data", keys.for_directory(tmp_path / "data").journal):
        assert run(["journal", "verify", "--site", journal]) == 2
    assert "stop the other one first" in capsys.readouterr().err


def test_faults_of_a_site_file_are_told_in_chinese_as_well(tmp_path, capsys):
    file = tmp_path / "site.toml"
    file.write_text('schema = 1\n[kiosk]\nnmae = "x"\n')
    assert run(["check-settings", str(file)]) == 2
    assert "设置文件里有不认识的项。按提示改正或删掉。" in capsys.readouterr().err


def test_damage_of_a_journal_says_what_to_do_in_both_languages(journal, tmp_path, capsys):
    tamper(tmp_path / "data", "UPDATE entry SET body = '{}' WHERE seq = 2")
    run(["journal", "verify", "--site", journal])
    said = capsys.readouterr().out
    assert "账本里有一行被改过。停用，备份存储目录，打电话报修。" in said
    assert "Stop the kiosk, keep a copy, call for repair." in said

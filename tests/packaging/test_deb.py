"""What the package is made of, without building it: units, rules, control data, bill, closure.

The built package is tried by `make package-test`.
"""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from kiosk.cli.app import app
from kiosk.cli.setup import KIOSK_USER
from kiosk.guardian.__main__ import _options
from kiosk.guardian.policy import Limits
from kiosk.maintenance.places import MEDIA
from kiosk.paths import USUAL_SITE
from kiosk.settings.load import PRODUCTION_DIRECTORY

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "packaging/debian"
SERVICE = DEBIAN / "public-payment-kiosk.service"
SCREEN = DEBIAN / "public-payment-kiosk.public-payment-kiosk-screen.service"
sys.path.append(str(ROOT / "packaging/deb"))
closure, prune, sbom = map(import_module, ("closure", "prune", "sbom"))


def unit(path):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(path.read_text())
    return parser


@pytest.fixture(scope="module")
def service():
    return unit(SERVICE)


@pytest.fixture(scope="module")
def screen():
    return unit(SCREEN)


@pytest.fixture(scope="module")
def compositor():
    """What weston is told."""
    return unit(DEBIAN / "site/screen.ini")


def paragraphs(name):
    return [
        dict(re.findall(r"^(\S+?):((?: .*)?(?:\n .*)*)", part, re.MULTILINE))
        for part in (DEBIAN / name).read_text().split("\n\n")
    ]


def test_the_unit_starts_the_guardian_with_the_site_file_of_setup(service):
    program, *arguments = shlex.split(service["Service"]["ExecStart"])
    assert program == "/usr/bin/kiosk-guardian"
    assert _options().parse_args(arguments).site == USUAL_SITE
    assert service["Unit"]["ConditionPathExists"] == str(USUAL_SITE)


def test_systemd_waits_longer_than_the_guardian_needs_to_say_that_it_lives(service):
    watchdog_s = float(service["Service"]["WatchdogSec"])
    assert watchdog_s >= 10 * 0.2
    assert service["Service"]["Type"] == "notify"
    assert service["Service"]["NotifyAccess"] == "main", "the kiosk tells its guardian"
    assert service["Service"]["Restart"] == "always"
    assert service["Unit"]["StartLimitIntervalSec"] == "0", "it must come back for ever"
    assert Limits().silent_s < watchdog_s


def test_the_kiosk_has_a_user_without_rights_of_its_own(service):
    assert service["Service"]["User"] == KIOSK_USER
    assert service["Service"]["NoNewPrivileges"] == "yes"
    assert service["Service"]["ProtectSystem"] == "strict"
    made = (DEBIAN / "public-payment-kiosk.postinst").read_text()
    assert "--system" in made
    groups = re.search(r"for group in (.+); do", made)
    assert groups is not None
    assert set(groups[1].split()) == {"dialout", "lp", "video"}


def test_the_journal_lies_where_the_settings_put_it(service):
    assert f"/var/lib/{service['Service']['StateDirectory']}" == str(PRODUCTION_DIRECTORY)


def test_qts_platform_is_the_compositors(service):
    text = SERVICE.read_text()
    assert "QT_QPA_PLATFORM=wayland " in text
    assert "platforms/libqwayland.so" in prune.PLUGINS
    assert "QT_QUICK_BACKEND=software" in text


def test_every_command_of_the_launcher_exists():
    launcher = (DEBIAN / "site/kiosk").read_text()
    as_the_kiosk = re.search(r"^  ([a-z| -]+)\)$", launcher, re.MULTILINE)
    assert as_the_kiosk is not None
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    assert {name.strip() for name in as_the_kiosk[1].split("|")} <= known


def test_a_production_package_depends_on_nothing_of_the_demonstration():
    _, kiosk, demo = paragraphs("control")
    assert "python3.11" in kiosk["Depends"]
    assert "demo" not in kiosk["Depends"]
    assert "public-payment-kiosk (= ${binary:Version})" in demo["Depends"]


def test_nothing_is_fetched_when_the_package_is_installed():
    for script in DEBIAN.glob("public-payment-kiosk.*"):
        assert not re.search(r"\b(pip|curl|wget|apt-get|http)\b", script.read_text()), script


@pytest.mark.parametrize("name", ["config", "postinst", "postrm"])
def test_the_maintainer_scripts_are_sound_shell(name):
    script = DEBIAN / f"public-payment-kiosk.{name}"
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert "set -e" in script.read_text()


def test_purging_keeps_the_data_unless_somebody_says_yes():
    assert "Default: false" in (DEBIAN / "public-payment-kiosk.templates").read_text()
    text = (DEBIAN / "public-payment-kiosk.postrm").read_text()
    assert text.index("delete=false") < text.index("rm -rf /var/lib/public-payment-kiosk")


def test_no_pin_and_no_key_come_with_the_package():
    shipped = [*DEBIAN.rglob("*"), *(ROOT / "config").rglob("*")]
    names = [path.name for path in shipped if path.is_file()]
    assert not [name for name in names if re.search(r"\.(key|pem|pin)$|accounts", name)]


def test_device_rules_name_what_they_link_by_vendor_and_product():
    rules = (DEBIAN / "public-payment-kiosk.udev").read_text().replace("\\\n", "")
    links = [line for line in rules.splitlines() if "SYMLINK" in line]
    assert len(links) == 4
    assert all("$env{ID_VENDOR_ID}-$env{ID_MODEL_ID}" in line for line in links)


def test_sticks_are_mounted_where_the_kiosk_looks_and_nothing_of_them_counts():
    rules = (DEBIAN / "public-payment-kiosk.udev").read_text()
    mounts = [line for line in rules.splitlines() if "systemd-mount" in line and "RUN" in line]
    assert len(mounts) == 2
    for rule in mounts:
        command = shlex.split(rule.partition('+="')[2].rstrip('"'))
        assert command[-1].startswith(MEDIA)
        options = next(word for word in command if word.startswith("--options="))
        assert {"nosuid", "nodev", "noexec"} <= set(options.removeprefix("--options=").split(","))
        assert "--no-block" in command, "udev waits for nobody"
        assert ("vfat" in rule) == (f"--owner={KIOSK_USER}" in command)
    before = rules[: rules.index(mounts[0])]
    assert 'ATTRS{removable}=="1", ENV{KIOSK_STICK}=' in before, "the kiosk's own disk is no stick"
    assert 'ENV{KIOSK_STICK}!="1", GOTO="kiosk_end"' in before


def test_no_rule_asks_parents_for_what_they_are_not():
    rules = (DEBIAN / "public-payment-kiosk.udev").read_text()
    of_parents = re.findall(r"\b(?:SUBSYSTEMS|ATTRS|KERNELS|DRIVERS)\b[^,=!]*!=", rules)
    assert of_parents == [], "some parent always differs: the rule would hold for every device"


def test_the_screen_comes_before_the_kiosk_and_goes_with_it(service, screen):
    needed = "public-payment-kiosk-screen.service"
    assert needed in service["Unit"]["Wants"].split()
    assert "Requires" not in service["Unit"], "a screen that fails once would end the kiosk"
    assert needed in service["Unit"]["After"].split()
    assert screen["Unit"]["PartOf"] == SERVICE.name
    assert screen["Unit"]["ConditionPathExists"] == str(USUAL_SITE), "else it takes the console"
    assert "Install" not in screen
    rules = (DEBIAN / "rules").read_text()
    assert f"--name={needed.removesuffix('.service')} --no-enable --no-start" in rules


def test_the_kiosk_finds_the_screens_socket_though_the_system_is_read_only(screen):
    folder = screen["Service"]["RuntimeDirectory"]
    options = shlex.split(screen["Service"]["ExecStart"])
    socket = next(word for word in options if word.startswith("--socket=")).partition("=")[2]
    assert socket == f"/run/{folder}/wayland"
    assert f"WAYLAND_DISPLAY={socket}\n" in SERVICE.read_text()
    assert screen["Service"]["RuntimeDirectoryMode"] == "0700"
    assert screen["Service"]["User"] == KIOSK_USER


def test_an_installer_keeps_the_login_prompt_until_the_kiosk_runs(screen):
    assert "Conflicts" not in screen["Unit"], "it is stopped before the condition is looked at"
    assert screen["Service"]["TTYPath"] == "/dev/tty7"


def test_the_screens_console_is_in_front_before_weston_draws_its_first_picture():
    unit = SCREEN.read_text()
    assert "\nExecStartPre=+/usr/bin/chvt 7\nExecStart=" in unit
    _, kiosk, _ = paragraphs("control")
    assert "kbd" in kiosk["Depends"].replace(",", " ").split()


def test_a_screen_that_stands_still_is_started_again(screen, compositor):
    assert screen["Service"]["Type"] == "notify"
    assert screen["Service"]["Restart"] == "always"
    assert screen["Unit"]["StartLimitIntervalSec"] == "0"
    assert compositor["core"]["modules"] == "systemd-notify.so", "who else feeds the watchdog?"
    watchdog_s = float(screen["Service"]["WatchdogSec"])
    assert 0 < float(compositor["core"]["pageflip-timeout"]) / 1000 <= watchdog_s


def test_nobody_leaves_the_kiosk_by_the_keyboard_and_the_screen_never_sleeps(compositor):
    assert compositor["core"]["shell"] == "kiosk-shell.so"
    assert compositor["keyboard"]["vt-switching"] == "false"
    assert compositor["core"]["idle-time"] == "0"


def test_the_settings_of_the_screen_lie_where_the_unit_and_readme_say(screen):
    options = shlex.split(screen["Service"]["ExecStart"])
    config = next(word for word in options if word.startswith("--config=")).partition("=")[2]
    installed = (DEBIAN / "public-payment-kiosk.install").read_text()
    assert (
        f"packaging/debian/site/{Path(config).name} {str(Path(config).parent)[1:]}\n" in installed
    )
    assert config in (ROOT / "README.md").read_text()


def test_logind_hands_out_the_screen_and_systemd_hears_the_guardian(service, screen):
    assert "PAMName" not in service["Service"], "a session has a control group of its own"
    assert screen["Service"]["PAMName"] == "login"
    assert "systemd-logind.service" in screen["Unit"]["Wants"].split()
    _, kiosk, _ = paragraphs("control")
    assert {"weston", "libpam-systemd"} <= set(kiosk["Depends"].replace(",", " ").split())


def test_polkit_lets_the_kiosks_user_restart_the_machine_outside_of_any_session():
    rules = (DEBIAN / "site/public-payment-kiosk.rules").read_text()
    assert f'subject.user === "{KIOSK_USER}"' in rules
    assert '"org.freedesktop.login1.reboot"' in rules
    installed = (DEBIAN / "public-payment-kiosk.install").read_text()
    assert "public-payment-kiosk.rules usr/share/polkit-1/rules.d" in installed


def test_a_stick_that_was_there_before_the_start_can_be_written(service):
    writable = service["Service"]["ReadWritePaths"].split()
    assert "-/media" in writable, "the dash: a system without the folder starts all the same"


def test_the_keys_and_codes_are_where_readme_says():
    target, link = (DEBIAN / "public-payment-kiosk.links").read_text().split()
    assert target.endswith("kiosk/_shipped/config")
    readme = (ROOT / "README.md").read_text()
    for name in ("default.toml", "events.toml"):
        assert (ROOT / "config" / name).is_file()
        assert f"/{link}/{name}" in readme


# --- what goes in ------------------------------------------------------------------------------


def test_the_closure_holds_what_the_kiosk_imports_and_no_test_tool():
    needed = closure.closure(closure.PROJECT)
    assert {"pyside6-essentials", "apsw", "pydantic-core", "urllib3"} <= needed
    assert not {"pytest", "fastapi", "mypy", "pyscard", "python-escpos"} & needed
    assert "fastapi" in closure.closure(closure.PROJECT, frozenset({"sandbox"}))


def test_every_package_of_the_closure_is_locked_with_its_hashes():
    needed = closure.closure(closure.PROJECT)
    part = closure.excerpt(ROOT / "requirements.lock", needed)
    heads = re.findall(r"^([A-Za-z0-9._-]+)==", part, re.MULTILINE)
    assert len(heads) == len(needed)
    assert part.count("--hash=sha256:") >= len(needed)
    assert "pytest==" not in part


def test_every_module_of_qt_that_is_imported_is_packed():
    imported = set()
    for source in (ROOT / "kiosk").rglob("*.py"):
        if any(source.match(f"{ROOT}/{pattern}") for pattern in ("kiosk/demo/*",)):
            continue
        imported |= set(re.findall(r"PySide6\.(Qt\w+)", source.read_text("utf-8")))
    for_tests = {"QtTest"}  # the robot's finger
    assert imported - for_tests <= set(prune.MODULES)


def test_every_qml_module_that_is_imported_is_packed():
    imported = set()
    for source in (ROOT / "kiosk").rglob("*.qml"):
        text = source.read_text("utf-8")
        imported |= set(re.findall(r"^import (Qt[\w.]*)", text, re.MULTILINE))
    packed = {name.partition("/lib")[0].removesuffix("/qmldir") for name in prune.QML}
    assert {name.replace(".", "/") for name in imported} <= packed


def test_the_bill_of_materials_names_what_wheels_bundle(tmp_path):
    for name, version in (("public-payment-kiosk", "1.0"), ("apsw", "3.0")):
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: any-OSI\n"
        )
    found = sbom.bill(tmp_path, "public-payment-kiosk")
    assert found["bomFormat"] == "CycloneDX"
    assert found["metadata"]["component"]["purl"] == "pkg:pypi/public-payment-kiosk@1.0"
    names = [each["name"] for each in found["components"]]
    assert names == ["apsw", "SQLite", "Noto Sans SC"]
    assert all(each["licenses"] for each in found["components"])

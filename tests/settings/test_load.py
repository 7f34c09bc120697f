"""A site file is read over the defaults, and every fault of it is told at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers import registry
from drivers.api import PaperLoading, Role
from kiosk.domain.kiosk import Rules
from kiosk.paths import config_directory
from kiosk.settings import BadSettings, Environment, load, missing_for_service
from kiosk.settings.load import MAX_FILE_BYTES, OPTIONAL_ROLES
from kiosk.settings.model import SiteFile


@pytest.fixture
def site(tmp_path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "site.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def faults_of(path: Path) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load(path)
    return [str(fault) for fault in caught.value.faults]


PRODUCTION = """
schema = 1
environment = "production"
[kiosk]
id = "hz-gs-0001"
help_phone = "0571-00000000"
[platform]
base_url = "https://pay.example.com"
[devices.receipt_printer]
driver = "escpos-network"
host = "192.0.2.10"
"""


PRINTER = '[devices.receipt_printer]\ndriver = "escpos-network"\nhost = "192.0.2.10"\n'

# --- what is shipped -----------------------------------------------------------------------


def test_the_defaults_are_a_demonstration_with_simulated_devices():
    settings = load(None)
    assert settings.environment is Environment.DEMO
    assert {Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER} <= set(settings.devices)
    assert all(device.driver.simulated for device in settings.devices.values())


def test_default_toml_names_every_key_with_the_default_of_the_program():
    text = (config_directory() / "default.toml").read_text()
    values = tomllib.loads(text)
    devices = values.pop("devices")
    assert values == SiteFile(schema=1).model_dump(by_alias=True, mode="json")
    assert devices == {str(role): {"driver": "auto"} for role in Role}


def test_default_timing_is_that_of_the_rules():
    settings = load(None)
    platform = settings.platform
    expected = Rules(
        "demo-0001",
        b"key",
        frozenset(settings.devices),
        paper_loading=PaperLoading.CLAMSHELL,  # the simulated printer's
        heartbeat_s=platform.heartbeat_s,
        notices_s=platform.notices_s,
    )
    assert settings.rules(b"key") == expected


@pytest.mark.parametrize("name", ["demo.toml", "site.example.toml"])
def test_every_shipped_site_file_is_right(name):
    settings = load(config_directory() / name)
    assert settings.kiosk.district == "拱墅区"


@pytest.mark.parametrize("role", list(Role))
def test_default_toml_lists_the_drivers_there_are(role):
    text = (config_directory() / "default.toml").read_text()
    section = text[text.index(f"[devices.{role}]") :]
    comment = section.splitlines()[1].split("#")[1]
    none = {"none"} if role in OPTIONAL_ROLES else set()
    assert set(re.findall(r'"([a-z-]+)"', comment)) == {*registry.names(role), *none}


# --- merging ---------------------------------------------------------------------------------


def test_a_site_file_names_only_what_differs(site):
    settings = load(site('schema = 1\n[kiosk]\nname = "一号机"\n[timing]\nidle_s = 90\n'))
    assert (settings.kiosk.name, settings.kiosk.id) == ("一号机", "demo-0001")
    assert settings.rules(b"").idle_s == 90.0
    assert settings.rules(b"").warn_s == 20.0


def test_a_device_section_replaces_the_default_driver(site):
    settings = load(
        site('schema=1\n[devices.receipt_printer]\ndriver="escpos-network"\nhost="192.0.2.1"\n')
    )
    printer = settings.devices[Role.RECEIPT_PRINTER]
    assert (printer.driver.name, printer.options.host) == ("escpos-network", "192.0.2.1")


def test_a_device_can_be_left_out(site):
    settings = load(site('schema = 1\n[devices.scanner]\ndriver = "none"\n'))
    assert Role.SCANNER not in settings.devices
    assert Role.SCANNER not in settings.rules(b"").roles


def test_relative_paths_start_at_the_site_file(site, tmp_path):
    settings = load(
        site('schema=1\n[storage]\ndirectory="data"\n[platform]\nca_file="certs/ca.pem"\n')
    )
    assert settings.storage_directory == tmp_path / "data"
    assert settings.platform.ca_file == str(tmp_path / "certs/ca.pem")


def test_files_of_windows_editors_are_read(site):
    settings = load(site(b'\xef\xbb\xbfschema = 1\r\n[kiosk]\r\nid = "k-1"\r\n'))
    assert settings.kiosk.id == "k-1"


# --- faults, with their lines ------------------------------------------------------------------


def test_every_fault_of_a_file_is_told_at_once_in_the_order_of_its_lines(site):
    text = """\
schema = 1
environment = "test"

[kiosk]
id = "two words"
nam = "一号机"
language = "fr"

[platform]
base_url = "https://user:secret@host/path"
secret = "hunter2"
read_timeout_s = -1
total_timeout_s = "10"

[timing]
warn_s = 90.0

[screen]
width_px = 99
full_screen = "yes"

[devices.receipt_printer]
driver = "escpos-network"
prot = 9100

[devices.scanner]
driver = "barcode"

[devices.cash]
driver = "none"

[other]
x = 1
"""
    assert faults_of(site(text)) == [
        "line 2: environment: expected 'demo' or 'production'",
        "line 5: kiosk.id: expected 1 to 32 letters, digits, - and _",
        "line 6: kiosk.nam: is not known here; did you mean name?",
        "line 7: kiosk.language: expected 'zh' or 'en'",
        "line 10: platform.base_url: must not carry a password; use certificate_file",
        (
            "line 11: platform.secret: is not known here; credentials never stand in this file, "
            "only in files it names"
        ),
        "line 12: platform.read_timeout_s: expected greater than or equal to 0.1",
        "line 13: platform.total_timeout_s: expected a valid number",
        "line 15: timing: warn_s must be shorter than idle_s",
        "line 19: screen.width_px: expected greater than or equal to 640",
        "line 20: screen.full_screen: expected a valid boolean",
        "line 22: devices.receipt_printer.host: is missing",
        "line 24: devices.receipt_printer.prot: is not known here; did you mean port?",
        "line 27: devices.scanner.driver: " + scanner_choices(),
        (
            "line 29: devices.cash: is not known here; known: card_reader, id_reader, "
            "receipt_printer, scanner"
        ),
        (
            "line 32: other: is not known here; known: devices, environment, kiosk, open_codes, opening, platform, "
            "schema, screen, storage, timing"
        ),
    ]


def scanner_choices() -> str:
    return f"expected one of {', '.join((*registry.names(Role.SCANNER), 'none'))}"


def test_no_secret_of_a_bad_file_is_repeated_in_its_faults(site):
    path = site('schema = 1\n[platform]\nsecret = "hunter2"\nbase_url = "https://u:hunter2@h"\n')
    assert "hunter2" not in "\n".join(faults_of(path))


def test_the_message_names_the_file_and_counts_the_faults(site):
    with pytest.raises(BadSettings) as caught:
        load(site('schema = 1\n[kiosk]\nid = ""\n[x]\n'))
    assert str(caught.value).splitlines() == [
        "site.toml: 2 faults",
        "  line 3: kiosk.id: expected 1 to 32 letters, digits, - and _",
        (
            "  line 4: x: is not known here; known: devices, environment, kiosk, open_codes, opening, platform, "
            "schema, screen, storage, timing"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: schema: is missing: write schema = 1 at the top"),
        ("schema = 2", "line 1: schema: is 2; this kiosk reads schema 1"),
        ("schema = true", "line 1: schema: is True; this kiosk reads schema 1"),
        ("schema = 1\nid = ", "line 2: is not TOML: Invalid value"),
        ("schema = 1\na = 1\na = 2", "line 3: is not TOML: Cannot overwrite a value"),
        ('schema = 1\na = "', "line 2: is not TOML: Unterminated string"),
        (b"schema = 1\n# \xff\n", "line 2: is not UTF-8 text: save the file as UTF-8"),
        ("a = " + "[" * 20000, "is nested too deeply"),
        (b"#" * (MAX_FILE_BYTES + 1), f"is longer than {MAX_FILE_BYTES} bytes"),
        ("schema = 1\nkiosk = 3", "line 2: kiosk: expected a table"),
        ("schema = 1\ndevices = 3", "line 2: devices: expected a table"),
        ("schema = 1\n[devices]\nscanner = 3", "line 3: devices.scanner: expected a table"),
        (
            'schema = 1\n[devices.scanner]\ndriver = "none"\nport = "x"',
            'line 4: devices.scanner.port: means nothing with driver = "none"',
        ),
        (
            (
                'schema = 1\n[devices.id_reader]\ndriver = "sam-serial"\nport = "/dev/ttyS0"\n'
                '[devices.receipt_printer]\ndriver = "escpos-serial"\nport = "/dev/ttyS0"'
            ),
            "line 7: devices.receipt_printer.port: is already the port of devices.id_reader",
        ),
        (
            'schema = 1\n[platform]\ncertificate_file = "a.pem"',
            "line 2: platform: certificate_file and certificate_key_file go together",
        ),
        (
            'schema = 1\n[platform]\nplatform_key_file = "a.pub"',
            "line 2: platform: signing_key_file and platform_key_file go together",
        ),
        (
            'schema = 1\n[platform]\nbase_url = "https://host/api"',
            "line 3: platform.base_url: expected https://host[:port] without a path",
        ),
        (
            'schema = 1\n[platform]\nbase_url = "ftp://host"',
            "line 3: platform.base_url: expected https://host[:port]",
        ),
        (
            "schema = 1\n[timing]\nqr_valid_s = 30\nqr_hide_s = 30",
            "line 2: timing: qr_hide_s must be shorter than qr_valid_s",
        ),
    ],
)
def test_one_fault_is_told_in_words(site, text, fault):
    assert faults_of(site(text)) == [fault]


def test_a_receipt_printer_cannot_be_none(site):
    (fault,) = faults_of(site('schema = 1\n[devices.receipt_printer]\ndriver = "none"'))
    assert fault.startswith("line 3: devices.receipt_printer.driver: expected one of escpos")


def test_device_keys_without_a_driver_are_told_what_is_missing(site):
    (fault,) = faults_of(site('schema = 1\n[devices.receipt_printer]\nhost = "x"'))
    assert fault.startswith("line 2: devices.receipt_printer: driver is missing: expected one of")


def test_a_file_that_is_not_there_is_told_as_such(tmp_path):
    assert faults_of(tmp_path / "none.toml") == ["cannot be read: No such file or directory"]


# --- production ----------------------------------------------------------------------------------


def test_production_has_only_the_devices_that_the_file_names(site):
    settings = load(site(PRODUCTION))
    assert set(settings.devices) == {Role.RECEIPT_PRINTER}
    assert settings.storage_directory == Path("/var/lib/public-payment-kiosk")


def test_production_refuses_simulated_devices_and_plain_http(site):
    text = PRODUCTION.replace("https://", "http://") + '[devices.id_reader]\ndriver="simulated"\n'
    assert faults_of(site(text)) == [
        "line 8: platform.base_url: production speaks https:// only",
        "line 13: devices.id_reader.driver: simulated devices are refused in production",
    ]


def test_production_refuses_plain_http_on_loopback_too(site):
    text = PRODUCTION.replace("https://pay.example.com", "http://127.0.0.1:8080")
    assert faults_of(site(text)) == ["line 8: platform.base_url: production speaks https:// only"]


def test_a_demonstration_may_speak_plain_http(site):
    settings = load(site('schema = 1\n[platform]\nbase_url = "http://127.0.0.1:8080"\n'))
    assert settings.platform.base_url == "http://127.0.0.1:8080"


def test_what_service_lacks_is_listed_only_for_production(site):
    assert missing_for_service(load(None)) == ()
    bare = load(site('schema = 1\nenvironment = "production"\n'))
    assert [fault.key for fault in missing_for_service(bare)] == [
        "devices.id_reader",
        "devices.receipt_printer",
        "platform.base_url",
        "platform.ca_file",
        "platform.certificate_file",
        "platform.signing_key_file",
        "kiosk.id",
        "kiosk.help_phone",
    ]


# --- anything at all -----------------------------------------------------------------------------


KEYS = ["schema", "environment", "kiosk", "platform", "devices", "timing", "screen", "storage"]
NAMES = st.sampled_from([*KEYS, "id", "driver", "scanner", "id_reader", "base_url", "x", '"a b"'])
SCALARS = st.sampled_from(
    [
        "1",
        "-1",
        "1.5",
        "inf",
        "nan",
        "true",
        '"x"',
        '"https://h"',
        '"simulated"',
        "'none'",
        "[]",
        "{}",
        "{driver='none'}",
        "1979-05-27",
        "[1, {a=2}]",
        '"""\n"""',
        "9" * 5000,
    ]
)
LINES = st.one_of(
    st.lists(NAMES, min_size=1, max_size=3).map(lambda names: f"[{'.'.join(names)}]"),
    st.lists(NAMES, min_size=1, max_size=2).map(lambda names: f"[[{'.'.join(names)}]]"),
    st.builds("{} = {}".format, st.lists(NAMES, min_size=1, max_size=3).map(".".join), SCALARS),
    st.text(max_size=20),
)


def faults_or_none(path):
    try:
        load(path)
    except BadSettings as error:
        return error.faults
    return ()


@given(st.lists(LINES, max_size=12))
@example(["schema = 1", "[[devices]]", "[devices.scanner]"])
@example(["schema = 1", "devices.scanner.driver.x = 1"])
@example(["schema = 1", "kiosk.id.x = 1", "timing = []"])
def test_no_text_does_more_than_bad_settings(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("fuzz") / "site.toml"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    total = path.read_bytes().count(b"\n") + 1
    assert all(0 <= fault.line <= total for fault in faults_or_none(path))


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_bad_settings(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "site.toml"
    path.write_bytes(b"schema = 1\n" + content)
    assert all(fault.message for fault in faults_or_none(path))


@pytest.mark.parametrize("key", ["directory", "mirror_directory"])
@pytest.mark.parametrize("path", ["~nobody-here/x", "a\\u0000b"])
def test_a_path_that_no_machine_has_is_a_fault_with_its_line(site, key, path):
    with pytest.raises(BadSettings) as refused:
        load(site(f'schema = 1\n[storage]\n{key} = "{path}"\n'))
    assert [(fault.key, fault.line) for fault in refused.value.faults] == [(f"storage.{key}", 3)]


# --- everything at once ------------------------------------------------------------------------


def test_a_wrong_schema_hides_no_other_fault(site):
    assert faults_of(site("[screen]\nwidth_px = 1\n")) == [
        "line 1: schema: is missing: write schema = 1 at the top",
        "line 2: screen.width_px: expected greater than or equal to 640",
    ]


def test_a_fault_of_a_key_hides_no_fault_between_keys(site):
    text = """schema = 1
environment = "production"
[platform]
base_url = "http://pay.example.com"
certificate_file = "kiosk.pem"
connect_timeout_s = -1.0
[timing]
idle_s = 10.0
done_s = "long"
"""
    assert faults_of(site(text)) == [
        "line 3: platform: certificate_file and certificate_key_file go together",
        "line 4: platform.base_url: production speaks https:// only",
        "line 6: platform.connect_timeout_s: expected greater than or equal to 0.1",
        "line 7: timing: warn_s must be shorter than idle_s",
        "line 9: timing.done_s: expected a valid number",
    ]


def test_keys_are_not_held_against_one_that_is_at_fault_itself(site):
    text = 'schema = 1\n[timing]\nwarn_s = 90.0\nidle_s = "x"\n'
    assert faults_of(site(text)) == ["line 4: timing.idle_s: expected a valid number"]


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ('driver = "escpos-network"\nhost = "-x-"', "line 4: devices.receipt_printer.host: is nei"),
        ('driver = "escpos-network"\nhost = "300.1.2.3"', "line 4: devices.receipt_printer.host:"),
        (f'driver = "escpos-network"\nhost = "{"x" * 64}.cn"', "line 4: devices.receipt_printer"),
        ('driver = "escpos-network"\nhost = ""', "line 4: devices.receipt_printer.host: is neithe"),
        (
            'driver = "escpos-network"\nprofile = "laser"\nhost = "h"',
            "line 4: devices.receipt_printer.profile: no printer profile 'laser'; known: default",
        ),
        (
            'driver = "escpos-serial"\nport = "/dev/tty\\u0000"',
            "line 4: devices.receipt_printer.port: a path cannot hold a NUL character",
        ),
        (
            'driver = "escpos-serial"\nport = "/dev/ttyS0"\ntrace = "a\\u0000"',
            "line 5: devices.receipt_printer.trace: a path cannot hold a NUL character",
        ),
    ],
)
def test_what_a_driver_could_never_use_is_a_fault_of_the_file(site, section, fault):
    (found,) = faults_of(site(f"schema = 1\n[devices.receipt_printer]\n{section}\n"))
    assert found.startswith(fault)


@pytest.mark.parametrize("host", ["192.0.2.9", "::1", "printer-1.hall.example", "打印机.example"])
def test_addresses_and_names_of_hosts_are_taken(site, host):
    text = f'schema=1\n[devices.receipt_printer]\ndriver="escpos-network"\nhost="{host}"\n'
    assert load(site(text)).devices[Role.RECEIPT_PRINTER].options.host == host


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://pay.example.com:0", "there is no port 0"),
        ("https://pay..example.com", "is neither an IP address nor the name of a host"),
    ],
)
def test_an_address_of_the_platform_that_cannot_be_is_a_fault(site, url, words):
    found = faults_of(site(f'schema = 1\n[platform]\nbase_url = "{url}"\n'))
    assert found == [f"line 3: platform.base_url: {words}"]


@pytest.mark.parametrize("mirror", ["data", "other/../data", "."])
def test_a_second_copy_beside_the_first_is_a_fault(site, mirror, tmp_path):
    directory = "." if mirror == "." else "data"
    text = f'schema=1\n[storage]\ndirectory = "{directory}"\nmirror_directory = "{mirror}"\n'
    (fault,) = faults_of(site(text))
    assert fault.startswith("line 4: storage.mirror_directory: is the storage directory itself")


def test_reserves_of_open_codes_become_rules(site):
    text = (
        "schema = 1\n[open_codes]\nper_visit = 2\n[[open_codes.reserve]]\n"
        'item = "103050101"\namount_fen = 20000\ncount = 5\n'
    )
    rules = load(site(text)).rules(b"k").open_codes
    assert [(r.item_code, r.amount_fen, r.count) for r in rules.reserves] == [
        ("103050101", 20000, 5)
    ]
    assert rules.per_visit == 2


def test_wrong_reserves_of_open_codes_are_told(site):
    reserve = '[[open_codes.reserve]]\nitem = "1"\namount_fen = 60000\n'
    assert faults_of(site("schema = 1\n[open_codes]\n" + reserve * 2)) == [
        "line 2: open_codes: two reserves are of the same item and amount",
        "line 2: open_codes: a reserve is above max_code_fen",
    ]


def test_open_codes_in_service_need_the_platforms_key(site):
    reserve = '[[open_codes.reserve]]\nitem = "1"\namount_fen = 100\n'
    found = faults_of(site('schema = 1\nenvironment = "production"\n' + reserve))
    assert any("open_codes.reserve: needs platform.platform_key_file" in each for each in found)


def test_only_our_own_contract_has_heartbeat_notices_and_renewal():
    settings = load(None)
    platform = settings.platform.model_copy(update={"certificate_file": "kiosk.pem"})
    ours = settings.model_copy(update={"platform": platform}).rules(b"key")
    assert (ours.heartbeat_s, ours.notices_s, ours.renewal_s) == (300.0, 600.0, 86_400.0)
    theirs = platform.model_copy(update={"adapter": "cnnontax"})
    rules = settings.model_copy(update={"platform": theirs}).rules(b"key")
    assert (rules.heartbeat_s, rules.notices_s, rules.renewal_s) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "loading"),
    [
        ('[devices.receipt_printer]\ndriver = "simulated"\n', PaperLoading.CLAMSHELL),
        (PRINTER + 'profile = "epson-80"\n', PaperLoading.CLAMSHELL),
        (PRINTER + 'profile = "custom-kpm"\n', PaperLoading.FEED),
        (PRINTER + 'profile = "default"\n', PaperLoading.ANY),
        ('[kiosk]\npaper_loading = "lever"\n' + PRINTER + 'profile = "epson-80"\n',
         PaperLoading.LEVER),
    ],
)  # fmt: skip
def test_how_paper_goes_in_is_what_the_site_says_else_what_the_profile_knows(site, text, loading):
    assert load(site("schema = 1\n" + text)).rules(b"k" * 32).paper_loading is loading

"""The process around the window: fonts, the end on a bug, the gallery."""

import subprocess
import sys

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from kiosk.paths import CHECKOUT, assets_directory, config_directory
from kiosk.ui.application import FAMILY, application
from kiosk.ui.gallery import file_name, index, looks, main
from kiosk.ui.sample_screens import SCREENS
from kiosk.ui.viewmodels.look import Look


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False,
        timeout=240, env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


SLOT = """
from PySide6.QtCore import QTimer
from kiosk.observability import configure_logging, install_crash_hooks
from kiosk.ui.application import application
app = application()
configure_logging(None); install_crash_hooks()
def slot(): raise ValueError("a bug in a slot")
QTimer.singleShot(0, slot)
QTimer.singleShot(20000, app.quit)
raise SystemExit(app.exec())
"""
THREAD = """
from threading import Thread
from kiosk.observability import configure_logging, install_crash_hooks
from kiosk.ui.application import application
app = application()
configure_logging(None); install_crash_hooks()
def work(): raise ValueError("a bug in a thread")
Thread(target=work).start()
raise SystemExit(app.exec())
"""


@pytest.mark.parametrize(
    ("code", "bug"), [(SLOT, "a bug in a slot"), (THREAD, "a bug in a thread")]
)
def test_a_bug_ends_the_process_with_its_own_exit_code(code, bug):
    done = run(code)
    assert done.returncode == 70
    assert bug in done.stderr + done.stdout


def test_the_fonts_have_rare_names_and_are_the_default(qapp):
    app = application()
    assert app is qapp
    assert FAMILY in QFontDatabase.families()
    assert app.font().family() == FAMILY
    font = QRawFont.fromFont(QFont(FAMILY))
    assert all(font.supportsCharacter(ord(char)) for char in "张䶮㛃¥")


def test_the_fonts_are_the_default_though_somebody_loaded_them_before():
    done = run(
        "from PySide6.QtGui import QGuiApplication\nQGuiApplication([])\n"
        "from kiosk.guardian.screen import load_fonts\nfrom kiosk.paths import assets_directory\n"
        "load_fonts(assets_directory())\n"
        "from kiosk.ui.application import application\nprint(application().font().family())"
    )
    assert done.stdout.strip() == "Noto Sans SC"


def test_the_software_renderer_is_the_default():
    done = run(
        "import os\nfrom kiosk.ui.application import application\napplication()\n"
        "print(os.environ['QT_QUICK_BACKEND'])"
    )
    assert done.stdout.strip() == "software"


FRAMES = """
import sys
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.sample_screens import READY
from kiosk.ui.shell import Shell
shell = Shell(CoreBridge(lambda event: None, READY))
print([name in sys.modules for name in ("qrcode", "PIL")])
def framed():
    print([name in sys.modules for name in ("qrcode", "PIL")], flush=True)
    shell.app.quit()
shell.window.frameSwapped.connect(framed)
shell.app.exec()
shell.close()  # not in the slot: a window must not go while it is drawn
"""


def test_what_a_qr_code_needs_comes_after_the_first_frame_and_before_the_first_code():
    done = run(FRAMES)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["[False, False]", "[True, True]"]


def test_assets_and_settings_are_found():
    assert (assets_directory() / "fonts" / "OFL.txt").is_file()
    assert (config_directory() / "fee_items.toml").is_file()


def test_the_gallery_paints_the_screens_asked_for(qapp, tmp_path, capsys):
    assert main(["--out", str(tmp_path), "attract", "bills"]) == 0
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert len(pictures) == 2 * 2 * 4 * 4
    page = (tmp_path / "index.html").read_text("utf-8")
    assert all(name in page for name in pictures)
    assert "64 pictures" in capsys.readouterr().out


def test_the_gallery_refuses_a_screen_it_does_not_know(tmp_path, capsys):
    with pytest.raises(SystemExit) as error:
        main(["--out", str(tmp_path), "atract"])
    assert error.value.code == 2
    assert "no such screen: atract" in capsys.readouterr().err


def test_the_gallery_names_every_look_once():
    names = {file_name("bills", each) for each in looks()}
    assert len(names) == 32
    assert file_name("bills", Look()) == "bills.zh.32.default.png"
    assert index(list(SCREENS)).count("<img") == 32 * len(SCREENS)

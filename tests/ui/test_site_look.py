"""The look that a site file asks for is the one in which each visit begins."""

from pathlib import Path

import pytest

from drivers.simulation import SimulatedWorld
from kiosk import bootstrap
from kiosk.settings import load


@pytest.mark.parametrize(
    ("screen", "language", "text_px", "contrast"),
    [
        ('text_size_px = 52\ncontrast = "yellow"', "en", 52, "yellow"),
        ('text_size_px = 38\ncontrast = "high"', "zh", 38, "high"),
        ("", "zh", 32, "default"),
    ],
)
def test_a_visit_begins_as_the_site_file_says(
    qapp, tmp_path: Path, screen: str, language: str, text_px: int, contrast: str
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        f'schema = 1\n[kiosk]\nlanguage = "{language}"\n[storage]\ndirectory = "data"\n'
        f"[screen]\n{screen}\n"
    )
    with bootstrap.screen(
        load(site), world=SimulatedWorld(tmp_path / "paper"), base_url="http://127.0.0.1:1"
    ) as (shell, _bridge, machine):
        machine.start()
        look = shell.look
        assert (look.language, look.textPx, look.contrast) == (language, text_px, contrast)

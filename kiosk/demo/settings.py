"""The demonstration's settings: the shipped demo site, with a storage of its own."""

from __future__ import annotations

import json
from pathlib import Path

from kiosk.paths import config_directory, make_private
from kiosk.settings.load import load
from kiosk.settings.model import Settings

SITE = "site.toml"


def demo_settings(directory: Path, *, paper_mm_per_s: float = 0.0) -> Settings:
    """Load the demo site, stored as `site.toml` in `directory`, so that commands can use it.

    Paper comes out so fast; 0: at once.
    """
    make_private(directory)
    text = (config_directory() / "demo.toml").read_text("utf-8")
    storage = json.dumps(str((directory / "kiosk").absolute()), ensure_ascii=False)
    site = directory / SITE
    site.write_text(
        f"{text}\n[storage]\ndirectory = {storage}\n"
        f'[devices.receipt_printer]\ndriver = "simulated"\nspeed_mm_per_s = {paper_mm_per_s}\n',
        "utf-8",
    )
    return load(site)

"""A site file in the making, and what a power cut leaves of it."""

from __future__ import annotations

import pytest

from kiosk.journal.files import Disk
from kiosk.maintenance.site_draft import SiteDraft

BEFORE = 'schema = 1\nenvironment = "demo"\n[kiosk]\nid = "old-1"\n'


class PowerCut(Exception):
    """The machine is gone; only what the disk holds is left."""


class CutAt(Disk):
    """The power goes before the nth change of a name."""

    def __init__(self, number: int) -> None:
        self._left = number

    def replace(self, old, new):
        if not self._left:
            raise PowerCut
        self._left -= 1
        super().replace(old, new)


@pytest.mark.parametrize("number", range(2))
def test_a_power_cut_leaves_the_site_file_of_before(tmp_path, number):
    site = tmp_path / "site.toml"
    site.write_text(BEFORE)
    draft = SiteDraft(site)
    draft.set("kiosk.id", "new-1")
    with pytest.raises(PowerCut):
        draft.write(CutAt(number))
    assert site.read_text() == BEFORE


def test_what_is_written_keeps_the_file_of_before_beside_it(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text(BEFORE)
    draft = SiteDraft(site)
    draft.set("kiosk.id", "new-1")
    draft.write()
    assert 'id = "new-1"' in site.read_text()
    assert (tmp_path / "site.toml.old").read_text() == BEFORE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site.toml", "site.toml.old"]

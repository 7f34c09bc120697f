"""Files leave the kiosk by a stick that is plugged in, or by its own folder."""

from kiosk.maintenance import places as module
from kiosk.maintenance.places import MAX_PLACES, places


def table(tmp_path, *mounted):
    file = tmp_path / "mounts"
    lines = [f"/dev/sd{n} {place} vfat rw 0 0" for n, place in enumerate(mounted)]
    file.write_text("\n".join(["proc /proc proc rw 0 0", *lines, ""]), "utf-8")
    return file


def test_a_folder_that_cannot_be_made_is_offered_all_the_same_so_that_writing_says_why(tmp_path):
    full = tmp_path / "data"
    full.write_text("in the way of a folder")
    mounts = tmp_path / "mounts"
    mounts.write_text("")
    assert places(full, mounts) == (full / "export",)


def test_without_a_stick_there_is_the_kiosks_own_folder(tmp_path):
    found = places(tmp_path / "data", table(tmp_path))
    assert found == (tmp_path / "data" / "export",)
    assert found[0].is_dir()
    assert found[0].stat().st_mode & 0o777 == 0o700


def test_a_mount_that_is_not_there_any_more_is_left_out(tmp_path):
    mounts = table(tmp_path, "/media/nobody-has-this/STICK")
    assert places(tmp_path, mounts) == (tmp_path / "export",)


def test_what_is_mounted_elsewhere_is_no_stick(tmp_path):
    assert places(tmp_path, table(tmp_path, tmp_path)) == (tmp_path / "export",)


def test_blanks_and_hanzi_in_a_sticks_name_are_read(tmp_path):
    assert module._unescaped(r"/media/u/MY\040STICK") == "/media/u/MY STICK"
    assert module._unescaped("/media/u/盘") == "/media/u/盘"


def test_a_stick_whose_name_is_no_utf8_is_left_out(tmp_path):
    mounts = table(tmp_path)
    mounts.write_bytes(mounts.read_bytes() + "/dev/sdb1 /media/u/盘 vfat rw 0 0\n".encode("gbk"))
    assert places(tmp_path, mounts) == (tmp_path / "export",)


def test_there_are_never_more_places_than_a_page_holds(tmp_path):
    assert len(places(tmp_path, table(tmp_path, *["/mnt/"] * 30))) <= MAX_PLACES

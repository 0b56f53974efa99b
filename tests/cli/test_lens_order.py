"""The order that files say three lenses have."""

from pathlib import Path

import pytest
from PIL import Image

from dualzoom.cli.lens_order import in_order, renamed
from dualzoom.settings import WriteSettings


def shot(folder: Path, name: str, focal: int | None) -> Path:
    exif = Image.Exif()
    if focal is not None:
        exif.get_ifd(0x8769)[0xA405] = focal
    Image.new("RGB", (16, 12)).save(folder / name, exif=exif.tobytes())
    return folder / name


def test_three_lenses_are_ordered_by_their_focal_lengths(tmp_path: Path) -> None:
    tele, wide, ultra = (shot(tmp_path, f"{mm}.jpg", mm) for mm in (77, 26, 13))
    assert in_order([wide, tele, ultra]) == [ultra, wide, tele]


@pytest.mark.parametrize("focal", [None, 26])
def test_a_pair_and_silent_files_stay_as_they_are(tmp_path: Path, focal: int | None) -> None:
    tele, wide, other = (
        shot(tmp_path, "t.jpg", 77),
        shot(tmp_path, "w.jpg", 26),
        shot(tmp_path, "o.jpg", focal),
    )
    assert in_order([tele, wide]) == [tele, wide]
    if focal is None:
        assert in_order([tele, wide, other]) == [tele, wide, other]


def test_a_file_that_cannot_be_read_is_left_to_reading(tmp_path: Path) -> None:
    paths = [shot(tmp_path, "t.jpg", 77), tmp_path / "none.jpg", shot(tmp_path, "w.jpg", 26)]
    assert in_order(paths) == paths


def test_a_result_is_named_after_the_lens_that_pictures_find_the_widest(tmp_path: Path) -> None:
    tele, wide = shot(tmp_path, "t.jpg", None), shot(tmp_path, "w.jpg", None)
    place, how = tmp_path / "t-1.5x.jpg", WriteSettings()
    assert renamed(place, tele, tele, how, [tele, wide]) == place
    assert renamed(place, tele, wide, how, [tele, wide]) == tmp_path / "w-1.5x.jpg"
    (tmp_path / "w-1.5x.jpg").write_bytes(b"mine")
    for on_exists in ("error", "skip"):  # found out after the work, which is not lost for that
        taken = WriteSettings(on_exists=on_exists)
        assert renamed(place, tele, wide, taken, [tele, wide]) == place
    assert renamed(place, tele, wide, WriteSettings(on_exists="rename"), []) == tmp_path / "w-1.5x-1.jpg"

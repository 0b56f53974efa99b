"""The order that files say three lenses have."""

from pathlib import Path

import pytest
from PIL import Image

from dualzoom.cli.lens_order import in_order


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

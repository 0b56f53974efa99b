"""Clips of Live Photos and sidecars are no photos, and no files left aside."""

from pathlib import Path

import pytest

from dualzoom.pairing import companions

HERE = Path("DCIM")


@pytest.mark.parametrize(
    ("name", "still", "is_clip"),
    [
        ("IMG_1.MOV", "IMG_1.HEIC", True),
        ("img_1.mov", "IMG_1.JPG", True),
        ("IMG_1.mp4", "IMG_1.heic", True),
        ("IMG_2.MOV", "IMG_1.HEIC", False),
        ("IMG_1.txt", "IMG_1.HEIC", False),
        ("IMG_1.avi", "IMG_1.HEIC", False),
    ],
)
def test_a_clip_belongs_to_the_photo_of_its_name(name, still, is_clip):
    clips, rest = companions.split([HERE / name], [HERE / still])
    assert (clips, rest) == (([HERE / name], []) if is_clip else ([], [HERE / name]))


def test_a_clip_of_another_folder_is_none():
    assert companions.split([Path("a/IMG_1.MOV")], [Path("b/IMG_1.HEIC")]) == ([], [Path("a/IMG_1.MOV")])


@pytest.mark.parametrize("name", ["IMG_1.xmp", "IMG_1.HEIC.xmp", "img_1.XMP"])
def test_sidecars_are_not_told(name):
    assert companions.split([HERE / name], [HERE / "IMG_1.HEIC"]) == ([], [])
    assert companions.split([HERE / name], [HERE / "IMG_2.HEIC"]) == ([], [HERE / name])


def test_the_note_counts():
    assert companions.note([HERE / f"{n}.MOV" for n in range(5)]).startswith("5 clips")

"""Bursts: one photo stands for each, the others are its frames; what is not clear stays alone and is said."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.pairing import bursts, pairs
from dualzoom.pairing.headers import Headers


def _found(folder: Path, **how: object) -> dict[str, tuple[str | None, list[str]]]:
    found = pairs.find(folder, bursts=True, **how)  # type: ignore[arg-type]
    _all_used_once(folder, found)
    return {p.wide.name: (p.tele and p.tele.name, [path.name for path in p.frames]) for p in found}


def _all_used_once(folder: Path, found: pairs.Pairing) -> None:
    used = [path for pair in found for path in pair.files] + [odd.path for odd in found.odd]
    assert sorted(used) == sorted(path for path in folder.rglob("*") if path.is_file())


NAMES = {
    "google": ["00000IMG_00000_BURST20190812103005123.jpg", "00001IMG_00001_BURST20190812103005123_COVER.jpg",
               "00002IMG_00002_BURST20190812103005123.jpg"],
    "sony": ["DSC_0012_BURST20190812103005123.JPG", "DSC_0013_BURST20190812103005123_COVER.JPG",
             "DSC_0014_BURST20190812103005123.JPG"],
    "huawei": ["IMG_20190812_103005_BURST1.jpg", "IMG_20190812_103005_BURST002_COVER.jpg",
               "IMG_20190812_103005_BURST003.jpg"],
    "plain": ["IMG_0001_BURST000.jpg", "IMG_0001_BURST001_COVER.jpg", "IMG_0001_BURST002.jpg"],
}  # fmt: skip


@pytest.mark.parametrize("phone", NAMES)
def test_names_make_a_burst_of_which_the_cover_is_the_wide(phone, tmp_path, shoot):
    for number, name in enumerate(NAMES[phone]):
        shoot(name, after=number)
    shoot("tele.x.jpg", focal=77, after=4)
    first, cover, last = NAMES[phone]
    assert _found(tmp_path) == {cover: ("tele.x.jpg", [first, last])}


def test_without_a_cover_the_sharpest_stands_for_them_and_needs_no_tele(tmp_path, shoot):
    rng = np.random.default_rng(1)
    sharp = cv2.GaussianBlur(rng.integers(0, 256, (64, 96, 3), np.uint8), (0, 0), 0.8)
    for number, sigma in enumerate([2.0, 0.1, 1.0]):
        shoot(
            f"20230101_123456_00{number}.png", after=number / 5, pixels=cv2.GaussianBlur(sharp, (0, 0), sigma)
        )
    assert _found(tmp_path) == {
        "20230101_123456_001.png": (None, ["20230101_123456_000.png", "20230101_123456_002.png"])
    }


def test_marks_of_google_and_apple_count_whatever_the_names(tmp_path, shoot):
    for number in range(3):
        cover = ' GCamera:BurstPrimary="1"' if number == 2 else ""
        shoot(f"PXL_{number}.jpg", after=number, xmp=f'<x GCamera:BurstID="ab-{1}"{cover}/>'.encode())
        shoot(f"PXL_1{number}.jpg", after=100 + number, xmp=f'<x GCamera:BurstID="cd-{number}"/>'.encode())
    found = pairs.find(tmp_path, bursts=True)
    assert [(p.wide.name, [f.name for f in p.frames]) for p in found] == [
        ("PXL_2.jpg", ["PXL_0.jpg", "PXL_1.jpg"])
    ]
    assert len(found.odd) == 3


def test_quick_succession_is_a_burst_only_with_fractions_of_seconds(tmp_path, shoot):
    alike = {"exposure": (1 / 100, 64)}
    for number in range(4):
        shoot(f"a/IMG_{number}.jpg", after=number / 4 + 0.1, **alike)
        shoot(f"b/IMG_{number}.jpg", after=number, **alike)  # as fast as fingers are
        shoot(f"c/IMG_{number}.jpg", after=5, **alike)  # a clock that stands still
    shoot("d/IMG_0.jpg", after=0.1, **alike)
    shoot("d/IMG_1.jpg", after=0.4, **alike)  # two by chance
    found = _found(tmp_path)
    assert found == {"IMG_0.jpg": (None, ["IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg"])}


def _scene(seed: int, shift: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (90, 140, 3), np.uint8)
    return np.ascontiguousarray(cv2.GaussianBlur(noise, (0, 0), 4)[10:74, 10 + shift : 106 + shift])


@pytest.mark.parametrize(
    ("third", "why"),
    [
        ({}, None),
        ({"exposure": (1 / 120, 64)}, "not exposed alike"),  # a deliberate press measures anew
        ({"exposure": (1 / 100, 80)}, "not exposed alike"),
        ({"pixels": _scene(2)}, "do not show the same"),
    ],
)
def test_moments_alone_make_a_burst_only_of_equal_exposures_that_show_the_same(tmp_path, shoot, third, why):
    for number in range(3):
        given = {"exposure": (1 / 100, 64), "pixels": _scene(1, shift=2 * number)}
        shoot(f"IMG_{number}.png", after=number / 4 + 0.1, **(given | (third if number == 2 else {})))
    found = pairs.find(tmp_path, bursts=True, alone=True)
    (note,) = found.notes
    if why is None:
        assert [len(pair.frames) for pair in found] == [2]
        assert note.endswith("3 photos in quick succession, exposed alike, show the same and are merged")
    else:
        assert [pair.frames for pair in found] == [(), (), ()]
        assert why in note


def test_moments_alone_say_nothing_without_exposures(tmp_path, shoot):
    for number in range(3):
        shoot(f"IMG_{number}.jpg", after=number / 4 + 0.1)
    found = pairs.find(tmp_path, bursts=True, alone=True)
    assert len(found) == 3
    assert "how they were exposed" in found.notes[0]


def test_a_torn_photo_in_quick_succession_leaves_all_alone(tmp_path, shoot):
    for number in range(3):
        path = shoot(f"IMG_{number}.png", after=number / 4 + 0.1, exposure=(1 / 100, 64), pixels=_scene(1))
    path.write_bytes(path.read_bytes()[:-2000])
    found = pairs.find(tmp_path, bursts=True, alone=True)
    assert [pair.frames for pair in found] == [(), (), ()]
    assert "cannot be read" in found.notes[0]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"after": 9.0}, "apart"),
        ({"focal": 52}, "different lenses"),
        ({"model": "Phone 8"}, "different lenses"),
        ({"bias": 1.0}, "bracketing"),
    ],
)
def test_what_is_named_like_a_burst_and_is_none_stands_alone_and_is_said(tmp_path, shoot, other, why):
    for number in range(3):
        given = {"bias": 0.0} if "bias" in other else {}
        shoot(f"IMG_1_BURST{number}.jpg", **({"after": number} | given | (other if number == 2 else {})))
    found = pairs.find(tmp_path, bursts=True, alone=True)
    assert all(not pair.frames for pair in found)
    assert len([note for note in found.notes if why in note]) == 1
    _all_used_once(tmp_path, found)


def test_wides_and_teles_in_turn_are_pairs_and_no_burst(tmp_path, shoot):
    for number in range(4):
        shoot(f"w{number}.jpg", focal=26, after=number / 4 + 0.01)
        shoot(f"t{number}.jpg", focal=77, after=number / 4 + 0.02)
    found = pairs.find(tmp_path, bursts=True)
    assert [(p.wide.name, p.tele and p.tele.name, p.frames) for p in found] == [
        (f"w{n}.jpg", f"t{n}.jpg", ()) for n in range(4)
    ]
    assert any("another lens" in note for note in found.notes)


def test_of_many_frames_the_nearest_are_used(tmp_path, shoot):
    for number in range(20):
        cover = "_COVER" if number == 0 else ""
        shoot(f"IMG_1_BURST{number:03}{cover}.jpg", after=number / 10)
    found = pairs.find(tmp_path, bursts=True)
    (pair,) = found.pairs
    assert [path.name for path in pair.frames] == [f"IMG_1_BURST{n:03}.jpg" for n in range(1, 13)]
    assert len(found.odd) == 7
    assert all("12 nearest" in odd.reason for odd in found.odd)
    _all_used_once(tmp_path, found)


def test_a_burst_by_the_tele_gives_the_pair_its_best_only(tmp_path, shoot):
    shoot("w.jpg", focal=26, after=1)
    for number in range(3):
        shoot(f"IMG_1_BURST{number}{'_COVER' if number == 1 else ''}.jpg", focal=77, after=number)
    found = pairs.find(tmp_path, bursts=True)
    assert [(p.wide.name, p.tele and p.tele.name, p.frames) for p in found] == [
        ("w.jpg", "IMG_1_BURST1_COVER.jpg", ())
    ]
    assert all("which is a tele" in odd.reason for odd in found.odd)
    _all_used_once(tmp_path, found)


def test_a_named_wide_takes_the_burst_that_is_named_after_it(tmp_path, shoot):
    for name in ("sea-wide", "sea-wide_BURST1", "sea-wide_BURST2", "sea-tele"):
        shoot(f"{name}.jpg", focal=77 if "tele" in name else 26)
    assert _found(tmp_path) == {
        "sea-wide.jpg": ("sea-tele.jpg", ["sea-wide_BURST1.jpg", "sea-wide_BURST2.jpg"])
    }


def test_edits_and_our_results_are_no_frames(tmp_path, shoot):
    shoot("IMG_1_BURST1_COVER.jpg")
    shoot("IMG_1_BURST2.jpg", after=1)
    shoot("IMG_1_BURST2-edited.jpg", after=1)
    shoot("IMG_1_BURST3.jpg", after=1, software="dualzoom 0.1.0 (x)")
    found = bursts.find(sorted(tmp_path.iterdir()), Headers())
    assert {lead.name: [path.name for path in frames] for lead, frames in found.frames.items()} == {
        "IMG_1_BURST1_COVER.jpg": ["IMG_1_BURST2.jpg"]
    }


def test_unless_asked_for_nothing_is_a_burst(tmp_path, shoot):
    for number, name in enumerate(NAMES["plain"]):
        shoot(name, after=number)
    assert pairs.find(tmp_path).pairs == ()
    assert len(pairs.find(tmp_path, alone=True)) == 3

"""Registration of real photos."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.errors import RegistrationError
from dualzoom.registration import Registration, register
from dualzoom.registration.plane import corners, transform

#: Where a first experiment found the tower's tele in the upright wide, to a few px (parallax, distortion).
TOWER = np.array([(965, 742), (3027, 740), (3029, 2288), (968, 2289)])
UNRELATED = 100


def pair(folder: Path, prefix: str = "") -> Registration:
    return register(*capture.read_pair(folder / f"{prefix}wide.jpg", folder / f"{prefix}tele.jpg"))


def test_tower_lies_where_it_was_found_before(shared: Path) -> None:
    found = pair(shared / "pairs" / "tower")
    assert np.abs(transform(found.homography, corners(found.tele_size)) - TOWER).max() < 4
    assert found.inliers > 1000
    assert found.confidence.mean() > 0.85
    assert found.notes == ()


def test_patio_registers_without_exif_and_the_blurred_thing_hides_its_tele(shared: Path) -> None:
    found = pair(shared / "pairs" / "patio")
    assert found.ratio == pytest.approx(2.18, abs=0.03)
    rows = found.confidence.shape[0]
    assert found.confidence[: int(0.7 * rows)].mean() > 0.8
    assert found.confidence[int(0.82 * rows) :].mean() < 0.15


@pytest.mark.parametrize(
    "number", [n if n in (1, 6, 24) else pytest.param(n, marks=pytest.mark.slow) for n in range(1, 29)]
)
def test_small_pairs_with_strong_parallax_register(shared: Path, number: int) -> None:
    found = pair(shared / "pairs" / "ultrawide", f"{number:02d}-")
    assert found.ratio == pytest.approx(1.86, abs=0.06)  # one phone took them all
    assert found.confidence.mean() > 0.55


def refused(shared: Path, count: int) -> None:
    files = sorted(shared.glob("photos/train-*/*.jpg"))
    for number in range(count):
        wide, tele = (capture.read(files[(number + step) % len(files)]) for step in (0, 37))
        with pytest.raises(RegistrationError):
            register(wide, tele)


def test_unrelated_photos_are_refused(shared: Path) -> None:
    refused(shared, 1)


@pytest.mark.slow
def test_a_hundred_unrelated_photos_are_refused(shared: Path) -> None:
    refused(shared, UNRELATED)

"""Registration of real photos."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.reference import build
from dualzoom.reference.worth import worth
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


def case(shared: Path, name: str, first: str = "wide", second: str = "tele") -> Registration:
    folder = shared / "cases" / name
    return register(*capture.read_pair(folder / f"{first}.jpg", folder / f"{second}.jpg"))


def test_a_wide_whose_exif_says_64_mm_is_registered_by_its_pixels(shared: Path) -> None:
    found = case(shared, "f35-wide-says-64")
    assert found.ratio == pytest.approx(1.95, abs=0.02)
    (note,) = found.notes
    assert "64 mm and 52 mm" in note
    assert "ratio of 1.95" in note


@pytest.mark.parametrize(("name", "ratio"), [("same", 1.0), ("tele-is-crop", 2.0), ("night-hard", 1.95)])
def test_known_cases_register_where_they_lie(shared: Path, name: str, ratio: float) -> None:
    found = case(shared, name)
    assert found.ratio == pytest.approx(ratio, abs=0.01)
    assert found.notes == ()


def test_a_digital_zoom_registers_at_its_factor(shared: Path) -> None:
    cases = shared / "cases"
    found = register(*capture.read_pair(cases / "digitalzoom-wide.png", cases / "digitalzoom-tele.png"))
    assert found.ratio == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("name", ["f35-wide-says-64", "tele-is-crop", "night-hard"])
def test_real_files_the_wrong_way_round_are_told(shared: Path, name: str) -> None:
    with pytest.raises(RegistrationError, match="the first photo is the tele"):
        case(shared, name, "tele", "wide")


def night(shared: Path, gain: float, sigma: float) -> tuple[Photo, Photo]:
    """The night pair at `gain` times its brightness, its tele with more noise."""
    wide, tele = (capture.read(shared / "cases" / "night-hard" / f"{role}.jpg") for role in ("wide", "tele"))
    grain = np.random.default_rng(9).normal(0, sigma, tele.pixels.shape)
    noisy = tele.with_pixels(np.clip(tele.pixels * gain + grain, 0, 255).astype(np.uint8))
    return wide.with_pixels((wide.pixels * gain).astype(np.uint8)), noisy


@pytest.mark.parametrize("sigma", [0, 25])
def test_a_noisy_night_tele_is_denoised_and_used(shared: Path, sigma: float) -> None:
    wide, tele = night(shared, 1.0, sigma)
    found = build(wide, tele)
    assert found.colour.used > 0.9
    assert found.denoised > 0.9
    assert worth(wide.pixels, found, found.registration.window).used


def test_a_night_pair_lost_in_noise_is_refused_for_the_noise(shared: Path) -> None:
    with pytest.raises(RegistrationError, match="too noisy"):
        build(*night(shared, 0.5, 40))

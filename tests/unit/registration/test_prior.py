"""What EXIF promises about the scale: a hint, whatever nonsense it says, and told as EXIF says it."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.registration.prior import Prior, expect
from dualzoom.settings import RegistrationSettings


def shot(width: int, height: int, **lens: Any) -> Photo:
    return Photo(pixels=np.zeros((height, width, 3), np.uint8), lens=Lens(**lens))


def promised(wide: Photo, tele: Photo) -> Prior:
    return expect(wide, tele, RegistrationSettings())


def ratios(wide: Photo, tele: Photo) -> tuple[float, ...]:
    return tuple(reading.ratio for reading in promised(wide, tele).readings)


def test_same_size_frames_differ_by_their_focal_lengths() -> None:
    assert ratios(shot(40, 30, focal_35mm=26), shot(40, 30, focal_35mm=52)) == pytest.approx((2.0,))


def test_a_smaller_tele_has_fewer_pixels_for_the_same_thing_unless_it_was_cropped() -> None:
    found = ratios(shot(80, 60, focal_35mm=24), shot(40, 30, focal_35mm=120))
    assert found == pytest.approx((2.5, 5.0))


def test_an_upright_tele_of_a_lying_wide_counts_alike() -> None:
    assert ratios(shot(40, 30, focal_35mm=26), shot(30, 40, focal_35mm=52)) == pytest.approx((2.0,))


def test_digital_zoom_is_read_both_ways() -> None:
    tele = shot(40, 30, focal_35mm=52, digital_zoom=1.5)
    assert ratios(shot(40, 30, focal_35mm=26), tele) == pytest.approx((2.0, 3.0))
    assert ratios(shot(40, 30, focal_35mm=26, digital_zoom=1.5), tele) == pytest.approx((2.0,))


def test_a_cropped_and_digitally_zoomed_tele_has_all_four_readings() -> None:
    tele = shot(20, 15, focal_35mm=52, digital_zoom=1.5)
    assert ratios(shot(40, 30, focal_35mm=26), tele) == pytest.approx((1.0, 1.5, 2.0, 3.0))


def test_a_cropped_tele_is_told_by_what_exif_says_and_not_by_its_size() -> None:
    """26 mm and 52 mm are two times, on however few pixels the tele is left: 1.50 is a reading, not a saying."""
    prior = promised(shot(640, 480, focal_35mm=26), shot(480, 360, focal_35mm=52))
    assert prior.note(2.0) is None
    assert prior.note(1.5) is None
    note = str(prior.note(3.0))
    assert "ratio of 3.00" in note
    assert "26 mm and 52 mm" in note
    assert "1.50, or 2.00 if a frame was cropped later" in note


def test_the_note_names_the_digital_zoom_only_where_there_is_one() -> None:
    wide = shot(40, 30, focal_35mm=26)
    assert "digital" not in str(promised(wide, shot(40, 30, focal_35mm=52)).note(4.0))
    zoomed = promised(wide, shot(40, 30, focal_35mm=52, digital_zoom=1.5))
    assert "2.00, or 3.00 if the digital zoom comes on top" in str(zoomed.note(6.0))
    assert zoomed.note(3.0) is None


def test_silence_promises_nothing_and_agrees_with_all() -> None:
    prior = promised(shot(40, 30, focal_mm=4.2), shot(40, 30, focal_mm=6.0))
    assert prior.expected == ()
    assert prior.agrees(7.7)
    assert prior.note(7.7) is None


def test_lengths_the_wrong_way_round_are_a_hint_and_no_error() -> None:
    prior = promised(shot(40, 30, focal_35mm=77), shot(40, 30, focal_35mm=26))
    assert prior.swapped
    assert prior.expected == ()  # nothing to try below the searched range
    assert "77 mm and 26 mm" in str(prior.note(3.0))


NONSENSE = (None, 0.0, -5.0, 0.001, 1.0, 26.0, 52.0, 64.0, 9999.0, 1e9, math.inf, math.nan)


@pytest.mark.parametrize(("of_wide", "of_tele"), list(product(NONSENSE, NONSENSE)))
@pytest.mark.parametrize("zoom", [None, 0.0, 2.0, 1e6, math.nan])
def test_nonsense_never_fails_nor_leaves_the_search_without_bounds(
    of_wide: float | None, of_tele: float | None, zoom: float | None
) -> None:
    wide = shot(40, 30, focal_35mm=of_wide)
    prior = promised(wide, shot(40, 30, focal_35mm=of_tele, digital_zoom=zoom))
    assert (prior.low, prior.high) == (1.0, 10.0)
    assert all(0.8 <= ratio <= 12.5 for ratio in prior.expected)
    assert all(math.isfinite(reading.ratio) for reading in prior.readings)
    told = prior.note(2.0)
    assert (told is None) == prior.agrees(2.0)
    assert "nan" not in str(told)
    assert "inf" not in str(told)

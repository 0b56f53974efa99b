"""What EXIF promises about the scale."""

from typing import Any

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import RegistrationError
from dualzoom.registration.prior import expect
from dualzoom.settings import RegistrationSettings


def shot(width: int, height: int, **lens: Any) -> Photo:
    return Photo(pixels=np.zeros((height, width, 3), np.uint8), lens=Lens(**lens))


def ratios(wide: Photo, tele: Photo) -> tuple[float, ...]:
    return expect(wide, tele, RegistrationSettings()).expected


def test_same_size_frames_differ_by_their_focal_lengths() -> None:
    assert ratios(shot(40, 30, focal_35mm=26), shot(40, 30, focal_35mm=52)) == pytest.approx((2.0,))


def test_a_smaller_tele_has_fewer_pixels_for_the_same_thing() -> None:
    assert ratios(shot(80, 60, focal_35mm=24), shot(40, 30, focal_35mm=120)) == pytest.approx((2.5,))


def test_an_upright_tele_of_a_lying_wide_counts_alike() -> None:
    assert ratios(shot(40, 30, focal_35mm=26), shot(30, 40, focal_35mm=52)) == pytest.approx((2.0,))


def test_digital_zoom_is_read_both_ways() -> None:
    tele = shot(40, 30, focal_35mm=52, digital_zoom=1.5)
    assert ratios(shot(40, 30, focal_35mm=26), tele) == pytest.approx((2.0, 3.0))


def test_silence_promises_nothing_and_agrees_with_all() -> None:
    prior = expect(shot(40, 30, focal_mm=4.2), shot(40, 30, focal_mm=6.0), RegistrationSettings())
    assert prior.expected == ()
    assert prior.agrees(7.7)


def test_swapped_photos_are_told() -> None:
    with pytest.raises(RegistrationError, match="give the wide photo first"):
        ratios(shot(40, 30, focal_35mm=77), shot(40, 30, focal_35mm=26))

"""Photos from elsewhere: which become references, and why others do not."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Region, Size
from dualzoom.reference.photos_elsewhere import build_elsewhere
from dualzoom.scene import render

SIZE = Size(560, 420)
ASIDE = render(3, size=SIZE, ratio=2.0, pan=(-0.1, 0.02), baseline_mm=(350.0, 20.0))
WIDE = Photo(pixels=ASIDE.wide, source=Path("wide.jpg"))


def other(pixels: np.ndarray) -> Photo:
    return Photo(pixels=pixels, source=Path("other.jpg"))


def test_where_it_is_believed_a_photo_from_aside_shows_the_scene() -> None:
    planes = build_elsewhere(WIDE, other(ASIDE.tele))
    assert planes[0].covers > 0.05
    frame = Region.full(SIZE.scale(2))
    for plane in planes:
        rgb, validity = plane.tile(frame)
        sure = validity > 0.9
        off = np.abs(rgb[sure] * 255 - ASIDE.truth[sure]).mean(-1)
        assert np.median(off) < 6
        assert plane.covers == pytest.approx(validity.mean(), abs=0.06)


def test_the_wide_itself_adds_nothing() -> None:
    with pytest.raises(RegistrationError, match=r"other\.jpg: .*(no more detail|almost nowhere)"):
        build_elsewhere(WIDE, other(ASIDE.wide))


def test_a_photo_that_shows_more_of_the_scene_adds_nothing() -> None:
    with pytest.raises(RegistrationError, match="holds no more detail"):
        build_elsewhere(Photo(pixels=ASIDE.tele), other(ASIDE.wide))

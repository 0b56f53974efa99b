"""Channels of a DNG of ours: back to the camera's for a raw wide, the profile's own for any other."""

import numpy as np
import pytest
from phone_files import PHONE, TO_XYZ

from dualzoom import capture
from dualzoom.capture.camera import Camera
from dualzoom.capture.dng_colours import for_output
from dualzoom.capture.linear_light import to_linear
from dualzoom.capture.photo import Photo


def linear(icc=None):
    return to_linear(Photo(pixels=np.zeros((2, 2, 3), np.uint16), metadata=capture.Metadata(icc=icc)))


def test_a_raw_wides_development_is_undone():
    to_srgb = np.array([[1.8, -0.6, -0.2], [-0.3, 1.6, -0.3], [0.1, -0.7, 1.6]])
    neutral = np.array([0.5, 1.0, 0.7])
    raw = Camera(
        to_srgb=tuple(to_srgb.ravel()), neutral=tuple(neutral), tags=((50721, tuple(PHONE.ravel())),)
    )
    found = for_output(linear(), raw)
    seen = np.random.default_rng(1).random((50, 3))
    developed = (seen / neutral) @ to_srgb.T
    assert np.allclose(developed @ found.from_linear.T, seen)
    assert (found.tags, found.neutral, found.rendered) == (raw.tags, tuple(neutral), False)


def test_numbers_that_no_rational_holds_are_not_written():
    raw = Camera(to_srgb=(1.0, 0, 0, 0, 1, 0, 0, 0, 1), neutral=(1, 1, 1), tags=((50721, (1e7,) * 9),))
    assert for_output(linear(), raw).rendered


@pytest.mark.parametrize("which", ["srgb", "p3"])
def test_a_rendered_wides_matrices_are_its_profiles(which, p3):
    found = for_output(linear(p3 if which == "p3" else None), None)
    tags = dict(found.tags)
    forward, seen = (np.array(tags[tag]).reshape(3, 3) for tag in (50964, 50721))
    assert found.from_linear is None
    assert found.neutral == (1.0, 1.0, 1.0)
    assert np.allclose(forward.sum(axis=1), (0.9642, 1.0, 0.8249))
    assert np.allclose(np.linalg.inv(seen).sum(axis=1), (0.95047, 1.0, 1.08883), atol=1e-5)
    if which == "srgb":
        assert np.allclose(np.linalg.inv(seen), TO_XYZ, atol=1e-3)
    else:  # Display P3's red and green lie outside sRGB
        to_srgb = np.linalg.inv(TO_XYZ) @ np.linalg.inv(seen)
        assert to_srgb[0, 0] == pytest.approx(1.2249, abs=5e-3)
        assert to_srgb[1, 0] == pytest.approx(-0.0420, abs=5e-3)

"""Light and sRGB are inverse to each other; a blur keeps the light it spreads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.evaluation.phones.light import blurred, decode, encode


@given(st.floats(0, 1, width=32))
def test_encode_undoes_decode(code: float) -> None:
    assert float(encode(decode(np.float32([code])))[0]) == pytest.approx(code, abs=1e-5)


def test_decode_has_known_values_and_rises() -> None:
    assert decode(np.float32([0, 0.5, 1])) == pytest.approx([0, 0.2140, 1], abs=1e-3)
    assert (np.diff(decode(np.linspace(0, 1, 1001, dtype=np.float32))) > 0).all()


@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_a_blur_keeps_the_light_of_a_point_and_spreads_it_by_sigma(sigma: float) -> None:
    point = np.zeros((41, 41), np.float32)
    point[20, 20] = 1
    spread = blurred(point, sigma)
    assert spread.sum() == pytest.approx(1, abs=1e-4)
    distance = (np.arange(41) - 20.0) ** 2
    assert (spread.sum(0) * distance).sum() == pytest.approx(sigma**2, rel=0.1)


def test_a_lens_without_blur_changes_nothing() -> None:
    picture = np.random.default_rng(1).random((5, 6, 3), np.float32)
    np.testing.assert_array_equal(blurred(picture, 0.04), picture)

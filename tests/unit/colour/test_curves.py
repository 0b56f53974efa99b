"""Curves rise whatever their coefficients, start as the identity, and know their derivatives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.colour.curves import KNOTS, Curve, decode, decode_slope, encode, encode_slope

coefficients = st.lists(st.floats(-2, 2), min_size=KNOTS.size, max_size=KNOTS.size).map(np.array)
X = np.linspace(-0.2, 1.3, 301)


@given(coefficients)
def test_a_curve_rises_through_black(c: np.ndarray) -> None:
    curve = Curve(c)
    assert (np.diff(curve(X)) > 0).all()
    assert abs(curve(np.zeros(1))[0]) < 1e-12
    assert (curve.slope(X) >= np.exp(-2) - 1e-9).all()


def test_no_coefficients_no_change() -> None:
    assert np.abs(Curve(np.zeros(KNOTS.size))(X) - X).max() < 1e-12


@given(coefficients, st.integers(0, KNOTS.size - 1))
def test_derivatives_are_those_of_differences(c: np.ndarray, k: int) -> None:
    x, h = np.linspace(-0.2, 1.3, 57), 1e-5
    bump = np.eye(KNOTS.size)[k] * h
    numeric = (Curve(c + bump)(x) - Curve(c - bump)(x)) / (2 * h)
    assert np.abs(Curve(c).by_coefficients(x)[:, k] - numeric).max() < 1e-6
    inside = x[(x > 0.01) & (x < 0.99)]
    slope = (Curve(c)(inside + 1e-4) - Curve(c)(inside - 1e-4)) / 2e-4
    assert np.allclose(Curve(c).slope(inside), slope, rtol=0.06)


def test_light_and_code_undo_each_other() -> None:
    assert np.abs(encode(decode(X)) - X).max() < 1e-5
    assert np.allclose(decode(np.array([0.0, 0.5, 1.0])), [0.0, 0.2140411, 1.0], atol=1e-6)
    h = 1e-6
    away = X[np.abs(X - 0.04045) > 1e-3]  # sRGB's published pieces meet with a tiny step
    assert np.allclose(decode_slope(away), (decode(away + h) - decode(away - h)) / (2 * h), rtol=1e-4)
    light = decode(away)
    assert np.allclose(encode_slope(light) * decode_slope(away), 1.0, rtol=1e-3)

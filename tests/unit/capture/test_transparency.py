"""Opacity is separated without changing what shows, and laid on white as the formula says."""

import numpy as np
import pytest

from dualzoom.capture.decoded import Decoded
from dualzoom.capture.transparency import on_white, separated


def decoded(pixels, **facts) -> Decoded:
    return Decoded(pixels=pixels, colour="rgb", **facts)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_dividing_undoes_multiplying(dtype):
    peak, rng = np.iinfo(dtype).max, np.random.default_rng(1)
    colours = rng.integers(0, peak, (40, 30, 3), dtype)
    alpha = rng.integers(peak // 2, peak, (40, 30), dtype)
    multiplied = np.rint(colours.astype(float) * alpha[..., None] / peak).astype(dtype)
    stored = np.dstack([multiplied, alpha])
    found, plane, notes = separated(stored, 3, decoded(stored, premultiplied=True))
    assert np.array_equal(plane, alpha)
    assert np.abs(found.astype(int) - colours).max() <= 1
    assert notes == []


def test_opaque_and_unknown_channels_are_no_opacity():
    stored = np.full((4, 5, 4), 255, np.uint8)
    assert separated(stored, 3, decoded(stored))[1] is None
    stored[..., 3] = 7
    _, plane, notes = separated(stored, 3, decoded(stored, has_alpha=False))
    assert plane is None
    assert "dropped" in notes[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_on_white(dtype):
    peak, rng = int(np.iinfo(dtype).max), np.random.default_rng(2)
    colours, alpha = (
        rng.integers(0, peak + 1, (300, 9, 3)).astype(dtype),
        rng.integers(0, peak + 1, (300, 9)).astype(dtype),
    )
    share = alpha[..., None] / peak
    expected = colours * share + peak * (1 - share)
    assert np.abs(on_white(colours, alpha) - expected).max() <= 0.51
    assert (on_white(colours, np.zeros_like(alpha)) == peak).all()
    assert np.array_equal(on_white(colours, np.full_like(alpha, peak)), colours)

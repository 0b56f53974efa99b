"""Materials depend on the place, not on the view, and average what is finer than a pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.scene.material import (
    bricks,
    coarsely,
    grain,
    lettering,
    plaster,
    pulse,
    reflection,
    tiles,
    value_noise,
)
from dualzoom.scene.raster import rgb

SHADERS = {
    "bricks": bricks(rgb(150, 80, 60), rgb(180, 170, 160), 3),
    "plaster": plaster(rgb(220, 200, 150), 3),
    "tiles": tiles(rgb(130, 80, 60), 3),
    "glass": reflection(rgb(150, 170, 190), rgb(30, 30, 40), 3),
}


def _grid(start: float, px_m: float, count: int) -> np.ndarray:
    return (start + px_m * np.arange(count)).astype(np.float32)


@pytest.mark.parametrize("name", SHADERS)
def test_a_place_looks_the_same_in_any_window(name: str) -> None:
    xs, ys = _grid(1.0, 0.01, 120), _grid(5.0, -0.01, 90)
    whole = SHADERS[name](xs, ys, 0.01)
    part = SHADERS[name](xs[40:], ys[25:70], 0.01)
    assert whole.shape == (90, 120, 3)
    assert whole.std() > 0
    # interpolated broad octaves may differ by their interpolation, never by a pattern
    np.testing.assert_allclose(part, whole[25:70, 40:], atol=0.012)


@pytest.mark.parametrize("name", SHADERS)
def test_a_coarse_view_is_about_the_mean_of_a_fine_one(name: str) -> None:
    fine, count = 0.004, 192
    xs, ys = _grid(1.0, fine, count), _grid(5.0, -fine, count)
    eight = 8 * fine
    coarse_x, coarse_y = (_grid(n[:8].mean(), s * eight, count // 8) for n, s in ((xs, 1), (ys, -1)))
    mean = SHADERS[name](xs, ys, fine).reshape(count // 8, 8, count // 8, 8, 3).mean((1, 3))
    coarse = SHADERS[name](coarse_x, coarse_y, eight)
    assert abs(coarse.mean() - mean.mean()) < 0.04 * mean.mean()
    assert np.corrcoef(coarse.ravel(), mean.ravel())[0, 1] > 0.75


@given(st.floats(-3, 3), st.floats(0.05, 0.4), st.floats(0.1, 0.9), st.floats(0.001, 1.0))
def test_pulse_is_the_mean_over_the_footprint(
    at: float, period: float, share: float, footprint: float
) -> None:
    width = share * period
    samples = at + (np.arange(20000) + 0.5) / 20000 * footprint - footprint / 2
    slow = (np.mod(samples, period) < width).mean()
    assert float(pulse(np.array([at]), period, width, footprint)[0]) == pytest.approx(slow, abs=2e-3)


def test_bricks_of_a_far_wall_melt_into_their_mean() -> None:
    xs, ys = _grid(0, 0.9, 40), _grid(30, -0.9, 30)
    far, near = SHADERS["bricks"](xs, ys, 0.9), SHADERS["bricks"](xs / 90, ys / 90, 0.01)
    far_contrast, near_contrast = ((n.std((0, 1)) / n.mean((0, 1))).mean() for n in (far, near))
    assert far_contrast < 0.4 * near_contrast


def test_noise_has_unit_variance_at_its_lattice_and_fades_when_finer_than_a_pixel() -> None:
    lattice = value_noise(_grid(0, 0.3, 200), _grid(0, 0.3, 200), 0.3, 5)
    assert 0.5 < lattice.std() < 1.1
    assert np.abs(np.diff(value_noise(_grid(0, 0.003, 300), _grid(0, 0.003, 4), 0.3, 5), axis=1)).max() < 0.1
    narrow = value_noise(_grid(0, 0.01, 5), _grid(0, 0.01, 400), 0.3, 5)  # the other order of interpolation
    wide = value_noise(_grid(0, 0.01, 500), _grid(0, 0.01, 400), 0.3, 5)
    np.testing.assert_allclose(narrow, wide[:, :5], atol=1e-5)
    fine, coarse = (grain(_grid(0, px, 64), _grid(0, px, 64), px, 5).std() for px in (0.01, 3.0))
    assert coarse < 0.6 * fine


def test_coarsely_interpolates_a_smooth_shader_exactly_where_it_is_linear() -> None:
    def ramp(xs: np.ndarray, ys: np.ndarray, _: float) -> np.ndarray:
        return np.repeat((2 * xs[None, :] + 3 * ys[:, None])[..., None], 3, 2).astype(np.float32)

    xs, ys = _grid(1, 0.1, 43), _grid(2, -0.1, 30)
    found = coarsely(ramp)(xs, ys, 0.1)
    assert found.shape == (30, 43, 3)
    np.testing.assert_allclose(found[4:-4, 4:-4], ramp(xs, ys, 0.1)[4:-4, 4:-4], atol=1e-4)


def test_lettering_is_as_wide_at_every_size_and_holds_ink() -> None:
    large, caps = lettering("OPTICIAN", 600)
    small, same = lettering("OPTICIAN", 600, 24)
    assert caps == same
    assert small.shape[0] == pytest.approx(large.shape[0] / 4, abs=1)
    assert small.mean() == pytest.approx(large.mean(), rel=0.05)
    assert large.max() == 1
    assert 0.2 < large.mean() < 0.6
    assert lettering("I", 600)[1] < caps / 4

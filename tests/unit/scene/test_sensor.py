"""Cameras: tone rises, colour maps are linear before it, noise has the stated size."""

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.scene.sensor import Look, Sensor, looks, quantise, shading


def _look(**changes: object) -> Look:
    return Look(**({"matrix": np.eye(3)} | changes))  # type: ignore[arg-type]


def test_the_tone_curve_rises_from_black_to_white() -> None:
    light = np.repeat(np.linspace(0, 1, 4000, dtype=np.float32)[:, None, None], 3, 2)
    encoded = _look().encode(light)[:, 0, 0]
    assert encoded[0] == 0
    assert encoded[-1] == pytest.approx(1)
    assert (np.diff(encoded) >= 0).all()
    assert len(np.unique(quantise(encoded, np.uint8))) == 256  # no code is left out
    beyond = _look().encode(np.full((1, 1, 3), 7, np.float32))
    assert beyond.max() == pytest.approx(1)
    assert _look().encode(np.full((1, 1, 3), -1, np.float32)).min() == 0


def test_grey_stays_grey_under_the_matrix_and_follows_the_gain() -> None:
    _, tele = looks(np.random.default_rng(4), exposure_ev=0.7, cast=1.0)
    grey = np.full((1, 1, 3), 0.2, np.float32)
    np.testing.assert_allclose(tele.expose(grey)[0, 0], 0.2 * np.array(tele.gain), rtol=1e-5)
    assert tele.gain[1] == pytest.approx(2**0.7)
    plain = looks(np.random.default_rng(4), exposure_ev=0, cast=0)[1]
    np.testing.assert_allclose(plain.gain, 1)
    np.testing.assert_allclose(plain.matrix, np.eye(3), atol=1e-12)
    assert not np.allclose(tele.matrix, np.eye(3), atol=0.02)


def test_vignetting_is_one_in_the_centre_and_stated_in_the_corners() -> None:
    shade = shading(_look(vignette=0.2), Size(400, 300))
    assert shade.max() == pytest.approx(1, abs=1e-4)
    assert shade[149, 199] == shade.max()
    assert shade[0, 0] == shade[-1, -1] == pytest.approx(0.8, abs=2e-3)


def test_noise_has_the_stated_deviation() -> None:
    look, flat = _look(contrast=0.0), np.full((200, 300, 3), 0.25, np.float32)
    shade = np.ones((200, 300), np.float32)
    silent = Sensor(noise=0, sharpen=0).capture(flat, look, shade, np.random.default_rng(0))
    assert silent.std() == 0
    noisy = Sensor(noise=0.02, sharpen=0).capture(flat, look, shade, np.random.default_rng(0)).astype(float)
    step = float(look.encode(flat[:1, :1] + 0.01)[0, 0, 0] - look.encode(flat[:1, :1])[0, 0, 0]) / 0.01
    expected = 255 * step * 0.02 * np.sqrt(0.25 + 1 / 16)
    assert np.hypot(noisy.std(), 0) == pytest.approx(np.hypot(expected, 0.29), rel=0.05)
    assert abs(noisy.mean() - silent.mean()) < 0.5


def test_sharpening_overshoots_at_an_edge_and_keeps_flat_areas() -> None:
    light = np.full((20, 40, 3), 0.1, np.float32)
    light[:, 20:] = 0.4
    shade = np.ones((20, 40), np.float32)
    soft, crisp = (
        Sensor(noise=0, sharpen=n).capture(light, _look(), shade, np.random.default_rng(0)) for n in (0, 0.6)
    )
    np.testing.assert_array_equal(soft[:, :12], crisp[:, :12])
    assert crisp[10, 19, 0] < soft[10, 19, 0]
    assert crisp[10, 20, 0] > soft[10, 20, 0]

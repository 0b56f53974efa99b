"""Steadied validity: constant stays, trembling is damped, nothing is made up where the tele has nothing."""

from typing import Any

import numpy as np

from dualzoom.clips.steady import SteadyTele, moved
from dualzoom.geometry import Region, Size
from dualzoom.registration.plane import shifting

SIZE = Size(16, 12)
WHOLE = Region.full(SIZE.scale(2))


class Given:
    """A tele with the validity given, (2H, 2W)."""

    def __init__(self, validity: np.ndarray) -> None:
        self._validity = validity.astype(np.float32)

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        padded = np.pad(self._validity, 8, mode="reflect")
        part = padded[region.shift(8, 8).slices]
        return np.zeros((*part.shape, 3), np.float32), part.copy()


def _steady(validity: np.ndarray, before: Any, amount: float = 1.0) -> SteadyTele:
    return SteadyTele(Given(validity), SIZE, before, amount)  # type: ignore[arg-type]


def test_what_does_not_change_stays_as_it_is() -> None:
    validity = np.repeat(np.repeat(np.random.default_rng(1).random((12, 16)), 2, 0), 2, 1).astype(np.float32)
    first = _steady(validity, None, 0.5)
    _, once = first.tile(WHOLE)
    second = _steady(validity, first.map, 0.5)
    _, twice = second.tile(WHOLE)
    np.testing.assert_allclose(once, validity * 0.5, atol=1e-6)
    np.testing.assert_allclose(twice, once, atol=1e-5)


def test_trembling_is_damped_and_zero_stays_zero() -> None:
    rng = np.random.default_rng(2)
    before, raw, steadied = None, [], []
    for _ in range(60):
        validity = np.full((24, 32), np.clip(0.5 + 0.2 * rng.standard_normal(), 0.05, 1))
        validity[:, :8] = 0
        reference = _steady(validity, before)
        _, out = reference.tile(WHOLE)
        before = reference.map
        assert not out[:, :8].any()
        assert out.max() <= 1
        raw.append(validity[12, 20])
        steadied.append(out[12, 20])
    assert np.std(np.diff(steadied)) < 0.45 * np.std(np.diff(raw))
    assert abs(np.mean(steadied) - np.mean(raw)) < 0.06


def test_tiles_agree_with_the_whole_frame() -> None:
    rng = np.random.default_rng(3)
    validity, before = rng.random((24, 32)), rng.random((12, 16)).astype(np.float32)
    whole, tiled = _steady(validity, before), _steady(validity, before)
    _, expected = whole.tile(WHOLE)
    for x in (-4, 12):
        region = Region(x, -4, 20 + 4, 32)
        _, part = tiled.tile(region)
        inner = Region(max(x, 0), 0, 14, 24)
        got = part[inner.shift(-region.x, -region.y).slices]
        np.testing.assert_allclose(got[1:-1, 1:-1], expected[inner.slices][1:-1, 1:-1], atol=1e-5)
    np.testing.assert_allclose(tiled.map, whole.map, atol=1e-6)


def test_a_map_moves_with_the_picture() -> None:
    map_ = np.zeros((12, 16), np.float32)
    map_[5, 4] = 1
    assert moved(map_, shifting(3, 2))[7, 7] == 1
    assert moved(map_, None) is map_

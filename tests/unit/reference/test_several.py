"""References over and beside one another: laws of both compositions."""

from dataclasses import dataclass

import numpy as np
import pytest

from dualzoom.geometry import Region
from dualzoom.reference.several import Best, Layer, Over

HERE = Region(3, 5, 17, 11)


@dataclass
class Plain:
    """A source from arrays of the whole frame."""

    rgb: np.ndarray
    validity: np.ndarray
    finer: float = 2.0

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        return self.rgb[region.slices].copy(), self.validity[region.slices].copy()

    def fineness(self, region: Region) -> np.ndarray:
        return np.full((region.height, region.width), self.finer, np.float32)


def source(seed: int, validity: float | None = None, finer: float = 2.0) -> Plain:
    rng = np.random.default_rng(seed)
    known = rng.random((40, 60)) if validity is None else np.full((40, 60), validity)
    return Plain(rng.random((40, 60, 3)).astype(np.float32), known.astype(np.float32), finer)


def test_over_is_the_sum_pixel_by_pixel() -> None:
    layers = [source(1), source(2), source(3)]
    rgb, validity = Over(layers).tile(HERE)
    for y, x in ((0, 0), (4, 9), (10, 16)):
        total, left = np.zeros(3), 1.0
        for layer in layers:
            share = float(layer.validity[HERE.y + y, HERE.x + x])
            total += left * share * layer.rgb[HERE.y + y, HERE.x + x]
            left *= 1 - share
        assert validity[y, x] == pytest.approx(1 - left, abs=1e-5)
        assert rgb[y, x] == pytest.approx(total / (1 - left), abs=1e-4)


def test_a_full_layer_hides_those_beneath_and_an_empty_one_changes_nothing() -> None:
    full, empty = source(1, 1.0), source(2, 0.0)
    rgb, validity = Over([empty, full, source(3)]).tile(HERE)
    assert np.allclose(rgb, full.rgb[HERE.slices], atol=1e-6)
    assert (validity == 1).all()
    assert (Over([empty]).tile(HERE)[1] == 0).all()
    assert (Over([]).tile(HERE)[1] == 0).all()


def test_what_two_layers_agree_on_stays_whatever_their_validities() -> None:
    one, other = source(1), source(2)
    other.rgb = one.rgb
    for both in (Over([one, other]), Best([one, other])):
        rgb, _ = both.tile(HERE)
        assert np.allclose(rgb, one.rgb[HERE.slices], atol=1e-5)


def test_a_share_scales_validity() -> None:
    one = source(1)
    rgb, validity = Layer(one, 0.25).tile(HERE)
    assert np.allclose(validity, 0.25 * one.validity[HERE.slices])
    assert np.array_equal(rgb, one.rgb[HERE.slices])


def test_of_photos_side_by_side_the_one_believed_most_counts() -> None:
    good, bad = source(1, 0.9), source(2, 0.5)
    rgb, validity = Best([bad, good]).tile(HERE)
    assert np.abs(rgb - good.rgb[HERE.slices]).max() < 0.01
    assert np.allclose(validity, 0.9, atol=0.01)
    alone, _ = Best([bad]).tile(HERE)
    assert np.allclose(alone, bad.rgb[HERE.slices], atol=1e-5)


def test_of_photos_believed_alike_the_finer_counts() -> None:
    near, far = source(1, 0.8), source(2, 0.8, finer=1.3)
    rgb, _ = Best([far, near]).tile(HERE)
    assert np.abs(rgb - near.rgb[HERE.slices]).max() < 0.01

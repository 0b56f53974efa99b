"""Trust is inherited by flat areas and withheld where two layers mix."""

import numpy as np
import pytest

from dualzoom.registration.flow_confidence import spread_out, structure, warp_by_flow


def test_a_constant_stays_whatever_its_weights() -> None:
    weights = np.random.default_rng(0).uniform(0, 1, (37, 53)).astype(np.float32)
    assert np.allclose(spread_out(np.full((37, 53), 0.7, np.float32), weights), 0.7, atol=1e-5)


def test_heavy_cells_keep_their_values_and_light_ones_take_those_around() -> None:
    values = np.zeros((64, 64), np.float32)
    weights = np.zeros((64, 64), np.float32)
    values[:, :20], weights[:, :20] = 1, 50  # known: 1 on the left
    values[:, 44:], weights[:, 44:] = 5, 50  # known: 5 on the right
    values[:, 20:44] = 99  # unknown
    out = spread_out(values, weights)
    assert np.allclose(out[:, :18], 1, atol=0.05)
    assert np.allclose(out[:, 46:], 5, atol=0.05)
    assert out[:, 20:44].min() > 0.9
    assert out[:, 20:44].max() < 5.1


def test_nothing_known_gives_nothing() -> None:
    none = np.zeros((9, 9), np.float32)
    assert np.allclose(spread_out(none, none), 0)


def test_vectors_are_spread_like_their_parts() -> None:
    rng = np.random.default_rng(1)
    field, weights = (
        rng.normal(size=(21, 33, 2)).astype(np.float32),
        rng.uniform(0, 1, (21, 33)).astype(np.float32),
    )
    both = spread_out(field, weights)
    for axis in (0, 1):
        assert np.allclose(both[..., axis], spread_out(field[..., axis], weights), atol=1e-5)


def test_following_equals_a_double_loop() -> None:
    rng = np.random.default_rng(2)
    picture, flow = rng.uniform(0, 255, (12, 15)).astype(np.float32), np.zeros((12, 15, 2), np.float32)
    flow[...] = rng.integers(-3, 4, (12, 15, 2))
    for y in range(12):
        for x in range(15):
            at_y = int(np.clip(y + flow[y, x, 1], 0, 11))
            at_x = int(np.clip(x + flow[y, x, 0], 0, 14))
            assert warp_by_flow(picture, flow)[y, x] == pytest.approx(picture[at_y, at_x])


def test_noise_is_not_structure_and_an_edge_is() -> None:
    grey = np.full((60, 80), 100, np.float32)
    grey += np.random.default_rng(3).normal(0, 1.5, grey.shape).astype(np.float32)
    grey[:, 40:] += 60
    seen = structure(grey)
    assert seen[:, 38:42].min() > 0.8
    assert seen[:, :25].max() < 0.3

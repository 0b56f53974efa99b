"""The fit itself: a gain is found, equal photos need none, what disagrees stops counting, order does not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dualzoom.colour.curves import decode, encode
from dualzoom.colour.samples import Samples
from dualzoom.colour.solve import MAX_LOG_GAIN, NOISE, first_gain, solve, weighted_median

COUNT = 600
GRID = (3, 4)
RNG = np.random.default_rng(2)
TELE = RNG.uniform(0.1, 0.7, (COUNT, 3))
PLACE = RNG.uniform(0, 1, (COUNT, 2))
few = st.integers(1, 12)


def samples(wide: np.ndarray, tele: np.ndarray = TELE, weight: np.ndarray | None = None) -> Samples:
    count = len(tele)
    return Samples(
        tele=tele,
        wide=wide,
        weight=np.ones((count, 3)) if weight is None else weight,
        place=PLACE[:count],
        area=np.ones(count),
    )


def lit(gain: np.ndarray | float, tele: np.ndarray = TELE) -> np.ndarray:
    """The tele's colours with `gain` times the light."""
    return encode(decode(tele) * gain)


values = few.flatmap(lambda n: st.tuples(
    arrays(np.float64, n, elements=st.floats(-100, 100)), arrays(np.float64, n, elements=st.floats(0.1, 10))
))  # fmt: skip


@given(values)
def test_a_weighted_median_has_half_of_the_weight_on_either_side(pair) -> None:
    """Up to half of one value's weight, for it is read between values."""
    value, weight = pair
    found = weighted_median(value, weight)
    most = (weight.sum() + weight.max()) / 2 + 1e-6
    assert value.min() <= found <= value.max()
    assert weight[value < found - 1e-9].sum() <= most
    assert weight[value > found + 1e-9].sum() <= most


@given(values, st.floats(0.1, 50), st.integers(0, 1000))
def test_a_weighted_median_knows_neither_the_weights_unit_nor_the_order(pair, unit: float, seed: int) -> None:
    value, weight = pair
    order = np.random.default_rng(seed).permutation(len(value))
    if len(set(value)) == len(value):  # among equal values the order decides whose weight comes first
        assert weighted_median(value[order], weight[order]) == pytest.approx(weighted_median(value, weight))
    assert weighted_median(value, unit * weight) == pytest.approx(weighted_median(value, weight), abs=1e-9)


@given(arrays(np.float64, 3, elements=st.floats(0.3, 3)))
def test_the_first_gain_is_that_of_the_light(gain: np.ndarray) -> None:
    assert first_gain(samples(lit(gain))) == pytest.approx(gain, rel=1e-6)


def test_the_first_gain_is_that_of_most_and_black_breaks_nothing() -> None:
    wide, tele = lit(1.5).copy(), TELE.copy()
    wide[: COUNT // 3] = lit(0.2)[: COUNT // 3]
    assert first_gain(samples(wide)) == pytest.approx([1.5] * 3, rel=0.02)
    tele[:5], wide[:5] = 0, 0
    assert np.isfinite(first_gain(samples(wide, tele))).all()


def test_equal_photos_need_no_map() -> None:
    found = solve(samples(TELE), GRID)
    np.testing.assert_allclose(found.parameters.matrix, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(found.parameters.curves_in, 0, atol=1e-6)
    np.testing.assert_allclose(found.log_gain, np.zeros((*GRID, 3)), atol=1e-6)
    assert found.residual.max() < 1e-6
    assert found.confidence.min() > 0.999


@pytest.mark.parametrize("gain", [(2.0, 2.0, 2.0), (0.5, 1.0, 1.6)])
def test_gains_leave_nothing_over(gain: tuple[float, ...]) -> None:
    found = solve(samples(lit(np.array(gain))), GRID)
    assert found.residual.max() < 1e-4
    np.testing.assert_allclose(found.parameters.matrix, np.diag(gain), atol=1e-3)


def test_shading_across_the_window_goes_into_the_grid() -> None:
    """Half a stop from left to right, which no map of colours alone explains."""
    shade = np.exp(0.35 * (PLACE[:, :1] - 0.5))
    found = solve(samples(lit(shade)), GRID)
    assert found.residual.mean() < 0.004
    across = found.log_gain.mean((0, 2))
    assert across[-1] - across[0] == pytest.approx(0.35, abs=0.06)
    assert (np.diff(across) > 0).all()


def test_what_disagrees_stops_counting_and_leaves_the_map_alone() -> None:
    wide = lit(1.4).copy()
    other = np.arange(COUNT) % 7 == 0
    wide[other] = RNG.uniform(0, 1, (other.sum(), 3))
    found = solve(samples(wide), GRID)
    assert found.residual[~other].max() < 0.01
    assert found.confidence[~other].min() > 0.8
    far = other & (found.residual > 0.1)
    assert far.sum() > 0.9 * other.sum()
    assert found.confidence[far].max() < 0.01


def test_what_has_no_weight_has_no_say() -> None:
    wide, weight = lit(1.4).copy(), np.ones((COUNT, 3))
    wide[::2], weight[::2] = 0.9, 0
    found = solve(samples(wide, weight=weight), GRID)
    assert found.residual[1::2].max() < 1e-3


def test_the_order_of_samples_does_not_matter() -> None:
    wide = np.clip(lit(1.3) + RNG.normal(0, 0.01, (COUNT, 3)), 0, 1)
    order = RNG.permutation(COUNT)
    first = solve(samples(wide), GRID)
    turned = Samples(
        tele=TELE[order],
        wide=wide[order],
        weight=np.ones((COUNT, 3)),
        place=PLACE[order],
        area=np.ones(COUNT),
    )
    again = solve(turned, GRID)
    np.testing.assert_allclose(again.parameters.vector(), first.parameters.vector(), atol=1e-6)
    np.testing.assert_allclose(again.log_gain, first.log_gain, atol=1e-6)
    np.testing.assert_allclose(again.residual, first.residual[order], atol=1e-6)


@given(st.integers(0, 50))
def test_whatever_it_is_given_the_answer_is_bounded(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tele, wide = rng.uniform(0, 1, (2, 60, 3))
    found = solve(samples(wide, tele), GRID)
    assert np.isfinite(found.parameters.vector()).all()
    assert np.abs(found.log_gain).max() <= MAX_LOG_GAIN
    assert (found.residual >= 0).all()
    assert found.confidence.min() >= 0
    assert found.confidence.max() <= 1


def test_noise_is_what_is_left_over() -> None:
    noise = RNG.normal(0, NOISE, (COUNT, 3))
    found = solve(samples(lit(1.2) + noise), GRID)
    assert np.sqrt((found.residual**2).mean()) == pytest.approx(NOISE, rel=0.15)

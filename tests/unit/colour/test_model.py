"""The model's derivatives are those of differences, and it is the map that `apply` applies."""

import numpy as np

from dualzoom.colour.curves import KNOTS
from dualzoom.colour.model import COUNT, Parameters, linearise, prior
from dualzoom.colour.transform import ColourMap
from dualzoom.geometry import Region

RNG = np.random.default_rng(5)
TELE = RNG.uniform(0.05, 0.9, (40, 3))


def some_parameters() -> Parameters:
    return Parameters(
        curves_in=RNG.normal(scale=0.3, size=(3, KNOTS.size)),
        offset=RNG.uniform(0, 0.01, 3),
        matrix=np.eye(3) * 0.7 + RNG.uniform(0, 0.1, (3, 3)),
        curves_out=RNG.normal(scale=0.3, size=(3, KNOTS.size)),
    )


def test_jacobian_is_that_of_differences() -> None:
    parameters, gain, h = some_parameters(), RNG.uniform(0.8, 1.2, (40, 3)), 1e-6
    near, vector = linearise(parameters, TELE, gain), parameters.vector()
    full = np.zeros((3, 40, COUNT))
    for c in range(3):
        full[c][:, near.columns[c]] = near.jacobian[c]
    for p in range(COUNT):
        ends = [
            linearise(parameters.with_vector(vector + sign * h * np.eye(COUNT)[p]), TELE, gain).value
            for sign in (1, -1)
        ]
        assert np.allclose(full[:, :, p].T, (ends[0] - ends[1]) / (2 * h), rtol=0.02, atol=4e-3)
    ends = [linearise(parameters, TELE, gain * np.exp(sign * h)).value for sign in (1, -1)]
    assert np.allclose(near.by_log_gain, (ends[0] - ends[1]) / (2 * h), rtol=0.02, atol=4e-3)


def test_apply_is_the_model() -> None:
    parameters, log_gain = some_parameters(), np.full((2, 2, 3), 0.1)
    colour_map = ColourMap(
        curves_in=parameters.curves_in,
        offset=parameters.offset,
        matrix=parameters.matrix,
        curves_out=parameters.curves_out,
        log_gain=log_gain,
        error=0.0,
        used=1.0,
    )
    region = Region(0, 0, 40, 1)
    applied = colour_map.apply(TELE[None].astype(np.float32), region, region)[0]
    exact = linearise(parameters, TELE, np.full((40, 3), np.exp(0.1))).value
    assert np.abs(applied - np.clip(exact, 0, 1)).max() < 3e-4


def test_the_prior_is_a_proper_one_around_identity_and_gain() -> None:
    mean, precision = prior(np.array([1.0, 2.0, 0.5]))
    assert np.linalg.eigvalsh(precision).min() > 0
    assert np.array_equal(Parameters.gains(np.ones(3)).with_vector(mean).matrix, np.diag([1.0, 2.0, 0.5]))

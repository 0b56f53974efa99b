"""The robust fit itself: Gauss–Newton on the global part and the gain grid in turn, with samples reweighted.

Two rounds. First Huber's weights, which let every sample pull, so that all colours are met and not only those
of the largest surface. Then Geman–McClure's, 1 / (1 + (|r|/σ)²)², under which samples that still disagree
(occluders, moved things, wrong alignment) stop counting; σ follows the weighted median of what is left over.
"""

from dataclasses import dataclass

import numpy as np

from dualzoom.colour.curves import Array, decode
from dualzoom.colour.grid import Corners, roughness
from dualzoom.colour.least_squares import normal_equations, solve_normal_equations
from dualzoom.colour.model import MIXING_SD, Linearised, Parameters, linearise, prior
from dualzoom.colour.samples import Samples

HUBER_ROUNDS, TRIMMED_ROUNDS = 9, 8
#: Residual (encoded) from which on Huber's weights fall.
HUBER = 0.03
#: σ never falls below this (encoded): sensor noise and what any model of a camera leaves over.
NOISE = 0.008
#: σ of the first trimmed round; then it may fall by a third each round.
FIRST_SIGMA = 0.12
#: Cells beside each other err alike: a sample counts as this share of an independent one.
INDEPENDENCE = 0.5
#: Spread of the gain grid, natural logarithm: of a node, of a step and of a bend between nodes. Vignetting of
#: two stops in the corners bends by 0.02 a node.
GAIN_NODE_SD, GAIN_STEP_SD, GAIN_BEND_SD = 0.5, 0.2, 0.02
#: Local gain beyond ±1 EV is no lens and no tone mapping; whatever it follows is not the same scene.
MAX_LOG_GAIN = float(np.log(2.0))
#: Steps are held back at first by this share of the normal matrix's diagonal; more when one overshoots.
FIRST_DAMPING = 1e-3


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What was found. `log_gain`: (rows, columns, 3). `residual`: (N,) RMS over channels. `confidence`: (N,)
    0..1."""

    parameters: Parameters
    log_gain: Array
    residual: Array
    confidence: Array


@dataclass(frozen=True, kw_only=True)
class _Point:
    """A map with what it leaves over. `residual`: (N, 3); `size`: (N,) its RMS; `belief`: the priors' half of
    the cost."""

    parameters: Parameters
    log_gain: Array
    near: Linearised
    residual: Array
    size: Array
    belief: float

    def cost(self, weight: Array) -> float:
        """Twice the negative logarithm of the posterior, for samples' weights (N, 3)."""
        return float((weight * self.residual**2).sum()) + self.belief


class _Problem:
    """Samples, priors and the grid's geometry: all that stays the same while solving."""

    def __init__(self, samples: Samples, grid_shape: tuple[int, int], mixing_sd: float) -> None:
        self.samples = samples
        self.gain = first_gain(samples)
        self.mean, self.precision = prior(self.gain, mixing_sd)
        self.corners, self.smooth = Corners.around(samples.place, *grid_shape), _smoothness(grid_shape)

    def at(self, parameters: Parameters, log_gain: Array) -> _Point:
        """The model's values, derivatives and residuals there."""
        near = linearise(parameters, self.samples.tele, np.exp(self.corners.read(log_gain)))
        residual = self.samples.wide - near.value
        away = parameters.vector() - self.mean
        belief = away @ self.precision @ away + (log_gain * (self.smooth @ log_gain)).sum()
        return _Point(
            parameters=parameters,
            log_gain=log_gain,
            near=near,
            residual=residual,
            size=_size(residual, self.samples.weight),
            belief=float(belief),
        )

    def step(self, point: _Point, weight: Array, damping: float) -> _Point:
        """One Gauss–Newton step of the global part, then, on what that should leave over, one of the gain."""
        vector, near = point.parameters.vector(), point.near
        change = _global_step(near, point.residual, weight, vector - self.mean, self.precision, damping)
        left = np.stack(
            [point.residual[:, c] - near.jacobian[c] @ change[near.columns[c]] for c in range(3)], axis=1
        )
        log_gain = _gain_step(near, left, weight, self.corners, point.log_gain, self.smooth)
        return self.at(point.parameters.with_vector(vector + change), log_gain)


def solve(samples: Samples, grid_shape: tuple[int, int], *, mixing_sd: float = MIXING_SD) -> Solution:
    """Fits the global part and a grid of gains (rows, columns) to samples.

    `mixing_sd`: how freely channels may mix (see `model.prior`).
    """
    problem = _Problem(samples, grid_shape, mixing_sd)
    point = problem.at(Parameters.gains(problem.gain), np.zeros((problem.corners.nodes, 3)))
    sigma, damping = FIRST_SIGMA, FIRST_DAMPING
    for round_ in range(HUBER_ROUNDS + TRIMMED_ROUNDS):
        if round_ < HUBER_ROUNDS:
            confidence, variance = np.minimum(1.0, HUBER / np.maximum(point.size, 1e-9)), HUBER**2
        else:
            sigma = _next_sigma(point.size, samples.weight.mean(axis=1), sigma)
            confidence, variance = (1.0 + (point.size / sigma) ** 2) ** -2.0, sigma**2
        weight = samples.weight * confidence[:, None] * (INDEPENDENCE / variance)
        tried = problem.step(point, weight, damping)
        better = tried.cost(weight) <= point.cost(weight)
        point, damping = (tried, damping * 0.3) if better else (point, damping * 30.0)
    return Solution(
        parameters=point.parameters,
        log_gain=point.log_gain.reshape(*grid_shape, 3),
        residual=point.size,
        confidence=(1.0 + (point.size / sigma) ** 2) ** -2.0,
    )


def first_gain(samples: Samples) -> Array:
    """Returns the median ratio of light, wide over tele, per channel, (3,)."""
    ratio = np.maximum(decode(samples.wide), 1e-4) / np.maximum(decode(samples.tele), 1e-4)
    pairs = zip(ratio.T, samples.weight.T, strict=True)
    return np.array([weighted_median(column, weight) for column, weight in pairs])


def weighted_median(values: Array, weight: Array) -> float:
    """The value with half of the weight on either side."""
    order = np.argsort(values)
    mass = np.cumsum(weight[order])
    return float(np.interp(mass[-1] / 2, mass - weight[order] / 2, values[order]))


def _size(residual: Array, weight: Array) -> Array:
    """RMS (N,) over channels of residuals (N, 3), channels counting as they are weighted."""
    total = np.maximum(weight.sum(axis=1), 1e-12)
    return np.asarray(np.sqrt((residual**2 * weight).sum(axis=1) / total))


def _next_sigma(size: Array, weight: Array, sigma: float) -> float:
    """Twice the median residual, but never up, never down by more than a third, never below the noise."""
    return max(NOISE, min(sigma, max(2.0 * weighted_median(size, weight), sigma * 2 / 3)))


def _global_step(
    near: Linearised, residual: Array, weight: Array, away: Array, precision: Array, damping: float
) -> Array:
    """One Gauss–Newton step of the global part; `away`: the parameters' distance from the prior's mean."""
    normal, gradient = precision.copy(), -precision @ away
    for c in range(3):
        products, pull = normal_equations(near.jacobian[c], residual[:, c], weight[:, c])
        normal[np.ix_(near.columns[c], near.columns[c])] += products
        gradient[near.columns[c]] += pull
    normal[np.diag_indices_from(normal)] *= 1.0 + damping
    return solve_normal_equations(normal, gradient[:, None])[:, 0]


def _gain_step(
    near: Linearised, residual: Array, weight: Array, corners: Corners, log_gain: Array, smooth: Array
) -> Array:
    """The log gains (nodes, 3) after one Gauss–Newton step of every channel."""
    moved = np.empty_like(log_gain)
    for c in range(3):
        slope = near.by_log_gain[:, c]
        pull = weight[:, c] * slope
        gradient = corners.gather(pull * residual[:, c]) - smooth @ log_gain[:, c]
        step = solve_normal_equations(corners.normal(pull * slope) + smooth, gradient[:, None])[:, 0]
        moved[:, c] = log_gain[:, c] + step
    return np.clip(moved, -MAX_LOG_GAIN, MAX_LOG_GAIN)


def _smoothness(shape: tuple[int, int]) -> Array:
    """Precision of the gain grid's prior: (nodes, nodes)."""
    nodes = shape[0] * shape[1]
    steps, bends = roughness(*shape, order=1), roughness(*shape, order=2)
    return np.asarray(
        np.eye(nodes) / (GAIN_NODE_SD**2 * nodes) + steps / GAIN_STEP_SD**2 + bends / GAIN_BEND_SD**2
    )

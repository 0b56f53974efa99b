"""The colour map as a model to be fitted: its values and derivatives at samples.

Notation as in transform.py; parameters of the global part, in this order: A's coefficients (3 K), o (3), M by
rows (9), B's coefficients (3 K). The gain g is fitted beside them, see gain.py.

Each has a prior of its own: a mean and a spread in units that mean something, so that thin data leave
identity and one gain per channel, and rich data are not held back.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dualzoom.colour.curves import KNOTS, Array, Curve, decode, decode_slope, encode, encode_slope

Indices: TypeAlias = NDArray[np.intp]

K = KNOTS.size
#: Where each kind of parameter starts in the vector.
OFFSET, MATRIX, OUT, COUNT = 3 * K, 3 * K + 3, 3 * K + 12, 6 * K + 12

#: Standard deviations of the priors. Of a log slope: a gamma of 1.25 needs 0.2 at white, 0.7 in shadow.
CURVE_SD, CURVE_STEP_SD = 0.5, 0.35
OFFSET_SD = 0.01  # of veiling light: 10 % of white's encoded value
GAIN_SD = 0.5  # M's diagonal against the start, relative
MIXING_SD = 0.2  # M's other entries, relative to the gain; 0.1 to 0.3 tried on four real pairs


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The global part."""

    curves_in: Array
    offset: Array
    matrix: Array
    curves_out: Array

    @classmethod
    def gains(cls, gain: Array) -> "Parameters":
        """Identity but for one gain per channel, in light."""
        return cls(
            curves_in=np.zeros((3, K)), offset=np.zeros(3), matrix=np.diag(gain), curves_out=np.zeros((3, K))
        )

    def vector(self) -> Array:
        """All parameters in a row."""
        parts = self.curves_in, self.offset, self.matrix, self.curves_out
        return np.concatenate([part.ravel() for part in parts])

    def with_vector(self, vector: Array) -> "Parameters":
        """The same kind of thing from a row of parameters."""
        return replace(
            self,
            curves_in=vector[:OFFSET].reshape(3, K),
            offset=vector[OFFSET:MATRIX],
            matrix=vector[MATRIX:OUT].reshape(3, 3),
            curves_out=vector[OUT:].reshape(3, K),
        )


@dataclass(frozen=True, kw_only=True)
class Linearised:
    """The model near some parameters. `value`: (N, 3) encoded. `jacobian`: per output channel the (N, P)
    derivatives by the parameters at `columns`. `by_log_gain`: (N, 3) derivative of each channel by its own
    log gain.
    """

    value: Array
    jacobian: tuple[Array, Array, Array]
    columns: tuple[Indices, Indices, Indices]
    by_log_gain: Array


def linearise(parameters: Parameters, tele: Array, gain: Array) -> Linearised:
    """Values and derivatives at samples `tele` (N, 3), with the gain (N, 3) there."""
    curves_in = [Curve(c) for c in parameters.curves_in]
    curves_out = [Curve(c) for c in parameters.curves_out]
    u = np.stack([curve(x) for curve, x in zip(curves_in, tele.T, strict=True)], axis=1)
    by_in = [curve.by_coefficients(x) for curve, x in zip(curves_in, tele.T, strict=True)]
    v = decode(u) + parameters.offset
    light = gain * (v @ parameters.matrix.T)
    z = encode(light)
    value = np.stack([curve(column) for curve, column in zip(curves_out, z.T, strict=True)], axis=1)
    slope_out = np.stack([curve.slope(column) for curve, column in zip(curves_out, z.T, strict=True)], axis=1)
    by_light = slope_out * encode_slope(light) * gain
    slope_in = decode_slope(u)
    jacobian = []
    for c in range(3):
        by_v = by_light[:, c : c + 1] * parameters.matrix[c]  # N 3
        a = [(by_v[:, j] * slope_in[:, j])[:, None] * by_in[j] for j in range(3)]
        b = curves_out[c].by_coefficients(z[:, c])
        jacobian.append(np.concatenate([*a, by_v, by_light[:, c : c + 1] * v, b], axis=1))
    return Linearised(
        value=value,
        jacobian=(jacobian[0], jacobian[1], jacobian[2]),
        columns=(_columns(0), _columns(1), _columns(2)),
        by_log_gain=slope_out * encode_slope(light) * light,
    )


def _columns(c: int) -> Indices:
    own_row = np.arange(MATRIX + 3 * c, MATRIX + 3 * c + 3)
    own_curve = np.arange(OUT + K * c, OUT + K * c + K)
    return np.concatenate([np.arange(MATRIX), own_row, own_curve])


def prior(gain: Array, mixing_sd: float = MIXING_SD) -> tuple[Array, Array]:
    """(mean, precision matrix) of the parameters, before the samples are seen, around gains (3,).

    `mixing_sd`: standard deviation of M's entries beside the diagonal, relative to the gain.
    """
    precision = np.zeros((COUNT, COUNT))
    steps = np.diff(np.eye(K), axis=0) / np.sqrt(np.diff(KNOTS) / np.diff(KNOTS).mean())[:, None]
    curve = np.eye(K) / CURVE_SD**2 + steps.T @ steps / CURVE_STEP_SD**2
    for start in [*range(0, OFFSET, K), *range(OUT, COUNT, K)]:
        precision[start : start + K, start : start + K] = curve
    spread = np.where(np.eye(3) > 0, GAIN_SD, mixing_sd) * gain[:, None]
    diagonal = np.concatenate([np.full(3, OFFSET_SD), spread.ravel()])
    precision[range(OFFSET, OUT), range(OFFSET, OUT)] = diagonal**-2
    return Parameters.gains(gain).vector(), precision

"""Estimates how far to believe a displacement, cell by cell.

Three soft tests are multiplied, each 1 where nothing speaks against the displacement:

- *border of a near thing*: where displacements change within a few cells **and** the aligned pictures differ,
  one of two layers is shown in the other's place. Of all measures tried on layered captures with known truth
  this product finds the pixels that would do harm best (6 % of the area rejected takes away 69 % of the
  squared error);
- *round trip*: the way back from x + d(x) must end at x. Only the part across edges counts, for in flat
  areas and along edges a displacement is undetermined, and harmless;
- *likeness*: the local structure of both must correlate where there is any: a thing that hides the scene from
  one of the cameras, or is blurred in one of them, does not.

Flat areas pass all three, which says nothing: they have no evidence of their own, and inherit the confidence of
what surrounds them. A sky gets the confidence of the roofs below it; a flat spot on an object that hides
the scene gets none.
Last, everything must be as bright as the rest lets expect (`level`).
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.registration.tone_agreement import tone_agreement

Field = NDArray[np.float32]

_FIT_CELLS = 12  # radius of the window in which the tele's grey is fitted to the wide's by gain and offset
_HARM = 10.0  # squared grey levels × cells of displacement per cell at which confidence falls to 1/e
_PER_CELL = 0.45  # turns the distance from the mean around into displacement per cell
_TRIP_CELLS = 0.25, 0.35  # a round trip may be off by this; and the scale of the fall beyond
_GRADIENT_FLOOR = 60.0  # squared gradient (grey levels) that noise makes
_STRUCTURE_FLOOR = 80.0  # variance (flattened grey levels) below which an area counts as flat
_FLAT = 30.0  # variance (grey levels) of an area half of which is evidence
_UNLIKE, _LIKE = 0.1, 0.5  # correlation of nothing in common, and of enough


def flow_confidence(
    grey: tuple[Field, Field], flat: tuple[Field, Field], flow: Field, backward: Field
) -> Field:
    """Estimates the confidence (h, w), 0..1, of `flow` (h, w, 2).

    `grey`, `flat`: the wide and the unaligned tele, luma and luma with local contrast made equal, (h, w) 0..255.
    `backward`: displacement from tele to wide. Everything on one grid, displacements in its cells.
    """
    wide, tele = grey[0], warp_by_flow(grey[1], flow)
    confidence = _layers(wide, tele, flow)
    confidence *= _round_trip(wide, flow, backward)
    confidence *= _likeness(flat[0] - 128, warp_by_flow(flat[1], flow) - 128)
    evidence = np.maximum(structure(wide), structure(tele))
    inherited = spread_out(confidence, evidence * evidence, own=0.5)
    level = tone_agreement(wide, tele, np.asarray(confidence * evidence, np.float32))
    return cast(Field, level * confidence * (evidence + (1 - evidence) * inherited))


def spread_out(values: Field, weights: Field, own: float = 0.1) -> Field:
    """Keeps values (h, w[, c]) where they weigh, and fills in the rest at the finest scale with any (push–pull).

    A cell keeps its own value in proportion weight : `own`, and takes the rest from the cells around. Laws: a constant
    stays; where weights are large against `own`, values stay.
    """
    h, w = weights.shape
    broad = weights if values.ndim == 2 else weights[..., None]
    if min(h, w) <= 2:
        mean = (values * broad).sum((0, 1)) / max(float(weights.sum()), 1e-6)
        return cast(Field, np.broadcast_to(mean, values.shape).astype(np.float32))
    size = ((w + 1) // 2, (h + 1) // 2)
    coarse_weights = cv2.resize(weights, size, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(values * broad, size, interpolation=cv2.INTER_AREA)
    divisor = np.maximum(coarse_weights, 1e-6)
    means = sums / (divisor if values.ndim == 2 else divisor[..., None])
    coarse = spread_out(np.asarray(means, np.float32), np.asarray(coarse_weights, np.float32), own)
    around = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)
    return cast(Field, (broad * values + np.float32(own) * around) / (broad + np.float32(own)))


def structure(grey: Field) -> Field:
    """Measures how much there is to see (h, w), 0..1: local variance against what noise makes."""
    mean = _blur(grey, 3)
    variance = np.maximum(_blur(grey * grey, 3) - mean * mean, 0)
    return cast(Field, variance / (variance + _FLAT))


def warp_by_flow(picture: Field, flow: Field) -> Field:
    """Samples `picture` (h, w[, c]) at x + flow(x), linearly; its border repeats."""
    h, w = flow.shape[:2]
    x = np.arange(w, dtype=np.float32)[None, :] + flow[..., 0]
    y = np.arange(h, dtype=np.float32)[:, None] + flow[..., 1]
    return cast(Field, cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _layers(wide: Field, tele: Field, flow: Field) -> Field:
    difference = _unexplained(wide, tele)
    squares = _blur(difference * difference, 1)
    noise = float(np.median(squares[::5, ::5]))
    # a jump, not a slope: perspective and lens distortion change displacements too, and do no harm
    jump = np.linalg.norm(flow - _blur(flow, 4), axis=2).astype(np.float32)
    spread = cv2.dilate(jump, np.ones((7, 7), np.uint8)) * _PER_CELL
    return cast(Field, np.exp(-np.maximum(squares - 1.5 * noise, 0) * spread / _HARM).astype(np.float32))


def _unexplained(wide: Field, tele: Field) -> Field:
    """Subtracts the tele's local structure, times a local gain, from the wide's."""
    mean_w, mean_t = _blur(wide, _FIT_CELLS), _blur(tele, _FIT_CELLS)
    variance = _blur(tele * tele, _FIT_CELLS) - mean_t * mean_t
    covariance = _blur(wide * tele, _FIT_CELLS) - mean_w * mean_t
    gain = np.clip((covariance + 20) / (variance + 20), 0.25, 4.0)
    return cast(Field, (wide - mean_w) - gain * (tele - mean_t))


def _round_trip(wide: Field, flow: Field, backward: Field) -> Field:
    error = flow + warp_by_flow(backward, flow)
    gx, gy = (cv2.Scharr(wide, cv2.CV_32F, *d, scale=1 / 32) for d in ((1, 0), (0, 1)))
    xx, yy, xy = (_blur(g, 2) for g in (gx * gx, gy * gy, gx * gy))
    ex, ey = error[..., 0], error[..., 1]
    across = (ex * ex * xx + ey * ey * yy + 2 * ex * ey * xy) / (xx + yy + _GRADIENT_FLOOR)
    beyond = np.maximum(np.sqrt(np.maximum(across, 0)) - _TRIP_CELLS[0], 0) / _TRIP_CELLS[1]
    return cast(Field, np.exp(-0.5 * beyond**2))


def _likeness(wide: Field, tele: Field) -> Field:
    radius = 3
    mean_w, mean_t = _blur(wide, radius), _blur(tele, radius)
    variances = _blur(wide * wide + tele * tele, radius) - mean_w * mean_w - mean_t * mean_t
    covariance = _blur(wide * tele, radius) - mean_w * mean_t
    likeness = (2 * covariance + _STRUCTURE_FLOOR) / (variances + _STRUCTURE_FLOOR)
    return cast(Field, np.clip((likeness - _UNLIKE) / (_LIKE - _UNLIKE), 0, 1))


def _blur(values: Field, radius: int) -> Field:
    """Twice a box: nearly a Gaussian, at a cost that does not depend on the radius."""
    side = (2 * radius + 1, 2 * radius + 1)
    once = cv2.blur(values, side, borderType=cv2.BORDER_REFLECT_101)
    return cast(Field, cv2.blur(once, side, borderType=cv2.BORDER_REFLECT_101))

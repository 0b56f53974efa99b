"""Estimates parallax: where things in the tele lie off the homography, and the confidence of that.

Dense inverse search (DIS) between the wide and the tele warped by the homography, both with local contrast made
equal. `flow` d(x) says that pixel x of the wide shows what the warped tele shows at x + d(x). DIS is noisy by a few
tenths of a pixel and would wobble straight lines, so it is smoothed where neighbours move alike (a bilateral
filter on the displacement and the grey level), which keeps the borders of near things.

Confidence (see `flow_confidence`) is found at half the density, where it is kept.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.registration.flow_confidence import (
    Field,
    flow_confidence,
    spread_out,
    structure,
    warp_by_flow,
)
from dualzoom.registration.gray import Gray, flatten
from dualzoom.resampling import halve_area

_FLATTEN_PX = 16.0  # measured on layered captures: 8 to 16 align better than equalised histograms do
_CELL = 4  # smoothing works on cells of 4 × 4 px
_ALIKE_PX = (
    0.25  # neighbours whose displacements differ by more are other things; wider blurs layers into each other
)
_ASTRAY_PX = 1.0  # a round trip that ends farther from its start proves nothing
_HALF = np.float32(0.5)
_GUIDE = 0.004  # px of displacement that one grey level of difference counts as


@dataclass(frozen=True)
class Parallax:
    """`flow` (h, w, 2) in px of the pictures handed in, `confidence` (h, w) 0..1, both at half their density."""

    flow: Field
    confidence: Field


def parallax(wide: Gray, tele: Gray, inside: NDArray[np.bool_] | None = None) -> Parallax:
    """Estimates displacement from `wide` to `tele`, (H, W) uint8 luma on one grid; `inside`: where the tele has pixels.

    `wide` may be any picture of the wide's content at the wide's place: an upscaled one aligns better.
    """
    if inside is None:
        inside = np.ones(wide.shape, bool)
    with ThreadPoolExecutor(2) as pool:
        a, b = pool.map(lambda grey: flatten(grey, _FLATTEN_PX), (wide, tele))
    within = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    np.copyto(
        b, a, where=~within
    )  # beyond the tele's border nothing moves, instead of stretched border pixels
    with ThreadPoolExecutor(2) as pool:
        there, back = pool.submit(_dis, a, b, finest=0), pool.submit(_dis, b, a, finest=1)
        raw, backward = there.result(), _halve(back.result()) * _HALF
    flow = _smooth(raw, backward, wide)
    grey = _halve(wide), _halve(np.where(within, tele, wide))
    confidence = flow_confidence(grey, (_halve(a), _halve(b)), flow * _HALF, backward)
    return Parallax(flow, confidence * _halve(within.astype(np.float32)))


def _dis(a: Gray, b: Gray, finest: int) -> Field:
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(finest)
    dis.setPatchStride(4)  # a third faster than 3, and no worse
    return cast(Field, dis.calc(a, b, cast(Any, None)))  # None: no flow to start from


def _smooth(flow: Field, backward: Field, grey: Gray) -> Field:
    """Frees displacements of noise; (H, W, 2) → half density, same unit.

    Where the way back does not end near its start (flat areas, hidden ones) the displacement is made up:
    the motion around replaces it. Then neighbours that move alike are averaged.
    """
    h, w = flow.shape[:2]
    small = (max(1, w // _CELL), max(1, h // _CELL))
    cells = np.asarray(cv2.resize(flow, small, interpolation=cv2.INTER_AREA), np.float32)
    back = np.asarray(cv2.resize(backward, small, interpolation=cv2.INTER_AREA), np.float32) * np.float32(2)
    astray = np.linalg.norm(cells + warp_by_flow(back, cells / np.float32(_CELL)), axis=2) / _ASTRAY_PX
    seen = cv2.resize(structure(_halve(grey)), small, interpolation=cv2.INTER_AREA)
    cells = spread_out(cells, np.asarray(np.exp(-(astray**2)) * seen * seen, np.float32))
    guide = cv2.resize(grey, small, interpolation=cv2.INTER_AREA).astype(np.float32) * np.float32(_GUIDE)
    stack = cv2.bilateralFilter(np.dstack([cells, guide]), 15, _ALIKE_PX, 6.0)
    moved = np.ascontiguousarray(stack[..., :2])
    return cast(Field, cv2.resize(moved, (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_LINEAR))


def _halve(picture: NDArray[Any]) -> NDArray[np.float32]:
    return halve_area(picture).astype(np.float32, copy=False)

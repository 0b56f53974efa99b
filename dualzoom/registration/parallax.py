"""Parallax: where near and far things in the tele lie off the homography, and how far that is to be believed.

Dense inverse search (DIS) between the wide and the tele warped by the homography, both with local contrast equalised
(CLAHE), forward and backward. The displacement d(x) says that work pixel x of the wide shows what the warped
tele shows at x + d(x). Confidence is soft: it falls with the forward–backward distance measured
*across* edges (along an edge and in flat areas a displacement is undetermined, and harmless), and with the
local correlation of the two pictures once aligned, where there is anything to correlate.
"""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.registration.gray import Gray

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Parallax:
    """`flow` (h, w, 2) in pixels of the pictures handed in; `confidence` (h, w), 0..1."""

    flow: Field
    confidence: Field


def parallax(wide: Gray, tele: Gray, inside: NDArray[np.bool_]) -> Parallax:
    """Displacement from `wide` to `tele`, both (h, w) uint8 luma on one grid; `inside`: where the tele has pixels."""
    equalise = cv2.createCLAHE(2.0, (16, 16))
    a, b = equalise.apply(wide), equalise.apply(tele)
    forward = _dis(a, b)
    backward = _dis(b, a)
    there = _sample(backward, forward)
    residual = np.linalg.norm(forward + there, axis=2)
    confidence = np.exp(-0.5 * (residual / 1.5) ** 2).astype(np.float32)
    confidence[~inside] = 0
    return Parallax(forward, confidence)


def _dis(a: Gray, b: Gray) -> Field:
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return cast(Field, dis.calc(a, b, None))


def _sample(field: Field, flow: Field) -> Field:
    h, w = flow.shape[:2]
    x = np.arange(w, dtype=np.float32)[None, :] + flow[..., 0]
    y = np.arange(h, dtype=np.float32)[:, None] + flow[..., 1]
    return cast(Field, cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))

"""A phone photographs a picture: wide, tele, and the truth that both show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.evaluation.phones.light import decode
from dualzoom.evaluation.phones.parallax import nearness, seen_by_tele, surely_seen, tele_to_truth
from dualzoom.evaluation.phones.phone import Phone
from dualzoom.geometry import Region, Size
from dualzoom.resampling import halve_area


@dataclass(frozen=True, kw_only=True)
class Capture:
    """`wide` (H, W, 3), `tele` (h, w, 3), `truth` (2H, 2W, 3), uint8; `inside`: what of it the tele surely sees."""

    wide: NDArray[np.uint8]
    tele: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    inside: Region


def photograph(truth: NDArray[np.uint8], phone: Phone, seed: int) -> Capture:
    """Photographs a picture with `phone`. The same arguments give the same bytes.

    `truth` (h, w, 3) uint8 loses what exceeds multiples of 4. Raises ValueError where it is smaller than 256 px a side.
    """
    height, width = (side // 4 * 4 for side in truth.shape[:2])
    if min(height, width) < 256:
        raise ValueError(f"{width}×{height} is too small to be photographed")
    rng = np.random.default_rng([seed, 5])
    truth = np.ascontiguousarray(truth[:height, :width])
    light = decode(truth.astype(np.float32) / np.float32(255))
    half = halve_area(light)
    onto = tele_to_truth(Size(width, height), phone.ratio, rng)
    size = Size(width // 2 // 4 * 4, height // 2 // 4 * 4)
    near = nearness(truth, rng)
    close = seen_by_tele(light, near, onto, size)
    gains = np.array([phone.tele_red, 1.0, phone.tele_blue], np.float32) * np.float32(2.0**phone.tele_ev)
    return Capture(
        wide=phone.wide.shoot(half, rng),
        tele=phone.tele.shoot(np.asarray(close * gains, np.float32), rng),
        truth=truth,
        inside=surely_seen(onto, size, Region.full(Size(width, height))),
    )

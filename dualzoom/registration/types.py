"""What registration finds out: where the tele lies in the wide.

Convention: pixel centres at integers, upright frames. Homographies map column vectors (x, y, 1) and are scaled
to H[2, 2] = 1. A *reduced grid* of w × h cells covers a window of W × H pixels as an image resize does: cell
i is centred at pixel (i + 0.5)·W / w - 0.5 of the window.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Where the tele lies in the wide.

    `homography`: (3, 3), tele px → wide px. `ratio`: tele px per wide px, linear, at the tele's centre.
    `overlap`: (N, 2) polygon in wide px, the tele's outline cut to the wide's frame. `window`: the whole
    pixels of the wide around it.
    `flow`: (h, w, 2) float32, displacement (x, y) in 2×-grid px on a reduced grid over `window`: pixel u of the
    2× grid shows the tele point H⁻¹ · TO_2X⁻¹ · (u + flow(u)). `confidence`: (h, w) float32, 0..1: how far that
    point can be believed (0: occluded, defocused or lost). `parallax_px`: median and 95th percentile of the
    displacement's length in wide px where it can be believed.
    `inliers` of `matches` points found in both photos agree with the homography. `method`: which detector
    found it. `notes`: what the user should know. `seconds`: by stage.
    """

    homography: Matrix
    inliers: int
    matches: int
    method: str
    ratio: float
    overlap: Points
    window: Region
    wide_size: Size
    tele_size: Size
    flow: NDArray[np.float32]
    confidence: NDArray[np.float32]
    parallax_px: tuple[float, float]
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Everything but the maps, as plain JSON values."""
        return {
            "homography": self.homography.tolist(),
            "inliers": self.inliers,
            "matches": self.matches,
            "method": self.method,
            "ratio": round(self.ratio, 4),
            "overlap": np.round(self.overlap, 2).tolist(),
            "parallax_px": [round(v, 3) for v in self.parallax_px],
            "trusted": round(float(self.confidence.mean()), 3),
            "notes": list(self.notes),
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
        }

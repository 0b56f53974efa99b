"""Warps the tele onto the 2× grid of the wide, tile by tile.

Pixel u of the 2× grid shows the tele point H⁻¹ · TO_2X⁻¹ · (u + flow(u)). A tele much denser than the 2× grid is
reduced by area once, or it would alias; otherwise its pixels are used as they are. Samples are cubic.
"""

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import TO_2X, Region, Size
from dualzoom.registration.plane import resizing
from dualzoom.registration.types import Registration

BORDER_PX = 6.0  # tele px over which confidence falls to 0 at the tele's own edge
_MAX_DENSITY = 1.15  # tele px per 2×-grid px beyond which the tele is reduced first


class Warper:
    """Holds the tele (in its own integer type) and where it belongs; `tile` does the work.

    `pixels`: what is sampled, reduced where it was too dense. `from_grid`: (3, 3), 2×-grid px → those.

    Law: a tele with homography [[.5, 0, -.25], [0, .5, -.25], [0, 0, 1]] and no flow is the 2× grid, and comes
    back unchanged.
    """

    def __init__(self, tele_pixels: Pixels, registration: Registration) -> None:
        """`tele_pixels`: (H, W, 3) of the registered photo, in the colours that tiles should have."""
        size = Size.of(tele_pixels)
        if size != registration.tele_size:
            raise ValueError(f"the tele registered was {registration.tele_size}, this one is {size}")
        self.registration = registration
        self._peak = np.float32(np.iinfo(tele_pixels.dtype).max)
        self.pixels: NDArray[Any] = tele_pixels
        reduce = np.eye(3)
        density = registration.ratio / 2
        if density > _MAX_DENSITY:
            target = Size(round(size.width / density), round(size.height / density))
            self.pixels = cv2.resize(tele_pixels, (target.width, target.height), interpolation=cv2.INTER_AREA)
            reduce = resizing(size, target)
        self.from_grid = reduce @ np.linalg.inv(registration.homography) @ np.linalg.inv(TO_2X)

    def tile(self, region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Warps `region` of the 2× grid: rgb (h, w, 3) 0..1, confidence (h, w) 0..1 (0: rgb means nothing)."""
        shape = (region.height, region.width)
        flow, confidence = self._maps(region)
        x = np.arange(region.x, region.right, dtype=np.float32)[None, :] + flow[..., 0]
        y = np.arange(region.y, region.bottom, dtype=np.float32)[:, None] + flow[..., 1]
        at_x, at_y = self._project(x, y)
        size = Size.of(self.pixels)
        edge = np.minimum(np.minimum(at_x, size.width - 1 - at_x), np.minimum(at_y, size.height - 1 - at_y))
        confidence = confidence * np.clip((edge + 0.5) / BORDER_PX, 0, 1)
        if not (edge > -0.5).any():
            return np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
        rgb = self._sample(at_x, at_y)
        return rgb, confidence

    def _project(
        self, x: NDArray[np.float32], y: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        m = self.from_grid
        w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
        w = np.where(w > 1e-6, w, np.inf)  # behind the camera: nothing
        at_x = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w
        at_y = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w
        return at_x.astype(np.float32), at_y.astype(np.float32)

    def _sample(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cubic samples; only the part of the tele around them is handed to OpenCV, whose coordinates are 16 bits."""
        size = Size.of(self.pixels)
        left, top = max(0, int(x.min()) - 4), max(0, int(y.min()) - 4)
        right, bottom = min(size.width, int(x.max()) + 5), min(size.height, int(y.max()) + 5)
        left, top = min(left, size.width - 1), min(top, size.height - 1)
        part = self.pixels[top : max(bottom, top + 1), left : max(right, left + 1)].astype(np.float32)
        rgb = cv2.remap(part, x - left, y - top, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return cast(NDArray[np.float32], np.clip(rgb / self._peak, 0, 1))

    def _maps(self, region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Reads flow and confidence of `region` from the reduced grid; beyond the window no confidence."""
        r = self.registration
        window = r.window.scale(2)
        to_grid = resizing(window.size, Size.of(r.flow))
        x = (to_grid[0, 0] * (np.arange(region.x, region.right) - window.x) + to_grid[0, 2]).astype(
            np.float32
        )
        y = (to_grid[1, 1] * (np.arange(region.y, region.bottom) - window.y) + to_grid[1, 2]).astype(
            np.float32
        )
        at_x = np.broadcast_to(x[None, :], (region.height, region.width)).copy()
        at_y = np.broadcast_to(y[:, None], (region.height, region.width)).copy()
        border = cv2.BORDER_REPLICATE
        flow = np.asarray(cv2.remap(r.flow, at_x, at_y, cv2.INTER_LINEAR, borderMode=border), np.float32)
        confidence = cv2.remap(r.confidence, at_x, at_y, cv2.INTER_LINEAR, borderMode=border)
        rows, columns = np.arange(region.y, region.bottom), np.arange(region.x, region.right)
        confidence[(rows < window.y) | (rows >= window.bottom)] = 0
        confidence[:, (columns < window.x) | (columns >= window.right)] = 0
        return flow, np.asarray(confidence, np.float32)

"""A scene on the 2× grid, its wide, and a tele that is a part of that very grid."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region, Size
from dualzoom.registration import Registration

Picture = NDArray[np.float32]


class Overlap:
    """Makes scenes and their wides, and says where the tele lies in them."""

    size = Size(220, 180)
    window = Region(50, 40, 120, 100)

    @classmethod
    def sharp(cls, seed: int = 0) -> Picture:
        """The scene on the 2× grid: texture over soft colours."""
        rng = np.random.default_rng(seed)
        out = cls.size.scale(2)
        grain = cv2.GaussianBlur(rng.normal(size=(out.height, out.width)), (0, 0), 1.5)
        soft = cv2.resize(
            rng.uniform(0.25, 0.65, (7, 9, 3)), (out.width, out.height), interpolation=cv2.INTER_LINEAR
        )
        return np.clip(soft + 0.1 * (grain / grain.std())[..., None], 0.04, 0.93).astype(np.float32)

    @classmethod
    def as_wide(cls, scene: Picture) -> Pixels:
        """What a wide shows of it, 8 bits."""
        low = cv2.resize(scene, (cls.size.width, cls.size.height), interpolation=cv2.INTER_AREA)
        return np.rint(low * 255).astype(np.uint8)

    @classmethod
    def as_tele(cls, scene: Picture, bits: int = 16) -> Pixels:
        """The window's part of it."""
        kind = np.uint16 if bits == 16 else np.uint8
        return np.rint(scene[cls.window.scale(2).slices] * np.iinfo(kind).max).astype(kind)

    @classmethod
    def registration(cls, confidence: float = 1.0) -> Registration:
        """Where that tele lies."""
        window = cls.window
        right, bottom = window.right - 1, window.bottom - 1
        corners = [[window.x, window.y], [right, window.y], [right, bottom], [window.x, bottom]]
        return Registration(
            homography=np.array([[0.5, 0, window.x - 0.25], [0, 0.5, window.y - 0.25], [0, 0, 1]]),
            inliers=100,
            matches=100,
            method="made",
            ratio=2.0,
            overlap=np.array(corners, float),
            window=window,
            wide_size=cls.size,
            tele_size=window.size.scale(2),
            flow=np.zeros((50, 60, 2), np.float32),
            confidence=np.full((50, 60), confidence, np.float32),
            parallax_px=(0.0, 0.0),
        )


@pytest.fixture(scope="session")
def overlap() -> Overlap:
    return Overlap()

"""A made-up scene on the 2× grid, and its wide and tele views with known homographies."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.capture.photo import Lens, Photo
from dualzoom.geometry import TO_2X

Picture = NDArray[np.uint8]


class Studio:
    """Makes scenes and takes their pictures."""

    #: A tele that is the 2× grid itself: tele px → wide px.
    twice = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])

    @staticmethod
    def paint(seed: int, width: int = 640, height: int = 480) -> Picture:
        """Something with corners and edges at every scale, RGB (height, width, 3)."""
        rng = np.random.default_rng(seed)
        picture = cv2.resize(rng.uniform(60, 190, (6, 8, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
        for _ in range(260):
            centre, size = rng.uniform(0, (width, height)), rng.uniform(4, 40, 2)
            box = cv2.boxPoints(((centre[0], centre[1]), (size[0], size[1]), rng.uniform(0, 180)))
            colour = rng.uniform(20, 235, 3).tolist()
            cv2.fillConvexPoly(picture, np.rint(box).astype(np.int32), colour, lineType=cv2.LINE_AA)
        grain = cv2.GaussianBlur(rng.normal(0, 18, (height, width)), (0, 0), 1.2)
        return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8) + grain[..., None], 0, 255).astype(np.uint8)

    @staticmethod
    def wide(scene: Picture) -> Picture:
        """The scene at half its density."""
        h, w = scene.shape[:2]
        return np.asarray(cv2.resize(scene, (w // 2, h // 2), interpolation=cv2.INTER_AREA), np.uint8)

    @staticmethod
    def tele(scene: Picture, to_wide: NDArray[np.float64], width: int, height: int) -> Picture:
        """The view whose pixels lie at `to_wide` in the wide."""
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REFLECT_101
        seen = cv2.warpPerspective(scene, TO_2X @ to_wide, (width, height), flags=flags, borderMode=border)
        return np.asarray(seen, np.uint8)

    @staticmethod
    def photo(pixels: NDArray[np.generic], focal_35mm: float | None = None) -> Photo:
        return Photo(pixels=pixels, lens=Lens(focal_35mm=focal_35mm))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def studio() -> Studio:
    return Studio()


@pytest.fixture(scope="session")
def scene(studio: Studio) -> Picture:
    return studio.paint(1)

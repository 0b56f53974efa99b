"""A pair whose tele lies askew in its wide, with displacement, doubt, a colour map and an object that hides a part."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.colour import ColourMap
from dualzoom.colour.curves import KNOTS
from dualzoom.geometry import Region, Size
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.registration import Registration, Warper

SIZE = Size(230, 190)
WINDOW = Region(40, 30, 140, 120)
TELE = Size(250, 210)


def texture(size: Size, seed: int) -> NDArray[np.float32]:
    """Something of every scale, 0.05..0.95."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.uniform(0.2, 0.7, (6, 8, 3)), (size.width, size.height))
    grain = cv2.GaussianBlur(rng.normal(size=(size.height, size.width)), (0, 0), 1.2)
    return np.clip(soft + 0.1 * (grain / grain.std())[..., None], 0.05, 0.95).astype(np.float32)


def smooth(shape: tuple[int, ...], low: float, high: float, seed: int) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).uniform(low, high, (4, 5, *shape[2:])).astype(np.float32)
    return np.asarray(cv2.resize(values, shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32)


class Pair:
    """`wide`: (H, W, 3); `tele`: its pixels; `registration`, `colour`, `warper`; `aligned`: all of them together."""

    def __init__(self, bits: int = 8, seed: int = 0) -> None:
        kind = np.uint8 if bits == 8 else np.uint16
        peak = np.iinfo(kind).max
        rng = np.random.default_rng(seed)
        # The tele's corners lie in the window's, turned and in perspective.
        corners = np.array([[0, 0], [TELE.width, 0], [TELE.width, TELE.height], [0, TELE.height]], np.float32)
        x, y, right, bottom = WINDOW.x, WINDOW.y, WINDOW.right, WINDOW.bottom
        there = np.array([[x + 3, y], [right, y + 5], [right - 4, bottom], [x, bottom - 6]], np.float32)
        homography = cv2.getPerspectiveTransform(corners, there)
        self.registration = Registration(
            homography=homography, inliers=99, matches=99, method="made", ratio=1.8, overlap=there.astype(float),
            window=WINDOW, wide_size=SIZE, tele_size=TELE, flow=smooth((30, 35, 2), -0.8, 0.8, 3),
            confidence=np.clip(smooth((30, 35), 0.4, 1.3, 4), 0, 1), parallax_px=(0.0, 0.0),
        )  # fmt: skip
        self.tele = np.rint(texture(TELE, seed + 1) * peak).astype(kind)
        self.colour = ColourMap(
            curves_in=rng.uniform(-0.3, 0.3, (3, KNOTS.size)), offset=np.array([0.001, -0.001, 0.0]),
            matrix=np.array([[0.9, 0.06, 0.02], [0.03, 1.0, 0.02], [0.0, 0.08, 0.95]]),
            curves_out=rng.uniform(-0.3, 0.3, (3, KNOTS.size)), log_gain=rng.uniform(-0.2, 0.2, (3, 4, 3)),
            error=0.01, used=0.9,
        )  # fmt: skip
        self.warper = Warper(self.tele, self.registration)
        self.wide = np.rint(texture(SIZE, seed + 7) * peak).astype(kind)
        self._show_the_tele(peak)
        self.aligned = AlignedTele(self.wide, self.warper, self.colour, self.registration)

    def _show_the_tele(self, peak: int) -> None:
        """In the window the wide shows what the tele does, but for a bar and blown and black places."""
        rgb, confidence = self.warper.tile(WINDOW.scale(2))
        matched = self.colour.apply(rgb, WINDOW.scale(2), WINDOW.scale(2))
        low, seen = (cv2.resize(part, (WINDOW.width, WINDOW.height), interpolation=cv2.INTER_AREA)
                     for part in (matched, confidence))  # fmt: skip
        inside = self.wide[WINDOW.slices]
        inside[seen > 0] = np.rint(low * peak).astype(inside.dtype)[seen > 0]
        inside[40:60, 20:90] = peak // 2
        inside[80:90, 30:50], inside[80:90, 60:80] = peak, 0


@pytest.fixture(scope="session")
def pair() -> Pair:
    return Pair()


@pytest.fixture(scope="session")
def deep_pair() -> Pair:
    return Pair(bits=16, seed=5)

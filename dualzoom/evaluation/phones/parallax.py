"""Where the tele looks, and what it sees from beside the wide: nearer things shift more."""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.evaluation.phones.light import Floats
from dualzoom.geometry import Region, Size

_MARGIN = 0.03  # of the tele's view, left out on every side: parallax moves its edge


def tele_to_truth(truth: Size, ratio: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws the homography tele px -> truth px: half as many pixels see 1/`ratio` of the width, a little turned."""
    turn = np.deg2rad(rng.uniform(-1.5, 1.5))
    scale = 2 / ratio  # truth pixels per tele pixel
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([truth.width, truth.height]) / 2 + rng.uniform(-0.02, 0.02, 2) * truth.width
    tele = np.array([truth.width, truth.height]) / 4
    onto = np.eye(3)
    onto[:2, :2], onto[:2, 2] = linear, middle - linear @ tele
    onto[2, :2] = rng.uniform(-1, 1, 2) * 0.01 / truth.width
    return onto


def nearness(truth: NDArray[np.uint8], rng: np.random.Generator) -> Floats:
    """Invents a smooth depth from brightness and height; returns its shift (h, w) in truth pixels, 0 where far."""
    grey = cv2.GaussianBlur(
        cv2.cvtColor(truth, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), truth.shape[1] / 40
    )
    depth = (grey - grey.min()) / max(float(np.ptp(grey)), 1.0)
    ground = np.linspace(0, 1, truth.shape[0], dtype=np.float32)[:, None]
    return np.asarray(rng.uniform(2, 6) * (0.6 * depth + 0.4 * ground), np.float32)


def seen_by_tele(light: Floats, near: Floats, onto: NDArray[np.float64], size: Size) -> Floats:
    """Returns the truth's light (h, w, 3) on the tele's pixels.

    `near`: shift of each truth pixel, see `nearness`; `onto`: tele px -> truth px; `size`: the tele's.
    """
    x, y = np.meshgrid(np.arange(size.width, dtype=np.float64), np.arange(size.height, dtype=np.float64))
    places = np.stack([x, y], -1).reshape(-1, 1, 2)
    at = cv2.perspectiveTransform(places, onto).reshape(size.height, size.width, 2).astype(np.float32)
    shift = cv2.remap(near, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)  # type: ignore[call-overload]
    at[..., 0] += shift
    return np.asarray(
        cv2.remap(light, at, None, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101).clip(0, 1),  # type: ignore[call-overload]
        np.float32,
    )


def surely_seen(onto: NDArray[np.float64], size: Size, frame: Region) -> Region:
    """Returns what the tele surely sees: the upright rectangle in its footprint, less 3 % of it on every side."""
    corners = np.array([[(0, 0), (size.width, 0), (size.width, size.height), (0, size.height)]], np.float64)
    seen = np.sort(cv2.perspectiveTransform(corners, onto)[0], axis=0)
    low, high = seen[1], seen[2]
    margin = _MARGIN * (high - low)
    x, y = (int(value) // 2 * 2 for value in np.ceil(low + margin))
    right, bottom = (int(value) // 2 * 2 for value in np.floor(high - margin))
    return Region(x, y, right - x, bottom - y).intersect(frame)

"""Finds the tele in the wide: features at matched scale, ratio test, robust homography.

Both photos are resized so that the scene has the same scale in both (the *matched scale*), for a feature found in
one is only found in the other when it is as large there. With a prior one scale is enough. Without, a few scales
cover the range: ORB's own pyramid bridges a factor of about 1.4 each way, SIFT's about 2.

`attempts` yields candidates from the most hopeful to the most laborious; the caller refines and verifies each and stops
at the first that stands. Nothing here decides that a match is right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region, Size
from dualzoom.registration.gray import Gray, resize
from dualzoom.registration.plane import inverse, resizing, shifting, transform, unit
from dualzoom.registration.prior import Prior
from dualzoom.registration.robust import errors, robust_homography
from dualzoom.registration.types import Matrix, Points
from dualzoom.settings import RegistrationSettings

Method = Literal["orb", "sift"]

# px of the tele at matched scale: enough for thousands of features
_MATCHED_AREA = {"orb": 0.76e6, "sift": 0.35e6}
_WIDE_AREA = {"orb": 4.0e6, "sift": 2.5e6}  # px of the wide searched at most, around its centre
_SCALES = {"orb": (2.0, 3.3, 1.3, 5.3, 8.5), "sift": (2.0, 5.5)}
_SIGMA_PX = 1.0  # at matched scale: features are no better, and lenses still distort
_DISTINCT = 0.8  # the best match must be this much nearer than the second (Lowe)
_SURE = 60  # this many matches that agree are worth refining before other scales are tried
_LEAST_SIDE_PX = 32  # of a picture with features: one descriptor spans as much
_LEAST_MATCHES = 8  # fewer prove nothing, even if all agree


@dataclass(frozen=True)
class Candidate:
    """A homography (tele px → wide px) that `inliers` of `matches` features agree with."""

    homography: Matrix
    inliers: int
    matches: int
    method: str


def attempts(
    wide: Gray,
    tele: Gray,
    prior: Prior,
    settings: RegistrationSettings,
    methods: tuple[Method, ...] = ("orb", "sift"),
) -> Iterator[Candidate]:
    """Yields candidates, the most hopeful first; later ones cost more. `methods`: detectors to try."""
    tried: tuple[tuple[Method, tuple[float, ...]], ...] = (
        ("orb", prior.expected),
        ("sift", prior.expected),
        ("orb", _within(_SCALES["orb"], prior)),
        ("sift", _within(_SCALES["sift"], prior)),
    )
    for method, ratios in tried:
        if method not in methods:
            continue
        unsure = []
        for ratio in ratios:
            found = match(wide, tele, ratio, method, settings)
            if found is not None and found.inliers >= _SURE:
                yield found
            elif found is not None:
                unsure.append(found)
        yield from sorted(unsure, key=lambda c: c.inliers, reverse=True)[:2]


def match(
    wide: Gray, tele: Gray, ratio: float, method: Method, settings: RegistrationSettings
) -> Candidate | None:
    """Returns one candidate, assuming `ratio` tele px per wide px; None when too few features agree."""
    small_tele, tele_map = _tele_at_matched_scale(tele, ratio, Size.of(wide), method)
    small_wide, wide_map = _wide_at_matched_scale(wide, tele_map[0, 0] * ratio, method)
    a, b = _correspondences(small_tele, small_wide, method, settings)
    if len(a) < _LEAST_MATCHES:
        return None
    homography = robust_homography(a, b, _SIGMA_PX)
    if homography is None:
        return None
    inside = errors(homography, a, b) < 3 * _SIGMA_PX
    if inside.sum() < _LEAST_MATCHES:
        return None
    full = unit(np.linalg.inv(wide_map) @ homography @ tele_map)
    return Candidate(full, int(inside.sum()), len(a), method)


def matched_points(
    wide: Gray, tele: Gray, ratio: float, settings: RegistrationSettings
) -> tuple[Points, Points]:
    """Matches SIFT features of both: points (N, 2) of the tele, and of the wide, each in its own pixels."""
    small_tele, tele_map = _tele_at_matched_scale(tele, ratio, Size.of(wide), "sift")
    small_wide, wide_map = _wide_at_matched_scale(wide, tele_map[0, 0] * ratio, "sift")
    a, b = _correspondences(small_tele, small_wide, "sift", settings)
    return transform(inverse(tele_map), a), transform(inverse(wide_map), b)


def _within(scales: tuple[float, ...], prior: Prior) -> tuple[float, ...]:
    kept = tuple(s for s in scales if prior.low / 1.5 <= s <= prior.high * 1.5)
    return kept or ((prior.low * prior.high) ** 0.5,)


def _tele_at_matched_scale(tele: Gray, ratio: float, wide: Size, method: Method) -> tuple[Gray, Matrix]:
    size = Size.of(tele)
    largest = 1.0 if wide.area > 1.5e6 else 2.0  # small photos have few features: look at the wide enlarged
    scale = min(1.0, (_MATCHED_AREA[method] / size.area) ** 0.5, largest / ratio)
    return _resize(tele, scale)


def _wide_at_matched_scale(wide: Gray, scale: float, method: Method) -> tuple[Gray, Matrix]:
    """Resizes the wide; only its middle where the whole is too much (a tele looks where the wide looks)."""
    size = Size.of(wide)
    share = min(1.0, (_WIDE_AREA[method] / (size.area * scale * scale)) ** 0.5)
    dx, dy = int(size.width * (1 - share) / 2), int(size.height * (1 - share) / 2)
    region = Region(dx, dy, size.width - 2 * dx, size.height - 2 * dy)
    small, matrix = _resize(wide[region.slices], scale)
    return small, matrix @ shifting(-dx, -dy)


def _resize(grey: Gray, scale: float) -> tuple[Gray, Matrix]:
    size = Size.of(grey)
    target = Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    return resize(grey, target), resizing(size, target)


def _correspondences(
    tele: Gray, wide: Gray, method: Method, settings: RegistrationSettings
) -> tuple[Points, Points]:
    """Matches features: points (N, 2) of the tele and of the wide that pass the ratio test."""
    if min(*tele.shape, *wide.shape) < _LEAST_SIDE_PX:
        return np.empty((0, 2)), np.empty((0, 2))
    norm = cv2.NORM_HAMMING if method == "orb" else cv2.NORM_L2
    tele_keys, tele_words = _features(tele, method, settings.features // 2)
    wide_keys, wide_words = _features(wide, method, settings.features)
    if min(len(tele_keys), len(wide_keys)) < _LEAST_MATCHES:
        return np.empty((0, 2)), np.empty((0, 2))
    pairs = cv2.BFMatcher(norm).knnMatch(tele_words, wide_words, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < _DISTINCT * p[1].distance]
    a = np.array([tele_keys[m.queryIdx].pt for m in good], np.float64).reshape(-1, 2)
    b = np.array([wide_keys[m.trainIdx].pt for m in good], np.float64).reshape(-1, 2)
    return a, b


def _features(grey: Gray, method: Method, most: int) -> tuple[Sequence[cv2.KeyPoint], NDArray[Any]]:
    """Detects at most `most` key points with descriptors; of SIFT's, which say more and cost more, half as many."""
    detector: cv2.Feature2D = (
        cv2.ORB.create(most, fastThreshold=7)  # low: a tele's haze and a wide's noise reduction leave little
        if method == "orb"
        else cv2.SIFT.create(most // 2, contrastThreshold=0.02)
    )
    keys, words = detector.detectAndCompute(grey, None)
    return keys, words

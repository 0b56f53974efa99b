"""Homographies from points of which many are wrong, or right but on another plane.

A near layer's points agree among themselves and lie only a few pixels off: a fit that admits both planes tilts, and its
corners are off by more than either. So USAC MAGSAC only proposes; every proposal is fitted again by iteratively
reweighted least squares with a redescending weight (Geman–McClure, w = 1 / (1 + (e/σ)²)²) whose σ shrinks to the
points' own precision, and the proposal with the least robust cost mean(e² / (σ² + e²)) is kept.
"""

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.registration.plane import shifting, transform, unit
from dualzoom.registration.types import Matrix, Points

_HORIZON = 1e-6  # a point whose third coordinate is not above this lies at infinity or behind the camera
_ROUNDS = 6  # of reweighting at each σ; the fit has settled after four or five


def robust_homography(
    source: Points, target: Points, sigma_px: float, start: Matrix | None = None
) -> Matrix | None:
    """Estimates the homography source → target (N, 2) that most points agree with to about `sigma_px` target px."""
    proposals = _proposals(source, target, sigma_px)
    if start is not None:
        proposals.append(start)
    fitted = [h for p in proposals if (h := refit(p, source, target, sigma_px)) is not None]
    return min(fitted, key=lambda h: cost(h, source, target, sigma_px), default=None)


def refit(homography: Matrix, source: Points, target: Points, sigma_px: float) -> Matrix | None:
    """Reweighted least squares from a start, σ shrinking to `sigma_px`; None when it degenerates."""
    current: Matrix | None = homography
    for sigma in (4 * sigma_px, 2 * sigma_px, sigma_px):
        for _ in range(_ROUNDS):
            if current is None:
                return None
            weights = (1 + errors(current, source, target) ** 2 / sigma**2) ** -2
            current = weighted_homography(source, target, weights)
    return current


def weighted_homography(source: Points, target: Points, weights: NDArray[np.float64]) -> Matrix | None:
    """Direct linear transform with weights (N,), coordinates normalised; None when it degenerates."""
    total = float(weights.sum())
    if not total >= 1e-3 or len(source) < 4:  # "not" also turns away what is not a number
        return None
    from_norm, to_norm = _normaliser(source, weights / total), _normaliser(target, weights / total)
    a, b = transform(from_norm, source), transform(to_norm, target)
    ones, zeros = np.ones((len(a), 1)), np.zeros((len(a), 3))
    lifted = np.hstack([a, ones])
    rows_x = np.hstack([lifted, zeros, -b[:, :1] * lifted])
    rows_y = np.hstack([zeros, lifted, -b[:, 1:] * lifted])
    w = weights[:, None]
    normal = (rows_x * w).T @ rows_x + (rows_y * w).T @ rows_y
    if not np.isfinite(normal).all():
        return None
    solution = np.linalg.eigh(normal)[1][:, 0].reshape(3, 3)
    homography = np.linalg.inv(to_norm) @ solution @ from_norm
    return unit(homography) if _usable(homography) else None


def errors(homography: Matrix, source: Points, target: Points) -> NDArray[np.float64]:
    """Distances (N,) in target px; infinite for points on the homography's horizon or beyond it."""
    lifted = np.column_stack([source, np.ones(len(source))]) @ homography.T
    before = lifted[:, 2] > _HORIZON
    moved = lifted[:, :2] / np.where(before, lifted[:, 2], 1)[:, None]
    return np.where(before, np.linalg.norm(moved - target, axis=1), np.inf)


def cost(homography: Matrix, source: Points, target: Points, sigma_px: float) -> float:
    """Mean Geman–McClure cost, 0..1."""
    squares = errors(homography, source, target) ** 2
    return float((1 - sigma_px**2 / (sigma_px**2 + squares)).mean())  # 1, not undefined, at infinity


def _proposals(source: Points, target: Points, sigma_px: float) -> list[Matrix]:
    """Homographies at two thresholds, and a similarity: the latter cannot tilt between two layers."""
    found = []
    if len(source) >= 4:
        for threshold in (4 * sigma_px, 1.5 * sigma_px):
            homography, _ = cv2.findHomography(
                source, target, cv2.USAC_MAGSAC, threshold, maxIters=5000, confidence=0.9999
            )
            found.append(homography)
        similar, _ = cv2.estimateAffinePartial2D(
            source, target, method=cv2.RANSAC, ransacReprojThreshold=3 * sigma_px
        )
        found.append(None if similar is None else np.vstack([similar, [0, 0, 1]]))
    return [unit(np.asarray(h, np.float64)) for h in found if h is not None and _usable(h)]


def _usable(homography: NDArray[Any]) -> bool:
    """Whether it can be scaled and inverted at all."""
    if not np.isfinite(homography).all() or abs(homography[2, 2]) < 1e-9:
        return False
    return bool(abs(np.linalg.det(homography / homography[2, 2])) > 1e-9)


def _normaliser(points: Points, weights: NDArray[np.float64]) -> Matrix:
    """Centre of mass to the origin, mean distance to √2 (Hartley)."""
    centre = weights @ points
    spread = float(np.sqrt(weights @ ((points - centre) ** 2).sum(1)))
    factor = np.sqrt(2) / max(spread, 1e-9)
    return cast(Matrix, np.diag([factor, factor, 1.0]) @ shifting(-float(centre[0]), -float(centre[1])))

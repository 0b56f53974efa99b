"""Rejects homographies that no two cameras side by side could produce: geometry only, no pixels."""

import numpy as np

from dualzoom.geometry import Size
from dualzoom.registration.plane import area, clip_to, corners, scales, transform
from dualzoom.registration.types import Matrix
from dualzoom.settings import RegistrationSettings


def implausible(homography: Matrix, tele: Size, wide: Size, settings: RegistrationSettings) -> str:
    """Returns why no real pair of cameras gives this homography (tele px → wide px), or an empty string."""
    outline = corners(tele)
    weights = np.column_stack([outline, np.ones(4)]) @ homography[2]
    if (weights <= 0.2).any() or (weights >= 5).any():
        return "the tele's outline is folded"
    quad = transform(homography, outline)
    edges = np.roll(quad, -1, 0) - quad
    turns = edges[:, 0] * np.roll(edges, -1, 0)[:, 1] - edges[:, 1] * np.roll(edges, -1, 0)[:, 0]
    if (turns <= 0).any():
        return "the tele's outline is not convex"
    factors = scales(homography, np.vstack([outline, outline.mean(0, keepdims=True)]))
    ratio = 1 / float(np.sqrt(np.prod(factors[-1])))
    if ratio < settings.min_ratio / 1.1:
        return f"the tele has only {ratio:.2f} px for each px of the wide and holds no more detail"
    if ratio > settings.max_ratio * 1.1:
        return f"the tele would be enlarged {ratio:.1f} times, beyond {settings.max_ratio:.0f}"
    if area(clip_to(quad, wide)) < settings.least_overlap * area(quad):
        return "the tele would lie beside the wide"
    if float((factors[:, 0] / factors[:, 1]).max()) > settings.most_squeeze:
        return "the tele would be squeezed"
    areas = factors.prod(1)
    if float(areas.max() / areas.min()) > settings.most_tilt:
        return "the tele would be steeply tilted"
    return ""

"""Registration against rendered captures, where everything that is true is known.

`tests/benchmarks/registration.py --scenes 200` measures the same at length.
"""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import TO_2X, Size
from dualzoom.registration import Registration, register
from dualzoom.registration.plane import corners, transform
from dualzoom.scene import RenderedCapture, random_capture

QUICK, MANY = range(3), range(3, 24)


@lru_cache(maxsize=32)
def scene(seed: int) -> RenderedCapture:
    return random_capture(seed)


def registered(wide: RenderedCapture, tele: RenderedCapture, exif: bool = True) -> Registration:
    lenses = (Lens(focal_35mm=wide.wide_focal_35mm), Lens(focal_35mm=tele.tele_focal_35mm))
    first, second = lenses if exif else (Lens(), Lens())
    return register(Photo(pixels=wide.wide, lens=first), Photo(pixels=tele.tele, lens=second))


def corner_error(truth: RenderedCapture, found: Registration) -> float:
    outline = corners(Size.of(truth.tele))
    off = transform(found.homography, outline) - transform(truth.homography, outline)
    return float(np.linalg.norm(off, axis=1).max())


def misaligned(truth: RenderedCapture, found: Registration) -> np.ndarray:
    """2×-grid px between where the flow puts the tele and where it belongs, at visible pixels with texture."""
    window = found.window.scale(2)
    flow = cv2.resize(found.flow, (window.width, window.height), interpolation=cv2.INTER_LINEAR)
    y, x = np.mgrid[window.y : window.bottom, window.x : window.right].astype(np.float64)
    there = truth.tele_xy[window.slices].reshape(-1, 2).astype(np.float64)
    off = np.stack([x, y], -1) + flow - transform(TO_2X @ found.homography, there).reshape(*x.shape, 2)
    grey = cv2.cvtColor(truth.truth[window.slices], cv2.COLOR_RGB2GRAY).astype(np.float32)
    steep = cv2.Sobel(grey, cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(grey, cv2.CV_32F, 0, 1) ** 2
    textured = np.sqrt(cv2.boxFilter(steep, cv2.CV_32F, (9, 9))) > 20
    return np.asarray(np.linalg.norm(off, axis=2)[textured & truth.visible[window.slices]])


def check(seeds: range, exif: bool = True) -> None:
    found = [(scene(seed), registered(scene(seed), scene(seed), exif)) for seed in seeds]
    off = [corner_error(*pair) for pair in found]
    assert np.median(off) <= 0.5
    assert max(off) < 5
    assert np.median([np.median(misaligned(*pair)) for pair in found]) < 0.3


def test_random_captures_are_registered_to_half_a_pixel() -> None:
    check(QUICK)


@pytest.mark.slow
def test_many_random_captures_are_registered_to_half_a_pixel() -> None:
    check(MANY)


@pytest.mark.slow
def test_without_exif_too() -> None:
    check(range(6), exif=False)


@pytest.mark.parametrize("seed", [22, *(pytest.param(n, marks=pytest.mark.slow) for n in (27, 31, 36))])
def test_a_street_of_the_same_shops_elsewhere_is_refused(seed: int) -> None:
    """A hundred points agree on these, by the same windows or the same letters; the pictures do not."""
    with pytest.raises(RegistrationError):
        registered(scene(seed), scene((seed + 7) % 40))


def test_what_the_tele_cannot_see_is_trusted_less() -> None:
    seen, hidden = [], []
    for seed in QUICK:
        found = registered(scene(seed), scene(seed))
        window = found.window.scale(2)
        confidence = cv2.resize(
            found.confidence, (window.width, window.height), interpolation=cv2.INTER_LINEAR
        )
        visible = scene(seed).visible[window.slices]
        seen.append(confidence[visible].mean())
        hidden.append(confidence[~visible].mean())
    assert np.mean(seen) > 0.85
    assert np.mean(hidden) < 0.35

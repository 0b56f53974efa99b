"""On a rendered street: random colour warps, and a whole other camera, are undone to a ΔE2000 of at most 1."""

import cv2
import numpy as np
import pytest
from colour_difference import delta_e_2000
from numpy.typing import NDArray

from dualzoom.colour import fit
from dualzoom.colour.curves import decode, encode
from dualzoom.geometry import Region, Size
from dualzoom.scene import RenderedCapture, render

Picture = NDArray[np.float32]
SIZE = Size(400, 300)
FRAME = Region.full(SIZE)


@pytest.fixture(scope="module")
def capture() -> RenderedCapture:
    return render(7, size=SIZE, exposure_ev=-0.5, cast=0.8, noise=0.2)


def colour_warp(rgb: Picture, seed: int) -> Picture:
    """Crosstalk, gains within ±1 EV, vignetting, gamma 0.8–1.25 and an S-curve; rounded to 8 bits."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(3) + rng.uniform(-0.1, 0.1, (3, 3)) * (1 - np.eye(3))
    light = decode(rgb.astype(np.float64)) @ (mixing / mixing.sum(axis=1, keepdims=True)).T
    light *= 2.0 ** (rng.uniform(-0.85, 0.85) + rng.uniform(-0.15, 0.15, 3))
    y, x = np.mgrid[-1 : 1 : SIZE.height * 1j, -1 : 1 : SIZE.width * 1j]
    light *= (1 - rng.uniform(0, 0.4) * (x * x + y * y) / 2)[..., None]
    code = np.clip(encode(np.maximum(light, 0)), 0, 1) ** rng.uniform(0.8, 1.25)
    contrast = rng.uniform(0, 0.3)
    code = (1 - contrast) * code + contrast * code * code * (3 - 2 * code)
    return (np.rint(code * 255) / 255).astype(np.float32)


@pytest.mark.parametrize("seed", range(6))
def test_a_random_warp_is_undone(capture: RenderedCapture, seed: int) -> None:
    wide = capture.tele_clean.astype(np.float32) / np.float32(255)
    tele = colour_warp(wide, seed)
    back = fit(wide, tele, np.ones(wide.shape[:2], np.float32)).apply(tele, FRAME, FRAME)
    kept = (tele.max(axis=2) < 0.985) & (tele.min(axis=2) > 0.01)
    before, after = (delta_e_2000(picture, wide)[kept].mean() for picture in (tele, back))
    assert kept.mean() > 0.5
    assert before > 2
    assert after <= 1.0


def test_another_camera_is_undone(capture: RenderedCapture) -> None:
    to_wide, size = capture.homography, (SIZE.width, SIZE.height)
    tele, clean, seen = (
        cv2.warpPerspective(picture.astype(np.float32) / 255, to_wide, size, flags=cv2.INTER_LINEAR)
        for picture in (capture.tele, capture.tele_clean, np.full(capture.tele.shape[:2], 255, np.uint8))
    )
    x, y = np.nonzero(seen > 0.99)[1], np.nonzero(seen > 0.99)[0]
    window = Region(x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1)
    wide = capture.wide[window.slices].astype(np.float32) / np.float32(255)
    tele, clean, seen = (picture[window.slices] for picture in (tele, clean, seen))
    back = fit(wide, tele, (seen > 0.99).astype(np.float32)).apply(tele, window, window)
    kept = (seen > 0.99) & (tele.max(axis=2) < 0.97) & (clean.max(axis=2) < 0.97)
    pairs = ((picture, clean) for picture in (tele, back))
    # Means of 3 × 3 px: the sensor's noise is not the colour map's business.
    before, after = (delta_e_2000(cv2.blur(a, (3, 3)), cv2.blur(b, (3, 3)))[kept].mean() for a, b in pairs)
    assert before > 2
    assert after <= 1.0

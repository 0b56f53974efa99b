"""YUV ↔ RGB: against a slow version, pixel by pixel, from the formulas of H.273 in double precision."""

from itertools import product

import numpy as np
import pytest

from dualzoom.capture.clip_colour import WEIGHTS, Encoding, from_rgb, to_rgb

ENCODINGS = [
    Encoding(bits=bits, full=full, across=across, down=down, left=left, matrix=matrix)
    for bits, full, (across, down), left, matrix in product(
        (8, 10), (False, True), ((2, 2), (2, 1), (1, 1)), (True, False), (1, 6, 9)
    )
]


def _chroma_at(plane: np.ndarray, x: float, y: float) -> float:
    """Bilinear, the border repeated."""
    height, width = plane.shape
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    left, top = int(x), int(y)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    upper = plane[top, left] * (1 - (x - left)) + plane[top, right] * (x - left)
    lower = plane[bottom, left] * (1 - (x - left)) + plane[bottom, right] * (x - left)
    return float(upper * (1 - (y - top)) + lower * (y - top))


def _slow_rgb(planes: tuple[np.ndarray, ...], e: Encoding) -> np.ndarray:
    luma, cb, cr = (plane.astype(float) for plane in planes)
    red, blue = WEIGHTS[e.matrix]
    k = 1 << (e.bits - 8)
    out = np.empty((*luma.shape, 3))
    for y, x in np.ndindex(*luma.shape):
        cx = x / e.across if e.left else (x + 0.5) / e.across - 0.5
        cy = (y + 0.5) / e.down - 0.5
        if e.full:
            top = 2**e.bits - 1
            v, b, r = luma[y, x] / top, *((_chroma_at(c, cx, cy) - 128 * k) / top for c in (cb, cr))
        else:
            v = (luma[y, x] / k - 16) / 219
            b, r = ((_chroma_at(c, cx, cy) / k - 128) / 224 for c in (cb, cr))
        r_, b_ = v + 2 * (1 - red) * r, v + 2 * (1 - blue) * b
        out[y, x] = r_, (v - red * r_ - blue * b_) / (1 - red - blue), b_
    return np.clip(out, 0, 1)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
def test_planes_become_the_rgb_of_the_slow_version(encoding: Encoding) -> None:
    rng = np.random.default_rng(5)
    kind, top = (np.uint8, 255) if encoding.bits == 8 else (np.uint16, 1023)
    planes = tuple(
        rng.integers(0, top + 1, shape).astype(kind)
        for shape in ((8, 12), *2 * [(8 // encoding.down, 12 // encoding.across)])
    )
    peak = 255 if encoding.bits == 8 else 65535
    found = to_rgb(planes, encoding).astype(float)  # type: ignore[arg-type]
    assert np.abs(found - peak * _slow_rgb(planes, encoding)).max() <= (0.51 if encoding.bits == 8 else 2)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
def test_smooth_pictures_survive_the_way_there_and_back(encoding: Encoding) -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 64), np.linspace(0, 1, 48))
    colours = np.stack([0.2 + 0.5 * x, 0.3 + 0.4 * y, 0.7 - 0.5 * x * y], axis=2)
    peak, kind = (255, np.uint8) if encoding.bits == 8 else (65535, np.uint16)
    rgb = np.rint(colours * peak).astype(kind)
    planes = from_rgb(rgb, encoding)
    back = to_rgb(planes, encoding).astype(float)
    level = peak / (2**encoding.bits - 1)
    inner = np.abs(back - rgb)[2:-2, 2:-2]
    assert inner.max() <= 2.6 * level  # three rounded planes, and chroma of two pixels for one
    assert np.abs((back - rgb).mean()) < 0.2 * level
    top = 2**encoding.bits - 1
    spare = 0 if encoding.full else 1 << (encoding.bits - 8)
    assert all(plane.min() >= spare and plane.max() <= top - spare for plane in planes)


def test_chroma_on_the_left_is_not_chroma_between() -> None:
    ramp = np.repeat(np.linspace(0, 255, 32)[None, :, None], 16, axis=0) * [1, 0, 0]
    pixels = np.rint(ramp).astype(np.uint8)
    left, between = (from_rgb(pixels, Encoding(left=side))[2].astype(float) for side in (True, False))
    slope = (left[0, -2] - left[0, 1]) / (len(left[0]) - 3)
    assert np.median(between - left) == pytest.approx(slope / 4, abs=0.6)  # half a pixel: a quarter sample


def test_format_names_are_ffmpegs() -> None:
    assert Encoding().pixel_format == "yuv420p"
    assert Encoding(bits=10, down=1).pixel_format == "yuv422p10le"

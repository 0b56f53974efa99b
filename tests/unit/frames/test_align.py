"""Frames are aligned to a few hundredths of a pixel, and refused with the reason where they do not belong."""

import cv2
import numpy as np
import pytest
from burst_files import SIZE, burst

from dualzoom.capture.photo import Photo
from dualzoom.frames.align import FrameUse, align
from dualzoom.frames.aligned_frame import AlignedFrame


@pytest.fixture(scope="module")
def shots():
    return burst(3)


def test_the_shake_is_found_to_a_tenth_of_a_pixel(shots) -> None:
    frames, _, maps = shots
    x, y = np.meshgrid(np.arange(SIZE.width), np.arange(SIZE.height))
    points = np.stack([x, y, np.ones_like(x)]).reshape(3, -1)
    for frame, true in zip(frames[1:], maps[1:], strict=True):
        found = align(frames[0], frame)
        assert isinstance(found, AlignedFrame)
        there = found.from_wide @ points
        off = np.linalg.norm(there[:2] / there[2] - true @ points, axis=0)
        assert np.median(off) < 0.1
        assert found.same[20:-20, 20:-20].mean() > 0.8 * 255


def test_exposure_is_brought_to_the_wides(shots) -> None:
    frames, _, _ = shots
    dark = frames[1].with_pixels((frames[1].pixels * 0.8).astype(np.uint8))
    found = align(frames[0], dark)
    assert isinstance(found, AlignedFrame)
    rows = found.sample(100, 140, cv2.INTER_CUBIC)[:, 30:-30]
    own = frames[0].pixels[100:140, 30:-30] / 255
    assert abs(rows.mean() - own.mean()) < 0.01


def test_what_does_not_belong_is_refused_with_the_reason(shots) -> None:
    frames, _, _ = shots
    wide = frames[0]
    blurred = wide.with_pixels(cv2.GaussianBlur(frames[1].pixels, (0, 0), 2.5))
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.normal(0, 1, wide.pixels.shape).astype(np.float32), (0, 0), 3)
    other = Photo(pixels=np.clip(128 + 300 * noise, 0, 255).astype(np.uint8))
    small = Photo(pixels=cv2.resize(frames[1].pixels, (200, 150), interpolation=cv2.INTER_AREA))
    panned = wide.with_pixels(np.ascontiguousarray(np.roll(frames[1].pixels, 250, axis=1)[:, 250:]))
    for frame, word in ((wide, "same picture"), (blurred, "blurred"), (small, "of another size")):
        reason = align(wide, frame)
        assert isinstance(reason, str)
        assert word in reason
    for frame in (other, panned):
        assert isinstance(align(wide, frame), str)


def test_use_as_json() -> None:
    assert FrameUse("a.jpg", 0.51239).to_json() == {
        "name": "a.jpg",
        "used": True,
        "weight": 0.512,
        "reason": None,
    }
    assert FrameUse("b.jpg", reason="it is blurred").to_json()["used"] is False

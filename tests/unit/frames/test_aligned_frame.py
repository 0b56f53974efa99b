"""Samples of a frame on the wide's grid, where the way from one to the other is known."""

import cv2
import numpy as np

from dualzoom.frames.aligned_frame import CELL_PX, AlignedFrame
from dualzoom.geometry import Size

SIZE = Size(80, 48)


def smooth() -> np.ndarray:
    y, x = np.mgrid[: SIZE.height + 20, : SIZE.width + 20].astype(np.float64)
    wave = 128 + 60 * np.sin(x / 9) + 50 * np.cos(y / 7)
    return np.rint(np.stack([wave, wave[::-1], wave[:, ::-1]], 2)).astype(np.uint8)


def moved(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def test_whole_pixels_away_samples_are_the_pixels_times_the_gain() -> None:
    pixels, gain = smooth(), np.array([0.5, 1, 1.25], np.float32)
    frame = AlignedFrame(pixels, SIZE, moved(7, 5), None, gain)
    expected = pixels[5 + 8 : 5 + 30, 7 : 7 + SIZE.width] / np.float32(255) * gain
    assert np.abs(frame.sample(8, 30, cv2.INTER_CUBIC) - expected).max() < 1e-5


def test_a_displacement_is_added_before_the_homography() -> None:
    cells = np.zeros((-(-SIZE.height // CELL_PX), -(-SIZE.width // CELL_PX), 2), np.float32)
    cells[..., 0], cells[..., 1] = 2, -1
    turned = np.array([[0, -1, 60], [1, 0, 3], [0, 0, 1.0]])
    x, y = np.array([[10.0, 20.25]]), np.array([[5.0, 30.5]])
    frame = AlignedFrame(smooth(), SIZE, turned, cells, np.ones(3, np.float32))
    there = frame.places(x, y)
    assert np.allclose(there[0], 60 - (y - 1), atol=1e-4)
    assert np.allclose(there[1], x + 2 + 3, atol=1e-4)

"""A hand-held burst whose truth is known: one scene, photographed again and again by a moving noisy camera."""

import cv2
import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.geometry import Size
from dualzoom.resampling import halve_area
from dualzoom.scene import render

SIZE = Size(320, 240)
_BORDER = 24


def burst(
    count: int, noise: float = 8.0, mover: bool = False
) -> tuple[list[Photo], np.ndarray, list[np.ndarray]]:
    """Frames (the first one unmoved), the truth at twice their size, and each frame's map wide px → frame px (2, 3)."""
    scene = np.ascontiguousarray(render(0).truth[150 : 150 + 2 * SIZE.height + 2 * _BORDER])
    scene = np.ascontiguousarray(scene[:, 200 : 200 + 2 * SIZE.width + 2 * _BORDER]).astype(np.float32)
    frames, maps = [], []
    for number in range(count):
        rng = np.random.default_rng([7, number])
        angle = 0.0 if number == 0 else np.deg2rad(rng.uniform(-0.4, 0.4))
        shift = np.zeros(2) if number == 0 else rng.uniform(-7, 7, 2)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = np.array([SIZE.width + _BORDER, SIZE.height + _BORDER], float)
        offset = centre - turn @ centre + shift  # scene point of a frame's point p: turn p + offset
        picture = scene.copy()
        if mover:
            left = 120 + 30 * number
            cv2.rectangle(picture, (left, 140), (left + 60, 330), (200.0, 40.0, 60.0), -1)
        seen = cv2.warpAffine(
            picture,
            np.column_stack([turn, offset]),
            picture.shape[1::-1],
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )[_BORDER:-_BORDER, _BORDER:-_BORDER]
        small = halve_area(np.ascontiguousarray(seen)) * (1 if number == 0 else rng.uniform(0.97, 1.03))
        noisy = small + rng.normal(0, noise, small.shape)
        frames.append(Photo(pixels=np.clip(np.rint(noisy), 0, 255).astype(np.uint8)))
        back = np.linalg.inv(turn)
        moved = back @ (np.array([0.5, 0.5]) + _BORDER - offset) - _BORDER
        maps.append(np.column_stack([back, (moved - 0.5) / 2]))
    truth = np.clip(scene[_BORDER:-_BORDER, _BORDER:-_BORDER], 0, 255)
    return frames, truth, maps


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """In dB of 8 bits."""
    return float(10 * np.log10(255**2 / ((one.astype(float) - other) ** 2).mean()))

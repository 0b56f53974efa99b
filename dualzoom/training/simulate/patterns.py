"""Draws text, gratings, brickwork and polygons, which are rare in photographs of nature."""

import string

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.training.simulate.camera import Picture, blur

SUPERSAMPLE = 4


def draw(side: int, rng: np.random.Generator) -> Picture:
    """Draws a scene, side side 3 in [0, 1], antialiased by supersampling."""
    big = side * SUPERSAMPLE
    canvas = np.empty((big, big, 3), np.uint8)  # OpenCV draws text in 8 bits only
    canvas[:] = _colour(rng)
    for _ in range(int(rng.integers(1, 4))):
        (_bricks, _grating, _text, _shapes)[int(rng.integers(4))](canvas, rng)
    scene = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    texture = blur(rng.standard_normal((side, side, 1)).astype(np.float32), rng.uniform(0.5, 1.5)).reshape(
        side, side, 1
    )
    return np.clip(scene + rng.uniform(0, 0.04) * texture, 0, 1).astype(np.float32)


def _colour(rng: np.random.Generator) -> tuple[float, float, float]:
    grey, tint = rng.uniform(0, 1), rng.normal(0, 0.12, 3)
    red, green, blue = (255 * np.clip(grey + tint, 0, 1)).round()
    return float(red), float(green), float(blue)


def _bricks(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    height = int(rng.uniform(4, 16) * SUPERSAMPLE)
    width, joint = int(height * rng.uniform(1.5, 3)), max(2, int(height * rng.uniform(0.08, 0.25)))
    base = np.array(_colour(rng))
    canvas[:] = _colour(rng)
    for row, y in enumerate(range(0, canvas.shape[0], height)):
        for x in range(-(row % 2) * width // 2, canvas.shape[1], width):
            colour = np.clip(base + rng.normal(0, 12), 0, 255)
            corner = (x + width - joint, y + height - joint)
            cv2.rectangle(canvas, (x, y), corner, tuple(map(float, colour)), -1)


def _grating(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    side = canvas.shape[0]
    angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(2.0), np.log(14.0))) * SUPERSAMPLE
    steepness = rng.uniform(1, 6)
    x0, y0 = rng.integers(0, side // 2, 2)
    x1, y1 = x0 + rng.integers(side // 4, side), y0 + rng.integers(side // 4, side)
    place = np.arange(side, dtype=np.float32)
    x, y = place[None, x0:x1], place[y0:y1, None]
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period)
    level = np.clip(wave * steepness, -1, 1) * 0.5 + 0.5
    one, other = _colour(rng), _colour(rng)
    for channel in range(3):
        stripes = level * one[channel] + (1 - level) * other[channel]
        canvas[y0:y1, x0:x1, channel] = stripes.round()


def _text(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    letters = np.array(list(string.ascii_letters + string.digits + "   &!?-"))
    fonts = (
        cv2.FONT_HERSHEY_SIMPLEX,
        cv2.FONT_HERSHEY_DUPLEX,
        cv2.FONT_HERSHEY_TRIPLEX,
        cv2.FONT_HERSHEY_COMPLEX,
    )
    scale = float(np.exp(rng.uniform(np.log(0.25), np.log(1.6)))) * SUPERSAMPLE
    step, colour, font = int(34 * scale), _colour(rng), fonts[int(rng.integers(len(fonts)))]
    thickness = max(1, int(scale * rng.uniform(0.8, 3)))
    for y in range(step, canvas.shape[0] + step, step):
        line = "".join(rng.choice(letters, 40))
        cv2.putText(
            canvas, line, (int(rng.integers(-80, 20)), y), font, scale, colour, thickness, cv2.LINE_AA
        )


def _shapes(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    side = canvas.shape[0]
    for _ in range(int(rng.integers(3, 14))):
        points = rng.uniform(-0.1 * side, 1.1 * side, (int(rng.integers(2, 5)), 2)).round().astype(np.int32)
        if len(points) == 2:
            ends = [tuple(map(int, point)) for point in points]
            cv2.line(
                canvas, ends[0], ends[1], _colour(rng), int(rng.integers(1, 6 * SUPERSAMPLE)), cv2.LINE_AA
            )
        else:
            cv2.fillPoly(canvas, [points], _colour(rng), cv2.LINE_AA)

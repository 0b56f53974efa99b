"""What a frame counts for: all where it shows the same, little where it is imprecise, nothing where something moved."""

import numpy as np

from dualzoom.frames.aligned_frame import AlignedFrame
from dualzoom.frames.belief import inside_of, weighed
from dualzoom.geometry import Size

SIZE = Size(240, 160)
MOVER = np.s_[60:100, 90:140]


def scene(seed: int, *, noise: float = 3.0) -> np.ndarray:
    y, x = np.mgrid[: SIZE.height, : SIZE.width]
    plain = 120 + 50 * np.sin(x / 17) + 40 * np.cos(y / 13)
    noisy = plain[..., None] + np.random.default_rng(seed).normal(0, noise, (*plain.shape, 3))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def frame(pixels: np.ndarray, dx: float = 0.0) -> AlignedFrame:
    there = np.array([[1, 0, dx], [0, 1, 0], [0, 0, 1.0]])
    return AlignedFrame(pixels, SIZE, there, None, np.ones(3, np.float32))


def test_what_differs_by_noise_alone_is_the_same_and_precise() -> None:
    found = weighed(scene(1), frame(scene(2)))
    inner = np.s_[8:-8, 8:-8]
    assert found.same[inner].mean() > 0.95 * 255
    assert found.weight[inner].mean() > 0.8 * 255
    assert (found.weight <= found.same).all()


def test_what_moved_counts_for_nothing() -> None:
    other = scene(2)
    other[MOVER] = (90, 230, 20)
    found = weighed(scene(1), frame(other))
    assert found.same[MOVER].max() < 0.05 * 255
    assert found.same[20:40, 20:60].mean() > 0.9 * 255


def test_a_misplaced_frame_is_less_precise() -> None:
    """Random fine structure, half a pixel off: its low band is as before, its pixels are not."""
    fine = np.random.default_rng(5).normal(0, 12, (SIZE.height, SIZE.width + 1, 1))
    wide, aside = (
        np.clip(scene(seed) + part, 0, 255).astype(np.uint8)
        for seed, part in ((1, fine[:, :-1]), (2, (fine[:, :-1] + fine[:, 1:]) / 2))
    )
    half = np.clip(scene(3) + fine[:, :-1], 0, 255).astype(np.uint8)
    half[:, SIZE.width // 2 :] = aside[:, SIZE.width // 2 :]
    found = weighed(wide, frame(half)).weight
    assert found[20:-20, 20:110].mean() > found[20:-20, 130:220].mean() + 40


def test_beyond_the_frame_nothing_is_seen() -> None:
    away = frame(scene(2), dx=60.0)
    inside = inside_of(SIZE, away.from_wide, SIZE)
    assert (inside[:, : 240 - 60 - 4] == 1)[:, 4:][8:-8].all()
    assert not inside[:, 240 - 60 + 1 :].any()
    found = weighed(scene(1), away)
    assert not found.same[:, 240 - 60 + 1 :].any()
    assert np.array_equal(found.same, weighed(scene(1), away, inside).same)

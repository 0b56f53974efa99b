"""What earlier frames showed: noise falls, sharpness stays, and nothing is carried that is not there any more."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from dualzoom.clips import earlier
from dualzoom.clips.earlier import Earlier, mixed
from dualzoom.geometry import Size
from dualzoom.registration.between import Between, between
from dualzoom.registration.follow import motion
from dualzoom.registration.gray import luma

SIZE = Size(160, 120)
NOISE = 4.0
INNER = np.s_[24:-24, 24:-24]
MOVER = np.s_[100:150, 120:180]


def scene(dx: float = 0.0) -> np.ndarray:
    """A picture on the 2× grid with structure down to what two wide pixels hold, moved by `dx` of its own pixels."""
    y, x = np.mgrid[: 2 * SIZE.height, : 2 * SIZE.width].astype(np.float64)
    x = x - dx
    grey = 120 + 40 * np.sin(x / 23 + y / 31) + 30 * np.sin(x * (np.pi / 4)) * np.sin(y * (np.pi / 5))
    return np.repeat(grey[..., None], 3, 2)


def seen(seed: int, dx: float = 0.0, noise: float = NOISE) -> np.ndarray:
    """A result: the scene with noise of its own, as coarse as a wide pixel."""
    own = np.random.default_rng(seed).normal(0, noise, (SIZE.height, SIZE.width, 3))
    away = cv2.resize(own, (2 * SIZE.width, 2 * SIZE.height), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(scene(dx) + away), 0, 255).astype(np.uint8)


def way(dx: float = 0.0, confidence: float = 1.0) -> Between:
    """Back by `dx` wide pixels."""
    shift = np.zeros((SIZE.height // 4, SIZE.width // 4, 2), np.float32)
    shift[..., 0] = dx
    return Between(shift, np.full(shift.shape[:2], confidence, np.float32))


def error(pixels: np.ndarray, dx: float = 0.0) -> float:
    return float(np.square((pixels - scene(dx))[INNER]).mean() ** 0.5)


def test_a_still_clip_loses_its_noise_and_keeps_its_tones() -> None:
    state = Earlier.alone(seen(0))
    errors = [error(state.pixels)]
    for number in range(1, 40):
        state = mixed(seen(number), state, way())
        errors.append(error(state.pixels))
    alone = float(np.mean([error(seen(number)) for number in range(8)]))
    # a share of a third in each new frame leaves √(1/5) of the noise; the low band is each frame's own
    assert max(errors[8:]) < 0.62 * alone
    assert min(errors[8:]) > 0.4 * alone
    assert abs(np.mean(errors[30:]) - np.mean(errors[8:16])) < 0.05 * alone  # nothing piles up
    assert abs((state.pixels - scene())[INNER].mean()) < 0.15
    assert state.variance[12:-12, 12:-12].mean() < 0.45


def test_a_pan_by_fractions_of_a_pixel_stays_sharp() -> None:
    step, kept = 0.37, {}  # wide px a frame
    state = Earlier.alone(seen(0, noise=2.0))
    for number in range(1, 31):
        at = 2 * step * number
        state = mixed(seen(number, at, noise=2.0), state, way(-step))
        fine = [
            part - cv2.GaussianBlur(part, (0, 0), 3)
            for part in (state.pixels[..., 1] * 1.0, scene(at)[..., 1])
        ]
        kept[number] = float((fine[0] * fine[1])[INNER].mean() / np.square(fine[1][INNER]).mean())
    assert all(0.98 < share < 1.04 for share in kept.values())  # the kernel sharpens this band by 2 % at most
    assert abs(kept[30] - kept[5]) < 0.01  # and does not do so again and again
    assert error(state.pixels, at) < 0.85 * error(seen(30, at, noise=2.0), at)


def test_what_moved_and_what_it_uncovers_stand_alone() -> None:
    before = seen(0)
    before[MOVER] = (90, 230, 20)
    uncovered = mixed(seen(1), Earlier.alone(before), way())
    own = (uncovered.pixels.astype(int) - seen(1))[MOVER]
    assert np.abs(own).max() <= 2
    assert uncovered.variance[50:75, 60:90].min() > 0.97
    far = np.s_[30:90, 30:90]
    assert np.abs(uncovered.pixels[far].astype(int) - seen(1)[far]).max() > 4


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_where_nothing_is_believed_or_all_is_decided_the_frame_stays_to_the_bit(dtype: Any) -> None:
    one, two = (seen(seed).astype(dtype) * dtype(np.iinfo(dtype).max // 255) for seed in (0, 1))
    assert np.array_equal(mixed(two, Earlier.alone(one), way(confidence=0.0)).pixels, two)
    decided = np.zeros((SIZE.height, SIZE.width), np.float32)
    decided[:, :80] = 1
    found = mixed(two, Earlier.alone(one), way(), decided)
    assert np.array_equal(found.pixels[:, :156], two[:, :156])
    assert (found.variance[:, :80] == 1).all()
    assert not np.array_equal(found.pixels[:, 164:], two[:, 164:])
    assert found.pixels.dtype == dtype


def test_what_came_into_view_stands_alone() -> None:
    found = mixed(seen(1, -40), Earlier.alone(seen(0)), way(20.0))
    assert np.array_equal(found.pixels[:, -36:], seen(1, -40)[:, -36:])
    assert (found.variance[:, -19:] == 1).all()
    assert found.variance[20:-20, 20:-40].mean() < 0.6


@pytest.mark.parametrize("shape", [(8, 8), (9, 13), (31, 201), (321, 181), (10, 1500)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_frames_of_any_shape_keep_it(shape: tuple[int, int], dtype: Any) -> None:
    rng, peak = np.random.default_rng(2), np.iinfo(dtype).max
    height, width = shape
    fine = cv2.GaussianBlur(rng.random((2 * height, 2 * width, 3)), (0, 0), 2) * peak
    results = [np.clip(fine + rng.normal(0, peak / 100, fine.shape), 0, peak).astype(dtype) for _ in range(2)]
    one, two = (luma(np.ascontiguousarray(part[::2, ::2])) for part in results)
    step = motion(one, two)
    back = between(one, two, np.eye(3) if step is None else step)
    found = mixed(results[1], Earlier.alone(results[0]), back)
    assert (found.pixels.shape, found.pixels.dtype, found.variance.shape) == (fine.shape, dtype, shape)
    assert 1 / 3 - 1e-6 < found.variance.min() <= found.variance.max() <= 1
    assert np.abs(found.pixels.astype(float) - fine).mean() <= np.abs(results[1] - fine).mean()


def test_a_frame_of_one_colour_stays() -> None:
    grey = np.full((200, 301, 3), 77, np.uint8)
    pixels = grey.repeat(2, 0).repeat(2, 1)
    found = mixed(pixels, Earlier.alone(pixels), between(luma(grey), luma(grey), np.eye(3)))
    assert np.array_equal(found.pixels, pixels)


def test_an_exposure_that_changes_is_followed_at_once() -> None:
    brighter = np.clip(seen(1).astype(int) + 12, 0, 255).astype(np.uint8)
    found = mixed(brighter, Earlier.alone(seen(0)), way(confidence=0.999))
    assert abs((found.pixels.astype(float) - brighter)[INNER].mean()) < 0.2


def test_bands_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    shift = np.random.default_rng(3).normal(0, 1.5, (SIZE.height // 4, SIZE.width // 4, 2)).astype(np.float32)
    there = Between(shift, np.ones(shift.shape[:2], np.float32))
    whole = mixed(seen(1), Earlier.alone(seen(0)), there)
    for rows in (7, 32):
        monkeypatch.setattr(earlier, "_BAND_ROWS", rows)
        assert np.array_equal(mixed(seen(1), Earlier.alone(seen(0)), there).pixels, whole.pixels)


def test_it_survives_as_a_file_to_the_last_bit_and_a_torn_one_is_refused(tmp_path: Path) -> None:
    state = mixed(seen(1), Earlier.alone(seen(0)), way(0.3))
    state.save(tmp_path / "a.npz")
    found = Earlier.load(tmp_path / "a.npz")
    assert np.array_equal(found.pixels, state.pixels)
    assert np.array_equal(found.variance, state.variance)
    data = (tmp_path / "a.npz").read_bytes()
    for part in (b"", data[: len(data) // 2], data[:-1]):
        (tmp_path / "b.npz").write_bytes(part)
        with pytest.raises((OSError, ValueError)):
            Earlier.load(tmp_path / "b.npz")

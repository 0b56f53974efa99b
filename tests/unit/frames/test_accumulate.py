"""What frames saw is put where it belongs: against a slow loop, and against a scene finer than one frame shows."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from burst_files import SIZE, burst, psnr

from dualzoom.frames.accumulate import OWN, SIGMA_PX, Beyond, accumulate
from dualzoom.frames.aligned_frame import AlignedFrame
from dualzoom.frames.belief import weighed
from dualzoom.frames.burst import mean
from dualzoom.geometry import Region
from dualzoom.resampling import luma

FULL = Region.full(SIZE)


@pytest.fixture(scope="module")
def known():
    """Frames with the maps that they were taken by, not those that were found."""
    photos, truth, maps = burst(8, noise=2.0)
    wide = photos[0].pixels
    frames = []
    for photo, place in zip(photos[1:], maps[1:], strict=True):
        gain = np.full(3, wide.mean() / photo.pixels.mean(), np.float32)
        frames.append(
            weighed(wide, AlignedFrame(photo.pixels, SIZE, np.vstack([place, (0, 0, 1)]), None, gain))
        )
    return wide, frames, truth


def test_each_place_takes_the_nearest_sample_of_each_frame(known) -> None:
    """A plain loop over some places, interpolation by OpenCV at one point."""
    wide, frames, _ = known
    region = Region(60, 50, 24, 20)
    found = accumulate(wide, frames, wide, region)
    base = wide.astype(np.float32) / 255
    for row, column in ((3, 5), (10, 11), (22, 40), (38, 47)):
        x, y = ((start * 2 + at - 0.5) / 2 for start, at in ((region.x, column), (region.y, row)))
        total, weights = np.zeros(3), OWN
        for frame in frames:
            there = frame.from_wide @ (x, y, 1)
            fx, fy = there[:2] / there[2]
            dx, dy = round(fx) - fx, round(fy) - fy
            at = np.array([[(x + dx, y + dy)]], np.float32)
            expected = cv2.remap(base, at, None, cv2.INTER_CUBIC)[0, 0]
            value = frame.pixels[round(fy), round(fx)] / 255 * frame.gain
            near = np.exp(-(dx * dx + dy * dy) / (2 * SIGMA_PX**2))
            near *= frame.same[region.y + row // 2, region.x + column // 2] / 255
            total, weights = total + near * (value - expected), weights + near
        assert found.detail[row, column] == pytest.approx(total / weights, abs=2e-3)
        assert found.share[row, column] == pytest.approx(OWN / weights, rel=1e-3)


def test_sub_pixel_shifts_bring_finer_structure(known) -> None:
    wide, frames, truth = known
    merged = mean(wide, frames)[0]
    found = accumulate(wide, frames, merged, FULL)
    once = cv2.resize(merged / np.float32(65535), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    inner = np.s_[16:-16, 16:-16]
    before, after = (
        psnr(255 * picture[inner], truth[inner])
        for picture in (once.clip(0, 1), (once + found.detail).clip(0, 1))
    )
    assert after > before + 0.3
    assert found.share[inner].mean() < 0.25  # eight samples instead of one


def test_without_frames_nothing_is_added(known) -> None:
    wide, frames, _ = known
    unseen = [replace(frame, same=np.zeros_like(frame.same)) for frame in frames]
    for given in ([], unseen):
        found = accumulate(wide, given, wide, FULL)
        assert not found.detail.any()
        assert not found.spread.any()
        assert (found.share == 1).all()


def test_the_spread_is_that_of_the_samples_noise() -> None:
    rng = np.random.default_rng(4)
    shape = (SIZE.height, SIZE.width, 3)
    grey = np.full(shape, 120, np.uint8)
    noise = 6.0
    still = np.eye(3)
    frames = []
    for _ in range(7):
        pixels = np.clip(np.rint(120 + rng.normal(0, noise, shape)), 0, 255).astype(np.uint8)
        one = np.full(shape[:2], 255, np.uint8)
        frames.append(AlignedFrame(pixels, SIZE, still, None, np.ones(3, np.float32), one, one))
    own = np.clip(np.rint(120 + rng.normal(0, noise, shape)), 0, 255).astype(np.uint8)
    found = accumulate(own, frames, grey, FULL)
    alone = float(luma(rng.normal(0, noise, shape).astype(np.float32)).std())
    assert 255 * np.sqrt((found.spread**2).mean()) == pytest.approx(alone * np.sqrt(7 / 8), rel=0.03)
    assert found.share == pytest.approx(1 / 8)


def test_regions_are_parts_of_the_whole_and_mirrored_beyond_it(known) -> None:
    wide, frames, _ = known
    whole = np.dstack(accumulate(wide, frames, wide, FULL))
    source = Beyond(wide, frames, wide)
    inside = Region(40, 33, 50, 21)
    assert np.abs(source.tile(inside) - whole[inside.scale(2).slices]).max() < 1e-3
    corner = source.tile(Region(-5, -4, 30, 20))
    assert corner.shape == (40, 60, 5)
    assert np.abs(corner[8:, 10:] - whole[:32, :50]).max() < 1e-3
    mirrored = corner[8 + 2 : 8 + 10][::-1]  # about the first pixel's centre: rows 2..9 of the 2× grid
    assert np.abs(corner[:8] - mirrored).max() < 1e-3

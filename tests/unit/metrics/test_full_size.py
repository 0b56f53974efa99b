"""Full-size scores: 1 for its own detail, low for bicubic; equal to the reference tool where that is at hand."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.metrics.full_size import BLOCK_PX, REACH_PX, bands, score, tele_blocks, tones_db
from dualzoom.metrics.image_quality import psnr
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import RenderedCapture, render


@pytest.fixture(scope="module")
def scene() -> RenderedCapture:
    return render(3, size=Size(480, 360), noise=0, cast=0, exposure_ev=0, baseline_mm=(0, 0))


def test_the_truth_agrees_and_bicubic_does_not(scene: RenderedCapture) -> None:
    tele = tele_blocks(scene.wide, scene.tele, scene.homography)
    assert len(tele.blocks) >= 8
    truth = score(scene.truth, scene.wide, tele)
    plain = score(enlarge_bicubic(scene.wide), scene.wide, tele)
    assert truth.blocks == plain.blocks == len(tele.blocks)
    assert truth.detail > 0.75
    assert plain.detail < 0.6
    assert truth.energy > 2 * plain.energy
    assert plain.consistency_db > 35


def test_a_wrong_picture_is_inconsistent(scene: RenderedCapture) -> None:
    tele = tele_blocks(scene.wide, scene.tele, scene.homography)
    plain = enlarge_bicubic(scene.wide)
    moved = np.roll(plain, 4, axis=1)
    assert score(moved, scene.wide, tele).pixels_db < 25
    assert score(moved, scene.wide, tele).consistency_db < 33
    with pytest.raises(ValueError, match="twice"):
        score(scene.wide, scene.wide, tele)


def test_a_shift_within_reach_costs_nothing(scene: RenderedCapture) -> None:
    tele = tele_blocks(scene.wide, scene.tele, scene.homography)
    still = score(scene.truth, scene.wide, tele).detail
    near = np.roll(scene.truth, 2, axis=1)  # an even shift keeps the halving's phase
    far = np.roll(scene.truth, 2 * REACH_PX + 2, axis=1)
    assert score(near, scene.wide, tele).detail == pytest.approx(still, abs=0.03)
    assert score(far, scene.wide, tele).detail < still - 0.3


def test_noise_of_single_pixels_is_no_inconsistency_but_another_tone_is() -> None:
    """A Gaussian of σ leaves 1 / (4πσ²) of the variance of white noise: 20.5 dB less for 3 px."""
    wide = np.full((240, 320, 3), 128, np.uint8)
    noise = np.random.default_rng(1).integers(-20, 21, wide.shape)
    noisy = np.asarray(wide + noise, np.uint8)
    assert tones_db(noisy, wide) - psnr(noisy, wide) == pytest.approx(10 * np.log10(4 * np.pi * 9), abs=0.8)
    brighter = np.asarray(wide + 4, np.uint8)
    assert tones_db(brighter, wide) == pytest.approx(psnr(brighter, wide), abs=1e-3)
    assert tones_db(wide, wide) == float("inf")


def test_sure_blocks_lie_inside_the_tele(scene: RenderedCapture) -> None:
    tele = tele_blocks(scene.wide, scene.tele, scene.homography)
    height, width = scene.tele.shape[:2]
    for row, column in tele.blocks:
        y, x = row + tele.window.y, column + tele.window.x
        xy = scene.tele_xy[y : y + BLOCK_PX, x : x + BLOCK_PX][
            scene.visible[y : y + BLOCK_PX, x : x + BLOCK_PX]
        ]
        assert (xy >= -1).all()
        assert (xy <= (width, height)).all()


def test_bands_add_up_and_the_low_band_holds_no_fine_detail() -> None:
    rng = np.random.default_rng(0)
    checks = (np.indices((64, 64)).sum(0) % 2 * 200).astype(np.uint8)
    low, high = bands(checks)
    assert np.abs(low).max() < 1e-3
    assert high.std() == pytest.approx(100, rel=1e-3)
    flat = np.full((64, 64), 77, np.uint8)
    assert all(np.abs(band).max() < 1e-3 for band in bands(flat))
    smooth = cv2.GaussianBlur(rng.integers(0, 256, (64, 64), dtype=np.uint8), (0, 0), 3)
    low, high = bands(smooth)
    assert high.std() < 0.2 * low.std()


@pytest.mark.slow
def test_numbers_equal_the_reference_tool_on_tower(shared: Path) -> None:
    spec = importlib.util.spec_from_file_location("agree", shared / "tools" / "agree.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    wide, tele = (cv2.imread(str(shared / "pairs/tower" / name), flags) for name in ("wide.jpg", "tele.jpg"))
    width, height = tele.shape[1], tele.shape[0]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = np.array([(965, 742), (3027, 740), (3029, 2288), (968, 2289)], np.float32)
    homography = cv2.getPerspectiveTransform(corners, seen)
    plain = cv2.resize(wide, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    detail, energy, consistency, blocks = tool.agree(plain, wide, tool.prepare(wide, tele, homography))
    ours_wide, ours_tele, ours_plain = (np.ascontiguousarray(n[..., ::-1]) for n in (wide, tele, plain))
    found = score(ours_plain, ours_wide, tele_blocks(ours_wide, ours_tele, homography))
    assert found.detail == pytest.approx(detail, abs=0.005)
    assert found.energy == pytest.approx(energy, abs=0.005)
    assert found.pixels_db == pytest.approx(consistency, abs=0.01)
    assert found.consistency_db == pytest.approx(tool.tones(plain, wide), abs=0.01)
    assert found.blocks == pytest.approx(blocks, rel=0.02)
    assert round(found.detail, 2) == 0.25

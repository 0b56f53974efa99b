"""The warper puts tele pixels where the formula says, tile by tile."""

from typing import Any

import cv2
import numpy as np
import pytest

from dualzoom.geometry import TO_2X, Region, Size
from dualzoom.registration import Registration, Warper
from dualzoom.registration.plane import bounding, clip_to, corners, density, shifting, transform


def registered(
    homography: Any, tele: Size, wide: Size, flow: Any = 0, confidence: Any = None
) -> Registration:
    outline = clip_to(transform(homography, corners(tele)), wide)
    window = bounding(outline, wide)
    shape = (window.height // 2, window.width // 2)
    return Registration(
        homography=homography,
        inliers=100,
        matches=100,
        method="orb",
        ratio=1 / density(homography, tele),
        overlap=outline,
        window=window,
        wide_size=wide,
        tele_size=tele,
        flow=np.full((*shape, 2), flow, np.float32),
        confidence=np.ones(shape, np.float32) if confidence is None else confidence,
        parallax_px=(0.0, 0.0),
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tele_that_is_the_2x_grid_comes_back_unchanged(studio: Any, scene: Any, dtype: Any) -> None:
    pixels = scene.astype(dtype) * (257 if dtype == np.uint16 else 1)
    size = Size.of(scene)
    warper = Warper(pixels, registered(studio.twice, size, Size(size.width // 2, size.height // 2)))
    rgb, confidence = warper.tile(Region(100, 60, 200, 150))
    assert rgb.dtype == np.float32
    assert np.abs(rgb - scene[60:210, 100:300] / 255).max() < 1e-4
    assert (confidence == 1).all()


def test_tiles_of_any_size_agree(studio: Any, scene: Any) -> None:
    homography = np.array([[0.4, 0.03, 33.3], [-0.02, 0.41, 21.7], [2e-5, 1e-5, 1]])
    tele = studio.tele(scene, homography, 400, 300)
    warper = Warper(tele, registered(homography, Size(400, 300), Size(320, 240), flow=(0.7, -1.3)))
    whole_rgb, whole_trust = warper.tile(Region(0, 0, 640, 480))
    for region in (Region(3, 7, 64, 50), Region(250, 111, 37, 129), Region(600, 440, 40, 40)):
        rgb, confidence = warper.tile(region)
        assert np.abs(confidence - whole_trust[region.slices]).max() < 1e-5
        seen = confidence > 0
        assert np.abs(rgb - whole_rgb[region.slices])[seen].max(initial=0) < 2e-3


def test_pixels_come_from_where_the_formula_says(studio: Any) -> None:
    """Against a slow version: H⁻¹ · TO_2X⁻¹ · (u + flow), on a tele that is its own coordinates.

    OpenCV's cubic (a = -0.75) bends a ramp by up to 0.05 px.
    """
    size, wide = Size(300, 200), Size(200, 160)
    homography = np.array([[0.55, 0.02, 20.0], [-0.03, 0.5, 30.0], [1e-4, 5e-5, 1]])
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    tele = np.dstack([x * 200, y * 200, 0 * x]).astype(np.uint16)
    warper = Warper(tele, registered(homography, size, wide, flow=(2.0, -3.0)))
    region = Region(120, 130, 12, 9)
    rgb, confidence = warper.tile(region)
    back = np.linalg.inv(homography) @ np.linalg.inv(TO_2X)
    for row in range(region.height):
        for column in range(region.width):
            point = back @ (region.x + column + 2.0, region.y + row - 3.0, 1)
            expected = point[:2] / point[2] * 200 / 65535
            assert rgb[row, column, :2] == pytest.approx(expected, abs=0.06 * 200 / 65535)
    assert (confidence == 1).all()


@pytest.mark.parametrize("ratio", [3.0, 6.0])
def test_a_dense_tele_is_averaged_not_sampled(ratio: float) -> None:
    size = Size(600, 480)
    stripes = np.zeros((480, 600, 3), np.uint8)
    stripes[:, ::2] = 200
    homography = shifting(10, 10) @ np.diag([1 / ratio, 1 / ratio, 1.0])
    rgb, confidence = Warper(stripes, registered(homography, size, Size(260, 200))).tile(
        Region(60, 60, 100, 80)
    )
    assert (confidence == 1).all()
    assert np.abs(rgb - 100 / 255).max() < 0.5 * 100 / 255  # 1 × where sampled, whatever the ratio


def test_a_dense_tele_stays_in_place(studio: Any, scene: Any) -> None:
    homography = shifting(40, 30) @ np.diag([1 / 3, 1 / 3, 1.0])
    tele = studio.tele(scene, homography, 600, 480)
    rgb, confidence = Warper(tele, registered(homography, Size(600, 480), Size(320, 240))).tile(
        Region(140, 120, 200, 160)
    )
    truth = scene[120:280, 140:340] / 255
    assert (confidence == 1).all()
    shift, _ = cv2.phaseCorrelate(truth.mean(2), rgb.mean(2).astype(np.float64))
    assert np.abs(shift).max() < 0.06


def test_beyond_the_tele_and_beyond_the_window_nothing_is_trusted(studio: Any, scene: Any) -> None:
    homography = shifting(80, 60) @ studio.twice
    found = registered(homography, Size(200, 150), Size(320, 240))
    rgb, confidence = Warper(scene[:150, :200], found).tile(Region(0, 0, 640, 480))
    assert np.isfinite(rgb).all()
    ys, xs = np.nonzero(confidence)
    assert (xs.min(), xs.max(), ys.min(), ys.max()) == (160, 359, 120, 269)
    assert confidence[200, 260] == 1
    assert confidence[200, 160] < 0.2
    nothing, none = Warper(scene[:150, :200], found).tile(Region(500, 400, 20, 30))
    assert nothing.shape == (30, 20, 3)
    assert not none.any()


def test_confidence_is_carried_to_the_2x_grid(studio: Any, scene: Any) -> None:
    size, wide = Size.of(scene), Size(320, 240)
    confidence = np.zeros((120, 160), np.float32)
    confidence[:, 80:] = 1
    _, confidence = Warper(scene, registered(studio.twice, size, wide, confidence=confidence)).tile(
        Region(0, 100, 640, 50)
    )
    assert not confidence[:, :310].any()
    assert (confidence[:, 330:600] == 1).all()


def test_another_tele_than_the_registered_one_is_a_mistake(studio: Any, scene: Any) -> None:
    found = registered(studio.twice, Size(640, 480), Size(320, 240))
    with pytest.raises(ValueError, match="640"):
        Warper(scene[:100], found)

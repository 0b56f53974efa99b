"""A rendered capture is consistent with itself: the truth law by law."""

from dataclasses import fields

import cv2
import numpy as np
import pytest
from colour_difference import delta_e_2000

from dualzoom.geometry import TO_2X, Size
from dualzoom.metrics.image_quality import psnr
from dualzoom.scene import RenderedCapture, random_capture, render
from dualzoom.scene.raster import Floats
from dualzoom.scene.sensor import looks

SMALL = Size(384, 288)


@pytest.fixture(scope="module")
def clean() -> RenderedCapture:
    """Ratio 2, no noise, both cameras of one colour."""
    return render(5, size=SMALL, noise=0, cast=0, exposure_ev=0, roll_deg=2.0)


@pytest.fixture(scope="module", params=[11, 12, 13])
def drawn(request: pytest.FixtureRequest) -> RenderedCapture:
    return random_capture(request.param, size=SMALL)


def _on_truth(capture: RenderedCapture, picture: np.ndarray) -> Floats:
    """A picture on the tele's grid brought to the truth's by `tele_xy`, at the truth's sharpness."""
    ratio = 1 / np.sqrt(abs(np.linalg.det(capture.homography[:2, :2])))
    soft = 0.45 * np.sqrt(max(0.0, (ratio / 2) ** 2 - 1))
    blurred = cv2.GaussianBlur(picture, (0, 0), soft) if soft > 0.2 else picture
    return np.asarray(cv2.remap(blurred, capture.tele_xy, None, cv2.INTER_LINEAR), np.float32)


def _luma(picture: np.ndarray) -> Floats:
    return np.asarray(cv2.cvtColor(np.clip(picture, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY), np.float32)


def _shift(a: Floats, b: Floats, where: np.ndarray) -> np.ndarray:
    """How far b lies from a (x, y) in pixels, by least squares on the gradient over `where`."""
    gx, gy = (cv2.Sobel(a, cv2.CV_32F, *order, ksize=3)[where] / 8 for order in ((1, 0), (0, 1)))
    difference = (b - a)[where]
    normal = np.array([[gx @ gx, gx @ gy], [gx @ gy, gy @ gy]], float)
    return -np.linalg.solve(normal, np.array([gx @ difference, gy @ difference], float))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (render(seed, size=Size(96, 72)) for seed in (3, 3, 4))
    for field in fields(RenderedCapture):
        a, b = getattr(first, field.name), getattr(again, field.name)
        assert np.array_equal(a, b), field.name
    assert psnr(first.truth, other.truth) < 20


def test_sizes_types_and_focal_lengths_of_an_odd_portrait_frame() -> None:
    capture = render(1, size=Size(121, 160), tele_size=Size(110, 140), ratio=2.5)
    assert capture.wide.shape == (160, 121, 3)
    assert capture.tele.shape == capture.tele_clean.shape == (140, 110, 3)
    assert capture.truth.shape == (320, 242, 3)
    assert capture.tele_xy.shape == capture.parallax_px.shape == (320, 242, 2)
    assert capture.visible.shape == (320, 242)
    assert capture.wide.dtype == capture.tele.dtype == capture.truth.dtype == np.uint8
    assert capture.wide_focal_35mm == 26
    assert capture.tele_focal_35mm == 65


def test_the_wide_is_the_truth_through_the_wides_own_lens_and_tone(clean: RenderedCapture) -> None:
    look, _ = looks(np.random.default_rng([5, 1]), exposure_ev=0, cast=0)
    ramp = np.linspace(0, 1, 20001, dtype=np.float32)
    codes = look.encode(ramp[:, None, None].repeat(3, 2))[:, 0, 0]
    light = np.interp(clean.truth / 255, codes, ramp).astype(np.float32)  # undo the tone curve
    seen = cv2.resize(
        cv2.GaussianBlur(light, (0, 0), 0.7), (SMALL.width, SMALL.height), interpolation=cv2.INTER_AREA
    )
    encoded = look.encode(np.asarray(seen))
    sharp = encoded + 0.3 * (encoded - cv2.GaussianBlur(encoded, (0, 0), 1.0))
    assert psnr(np.clip(sharp * 255 + 0.5, 0, 255).astype(np.uint8), clean.wide) > 45


def test_the_wide_is_about_the_truth_halved(clean: RenderedCapture) -> None:
    halved = np.asarray(cv2.resize(clean.truth, (SMALL.width, SMALL.height), interpolation=cv2.INTER_AREA))
    assert (
        psnr(halved, clean.wide) > 28
    )  # lens blur and sharpening remain, and light mixes before the tone curve
    assert np.abs(_shift(_luma(halved), _luma(clean.wide), np.ones(halved.shape[:2], bool))).max() < 0.03
    assert np.abs(halved.mean((0, 1)) - clean.wide.mean((0, 1))).max() < 4


def test_the_tele_shows_what_the_truth_shows_without_a_shift(drawn: RenderedCapture) -> None:
    where = cv2.erode(drawn.visible.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    truth = cv2.GaussianBlur(_luma(drawn.truth), (0, 0), 0.7)
    tele = _luma(_on_truth(drawn, drawn.tele_clean))
    assert np.corrcoef(truth[where], tele[where])[0, 1] > 0.98
    assert np.abs(_shift(truth, tele, where)).max() < 0.1


def test_every_layer_is_aligned_on_its_own(clean: RenderedCapture) -> None:
    truth = cv2.GaussianBlur(_luma(clean.truth), (0, 0), 0.7)
    tele = _luma(_on_truth(clean, clean.tele_clean))
    inside = cv2.erode(clean.visible.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    upright = np.unique(clean.parallax_px[inside].round(4), axis=0, return_counts=True)
    large = upright[0][upright[1] > 1500]
    assert len(large) >= 3  # several depths, not one
    for shift in large:
        layer = inside & (np.abs(clean.parallax_px - shift).max(-1) < 1e-3)
        assert np.abs(_shift(truth, tele, layer)).max() < 0.15


def test_phase_correlation_finds_no_shift_in_the_centre(clean: RenderedCapture) -> None:
    rows, columns = np.nonzero(clean.visible)
    top, left = int(np.median(rows)) - 64, int(np.median(columns)) - 64
    at = np.s_[top : top + 128, left : left + 128]
    a, b = _luma(clean.truth)[at], _luma(_on_truth(clean, clean.tele_clean))[at]
    (dx, dy), response = cv2.phaseCorrelate(a, b, cv2.createHanningWindow((128, 128), cv2.CV_32F))
    assert response > 0.3
    assert abs(dx) < 0.1
    assert abs(dy) < 0.1


def test_tele_xy_of_the_far_plane_is_the_inverse_homography(drawn: RenderedCapture) -> None:
    far = np.abs(drawn.parallax_px).max(-1) == 0
    assert far.mean() > 0.1
    rows, columns = np.nonzero(far)
    points = np.stack([columns, rows, np.ones_like(rows)]).astype(float)
    seen = np.linalg.inv(TO_2X @ drawn.homography) @ points
    np.testing.assert_allclose(drawn.tele_xy[far], (seen[:2] / seen[2]).T, atol=2e-2)


def test_nothing_is_hidden_without_a_baseline() -> None:
    capture = render(6, size=SMALL, baseline_mm=(0, 0))
    assert np.abs(capture.parallax_px).max() == 0
    hidden = _inside(capture) & ~capture.visible
    assert hidden.sum() < 0.03 * _inside(capture).sum()  # leaves' outlines, rounded to pixels
    assert cv2.erode(hidden.astype(np.uint8), np.ones((3, 3), np.uint8)).sum() < 1e-3 * hidden.size


def _inside(capture: RenderedCapture) -> np.ndarray:
    limit = np.array(capture.tele.shape[1::-1]) - 1
    return ((capture.tele_xy >= 0) & (capture.tele_xy <= limit)).all(-1)


def test_what_is_hidden_lies_beside_a_nearer_thing_and_differs_there() -> None:
    capture = render(6, size=SMALL, baseline_mm=(60, 0), noise=0, cast=0, exposure_ev=0)
    inside = _inside(capture)
    hidden = inside & ~capture.visible
    assert 0.02 < hidden.sum() / inside.sum() < 0.3
    assert not capture.visible[~inside].any()
    error = np.abs(_luma(capture.truth) - _luma(_on_truth(capture, capture.tele_clean)))
    assert np.median(error[hidden]) > 4 * np.median(error[capture.visible])
    # a camera further right sees nearer things further left: it loses what lies left of them
    nearest = capture.parallax_px[..., 0].min()
    assert nearest < -5
    reach = int(2 * abs(nearest)) + 3
    near_beside = cv2.dilate((-capture.parallax_px[..., 0]).clip(0), np.ones((3, 2 * reach + 1), np.uint8))
    deep = cv2.erode(hidden.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert (near_beside > -capture.parallax_px[..., 0] + 0.1)[deep].all()


def test_parallax_grows_with_nearness_and_downwards_on_the_ground(clean: RenderedCapture) -> None:
    shift = -clean.parallax_px[..., 0]
    assert shift.min() < 0  # sky: behind the houses
    assert shift.max() > 1  # the twig
    column = shift[-60:, 2 * SMALL.width // 2 - 5]
    ground = column[np.abs(np.diff(column, prepend=column[0])) < 0.05]
    assert len(ground) > 10
    assert (np.diff(ground) >= -1e-6).all()


def _axes(capture: RenderedCapture) -> np.ndarray:
    """How the homography turns and scales at the tele's centre: 2×2."""
    centre = np.array([[[(n - 1) / 2 for n in capture.tele.shape[1::-1]]]])
    steps = np.concatenate([centre, np.add(centre, (0.5, 0)), np.add(centre, (0, 0.5))], 1)
    origin, right, down = cv2.perspectiveTransform(steps, capture.homography)[0]
    return np.stack([right - origin, down - origin], 1) * 2


def test_the_homography_has_the_ratio_and_the_roll(clean: RenderedCapture) -> None:
    axes = _axes(clean)
    assert 1 / np.sqrt(np.linalg.det(axes)) == pytest.approx(2, rel=1e-6)
    assert abs(np.degrees(np.arctan2(axes[1, 0], axes[0, 0]))) == pytest.approx(2, abs=1e-6)


def test_tele_clean_is_the_tele_in_the_wides_colours(clean: RenderedCapture) -> None:
    warped = render(5, size=SMALL, noise=0, cast=1, exposure_ev=-0.8, roll_deg=2.0)
    np.testing.assert_array_equal(clean.wide, warped.wide)
    np.testing.assert_array_equal(clean.tele_clean, warped.tele_clean)
    assert np.median(delta_e_2000(clean.tele, clean.tele_clean)) < 2  # vignetting and sharpening only
    assert np.median(delta_e_2000(warped.tele, warped.tele_clean)) > 5
    assert clean.tele.mean() > 1.2 * warped.tele.mean()


def test_random_captures_stay_in_range(drawn: RenderedCapture) -> None:
    axes = _axes(drawn)
    ratio = 1 / np.sqrt(np.linalg.det(axes))
    assert 1.45 < ratio < 6.05
    assert drawn.tele_focal_35mm / drawn.wide_focal_35mm == pytest.approx(ratio, rel=0.03)
    assert abs(np.degrees(np.arctan2(axes[1, 0], axes[0, 0]))) < 5.1
    assert 0.8 < drawn.visible.sum() * ratio**2 / drawn.visible.size < 1.05
    assert drawn.wide.std() > 40
    assert drawn.tele.std() > 20

"""Zooming within the frame: where it looks, and that it never jumps."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.errors import UsageError
from dualzoom.framing import Aim, Box, box_at, framing, resample, result_size
from dualzoom.geometry import Size
from dualzoom.settings import FramingSettings, PrintSettings

WIDE = Size(96, 72)
AIM = Aim(54.0, 30.0, 2.0)


@pytest.fixture(scope="module")
def frame():
    """A finished frame at twice the wide's size, with detail."""
    noise = np.random.default_rng(3).normal(0, 1, (2 * WIDE.height, 2 * WIDE.width, 3))
    detail = 128 + 90 * cv2.GaussianBlur(noise, (0, 0), 1.0) + 300 * cv2.GaussianBlur(noise, (0, 0), 9.0)
    return np.clip(detail, 0, 255).astype(np.uint8)


def lanczos_matrix(start: float, extent: float, count: int, frame_px: int) -> np.ndarray:
    """Slow and independent: every weight of every pixel, from the definition."""
    scale = max(1.0, extent / count)
    centre = start + (np.arange(count) + 0.5) * extent / count
    t = (np.arange(frame_px) + 0.5 - centre[:, None]) / scale
    weights = np.where(np.abs(t) < 3, np.sinc(t) * np.sinc(t / 3), 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("box", "size"),
    [
        (Box(0, 0, 192, 144), Size(96, 72)),
        (Box(30.3, 17.9, 120.7, 90.1), Size(96, 72)),
        (Box(100.25, 60.5, 20.0, 15.0), Size(96, 72)),
        (Box(1.5, 0.0, 150.0, 140.0), Size(40, 600)),  # over several bands
    ],
)
def test_resampling_is_lanczos(frame, dtype, box, size):
    pixels = frame.astype(dtype) * (257 if dtype == np.uint16 else 1)
    down = lanczos_matrix(box.top, box.height, size.height, pixels.shape[0])
    across = lanczos_matrix(box.left, box.width, size.width, pixels.shape[1])
    expected = np.stack([down @ pixels[..., c].astype(float) @ across.T for c in range(3)], axis=-1)
    expected = np.clip(expected, 0, np.iinfo(dtype).max)
    found = resample(pixels, box, size)
    assert found.dtype == dtype
    assert np.abs(found - expected).max() < (0.51 if dtype == np.uint8 else 2.0)


def test_a_grey_picture_has_no_third_axis(frame):
    found = resample(frame[..., 1], Box(10, 10, 90.5, 60.5), Size(33, 21))
    assert np.array_equal(found, resample(frame, Box(10, 10, 90.5, 60.5), Size(33, 21))[..., 1])


@given(st.integers(0, 255), st.floats(1, 3.9), st.floats(0, 1), st.floats(0, 1))
def test_an_even_picture_stays_even(value, zoom, right, down):
    pixels = np.full((72, 96, 3), value, np.uint8)
    box = Box(right * 96 * (1 - 1 / zoom), down * 72 * (1 - 1 / zoom), 96 / zoom, 72 / zoom)
    assert (resample(pixels, box, Size(24, 18)) == value).all()


def test_zoom_one_is_the_whole_frame_made_smaller(frame):
    shown = framing(FramingSettings(at=1.0), WIDE, AIM)
    assert shown.box == Box(0, 0, 96, 72)
    assert np.array_equal(shown.of(frame, WIDE), resample(frame, Box(0, 0, 192, 144), WIDE))


def test_at_the_teles_zoom_its_centre_is_in_the_middle():
    box = box_at(AIM.zoom, WIDE, AIM)
    assert (box.left + box.width / 2, box.top + box.height / 2) == pytest.approx((AIM.x, AIM.y))
    assert (box.width, box.height) == (48, 36)


@given(st.floats(1, 5.9), st.floats(1e-6, 0.1), st.floats(-20, 120), st.floats(-20, 100), st.floats(1.2, 5.0))
def test_boxes_lie_inside_the_frame_and_move_no_faster_than_the_zoom(zoom, step, x, y, tele_zoom):
    aim = Aim(x, y, tele_zoom)
    before, after = box_at(zoom, WIDE, aim), box_at(zoom + step, WIDE, aim)
    for box in (before, after):
        assert box.left >= 0
        assert box.top >= 0
        assert box.left + box.width <= WIDE.width + 1e-9
        assert box.top + box.height <= WIDE.height + 1e-9
    fastest = 96 * (1 + 2 / (1 - 1 / tele_zoom)) * step
    assert abs(after.left - before.left) <= fastest
    assert abs(after.top - before.top) <= fastest


@pytest.mark.parametrize("zoom", [1.0, 1.3, 1.9999, 2.0, 2.39])  # also across the tele's own zoom
def test_a_small_step_in_zoom_changes_the_picture_a_little(frame, zoom):
    """O(ε): a step ten times smaller changes the picture about ten times less, down to rounding."""
    deep = frame.astype(np.uint16) * 257

    def change(step: float) -> float:
        pictures = [framing(FramingSettings(at=z), WIDE, AIM).of(deep, WIDE) for z in (zoom, zoom + step)]
        return float(np.abs(pictures[0].astype(float) - pictures[1]).mean())

    steps = [change(step) for step in (1e-2, 1e-3, 1e-4)]
    assert 0 < steps[0] < 0.05 * 65535
    assert steps[1] < 0.2 * steps[0]
    assert steps[2] < 0.2 * steps[1] + 0.5


def test_the_aim_is_where_the_tele_lies():
    """A tele of 2.5 times the focal length whose left upper corner covers the wide's from (20, 10) on."""
    homography = np.array([[0.4, 0, 20 + 0.5 * 0.4 - 0.5], [0, 0.4, 10 + 0.5 * 0.4 - 0.5], [0, 0, 1]])
    found = SimpleNamespace(homography=homography, ratio=2.5, wide_size=WIDE, tele_size=WIDE)
    aim = Aim.of(found)
    assert (aim.x, aim.y) == pytest.approx((20 + 0.4 * 48, 10 + 0.4 * 36))
    assert aim.zoom == 2.5
    smaller = SimpleNamespace(**{**vars(found), "tele_size": Size(48, 36), "ratio": 1.25})
    assert Aim.of(smaller).zoom == 2.5  # half the pixels of the same lens


@pytest.mark.parametrize(
    ("settings", "aim"),
    [
        (FramingSettings(at=0.99), AIM),
        (FramingSettings(at=2.41), AIM),
        (FramingSettings(at=2.1), None),
        (FramingSettings(at=float("nan")), AIM),
        (FramingSettings(long_side_px=15), AIM),
        (FramingSettings(long_side_px=385), AIM),
        (FramingSettings(at=2.2, long_side_px=193), AIM),
        (FramingSettings(scale=4, at=1.5), AIM),
        (FramingSettings(scale=2, long_side_px=100), AIM),
        (FramingSettings(long_side_px=100, sheet=PrintSettings(sides_mm=(10, 8))), AIM),
        (FramingSettings(sheet=PrintSettings(sides_mm=(100, 80))), AIM),  # 1181 px
        (FramingSettings(sheet=PrintSettings(sides_mm=(1, 1))), AIM),
        (FramingSettings(sheet=PrintSettings(sides_mm=(0, 10))), AIM),
    ],
)
def test_what_no_lens_would_take_is_refused(settings, aim):
    with pytest.raises(UsageError):
        framing(settings, WIDE, aim)


def test_sizes():
    assert framing(FramingSettings(), WIDE, AIM) is None
    assert framing(FramingSettings(at=2.4), WIDE, AIM).size == WIDE
    assert framing(FramingSettings(at=1.5, long_side_px=50), WIDE, AIM).size == Size(50, 38)
    whole = framing(FramingSettings(long_side_px=150), WIDE, None)
    assert (whole.zoom, whole.size) == (1.0, Size(150, 112))
    assert framing(FramingSettings(at=2.0), WIDE, AIM).enlarged == 1.0


def test_only_what_twice_the_size_cannot_hold_is_doubled_again():
    for settings in (FramingSettings(long_side_px=192), FramingSettings(at=2.0, long_side_px=192)):
        assert not framing(settings, WIDE, AIM).doubled
    assert framing(FramingSettings(scale=2), WIDE, AIM) is None
    four = framing(FramingSettings(scale=4), WIDE, AIM)
    assert (four.doubled, four.size, four.box, four.enlarged) == (
        True,
        Size(384, 288),
        Box(0, 0, 96, 72),
        2.0,
    )
    assert framing(FramingSettings(long_side_px=193), WIDE, AIM).doubled
    assert framing(FramingSettings(at=1.5, long_side_px=256), WIDE, AIM).doubled


@given(st.floats(10, 60), st.floats(10, 60), st.floats(72, 150))
def test_a_print_touches_its_sheet_on_one_side_and_stays_on_it(one, other, dpi):
    """Whichever way the sheet is given, it is laid as the picture lies; pixels are whole."""
    sheet = PrintSettings(sides_mm=(one, other), dpi=dpi)
    found = framing(FramingSettings(sheet=sheet), WIDE, None)
    turned = framing(FramingSettings(sheet=PrintSettings(sides_mm=(other, one), dpi=dpi)), WIDE, None)
    assert found == turned
    room = [side * dpi / 25.4 for side in sorted((one, other))]
    left = [room[0] - found.size.height, room[1] - found.size.width]
    assert min(left) > -1
    assert min(left) < 1


@pytest.mark.parametrize(
    "asked",
    [
        FramingSettings(),
        FramingSettings(scale=4),
        FramingSettings(at=1.5),
        FramingSettings(at=1.5, long_side_px=200),
        FramingSettings(long_side_px=300),
        FramingSettings(sheet=PrintSettings(sides_mm=(20.0, 15.0))),
    ],
)
def test_the_size_is_known_without_the_tele(asked):
    shown = framing(asked, WIDE, AIM)
    assert result_size(asked, WIDE) == (WIDE.scale(2) if shown is None else shown.size)


def test_a_size_that_makes_no_sense_is_refused_without_the_tele():
    for asked in (FramingSettings(long_side_px=9999), FramingSettings(scale=4, long_side_px=100)):
        with pytest.raises(UsageError):
            result_size(asked, WIDE)

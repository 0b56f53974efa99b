"""Three lenses of one rendered street: 13, 26 and 77 mm, with the exact truth."""

from functools import cache

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.geometry import Size
from dualzoom.metrics import border
from dualzoom.metrics.rim import Rim
from dualzoom.pipeline import Zoomer, ZoomResult
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, ZoomSettings

SIZE = Size(640, 480)
MIDDLE = render(3, size=SIZE, ratio=2.0, wide_focal_35mm=13, pan=(0.01, 0.0))
LONG = render(3, size=SIZE, ratio=77 / 13, wide_focal_35mm=13, pan=(0.02, 0.01), baseline_mm=(-8.0, 5.0))
OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
TELES = {
    "26": Photo(pixels=MIDDLE.tele, lens=Lens(focal_35mm=26)),
    "77": Photo(pixels=LONG.tele, lens=Lens(focal_35mm=77)),
}


@cache
def zoomed(*names: str) -> ZoomResult:
    wide = Photo(pixels=MIDDLE.wide, lens=Lens(focal_35mm=13))
    return zoomer().zoom(wide, [TELES[name] for name in names], settings=OFF)


@cache
def zoomer() -> Zoomer:
    return Zoomer()


def psnr(result: ZoomResult, where: np.ndarray) -> float:
    off = (result.photo.pixels[where].astype(float) - MIDDLE.truth[where]) / 255
    return float(-10 * np.log10((off**2).mean()))


def seen_by(name: str) -> np.ndarray:
    """Where a lens sees the scene: (2H, 2W) bool."""
    at = (LONG if name == "77" else MIDDLE).tele_xy
    return np.asarray(((at >= 0) & (at <= (SIZE.width - 1, SIZE.height - 1))).all(-1))


@pytest.mark.parametrize("name", ["26", "77"])
def test_each_lens_has_its_zone_at_least_as_good_as_alone(name: str) -> None:
    zone = seen_by("77") if name == "77" else seen_by("26") & ~seen_by("77")
    assert psnr(zoomed("77", "26"), zone) >= psnr(zoomed(name), zone) - 0.02


def test_the_longest_lens_adds_to_the_middle_one() -> None:
    assert psnr(zoomed("77", "26"), seen_by("77")) > psnr(zoomed("26"), seen_by("77"))


def test_no_seam_shows_where_the_longest_lens_ends() -> None:
    both = zoomed("77", "26")
    assert [round(lens.aligned.registration.ratio, 1) for lens in both.lenses] == [2.0, 5.9]
    rim = Rim.of(both.lenses[1].aligned.registration.overlap, SIZE)
    seam = border.against_truth(np.asarray(both.photo.pixels, np.uint8), MIDDLE.truth, rim)
    assert 0.75 < seam < 1.3  # the figure of one picture is accurate to about a sixth

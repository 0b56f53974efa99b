"""A photo that was halved and hardly looks it gains by a photo of the place, and not by one of another."""

from pathlib import Path

import numpy as np

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.pipeline import Zoomer
from dualzoom.resampling import halve_area
from dualzoom.settings import CalibrationSettings, ZoomSettings

OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
PART = np.s_[800:1760, 1000:2200]


def test_a_doubtful_wide_gains_by_a_photo_from_elsewhere(shared: Path) -> None:
    truth = np.ascontiguousarray(capture.read(shared / "refs/berlin-02.jpg").pixels[PART])
    wide = Photo(pixels=np.rint(halve_area(truth.astype(np.float32))).astype(np.uint8))
    near = capture.read(shared / "refs/berlin-03.jpg")
    other = capture.read(next(iter(sorted((shared / "photos/kodak").glob("*.png")))))
    zoomer = Zoomer()
    alone, unrelated, helped = (zoomer.zoom(wide, refs=refs, settings=OFF) for refs in ([], [other], [near]))
    assert np.array_equal(alone.photo.pixels, unrelated.photo.pixels)
    assert helped.others[0].planes
    errors = [np.square(one.photo.pixels.astype(float) - truth).mean() for one in (alone, helped)]
    assert 10 * np.log10(errors[0] / errors[1]) > 0.1

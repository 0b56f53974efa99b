"""From a frame back to the one before: the camera's way, a thing that moved by itself, and what was not seen."""

from typing import Any

import numpy as np

from dualzoom.registration.between import between
from dualzoom.registration.follow import motion
from dualzoom.registration.gray import luma
from dualzoom.registration.plane import shifting


def test_a_pan_is_found_and_what_comes_into_view_is_not_believed(studio: Any, scene: Any) -> None:
    before, after = (
        luma(np.ascontiguousarray(part)) for part in (scene[20:420, 20:500], scene[24:424, 52:532])
    )
    step = motion(before, after)
    assert step is not None
    found = between(before, after, step)
    inner = np.s_[8:-8, 8:-16]
    assert np.abs(found.shift[inner] - (32, 4)).max() < 0.4
    assert np.median(np.abs(found.shift[inner] - (32, 4))) < 0.05
    assert found.confidence[inner].mean() > 0.8
    assert not found.confidence[:, -30 * found.confidence.shape[1] // 480 :].any()


def test_a_thing_that_moved_by_itself_is_followed(studio: Any, scene: Any) -> None:
    thing = studio.paint(7)[100:220, 100:240]
    one, two = scene.copy(), scene.copy()
    one[160:280, 250:390], two[160:280, 256:396] = thing, thing
    found = between(luma(one), luma(two), shifting(0, 0))
    to_cells = found.shift.shape[0] / scene.shape[0]
    inside = np.s_[
        round(190 * to_cells) : round(250 * to_cells), round(290 * to_cells) : round(360 * to_cells)
    ]
    around = np.s_[: round(120 * to_cells)]
    np.testing.assert_allclose(np.median(found.shift[inside], (0, 1)), (-6, 0), atol=0.3)
    np.testing.assert_allclose(np.median(found.shift[around], (0, 1)), (0, 0), atol=0.05)


def test_a_wrong_motion_is_corrected_or_not_believed(studio: Any, scene: Any) -> None:
    grey = luma(scene)
    other = luma(np.ascontiguousarray(scene[::-1, ::-1]))
    assert between(other, grey, shifting(0, 0)).confidence.mean() < 0.3
    found = between(grey, grey, shifting(1.5, -1.0))
    sure = found.confidence > 0.5
    assert sure.mean() > 0.6
    assert np.median(np.linalg.norm(found.shift[sure], axis=1)) < 0.15

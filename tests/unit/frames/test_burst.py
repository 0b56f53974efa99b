"""Merging takes noise away where nothing moved, and leaves what moved as the wide shows it."""

import cv2
import numpy as np
from burst_files import burst, psnr

from dualzoom.errors import CaptureError
from dualzoom.frames.burst import merge
from dualzoom.resampling import halve_area


def test_noise_falls_with_the_number_of_frames() -> None:
    frames, truth, _ = burst(8)
    true = halve_area(truth)
    flat = cv2.dilate(true, np.ones((9, 9))) - cv2.erode(true, np.ones((9, 9))) < 4
    flat[:12], flat[-12:], flat[:, :12], flat[:, -12:] = (False,) * 4
    inner = np.s_[12:-12, 12:-12]
    noise = [float((frames[0].pixels - true)[flat].std())]
    for count in (2, 4, 8):
        found = merge(frames[0], frames[1:count])
        assert found.photo.bit_depth == 16
        noise.append(float((found.photo.pixels / 257 - true)[flat].std()))
        assert (
            psnr((found.photo.pixels / 257)[inner], true[inner])
            > psnr(frames[0].pixels[inner], true[inner]) + 1
        )
    for more, count in zip(noise[1:], (2, 4, 8), strict=True):
        assert more < 1.25 * noise[0] / count**0.5
    assert abs(found.photo.pixels.mean() / 257 - frames[0].pixels.mean()) < 0.5  # in the wide's exposure


def test_what_moved_is_the_wides_own() -> None:
    frames, _, _ = burst(6, noise=3.0, mover=True)
    found = merge(frames[0], frames[1:])
    mover = np.s_[75:145, 52:74]  # where the wide shows it, away from its edges
    assert found.coverage[mover].mean() < 0.3 * 16
    off = np.abs(found.photo.pixels[mover] / 257 - frames[0].pixels[mover])
    assert off.mean() < 2.0
    left_behind = np.s_[75:145, 110:150]  # where other frames show it and the wide does not
    assert np.abs(found.photo.pixels[left_behind] / 257 - frames[0].pixels[left_behind]).mean() < 4.0


def test_frames_that_do_not_belong_change_nothing() -> None:
    frames, _, _ = burst(2)
    broken = CaptureError("c.jpg", "the file is truncated", "copy it again")
    mirrored = frames[1].with_pixels(np.ascontiguousarray(frames[1].pixels[:, ::-1]))
    found = merge(frames[0], [frames[0], broken, mirrored])
    assert found.photo is frames[0]
    assert [use.reason is None for use in found.uses] == [False, False, False]
    assert (found.uses[1].name, found.uses[1].reason) == ("c.jpg", "the file is truncated")
    assert not found.coverage.any()


def test_a_burst_refused_as_a_whole_is_the_wide_alone() -> None:
    frames, _, _ = burst(3)
    unreadable = CaptureError("b.jpg", "it is damaged", "copy it once more")
    found = merge(frames[0], [*frames[1:], unreadable])
    refused = found.refused("the wide looks reduced")
    assert refused.photo is frames[0]
    assert refused.frames == ()
    assert not refused.coverage.any()
    assert [use.reason for use in refused.uses] == ["the wide looks reduced"] * 2 + ["it is damaged"]

"""Classical injection: the tele's high band where it is valid, plain enlargement elsewhere."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.evaluation import baselines as module
from dualzoom.evaluation.baselines import inject
from dualzoom.geometry import Region, Size
from dualzoom.metrics.image_quality import psnr
from dualzoom.reference import AlignedTele, build
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render


@pytest.fixture(scope="module")
def scene():
    return render(3, size=Size(320, 240), noise=0.0, depth_layers=False)


@pytest.fixture(scope="module")
def aligned(scene) -> AlignedTele:
    return build(Photo(pixels=scene.wide), Photo(pixels=scene.tele))


class Given:
    """A reference that shows one picture, and believes what a mask says."""

    def __init__(self, picture: NDArray[np.uint8], validity: NDArray[np.float32]) -> None:
        self.picture, self.validity = picture, validity

    def tile(self, region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.picture[region.slices].astype(np.float32) / 255, self.validity[region.slices]


def with_reference(aligned: AlignedTele, picture: NDArray[np.uint8], validity: NDArray[np.float32]) -> Given:
    shown = Given(picture, validity)
    shown.registration = aligned.registration
    return shown


def test_nothing_valid_is_plain_enlargement_whatever_the_tele_holds(scene, aligned) -> None:
    nothing = np.zeros(scene.truth.shape[:2], np.float32)
    np.testing.assert_array_equal(
        inject(scene.wide, with_reference(aligned, scene.truth, nothing)), enlarge_bicubic(scene.wide)
    )


def test_what_it_adds_is_the_high_band_of_what_it_is_shown(scene, aligned) -> None:
    """A slow, independent version: bands of the whole frame at once."""
    everything = np.ones(scene.truth.shape[:2], np.float32)
    made = inject(scene.wide, with_reference(aligned, scene.truth, everything))
    shown = scene.truth.astype(np.float32)
    means = shown.reshape(240, 2, 320, 2, 3).mean((1, 3))
    expected = (
        enlarge_bicubic(scene.wide) + shown - cv2.resize(means, (640, 480), interpolation=cv2.INTER_CUBIC)
    )
    inside = aligned.registration.window.pad(-4).scale(2).slices
    assert np.abs(made[inside] - np.clip(expected[inside], 0, 255)).max() <= 1
    outside = np.ones(everything.shape, bool)
    outside[aligned.registration.window.scale(2).slices] = False
    np.testing.assert_array_equal(made[outside], enlarge_bicubic(scene.wide)[outside])


def test_bands_leave_no_seam(scene, aligned, monkeypatch) -> None:
    whole = inject(scene.wide, aligned)
    monkeypatch.setattr(module, "_BAND_ROWS", 34)
    assert np.abs(inject(scene.wide, aligned).astype(int) - whole).max() <= 1


def test_it_comes_nearer_to_the_truth_where_the_tele_looks(scene, aligned) -> None:
    visible = scene.visible
    gain = [
        psnr(inject(scene.wide, aligned), scene.truth, where=mask)
        - psnr(enlarge_bicubic(scene.wide), scene.truth, where=mask)
        for mask in (visible, ~visible)
    ]
    assert gain[0] > 3
    assert abs(gain[1]) < 0.2

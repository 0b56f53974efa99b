"""Displacement: none where the pictures are alike, the layers' own where they are not, trust where it is due."""

from typing import Any

import cv2
import numpy as np
import pytest

from dualzoom.registration.gray import luma
from dualzoom.registration.parallax import parallax
from dualzoom.resampling import halve_area


@pytest.fixture(scope="module")
def grey(scene: Any) -> Any:
    return luma(scene)


def test_exact_pairs_do_not_move_and_are_trusted(grey: Any) -> None:
    found = parallax(grey, grey)
    assert np.abs(found.flow).max() < 0.05
    assert found.confidence.min() > 0.9


@pytest.mark.parametrize("shift", [(3.0, 0.0), (-2.5, 1.25), (0.5, -0.5)])
def test_a_shift_is_found_to_a_tenth(grey: Any, shift: tuple[float, float]) -> None:
    moved = cv2.warpAffine(
        grey,
        np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]),
        grey.shape[::-1],
        flags=cv2.INTER_CUBIC,
        borderMode=1,
    )
    found = parallax(grey, moved)
    inner = found.flow[20:-20, 20:-20]
    assert np.abs(inner - np.float32(shift)).mean() < 0.1
    assert found.confidence[20:-20, 20:-20].mean() > 0.95


@pytest.mark.parametrize(("gain", "offset"), [(0.5, 20), (0.8, 0), (0.6, 100)])
def test_exposure_does_not_matter(grey: Any, gain: float, offset: float) -> None:
    moved = np.roll(grey, 2, axis=1)
    toned = (moved * gain + offset).astype(np.uint8)
    plain, other = parallax(grey, moved), parallax(grey, toned)
    inner = np.s_[20:-20, 20:-20]
    assert np.abs(plain.flow[inner] - other.flow[inner]).mean() < 0.1
    assert other.confidence[inner].mean() > 0.9


def layers(grey: Any, shift: int) -> tuple[Any, Any, Any]:
    """A disc of other texture lies `shift` px farther right in the tele; where the tele hides the background."""
    other = grey[::-1, ::-1]
    y, x = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]]
    disc = (x - 300) ** 2 + (y - 240) ** 2 < 90**2
    there = np.roll(disc, shift, axis=1)
    tele = np.where(there, np.roll(other, shift, axis=1), grey)
    return np.where(disc, other, grey), tele, (disc, there)


def test_two_layers_keep_their_own_displacements_and_the_hidden_rim_is_not_trusted(grey: Any) -> None:
    wide, tele, (disc, there) = layers(grey, 10)
    found = parallax(wide, tele)
    small = [halve_area(m.astype(np.float32)) for m in (disc, there & ~disc)]
    inside = cv2.erode(small[0], np.ones((15, 15))) == 1
    outside = cv2.dilate(np.maximum(*small), np.ones((25, 25))) == 0
    assert np.median(np.abs(found.flow[inside] - np.float32((10, 0)))) < 0.1
    assert np.percentile(np.linalg.norm(found.flow[outside], axis=1), 99) < 0.3
    assert found.confidence[inside].mean() > 0.9
    assert found.confidence[outside].mean() > 0.97
    assert found.confidence[small[1] == 1].mean() < 0.3


def test_a_blurred_thing_before_the_wide_is_not_trusted_even_where_it_is_flat(grey: Any) -> None:
    wide = grey.copy()
    wide[300:, :] = cv2.GaussianBlur(grey[::-1], (0, 0), 30)[300:, :] // 2 + 40
    found = parallax(wide, grey)
    assert found.confidence[165:, :].mean() < 0.1
    assert found.confidence[:135, :].mean() > 0.9


def test_a_flat_sky_is_trusted_and_hardly_moves(grey: Any) -> None:
    rng = np.random.default_rng(0)
    pictures = [grey.copy(), grey.copy()]
    for picture in pictures:
        picture[:200] = np.clip(180 + rng.normal(0, 1.2, (200, grey.shape[1])), 0, 255)
    found = parallax(*pictures)
    assert found.confidence[:95].mean() > 0.9
    assert np.percentile(np.linalg.norm(found.flow[:95], axis=2), 95) < 0.5


def test_beyond_the_teles_border_nothing_is_trusted_nor_moves(grey: Any) -> None:
    inside = np.zeros(grey.shape, bool)
    inside[60:400, 80:560] = True
    junk = np.where(inside, grey, 0).astype(np.uint8)
    found = parallax(grey, junk, inside)
    assert not found.confidence[:28].any()
    assert not found.confidence[:, :38].any()
    assert found.confidence[40:190, 50:270].mean() > 0.97
    assert np.abs(found.flow[:20]).max() < 0.1

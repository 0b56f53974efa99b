"""What both photos show agrees; what hides, moves or blinds one of them does not; noise is neither."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.reference.agreement import RADIUS_PX, agreement, exposed, luma_noise

Picture = NDArray[np.float32]
HEIGHT, WIDTH = 120, 160
SEEN = np.ones((HEIGHT, WIDTH), np.float32)


def texture(seed: int, contrast: float = 0.12, grain_px: float = 1.2) -> Picture:
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH)), (0, 0), grain_px)
    soft = cv2.resize(rng.uniform(0.3, 0.6, (4, 5, 3)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft + contrast * (noise / noise.std())[..., None], 0.05, 0.95).astype(np.float32)


def soften(picture: Picture, sigma: float) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def test_equal_pictures_agree_everywhere() -> None:
    picture = texture(0)
    assert agreement(picture, picture, SEEN).min() > 0.999


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.1])
def test_a_softer_wide_still_agrees(sigma: float) -> None:
    tele = texture(1)
    assert agreement(soften(tele, sigma), tele, SEEN).mean() > 0.95


def test_half_a_pixel_is_forgiven_and_four_are_not() -> None:
    tele = texture(2)
    near = 0.5 * (tele + np.roll(tele, 1, axis=1))
    assert agreement(tele, near, SEEN).mean() > 0.95
    assert agreement(tele, np.roll(tele, 4, axis=1), SEEN).mean() < 0.1


def test_what_hides_the_scene_from_the_wide_lets_nothing_pass() -> None:
    tele = texture(3)
    hidden = tele.copy()
    hidden[30:90, 40:120] = tele.mean(axis=(0, 1))  # the same mean colour: only structure betrays it
    inside = np.s_[37:83, 47:113]  # closer to its border the window still holds what is not hidden
    verdict = agreement(soften(hidden, 1.0), tele, SEEN)
    assert verdict[inside].max() < 0.05
    assert verdict[:20].mean() > 0.9
    flat = soften(tele, 12.0)
    hidden = flat.copy()
    hidden[30:90, 40:120] += np.float32(0.15)  # no structure at all: only the mean betrays it
    verdict = agreement(hidden, flat, SEEN)
    assert verdict[inside].max() < 0.01
    assert verdict[:20].min() > 0.99


def test_noise_in_flat_areas_is_no_disagreement_once_it_is_known() -> None:
    rng = np.random.default_rng(4)
    clean = soften(texture(4), 12.0)
    shots = [(clean + rng.normal(scale=0.03, size=clean.shape)).astype(np.float32) for _ in range(2)]
    level = max(luma_noise(shot) for shot in shots)
    assert 0.003 < level < 0.03
    assert agreement(shots[0], shots[1], SEEN, level).mean() > 0.9


def test_where_the_tele_has_no_pixels_nothing_passes_and_its_border_is_no_disagreement() -> None:
    picture, seen = texture(5), SEEN.copy()
    seen[:, 100:] = 0
    matched = picture.copy()
    matched[:, 100:] = 0
    verdict = agreement(picture, matched, seen)
    assert verdict[:, 104:].max() == 0
    assert verdict[:, :90].min() > 0.99


def test_a_pixel_acts_no_farther_than_the_radius() -> None:
    wide = texture(6)
    tele = 0.4 * wide + 0.6 * texture(7)  # half agreed on everywhere, so that any change shows
    other = tele.copy()
    other[60, 80] += np.float32(0.2)
    touched = np.abs(agreement(wide, tele, SEEN) - agreement(wide, other, SEEN)) > 1e-6
    rows, columns = np.nonzero(touched)
    assert touched.any()
    assert max(np.abs(rows - 60).max(), np.abs(columns - 80).max()) <= RADIUS_PX


def test_blown_and_crushed_are_not_exposed() -> None:
    picture = np.full((20, 60, 3), 0.5, np.float32)
    picture[:, 20:40, 1] = 1.0
    picture[:, 40:] = 0.0
    shown = exposed(picture)
    assert (shown[:, :18] == 1).all()
    assert (shown[:, 22:38] == 0).all()
    assert (shown[:, 42:] == 0).all()
    red = np.zeros((9, 9, 3), np.float32)
    red[..., 0] = 0.4  # one black channel is a colour, not a loss
    assert (exposed(red) == 1).all()

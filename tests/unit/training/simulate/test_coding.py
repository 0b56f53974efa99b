"""What files keep: luma's detail stays, chroma's goes, and flat colours are the same."""

import cv2
import numpy as np
import pytest

from dualzoom.training.simulate import coding
from dualzoom.training.simulate.camera import Picture, in_steps

SEEDS = range(24)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def ycc(picture: Picture) -> Picture:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)


def stripes(*, of_luma: bool) -> Picture:
    """Columns that alternate in luma or, at one luma, in colour."""
    made = np.full((64, 64, 3), 0.5, np.float32)
    made[..., 0 if of_luma else 1] += np.where(np.arange(64) % 2, 0.1, -0.1).astype(np.float32)
    return cv2.cvtColor(made, cv2.COLOR_YCrCb2RGB)


@pytest.mark.parametrize("make", [coding.coded, coding.chroma_halved])
def test_halved_chroma_keeps_stripes_of_luma_and_loses_those_of_colour(make) -> None:  # type: ignore[no-untyped-def]
    grey, coloured = stripes(of_luma=True), stripes(of_luma=False)
    kept = [float(ycc(make(grey, rng(seed)))[8:-8, 8:-8, 0].std()) / 0.1 for seed in SEEDS]
    lost = [float(ycc(make(coloured, rng(seed)))[8:-8, 8:-8, 1].std()) / 0.1 for seed in SEEDS]
    assert min(kept) > 0.8
    if make is coding.chroma_halved:
        assert max(lost) < 0.25
    assert np.mean(np.array(lost) < 0.25) > 0.7  # some JPEGs keep chroma whole


def test_flat_colours_stay_but_for_a_few_levels() -> None:
    for seed in SEEDS:
        colour = rng(100 + seed).uniform(0.2, 0.8, 3).astype(np.float32)
        flat = np.broadcast_to(colour, (64, 64, 3)).copy()
        assert np.abs(coding.coded(flat, rng(seed)) - flat).mean() < 5 / 255


def test_codes_are_steps_of_255_the_size_stays_and_the_same_seed_gives_the_same() -> None:
    for seed, (height, width) in zip(SEEDS, ((64, 64), (33, 50), (47, 31)) * 8, strict=True):
        picture = rng(seed).random((height, width, 3), dtype=np.float32)
        given = picture.copy()
        made = coding.coded(picture, rng(seed))
        assert made.shape == picture.shape
        assert made.dtype == np.float32
        assert made.flags.c_contiguous
        assert np.array_equal(in_steps(made), made)
        assert np.array_equal(made, coding.coded(picture, rng(seed)))
        assert np.array_equal(picture, given)


def test_the_grid_of_blocks_lies_anywhere() -> None:
    """Blocks of eight show as steps between them; with the seed, which columns these are."""
    smooth = np.broadcast_to(np.linspace(0.3, 0.6, 64, dtype=np.float32)[None, :, None], (64, 64, 3)).copy()
    noisy = np.clip(smooth + rng(5).normal(0, 0.02, (64, 64, 1)).astype(np.float32), 0, 1)
    phases = set()
    for seed in range(60):
        rows = ycc(coding.coded(noisy, rng(seed)))[..., 0]
        steps = np.abs(np.diff(rows, axis=1)).mean(0)
        phases.add(int(np.argmax([steps[phase::8].mean() for phase in range(8)])))
    assert len(phases) >= 6

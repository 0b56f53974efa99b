"""Photos that show the same from one place are told from those framed anew and those of something else."""

from itertools import combinations, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.capture.read import read
from dualzoom.geometry import Size
from dualzoom.pairing.same_view import SIDE_PX, alike, small, why_not
from dualzoom.scene import render


def _held(pixels: np.ndarray, shift: float, turn: float, noise: float, seed: int) -> np.ndarray:
    """As a hand holds it: moved by a share of the width, turned by degrees, with noise of grey levels."""
    height, width = pixels.shape[:2]
    motion = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1)
    motion[:, 2] += shift * width, -shift * height / 2
    moved = cv2.warpAffine(pixels, motion, (width, height), borderMode=cv2.BORDER_REFLECT)
    rough = moved + np.random.default_rng(seed).normal(0, noise, moved.shape)
    return np.clip(np.rint(rough), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def scenes() -> list[np.ndarray]:
    return [render(seed, size=Size(480, 360), ratio=2).wide for seed in (3, 5, 8)]


@pytest.mark.parametrize(("shift", "turn"), [(0, 0), (0.01, 0.4), (-0.03, -1.0), (0.06, 0.5)])
def test_what_a_hand_does_is_alike_either_way(scenes, shift, turn):
    for number, scene in enumerate(scenes):
        one, other = (
            small(Photo(pixels=_held(scene, part * shift, part * turn, 12, 2 * number + part)))
            for part in (0, 1)
        )
        assert alike(one, other)
        assert alike(other, one)


def test_framed_anew_or_of_something_else_is_not(scenes):
    for one, other in combinations(scenes, 2):
        assert not alike(small(Photo(pixels=one)), small(Photo(pixels=other)))
    for scene in scenes:
        anew = _held(scene, 0.2, 0, 2, 1)
        assert not alike(small(Photo(pixels=scene)), small(Photo(pixels=anew)))
        assert not alike(small(Photo(pixels=scene)), small(Photo(pixels=np.rot90(scene).copy())))


def test_what_fills_the_frame_and_moves_is_not(scenes):
    runs = scenes[0].copy()
    runs[:, 120:360] = scenes[1][:, 120:360]
    assert not alike(small(Photo(pixels=scenes[0])), small(Photo(pixels=runs)))


def test_flat_pictures_are_alike_only_among_each_other(scenes):
    flat = np.full((90, 160, 3), 7, np.uint8)
    assert alike(small(Photo(pixels=flat)), small(Photo(pixels=flat + 40)))
    assert not alike(small(Photo(pixels=flat)), small(Photo(pixels=scenes[0][:90, :160].copy())))


def test_the_copy_is_small_whatever_the_depth(scenes):
    deep = scenes[0].astype(np.uint16) * 257
    assert max(small(Photo(pixels=deep)).shape) == SIDE_PX
    assert np.abs(small(Photo(pixels=deep)) - small(Photo(pixels=scenes[0]))).max() < 1e-2


def test_files_say_why_they_are_not_alike(scenes, tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, pixels in zip(paths, (scenes[0], _held(scenes[0], 0.01, 0, 5, 1), scenes[1]), strict=True):
        cv2.imwrite(str(path), pixels)
    assert why_not(paths[0], paths[1:2]) is None
    assert why_not(paths[0], paths[1:]) == "they do not show the same"
    paths[1].write_bytes(paths[1].read_bytes()[:-4000])
    assert why_not(paths[0], paths[1:2]) == "one of them cannot be read"


@pytest.mark.shared
def test_real_frames_are_alike_and_real_photos_from_elsewhere_are_not(shared: Path):
    for clip in sorted((shared / "clips").glob("temple-*")):
        frames = [small(read(path)) for path in sorted(clip.glob("*.jpg"))]
        assert all(alike(*two) for two in pairwise(frames))
        assert alike(frames[0], frames[-1])
    facade = [small(read(path)) for path in sorted((shared / "refs").glob("*.jpg"))]
    assert not any(alike(*two) for two in combinations(facade, 2))

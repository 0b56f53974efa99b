"""The sharpest: by pixels, whatever reads and whatever does not."""

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.pairing.sharpest import fine_structure, sharpest


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(2)
    scene = cv2.GaussianBlur(rng.integers(0, 256, (80, 120, 3), np.uint8), (0, 0), 0.9)
    for number, shake in enumerate((7, 1, 4)):
        moved = cv2.blur(scene, (shake, 1))
        noisy = np.clip(moved + rng.normal(0, 2, moved.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), noisy)
    return sorted(tmp_path.iterdir())


def test_shake_is_told_from_noise(pictures):
    assert sharpest(pictures).name == "1.png"
    assert sharpest(pictures[::-1]).name == "1.png"
    assert sharpest([pictures[0], pictures[2]]).name == "2.png"


def test_a_torn_photo_is_never_chosen(pictures):
    pictures[1].write_bytes(pictures[1].read_bytes()[:90])
    assert sharpest(pictures).name == "2.png"


def test_of_equals_the_first_counts_and_depth_does_not_matter(pictures):
    (copy := pictures[0].with_name("9.png")).write_bytes(pictures[1].read_bytes())
    assert sharpest([copy, pictures[1]]).name == "1.png"
    pixels = cv2.imread(str(pictures[0]))
    deep = Photo(pixels=pixels.astype(np.uint16) * 257)
    assert fine_structure(deep) == pytest.approx(fine_structure(Photo(pixels=pixels)), rel=1e-3)

"""Law: whatever the photo, its enlargement passes; a picture that is black, tinted or blown somewhere does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom import capture, pipeline
from dualzoom.capture import Photo
from dualzoom.errors import DualzoomError
from dualzoom.resampling import enlarge_bicubic
from dualzoom.result_check import check_result

KINDS = ["speckle", "bilevel", "checkerboard", "lines", "stars", "gradient", "flat", "edge"]
SIZES = [(1, 1), (1, 40), (16, 16), (17, 31), (24, 32), (32, 32), (33, 16), (64, 48), (180, 240), (3, 300)]


def picture(kind: str, height: int, width: int, seed: int = 0) -> np.ndarray:
    """(H, W, 3) uint8 of a kind that is hard to enlarge."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    grey = {
        "speckle": lambda: rng.integers(0, 2, (height, width, 3)) * 255,
        "bilevel": lambda: rng.integers(0, 2, (height, width)) * 255,
        "checkerboard": lambda: (x + y) % 2 * 255,
        "lines": lambda: (x % 3 == 0) * 255,
        "stars": lambda: (rng.random((height, width)) < 0.08) * 255,
        "gradient": lambda: (x + y) * 255 // max(1, height + width - 2),
        "flat": lambda: np.full((height, width), seed % 256),
        "edge": lambda: (x > width // 3) * 255,
    }[kind]()
    return np.broadcast_to(grey if grey.ndim == 3 else grey[..., np.newaxis], (height, width, 3)).astype(
        np.uint8
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("bits", [8, 16])
def test_an_enlargement_passes(kind, shape, bits):
    wide = picture(kind, *shape)
    wide = wide if bits == 8 else wide.astype(np.uint16) * np.uint16(257)
    check_result(enlarge_bicubic(wide), Photo(pixels=wide))


@given(
    kind=st.sampled_from(KINDS), height=st.integers(1, 80), width=st.integers(1, 80), seed=st.integers(0, 999)
)
def test_an_enlargement_of_any_size_passes(kind, height, width, seed):
    wide = picture(kind, height, width, seed)
    check_result(enlarge_bicubic(wide), Photo(pixels=wide))


@pytest.mark.parametrize("kind", ["speckle", "bilevel", "checkerboard", "gradient", "edge"])
@pytest.mark.parametrize("shape", [(16, 16), (17, 31), (64, 48), (180, 240), (600, 800)])
@pytest.mark.parametrize("spoil", ["black", "cast", "blown", "negative", "noise"])
def test_a_broken_result_is_refused(kind, shape, spoil):
    wide = picture(kind, *shape)
    made = enlarge_bicubic(wide)
    side = max(8, max(shape) // 32 + 1)  # of the wide
    match spoil:
        case "black":
            made[:] = 0
        case "cast":
            made[..., 2] = np.clip(made[..., 2] * 0.6 + 5, 0, 255)
        case "blown":
            wide[-2 * side :, -2 * side :] = (
                wide[-2 * side :, -2 * side :] // 4
            )  # so that white is wrong there
            made = enlarge_bicubic(wide)
            made[-4 * side :, -4 * side :] = 255
        case "negative":
            wide = wide // 2
            made = 255 - enlarge_bicubic(wide)
        case "noise":
            wide = wide // 4
            made = np.random.default_rng(3).integers(0, 256, made.shape, np.uint8)
    with pytest.raises(DualzoomError, match="does not show the wide") as caught:
        check_result(made, Photo(pixels=wide))
    assert caught.value.exit_code == 1
    assert "--" not in str(caught.value)  # advice that may not help, in words it cannot know


def test_one_blown_cell_is_refused():
    wide = np.full((480, 640, 3), 90, np.uint8)
    made = enlarge_bicubic(wide)
    check_result(made, Photo(pixels=wide))
    made[120:160, 200:240] = 255  # one cell of 20 px
    with pytest.raises(DualzoomError):
        check_result(made, Photo(pixels=wide))


@pytest.mark.parametrize("name", ["tiny16/wide.jpg", "formats/onebit.png"])
@pytest.mark.usefixtures("repeat")
def test_reference_photos_pass_through_the_pipeline(name, shared):
    wide = capture.read(shared / "cases" / name)
    made = pipeline.zoom(wide)
    assert (made.photo.size.width, made.photo.size.height) == (2 * wide.size.width, 2 * wide.size.height)

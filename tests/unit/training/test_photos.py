"""Photographs: found deeply, split without overlap, decoded upright, shared as they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dualzoom.errors import CaptureError, UsageError
from dualzoom.training.photos import MIN_SIDE_PX, PhotoPool, decode, find_photos, split

PIXELS = np.random.default_rng(0).integers(0, 256, (MIN_SIDE_PX, MIN_SIDE_PX + 20, 3), np.uint8)


def saved(path: Path, pixels: np.ndarray = PIXELS, orientation: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def test_photographs_are_found_deeply_once_each_and_in_order(tmp_path: Path) -> None:
    wanted = [saved(tmp_path / name) for name in ("a/1.png", "a/deep/er/2.PNG", "b.tiff")]
    (tmp_path / "a" / "notes.txt").touch()
    (tmp_path / "a" / "folder.png").mkdir()
    assert find_photos([tmp_path]) == wanted
    assert find_photos([tmp_path / "b.tiff", tmp_path / "a", tmp_path, wanted[0]]) == wanted


@given(st.integers(1, 60), st.integers(1, 15))
def test_every_photograph_is_on_one_side_and_both_sides_have_some(count: int, every: int) -> None:
    paths = [Path(f"{n:02}.jpg") for n in range(count)]
    kept, held_out = split(paths, every)
    assert set(kept) | set(held_out) == set(paths)
    assert held_out
    if count >= every > 1:
        assert not set(kept) & set(held_out)
        assert len(held_out) == count // every
    elif every > 1:  # too few to hold any out: one is judged that is trained on as well
        assert held_out == kept[:1]


def test_held_out_photographs_are_not_trained_on() -> None:
    paths = [Path(f"{i:02}.jpg") for i in range(30)]
    kept, held_out = split(paths, 12)
    assert len(held_out) == 2
    assert not set(kept) & set(held_out)
    assert len(kept) + len(held_out) == 30


def test_no_photographs_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no photographs"):
        find_photos([tmp_path])


def test_pixels_come_as_rgb(tmp_path: Path) -> None:
    assert np.array_equal(decode(saved(tmp_path / "a.png")), PIXELS)


def test_a_photo_is_turned_upright_unless_its_stored_pixels_are_asked_for(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", orientation=6)
    assert np.array_equal(decode(path), np.rot90(PIXELS, -1))
    assert np.array_equal(decode(path, upright=False), PIXELS)


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_bytes(b"\x89PNG")
    with pytest.raises(CaptureError, match=r"torn\.png: cannot be decoded"):
        decode(tmp_path / "torn.png")
    for side in (PIXELS[:-1], PIXELS[:, : MIN_SIDE_PX - 1]):
        with pytest.raises(CaptureError, match="smaller than"):
            decode(saved(tmp_path / "small.png", side))


def test_a_pool_is_the_decoded_photographs_in_memory_that_processes_share(tmp_path: Path) -> None:
    paths = [saved(tmp_path / f"{n}.png", np.roll(PIXELS, n, axis=0)) for n in range(3)]
    pool = PhotoPool(paths)
    assert len(pool) == 3
    for seen in (list(pool), [pool[n] for n in range(3)]):
        assert all(
            np.array_equal(one, cv2.imread(str(path))[..., ::-1])
            for one, path in zip(seen, paths, strict=True)
        )
    assert all(tensor.is_shared() for tensor in pool._tensors)
    with pytest.raises(CaptureError):
        PhotoPool([*paths, tmp_path / "nowhere.png"])

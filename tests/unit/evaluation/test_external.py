"""Results of other programs: turned back where they were turned, refused where they are of something else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.errors import CaptureError, UsageError
from dualzoom.evaluation.external import find_pictures, fitted

PATH = Path("a.png")


def scene(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(4)
    soft = cv2.resize(rng.uniform(0, 255, (5, 6, 3)), (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(70, 90), (80, 80)], ids=["oblong", "square"])
@pytest.mark.parametrize("quarters", range(4))
def test_any_quarter_turn_is_undone(height: int, width: int, quarters: int) -> None:
    big = scene(height, width)
    wide = cv2.resize(big, (width, height), interpolation=cv2.INTER_AREA)
    found, turned = fitted(np.ascontiguousarray(np.rot90(big, -quarters)), wide, PATH)
    np.testing.assert_array_equal(found, big)
    assert turned == quarters


def test_a_flat_photo_fits_as_it_is() -> None:
    flat = np.full((20, 30, 3), 7, np.uint8)
    assert fitted(flat.repeat(2, 0).repeat(2, 1), flat, PATH)[1] == 0


def test_a_quarter_turn_of_an_oblong_frame_has_another_size() -> None:
    with pytest.raises(UsageError, match="it has 180x139 pixels, not 180x140"):
        fitted(scene(70, 90)[:-1], scene(35, 45), PATH)


def test_one_file_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b.PNG").touch()
    (tmp_path / "notes.txt").touch()
    assert find_pictures("x", tmp_path, ["a", "b"]).files == {
        "a": tmp_path / "a.png",
        "b": tmp_path / "b.PNG",
    }
    with pytest.raises(CaptureError, match=r"no picture notes\.\*"):
        find_pictures("x", tmp_path, ["notes"])
    (tmp_path / "a.jpg").touch()
    with pytest.raises(UsageError, match=r"a\.jpg.*a\.png, too"):
        find_pictures("x", tmp_path, ["a"])

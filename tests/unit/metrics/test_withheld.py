"""Half of the tele hidden: which half is shown, and which blocks may judge."""

import cv2
import numpy as np
import pytest

from dualzoom.geometry import Region, Size
from dualzoom.metrics.full_size import BLOCK_PX, TeleBlocks
from dualzoom.metrics.withheld import APART_PX, SIDES, keep_hidden, shown_half

TELE = Size(801, 600)
WINDOW = Region(384, 256, 1024, 896)
#: A turned tele of 1.6 times the wide's fineness.
TURNED = np.array([[0.62, -0.05, 240.0], [0.06, 0.61, 190.0], [2e-5, -1e-5, 1.0]])
UPSIDE_DOWN = np.array([[-0.62, 0.01, 720.0], [0.02, -0.61, 560.0], [0.0, 0.0, 1.0]])


def blocks() -> np.ndarray:
    rows, columns = (range(0, side - BLOCK_PX + 1, 16) for side in (WINDOW.height, WINDOW.width))
    return np.array([(row, column) for row in rows for column in columns])


def in_tele(kept: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """The corners of blocks as tele pixels (n, 4, 2): the other way round than the code goes."""
    corners = np.array([(0, 0), (0, BLOCK_PX), (BLOCK_PX, 0), (BLOCK_PX, BLOCK_PX)])
    on_grid = (kept[:, None] + corners)[..., ::-1] + (WINDOW.x, WINDOW.y)
    wide = (on_grid - 0.5) / 2
    back = np.linalg.inv(homography)
    return cv2.perspectiveTransform(wide.reshape(-1, 1, 2).astype(float), back).reshape(-1, 4, 2)


def test_the_shown_halves_are_the_tele_less_the_hidden_ones() -> None:
    tele = np.random.default_rng(1).integers(0, 255, (6, 9, 3), np.uint8)
    np.testing.assert_array_equal(shown_half(tele, "right"), tele[:, :4])
    np.testing.assert_array_equal(shown_half(tele, "left"), tele[:, 5:])


@pytest.mark.parametrize("homography", [TURNED, UPSIDE_DOWN], ids=["turned", "upside down"])
def test_blocks_lie_in_the_hidden_half_and_apart_from_the_other(homography) -> None:
    whole = TeleBlocks(window=WINDOW, grey=np.zeros((WINDOW.height, WINDOW.width), np.uint8), blocks=blocks())
    kept = {side: keep_hidden(whole, TELE, homography, side).blocks for side in SIDES}
    middle = (TELE.width - 1) / 2
    apart = APART_PX / 2 / 0.62 * 0.9  # tele pixels, at the least fineness in the frame
    assert in_tele(kept["left"], homography)[..., 0].max() < middle - apart
    assert in_tele(kept["right"], homography)[..., 0].min() > middle + apart
    x = in_tele(whole.blocks, homography)[..., 0]
    lost = len(whole.blocks) - len(kept["left"]) - len(kept["right"])
    near = (x.min(1) < middle + 1.2 * apart / 0.9) & (x.max(1) > middle - 1.2 * apart / 0.9)
    assert 0 < lost <= np.count_nonzero(near)  # nothing else is left out


def test_what_is_left_is_otherwise_the_same() -> None:
    whole = TeleBlocks(window=WINDOW, grey=np.zeros((WINDOW.height, WINDOW.width), np.uint8), blocks=blocks())
    found = keep_hidden(whole, TELE, TURNED, "left")
    assert found.window == whole.window
    assert found.grey is whole.grey
    none = TeleBlocks(window=WINDOW, grey=whole.grey, blocks=np.zeros((0, 2), np.int64))
    assert keep_hidden(none, TELE, TURNED, "left").blocks.shape == (0, 2)

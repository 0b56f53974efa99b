"""A tele's view in a wide, and the squares along its outline."""

from typing import NamedTuple

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dualzoom.geometry import Size
from dualzoom.metrics.rim import Rim


class View(NamedTuple):
    """The wide's size, and the outline (4, 2) of what the tele sees of it."""

    wide: Size
    overlap: NDArray[np.float64]


@pytest.fixture(scope="package")
def view() -> View:
    """A view that is hardly turned, with room on all sides."""
    return View(Size(480, 360), np.array([(120.0, 92.0), (361.0, 88.0), (364.0, 270.0), (122.0, 273.0)]))


@pytest.fixture(scope="package")
def rim(view: View) -> Rim:
    """Its squares."""
    return Rim.of(view.overlap, view.wide)


@pytest.fixture(scope="package")
def seen(view: View) -> NDArray[np.bool_]:
    """(2H, 2W): what lies inside the outline."""
    mask = np.zeros((2 * view.wide.height, 2 * view.wide.width), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(2 * view.overlap + 0.5).astype(np.int32), 1)
    return mask > 0

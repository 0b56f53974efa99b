"""What no two cameras side by side can see is refused, each for its own reason."""

import re

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.registration.plane import shifting
from dualzoom.registration.plausible import implausible
from dualzoom.settings import RegistrationSettings

TELE, WIDE = Size(400, 300), Size(400, 300)
SETTINGS = RegistrationSettings()


@pytest.mark.parametrize(
    ("homography", "reason"),
    [
        ([[-0.5, 0, 300], [0, 0.5, 80], [0, 0, 1]], "convex"),  # mirrored
        ([[0.5, 0, 100], [0, 0.5, 80], [-0.004, 0, 1]], "folded"),
        ([[0.5, 0, 100], [0, 0.2, 80], [0, 0, 1]], "squeezed"),
        ([[0.5, 0, 100], [0, 0.5, 80], [0.0015, 0, 1]], "tilted|squeezed"),
        ([[1.5, 0, 0], [0, 1.5, 0], [0, 0, 1]], "no more detail"),
        ([[0.05, 0, 200], [0, 0.05, 100], [0, 0, 1]], "beyond 10"),
        ([[0.5, 0, 900], [0, 0.5, 80], [0, 0, 1]], "beside the wide"),
    ],
)
def test_what_no_two_cameras_see_is_implausible(homography: list[list[float]], reason: str) -> None:
    assert re.search(reason, implausible(np.array(homography, float), TELE, WIDE, SETTINGS))


@pytest.mark.parametrize("roll_deg", [0, 5, 90, 180])
@pytest.mark.parametrize("scale", [0.15, 0.5, 0.95])
def test_any_roll_and_ratio_a_pair_may_have_is_plausible(roll_deg: float, scale: float) -> None:
    c, s = scale * np.cos(np.deg2rad(roll_deg)), scale * np.sin(np.deg2rad(roll_deg))
    turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ shifting(-200, -150)
    assert implausible(shifting(200, 150) @ turned, TELE, WIDE, SETTINGS) == ""

"""Half of the tele hidden: the tool gets the other half, and only what it cannot copy is scored."""

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import CaptureError
from dualzoom.evaluation.baselines import inject
from dualzoom.evaluation.withheld import half_tele, withheld_case
from dualzoom.geometry import Size
from dualzoom.metrics.withheld import SIDES
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render


@pytest.fixture(scope="module")
def scene():
    return render(3, size=Size(640, 480), noise=0.1, depth_layers=False)


def test_the_shown_half_has_no_focal_length() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (8, 10, 3), np.uint8)
    made = half_tele(Photo(pixels=pixels, lens=Lens(focal_35mm=52)), "left")
    assert made.lens.focal_35mm is None
    np.testing.assert_array_equal(made.pixels, pixels[:, 5:])


@pytest.mark.parametrize("side", SIDES)
def test_the_hidden_detail_is_known_to_the_truth_and_cannot_be_injected(scene, side) -> None:
    case = withheld_case("a", Photo(pixels=scene.wide), Photo(pixels=scene.tele), side)
    assert case.aligned is not None
    truth, plain, sharp = (
        case.score(picture)
        for picture in (scene.truth, enlarge_bicubic(case.wide), inject(case.wide, case.aligned))
    )
    assert set(plain) == {"detail", "energy", "blocks"}
    assert truth["detail"] > plain["detail"] + 0.2
    assert sharp == pytest.approx(plain, abs=0.02)
    assert plain["blocks"] > 0


def test_a_small_wide_is_rejected(scene) -> None:
    with pytest.raises(CaptureError, match="fewer than 64"):
        withheld_case("a", Photo(pixels=scene.wide[:60]), Photo(pixels=scene.tele), "left")

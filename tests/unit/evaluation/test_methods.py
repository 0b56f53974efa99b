"""The methods without weights: plain enlargement, and the tele's high band added to it."""

import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.baselines import inject
from dualzoom.evaluation.case import prepare
from dualzoom.evaluation.methods import classical
from dualzoom.geometry import Size
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render


@pytest.fixture(scope="module")
def case():
    scene = render(3, size=Size(320, 240), noise=0.0, depth_layers=False)
    return prepare("full", "a", Photo(pixels=scene.wide), Photo(pixels=scene.tele))


@pytest.mark.parametrize("name", ["bicubic", "injection"])
def test_a_classical_method_has_its_name_and_no_weights(name) -> None:
    method = classical(name)
    assert (method.label, method.model, method.ablation) == (name, None, None)


def test_bicubic_needs_no_tele_and_injection_adds_it(case) -> None:
    plain = classical("bicubic").enlarge(case, lambda _: None)
    sharp = classical("injection").enlarge(case, lambda _: None)
    np.testing.assert_array_equal(plain.picture, enlarge_bicubic(case.wide))
    np.testing.assert_array_equal(sharp.picture, inject(case.wide, case.aligned))
    assert plain.notes == sharp.notes == ()
    assert (plain.picture != sharp.picture).mean() > 0.05

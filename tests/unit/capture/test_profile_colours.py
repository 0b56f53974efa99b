"""A matrix profile's numbers are found again, whoever wrote it."""

import imagecodecs
import numpy as np
import pytest

from dualzoom.capture import colour_tag, profile_colours, profiles

ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
D65 = (0.3127, 0.3290)


@pytest.mark.parametrize("number", [1, 9, 12])
@pytest.mark.parametrize("gamma", [None, 1.0, 2.2])
def test_known_primaries(number, gamma):
    icc = colour_tag.matrix_profile("x", colour_tag.PRIMARIES[number], D65, gamma)
    found = profile_colours.of(icc)
    assert (found.known, found.primaries) == (number, colour_tag.PRIMARIES[number])
    assert found.gamma == (None if gamma is None else pytest.approx(gamma, abs=1e-3))


@pytest.mark.parametrize("white", [D65, (0.3457, 0.3585)])
def test_other_primaries_and_whites(white):
    found = profile_colours.of(colour_tag.matrix_profile("x", ADOBE, white, 2.2))
    assert found.known is None
    assert found.primaries == pytest.approx(ADOBE, abs=1e-3)
    assert found.white == pytest.approx(white, abs=1e-3)


def test_profiles_of_littlecms():
    assert profile_colours.of(profiles.srgb()) == profile_colours.SRGB
    icc = imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=ADOBE, gamma=2.2)
    found = profile_colours.of(bytes(icc))
    assert found.primaries == pytest.approx(ADOBE, abs=1e-3)
    assert found.gamma == pytest.approx(2.2, abs=1e-3)


def test_light_and_matrix_are_those_of_littlecms(rgb16, tmp_path):
    muted = (rgb16 // 4 + 24000).astype(np.uint16)
    icc = colour_tag.matrix_profile("x", ADOBE, (0.3457, 0.3585), 2.2)
    colours = profile_colours.of(icc)
    linear = colours.light(muted / 65535) @ colours.to_srgb().T
    target = colour_tag.matrix_profile("linear", colour_tag.PRIMARIES[1], D65, 1.0)
    expected = profiles.transform(muted, icc, target, "rgb", path=tmp_path) / 65535
    assert np.abs(linear - expected).max() < 2e-3


@pytest.mark.parametrize("curve", [[0.0, 0.9, 1.0], [0.0, 0.1, 0.9, 1.0]])
def test_curves_that_are_no_power_are_refused(curve):
    icc = imagecodecs.cms_profile(
        "rgb", whitepoint=D65, primaries=ADOBE, transferfunction=np.array(curve, np.float32)
    )
    with pytest.raises(ValueError, match="curve"):
        profile_colours.of(bytes(icc))


@pytest.mark.parametrize("icc", [b"x", b"x" * 300])
def test_damaged_profiles_are_refused(icc):
    with pytest.raises(ValueError, match="profile"):
        profile_colours.of(icc)

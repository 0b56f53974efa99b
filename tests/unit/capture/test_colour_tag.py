"""Colour tags and profiles are two names of the same colours; LittleCMS judges."""

import numpy as np
import pytest

from dualzoom.capture import colour_tag, profiles

XYZ_OF_SRGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


@pytest.mark.parametrize("primaries", [colour_tag.BT2020, colour_tag.P3_D65])
def test_a_profile_remembers_its_tag(primaries):
    assert colour_tag.tag_of(colour_tag.profile(primaries, 13)) == primaries


def test_srgb_needs_no_profile():
    for primaries, transfer in ((1, 13), (2, 2), (1, 1), (2, 13)):
        assert colour_tag.profile(primaries, transfer) is None
    assert colour_tag.tag_of(None) == colour_tag.SRGB


@pytest.mark.parametrize("tag", [(5, 13), (12, 99), (0, 0)])
def test_tags_that_no_photo_has_are_not_known(tag):
    with pytest.raises(KeyError):
        colour_tag.profile(*tag)


def test_srgb_built_here_is_littlecms_srgb(rgb16, tmp_path):
    built = colour_tag.matrix_profile("s", colour_tag.PRIMARIES[1], (0.3127, 0.3290), None)
    through = profiles.transform(rgb16, built, profiles.srgb(), "rgb", path=tmp_path)
    assert np.abs(through.astype(int) - rgb16).max() <= 65535 / 1000


@pytest.mark.parametrize("primaries", [colour_tag.BT2020, colour_tag.P3_D65])
def test_littlecms_sees_the_colours_that_the_numbers_say(primaries, rgb16, tmp_path):
    """The matrix by hand: linear light to XYZ to linear sRGB; both whites are D65, so no adaptation."""
    muted = (rgb16 // 4 + 24000).astype(np.uint16)  # inside sRGB
    icc = colour_tag.profile(primaries, 13)
    assert icc is not None
    found = profiles.transform(muted, icc, profiles.srgb(), "rgb", path=tmp_path) / 65535
    stored = muted / 65535
    light = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    own = colour_tag.to_xyz(colour_tag.PRIMARIES[primaries], (0.3127, 0.3290))
    linear = np.clip(light @ (np.linalg.inv(XYZ_OF_SRGB) @ own).T, 0, 1)
    expected = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(found - expected).max() < 0.004


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG"), (13, None)])
def test_a_profile_can_say_that_it_is_hdr(transfer, name):
    icc = colour_tag.matrix_profile("x", colour_tag.PRIMARIES[9], (0.3127, 0.3290), None, cicp=(9, transfer))
    assert colour_tag.hdr_curve(icc) == name


@pytest.mark.parametrize("icc", [None, b"", b"x" * 128, b"x" * 200])
def test_damaged_profiles_say_nothing(icc):
    assert colour_tag.hdr_curve(icc) is None

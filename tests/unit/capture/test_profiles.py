import imagecodecs
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import profiles
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError


def photo(pixels, icc=None) -> Photo:
    return Photo(pixels=pixels, metadata=Metadata(icc=icc))


def linear(encoded):
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encoded(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


#: Linear Display P3 to linear sRGB, from both primaries (D65).
P3_TO_SRGB = np.array([
    [1.2249401, -0.2249404, 0.0], [-0.0420569, 1.0420571, 0.0], [-0.0196376, -0.0786361, 1.0982735],
])  # fmt: skip


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_p3_to_srgb_is_the_matrix(dtype, scene, p3):
    """Independent: gamma 2.2 undone, matrix, sRGB curve, in floating point."""
    peak = np.iinfo(dtype).max
    inside = (0.35 + 0.3 * scene).astype(np.float64)  # such colours exist in both spaces
    stored = np.rint(inside * peak).astype(dtype)
    expected = encoded((stored / peak) ** 2.2 @ P3_TO_SRGB.T) * peak
    out = capture.to_wide_space(photo(stored, p3), photo(stored[:1])).pixels
    assert out.dtype == dtype
    assert np.abs(out - expected).max() < (1.5 if dtype == np.uint8 else 40)  # profiles hold 15-bit numbers


def test_equal_profiles_change_nothing(rgb8, p3):
    tele = photo(rgb8, p3)
    assert capture.to_wide_space(tele, photo(rgb8, p3)) is tele
    tele = photo(rgb8)
    assert capture.to_wide_space(tele, photo(rgb8)) is tele


def test_missing_is_srgb(rgb8):
    tele = photo(rgb8)
    assert np.array_equal(capture.to_wide_space(tele, photo(rgb8, profiles.srgb())).pixels, rgb8)


def test_the_result_says_the_wides_profile(rgb8, p3):
    assert capture.to_wide_space(photo(rgb8), photo(rgb8, p3)).metadata.icc == p3
    assert capture.to_wide_space(photo(rgb8, p3), photo(rgb8)).metadata.icc is None


@pytest.mark.parametrize(("dtype", "worst"), [(np.uint8, 2), (np.uint16, 24)])
def test_there_and_back(dtype, worst, scene, p3):
    """sRGB lies inside P3, so nothing is lost but rounding, which dark colours amplify."""
    stored = np.rint(scene * np.iinfo(dtype).max).astype(dtype)
    there = capture.to_wide_space(photo(stored), photo(stored, p3))
    back = capture.to_wide_space(there, photo(stored)).pixels
    assert np.abs(back.astype(int) - stored).max() <= worst


def test_16_bits_keep_their_levels(p3):
    ramp = np.repeat(np.arange(65536, dtype=np.uint16).reshape(256, 256, 1), 3, 2)
    out = capture.to_wide_space(photo(ramp), photo(ramp, p3)).pixels
    for channel in range(3):
        assert len(np.unique(out[:, :, channel])) > 60_000


def test_a_damaged_profile_is_refused(rgb8):
    with pytest.raises(CaptureError, match="colour profile"):
        capture.to_wide_space(photo(rgb8, b"no profile" * 20), photo(rgb8))


def test_a_grey_profile_is_applied(rgb8, save):
    grey = bytes(imagecodecs.cms_profile("gray", whitepoint=[0.3127, 0.3290], gamma=1.8))
    read = capture.read(save("a.png", rgb8[:, :, 0], icc_profile=grey))
    expected = encoded((rgb8[:, :, 0] / 255) ** 1.8) * 255
    assert np.abs(read.pixels[:, :, 1] - expected).max() < 1.5
    assert read.metadata.icc is None


def test_a_profile_of_another_kind_is_left_out_with_a_note(rgb8, save):
    grey = bytes(imagecodecs.cms_profile("gray", whitepoint=[0.3127, 0.3290], gamma=1.8))
    read = capture.read(save("a.png", rgb8, icc_profile=grey))
    assert np.array_equal(read.pixels, rgb8)
    assert read.metadata.icc is None
    assert "profile" in read.notes[0]

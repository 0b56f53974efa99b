"""Contact sheets show the right pixels in the right place."""

import numpy as np
import pytest

from dualzoom.geometry import Region
from dualzoom.report.contact_sheet import column, contact_sheet, crop, label, row


def _picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(40, 256, (height, width, 3), dtype=np.uint8)


def test_crop_repeats_pixels_and_is_dark_outside() -> None:
    picture = _picture(20, 30)
    found = crop(picture, Region(26, 4, 8, 5), 3)
    assert found.shape == (15, 24, 3)
    np.testing.assert_array_equal(found[1::3, 1:12:3], picture[4:9, 26:30])
    assert (found[:, 12:] == found[0, 12]).all()
    assert found[:, 12:].max() < 40


def test_label_adds_a_strip_with_ink_and_keeps_the_picture() -> None:
    picture = _picture(20, 90)
    found = label(picture, "wide", height=26)
    np.testing.assert_array_equal(found[26:], picture)
    assert found[:26].max() > 200
    assert not np.array_equal(found[:26], label(picture, "tele", height=26)[:26])


def test_row_and_column_hold_every_picture_unchanged() -> None:
    a, b = _picture(10, 12, 1), _picture(14, 9, 2)
    beside, below = row([a, b]), column([a, b])
    assert beside.shape == (14, 12 + 4 + 9, 3)
    np.testing.assert_array_equal(beside[:10, :12], a)
    np.testing.assert_array_equal(beside[:, 16:], b)
    assert below.shape == (10 + 4 + 14, 12, 3)
    np.testing.assert_array_equal(below[14:, :9], b)
    with pytest.raises(ValueError, match="at least one"):
        row([])


def test_sheet_shows_the_same_place_of_a_small_and_a_large_picture() -> None:
    wide = _picture(40, 60)
    large = wide.repeat(2, 0).repeat(2, 1)
    found = contact_sheet(
        {"wide": wide, "ours": large}, [Region(20, 16, 40, 24), Region(60, 40, 40, 24)], zoom=2
    )
    assert found.shape == (2 * (26 + 48) + 4, 2 * 80 + 4, 3)
    np.testing.assert_array_equal(found[26:74, :80], found[26:74, 84:])
    np.testing.assert_array_equal(found[26:74:2, 84::2], large[16:40, 20:60])

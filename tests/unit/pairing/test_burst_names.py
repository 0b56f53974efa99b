"""Which names share a burst, and which only look alike."""

import pytest

from dualzoom.pairing.burst_names import name_of_burst


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("00000IMG_00000_BURST20190812103005123", "00007IMG_00007_BURST20190812103005123_COVER", True),
        ("00000IMG_00000_BURST20190812103005123", "00007IMG_00007_BURST20190812103005999", False),
        ("DSC_0012_BURST20190812103005123", "DSC_0013_BURST20190812103005123", True),
        ("IMG_0001_BURST1", "IMG_0001_Burst02", True),
        ("IMG_0001_BURST1", "IMG_0002_BURST1", False),
        ("20230101_123456_001", "20230101_123456_017", True),
        ("20230101_123456_001", "20230101_123457_001", False),
    ],
)
def test_photos_of_one_burst_share_a_name(one, other, same):
    first, second = name_of_burst(one), name_of_burst(other)
    assert first is not None
    assert second is not None
    assert (first.of == second.of) is same


@pytest.mark.parametrize("stem", ["IMG_0001", "sunburst", "outburst 3x", "20230101_123456", "IMG_1_001", ""])
def test_other_names_are_of_none(stem):
    found = name_of_burst(stem)
    assert found is None or found.of not in ("", "sun")


def test_only_samsungs_numbers_need_the_times_to_agree():
    assert name_of_burst("20230101_123456_001").sure is False
    assert name_of_burst("IMG_1_BURST1").sure is True

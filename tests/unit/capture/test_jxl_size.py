"""The size that a JPEG XL picture announces, against those that libjxl writes."""

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture import jxl_size

SIDES = (1, 8, 9, 64, 96, 250, 256, 257, 300, 511, 8200)


@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize("width", SIDES)
@pytest.mark.parametrize("height", [1, 8, 64, 255, 300])
def test_the_size_is_that_of_the_picture(height, width, container):
    data = imagecodecs.jpegxl_encode(
        np.zeros((height, width), np.uint8), lossless=True, effort=1, usecontainer=container
    )
    assert jxl_size.size(bytes(data)) == (width, height)


@pytest.mark.parametrize("ratio", [(12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)])
def test_named_ratios(ratio):
    shape = (ratio[1] * 24, ratio[0] * 24)
    data = imagecodecs.jpegxl_encode(np.zeros(shape, np.uint16), lossless=True, effort=1)
    assert jxl_size.size(bytes(data)) == shape[::-1]


@given(st.binary(max_size=64), st.sampled_from([b"", b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"]))
def test_any_bytes_are_a_size_or_none(data, head):
    found = jxl_size.size(head + data)
    assert found is None or (0 <= found[0] <= 1 << 31 and 1 <= found[1] <= 1 << 30)


def test_other_files_are_none():
    for data in (b"", b"\xff", b"\xff\x0a", b"\xff\xd8\xff\xe0" * 8, b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(64)):
        assert jxl_size.size(data) is None

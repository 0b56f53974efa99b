"""The raw picture among a file's directories, and numbers of every type."""

import struct

import pytest

from dualzoom.capture import ifd
from dualzoom.capture.dng_tags import find_raw, numbers


def directory(width, height, photometric, subfile=0):
    values = {254: subfile, 256: width, 257: height, 262: photometric}
    return "<", {tag: ifd.Entry(4, 1, struct.pack("<I", value)) for tag, value in values.items()}


def test_the_largest_full_raw_picture_is_chosen():
    preview, small = directory(9000, 9000, 2, 1), directory(500, 400, 34892)
    proxy, large = directory(9000, 8000, 34892, 1), directory(4000, 3000, 32803)
    for order in ([preview, small, proxy, large], [large, proxy, small, preview]):
        found = find_raw(order)
        assert (found.whole(256), found.whole(257)) == (4000, 3000)
        assert found.first is order[0][1]
    assert find_raw([preview, proxy]).whole(256) == 9000  # a reduced one is better than none
    assert find_raw([preview]) is find_raw([]) is None


@pytest.mark.parametrize(
    ("kind", "layout", "values", "expected"),
    [
        (1, "3B", (1, 2, 255), (1.0, 2.0, 255.0)),
        (3, "2H", (1, 65535), (1.0, 65535.0)),
        (9, "1i", (-7,), (-7.0,)),
        (5, "4I", (1, 2, 3, 4), (0.5, 0.75)),
        (10, "4i", (-1, 2, 3, -4), (-0.5, -0.75)),
        (11, "2f", (0.5, -2.0), (0.5, -2.0)),
        (12, "1d", (0.1,), (0.1,)),
        (5, "4I", (1, 2, 3, 0), ()),
        (2, "3s", (b"abc",), ()),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers(kind, layout, values, expected, order):
    data = struct.pack(order + layout, *values)
    entry = ifd.Entry(kind, len(data) // ifd.TYPE_BYTES[kind], data)
    assert numbers(entry, order) == expected
    assert numbers(None, order) == ()

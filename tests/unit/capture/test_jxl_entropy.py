"""Numbers of real codestreams, which libjxl wrote: its coder ends in a known state only if all symbols were right."""

import imagecodecs
import numpy as np
import pytest

from dualzoom.capture import jxl, jxl_header
from dualzoom.capture.bits import BitReader
from dualzoom.capture.jxl_alias import Alias
from dualzoom.capture.jxl_entropy import numbers

SPLIT, PROPERTY, PREDICTOR, OFFSET, SHIFT, FACTOR = range(6)  # contexts of a tree


def at_tree(stream: bytes) -> BitReader:
    """The place of the decision tree in a lossless picture of one group, by the frame header that libjxl writes."""
    header = jxl_header.parse(stream)
    reader = BitReader(stream)
    reader.at = -(-header.end // 8) * 8
    assert [reader.flag(), reader.u(2), reader.u(1)] == [False, 0, 1]  # a regular frame in modular mode
    reader.u64()
    if not header.xyb:
        assert not reader.flag()
    reader.u(2 * (1 + header.extra) + 2 + 2 + 1)  # enlargement, size of groups, passes, crop
    for _ in range(1 + header.extra):
        assert reader.u32(((0, 0), (0, 1), (0, 2), (2, 3))) == 0
    assert reader.flag()  # the last frame
    assert reader.u(2) == 0  # no name
    assert not reader.flag()
    assert reader.u(3) == 0  # no filters
    assert (reader.u64(), reader.u64()) == (0, 0)
    assert not reader.flag()  # sections in order
    reader.at = -(-reader.at // 8) * 8
    reader.u32(((10, 0), (14, 1024), (22, 17408), (30, 4211712)))
    reader.at = -(-reader.at // 8) * 8
    assert reader.u(2) == 3  # usual scales, and a tree
    return reader


@pytest.mark.parametrize("effort", [4, 7, 9])
@pytest.mark.parametrize("bits", [8, 16])
def test_the_tree_of_a_lossless_picture(effort, bits, scene):
    noise = np.random.default_rng(2).normal(0, 0.02, scene.shape)
    pixels = np.rint(np.clip(scene + noise, 0, 1) * ((1 << bits) - 1)).astype(f"uint{bits}")
    data = bytes(imagecodecs.jpegxl_encode(pixels, lossless=True, effort=effort))
    reader = at_tree(jxl.unpacked(data).stream)
    coded, open_nodes, leaves, nodes = numbers(reader, 6), 1, 0, 0
    while open_nodes:
        nodes += 1
        if coded.next(PROPERTY):
            coded.next(SPLIT)
            open_nodes += 1
            continue
        assert coded.next(PREDICTOR) <= 13
        for context in (OFFSET, SHIFT, FACTOR):
            coded.next(context)
        open_nodes, leaves = open_nodes - 1, leaves + 1
    coded.close()
    assert nodes == 2 * leaves - 1
    assert leaves > 1
    assert isinstance(coded.codes[0], Alias) == (effort > 4)  # both kinds of codes occur

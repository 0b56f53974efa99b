"""The index of a file of several pictures."""

import io
import struct

import hdr_files as files
import numpy as np
import pytest
from PIL import Image

from dualzoom.capture import mpf


def test_another_reader_finds_both_pictures(rgb8):
    first, second = files.jpeg(rgb8), files.jpeg(rgb8[::2, ::2])
    size = len(first) + mpf.SEGMENT_BYTES
    index = mpf.segment((size, len(second)), 2)
    assert len(index) == mpf.SEGMENT_BYTES
    with Image.open(io.BytesIO(first[:2] + index + first[2:] + second)) as found:
        assert found.format == "MPO"
        assert found.n_frames == 2
        found.seek(1)
        assert found.size == (64, 48)
    assert mpf.pictures(index[8:], 2 + 8) == [(size, len(second))]


@pytest.mark.parametrize("offset", [0, 77, 2**32 - 1])
def test_an_index_of_another_program(offset):
    payload = files.mpf(1000, 500, offset)[8:]
    assert mpf.pictures(payload, 40) == [(40 + offset, 500)]


@pytest.mark.parametrize("cut", range(0, 82, 9))
def test_a_damaged_index_lists_nothing_or_less(cut):
    payload = files.mpf(1000, 500, 77)[8:]
    assert mpf.pictures(payload[:cut], 40) == []
    assert mpf.pictures(np.random.default_rng(cut).bytes(82), 40) == []


def test_a_list_without_end_is_short():
    rows = struct.pack("<IIIHH", 0, 1, 5, 0, 0) * 4000
    head = struct.pack("<2sHIH", b"II", 42, 8, 1) + struct.pack("<HHIII", 0xB002, 7, len(rows), 26, 0)
    assert len(mpf.pictures(head + rows, 0)) <= 16

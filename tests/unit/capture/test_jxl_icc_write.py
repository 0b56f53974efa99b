"""What is written is read again, by our own reader and by libjxl, whose pixels stay the same."""

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture import jxl, jxl_header, jxl_icc
from dualzoom.capture.bits import BitReader, BitWriter
from dualzoom.capture.jxl_icc_write import write


def read_back(icc: bytes) -> bytes:
    out = BitWriter()
    out.u(5, 3)  # not at the start of a byte
    write(out, icc)
    end = out.at
    reader = BitReader(out.bytes())
    assert reader.u(3) == 5
    found = jxl_icc.read(reader)
    assert reader.at == end
    return found


@given(st.binary(min_size=129, max_size=5000))
def test_any_bytes_come_back(icc):
    assert read_back(icc) == icc


@pytest.mark.parametrize("maker", [b"APPL", b"MSFT", b"SGI ", b"SUNW", b"Sxxx", b"AAAA"])
@pytest.mark.parametrize("length", [129, 4000, 70_000])
def test_makers_and_lengths(maker, length):
    icc = bytes(range(40)) + maker + np.random.default_rng(2).bytes(length - 44)
    assert read_back(icc) == icc


def test_libjxl_decodes_the_picture_behind_it(odd_profile, rgb8):
    for icc in (odd_profile("curves"), odd_profile("table")):
        stream = jxl.unpacked(bytes(imagecodecs.jpegxl_encode(rgb8, lossless=True))).stream
        made = jxl_header.with_colours(stream, jxl_header.Colours(icc=True), 8, icc=icc)
        assert np.array_equal(imagecodecs.jpegxl_decode(made), rgb8)


def test_what_is_no_profile_is_refused():
    for icc in (b"", bytes(128), bytes(jxl_icc.MAX_BYTES)):
        with pytest.raises(ValueError, match="colour profile"):
            write(BitWriter(), icc)

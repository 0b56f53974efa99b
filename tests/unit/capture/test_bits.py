"""Bit fields: reading undoes writing, and ends at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture.bits import ENUM, BitReader, BitWriter


@given(st.lists(st.tuples(st.integers(0, 2**30 - 1), st.integers(30, 40))))
def test_plain_fields(fields):
    writer = BitWriter()
    for value, width in fields:
        writer.u(value, width)
    reader = BitReader(writer.bytes())
    assert [reader.u(width) for _, width in fields] == [value for value, _ in fields]
    assert reader.at == writer.at


@given(st.integers(0, 81))
def test_enumerations(value):
    writer = BitWriter()
    writer.enum(value)
    assert BitReader(writer.bytes()).enum() == value


def test_what_fits_no_form_is_refused():
    with pytest.raises(ValueError, match="fit"):
        BitWriter().u32(82, ENUM)


@pytest.mark.parametrize(
    ("bits", "value"),
    [
        ("00", 0),
        ("10" + "0000", 1),
        ("10" + "1111", 16),
        ("01" + "11111111", 272),
        ("11" + "1" * 12 + "0", 4095),
    ],
)
def test_64_bit_numbers(bits, value):
    """The lowest bit is written first."""
    data = int(bits[::-1], 2).to_bytes(4, "little")
    assert BitReader(data).u64() == value


def test_half_precision_and_the_end():
    reader = BitReader(b"\x00\x3c")
    assert reader.f16() == 1.0
    with pytest.raises(EOFError):
        reader.u(1)

"""IPTC in Photoshop's resource blocks: found among others, and lost in none that is damaged."""

import struct

import pytest
from growth import assert_linear
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture import iptc


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    padded = bytes([len(name)]) + name + bytes((len(name) + 1) % 2)
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + padded
        + struct.pack(">I", len(data))
        + data
        + bytes(len(data) % 2)
    )


@given(st.binary(min_size=1, max_size=99), st.binary(max_size=30), st.binary(max_size=31))
def test_records_are_found_after_other_resources_of_any_length(records, other, name):
    data = resource(1036, other, name) + resource(0x0404, records, name) + resource(1005, other)
    assert iptc.from_resources(data) == records


@given(st.binary(min_size=1, max_size=99))
def test_there_and_back(records):
    assert iptc.from_resources(iptc.to_resources(records)) == records
    assert len(iptc.to_resources(records)) % 2 == 0


@pytest.mark.parametrize("data", [b"", b"8BIM", b"8BIM\4\4\0", b"nonsense" * 9, resource(0x0404, b"")])
def test_what_holds_none_gives_none(data):
    assert iptc.from_resources(data) is None


@given(st.integers(0, 40), st.binary(min_size=30, max_size=30))
def test_cut_records_are_none(end, records):
    assert iptc.from_resources(resource(0x0404, records)[:end]) is None


@pytest.mark.parametrize("size", [0, 1, 40])
def test_many_resources_take_one_look_each(size):
    assert_linear(lambda n: resource(1036, bytes(size)) * n, iptc.from_resources)

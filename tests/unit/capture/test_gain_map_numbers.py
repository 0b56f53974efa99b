"""The numbers of a gain map: both forms return what was written, and read what other programs write."""

import struct
from dataclasses import asdict, replace

import hdr_files as files
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualzoom.capture import gain_map_numbers
from dualzoom.capture.gain_map import GainMap

PIXELS = np.zeros((2, 2), np.uint8)


def channels(least, most):
    one = st.floats(least, most, allow_subnormal=False)
    return st.one_of(st.tuples(one), st.tuples(one, one, one))


MAPS = st.builds(
    GainMap,
    pixels=st.just(PIXELS),
    lowest=channels(-4, 0),
    highest=channels(0, 8),
    gamma=channels(0.1, 4),
    base_offset=channels(0, 0.5),
    hdr_offset=channels(0, 0.5),
    base_headroom=st.floats(0, 1),
    hdr_headroom=st.floats(1.5, 8),
)


def same(found, wanted):
    """Whether the numbers agree to a millionth; a single value stands for three alike."""
    wanted = asdict(wanted)
    for name, value in found.items():
        expected = wanted[name]
        if isinstance(value, tuple):
            longest = max(len(value), len(expected))
            value, expected = value * (longest // len(value)), expected * (longest // len(expected))
        if value != pytest.approx(expected, abs=2e-6):
            return False
    return True


@settings(max_examples=40)
@given(MAPS)
def test_both_forms_return_what_was_written(gain_map):
    assert same(gain_map_numbers.from_iso(gain_map_numbers.to_iso(gain_map)), gain_map)
    assert same(gain_map_numbers.from_xmp(gain_map_numbers.to_xmp(gain_map)), gain_map)


def test_the_block_of_iso_is_laid_out_by_the_standard():
    gain_map = GainMap(
        pixels=PIXELS, lowest=(-0.5,), highest=(2.0,), gamma=(1.0,), base_offset=(0.25,), hdr_offset=(0.0,),
        hdr_headroom=3.0,
    )  # fmt: skip
    assert gain_map_numbers.to_iso(gain_map) == struct.pack(
        ">HHB IIII iI iI II iI iI", 0, 0, 0x40, 0, 1, 3, 1, -1, 2, 2, 1, 1, 1, 1, 4, 0, 1
    )


def test_a_common_denominator_is_understood():
    block = struct.pack(">HHB III iiIii", 0, 0, 0x48, 1000, 0, 2500, -500, 2500, 1000, 15, 16)
    found = gain_map_numbers.from_iso(block)
    assert found["lowest"] == (-0.5,)
    assert found["highest"] == (2.5,)
    assert found["base_offset"], found["hdr_offset"] == ((0.015,), (0.016,))
    assert found["hdr_headroom"] == 2.5
    assert found["in_base_space"]


@pytest.mark.parametrize(
    "block",
    [
        b"",
        bytes(5),
        struct.pack(">HHB", 1, 1, 0) + bytes(60),  # needs a later reader
        struct.pack(">HHB", 0, 0, 0x04) + struct.pack(">II", 1, 1) * 7,  # the base picture is the HDR one
        struct.pack(">HHB", 0, 0, 0) + bytes(56),  # denominators of zero
        struct.pack(">HHB", 0, 0, 0x80) + struct.pack(">II", 1, 1) * 7,  # two channels are missing
    ],
)
def test_blocks_that_cannot_be_used_give_nothing(block):
    assert gain_map_numbers.from_iso(block) is None


def test_packets_of_other_programs():
    found = gain_map_numbers.from_xmp(files.map_xmp(GainMapMax="2.5", HDRCapacityMax="2.5"))
    assert same(found, GainMap(pixels=PIXELS, lowest=(0.0,), highest=(2.5,), hdr_headroom=2.5))
    packet = files.map_xmp(Version="1.0").replace(
        b"/></rdf:RDF>",
        b"><hdrgm:GainMapMax><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li><rdf:li>3</rdf:li></rdf:Seq>"
        b"</hdrgm:GainMapMax><hdrgm:Gamma>2</hdrgm:Gamma></rdf:Description></rdf:RDF>",
    )
    found = gain_map_numbers.from_xmp(packet)
    assert found["highest"] == (1.0, 2.0, 3.0)
    assert found["gamma"] == (2.0, 2.0, 2.0)
    assert found["hdr_headroom"] == 3.0  # where nothing is said, that of the brightest channel


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"GainMapMax": "much"},
        {"GainMapMax": "2", "BaseRenditionIsHDR": "True"},
        {"GainMapMax": "2", "HDRCapacityMax": ""},
    ],
)
def test_packets_that_cannot_be_used_give_nothing(numbers):
    assert gain_map_numbers.from_xmp(files.map_xmp(**numbers)) is None


def test_what_is_no_xml_gives_nothing():
    assert gain_map_numbers.from_xmp(b"<x") is None


def test_one_text_for_numbers_alike():
    gain_map = GainMap(pixels=PIXELS, lowest=(0.0,) * 3, highest=(1.0, 2.0, 3.0), hdr_headroom=3.0)
    packet = gain_map_numbers.to_xmp(replace(gain_map, gamma=(1.0,) * 3))
    assert b'hdrgm:GainMapMin="0.0"' in packet
    assert packet.count(b"<rdf:li>") == 3

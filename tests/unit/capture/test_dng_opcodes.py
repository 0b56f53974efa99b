"""Lists of corrections: what is applied, what is named, and that damaged ones end."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phone_files import opcode_list

from dualzoom.capture import dng_opcodes, ifd
from dualzoom.capture.dng_opcodes import LISTS, DamagedError, Reader, corrections, parse
from dualzoom.capture.dng_tags import RawDirectory


def directory(lists, compression=1):
    entries = {tag: ifd.Entry(7, len(data), data) for tag, data in lists.items()}
    entries[259] = ifd.Entry(3, 1, struct.pack("<H", compression))
    return RawDirectory("<", {}, entries)


def numbers(found):
    return tuple(tuple(one.number for one in opcodes) for opcodes in found.lists)


def test_each_list_keeps_its_order_and_what_fits_its_place():
    every = opcode_list(*[(number, b"") for number in (9, 1, 4, 3, 2, 8, 14, 5)])
    found = corrections(directory(dict.fromkeys(LISTS, every)))
    assert numbers(found) == ((4, 5), (9, 3, 8), (9, 1, 3, 2))
    assert found


def test_what_is_not_applied_is_named_and_who_insists():
    lists = {51009: opcode_list((14, b""), (6, b"")), 51022: opcode_list((99, b""), (4, b""), optional=1)}
    assert corrections(directory(lists)).notes == (
        "lens corrections that the DNG insists on are not applied: TrimBounds, WarpRectilinear2",
        "lens corrections of the DNG are not applied: FixBadPixelsConstant, opcode 99",
    )
    assert not corrections(directory(lists))


def test_libraw_applies_the_polynomials_of_lossy_jpeg_itself():
    lists = {51009: opcode_list((8, b""), (9, b""))}
    assert numbers(corrections(directory(lists, compression=34892))) == ((), (9,), ())
    assert numbers(corrections(directory(lists, compression=7))) == ((), (8, 9), ())


def test_lists_of_the_first_directory_count_where_the_raw_one_has_none():
    raw = directory({51009: opcode_list((9, b""))})
    first = {51022: ifd.Entry(7, 20, opcode_list((1, b""))), 51009: ifd.Entry(7, 4, bytes(4))}
    assert numbers(corrections(RawDirectory("<", first, raw.entries))) == ((), (9,), (1,))


WARP = (1, struct.pack(">I6d2d", 1, 1.0, -0.02, 0.004, 0.0, 0.0, 0.0, 0.5, 0.5))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\1",
        opcode_list(WARP)[:-8],
        opcode_list(WARP)[:15],
        struct.pack(">I4I", 1, 1, 0, 0, 0xFFFFFFFF),
        b"\xff" * 400,
        struct.pack(">I", 0xFFFFFFFF) + struct.pack(">4I", 9, 0, 0, 0) * 20_000,
        opcode_list(*[WARP] * 200),
    ],
)
def test_a_damaged_or_endless_list_is_left_out_whole(data):
    found = corrections(directory({51022: data}))
    assert not found
    assert found.notes == ("the DNG's list of lens corrections is damaged and not applied",)


@given(st.binary(max_size=200))
def test_parsing_ends_and_makes_no_bytes(data):
    found, whole = parse(data)
    assert sum(16 + len(one.data) for one in found) <= len(data) + 16
    assert not whole or len(data) >= 4


@given(st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=30)), max_size=9))
def test_a_whole_list_comes_back(opcodes):
    found, whole = parse(opcode_list(*opcodes))
    assert whole
    assert [(one.number, one.data) for one in found] == opcodes


def test_parameters_end_where_they_end():
    reader = Reader(struct.pack(">Id", 7, 0.5))
    assert reader.take("I") == (7,)
    assert reader.take("d") == (0.5,)
    for take in (lambda: reader.take("B"), lambda: reader.many(1, "f"), lambda: reader.many(1 << 40, "d")):
        with pytest.raises(DamagedError):
            take()
    assert dng_opcodes.Opcode(77, False, b"").name == "opcode 77"

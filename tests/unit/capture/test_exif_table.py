"""Law: no tag of the result says a size, a place or a storage of the old picture, and no other tag changes."""

import struct

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import exif_table, ifd
from dualzoom.capture.exif_table import TABLE
from dualzoom.capture.ifd import EXIF_IFD, INTEROP_IFD, Block, Directory
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.geometry import Size

OLD, NEW = Size(128, 96), Size(256, 192)
PATHS = {"main": (), "exif": (EXIF_IFD,), "interoperability": (EXIF_IFD, INTEROP_IFD)}


def rational(number: int) -> ifd.Entry:
    return ifd.Entry(5, 1, struct.pack("<II", number, 1))


def full() -> Block:
    """A block that has every tag of the table, and one beside in each directory; all numbers are 128 or 96."""
    block = Block()
    block.main.children[EXIF_IFD] = Directory({}, {INTEROP_IFD: Directory()})
    for name, path in PATHS.items():
        directory = block.main
        for pointer in path:
            directory = directory.children[pointer]
        directory.entries = {
            tag: block.short(96 if action == "height" else 128) for tag, action in TABLE[name].items()
        }
        directory.entries[60_000] = ifd.text("stays")
    block.main.entries |= {274: block.short(1), 305: ifd.text("camera")}
    exif = block.main.children[EXIF_IFD].entries
    exif |= {
        0x9214: ifd.Entry(3, 2, struct.pack("<HH", 20, 30)),
        0xA214: ifd.Entry(3, 2, struct.pack("<HH", 20, 30)),
    }
    exif |= {0xA20E: rational(300), 0xA20F: rational(300), 0x9000: ifd.Entry(7, 4, b"0221")}
    return block


def result(block: Block, orientation: int = 1) -> dict[str, dict[int, ifd.Entry]]:
    """What the written result says, by directory."""
    block.main.entries[274] = block.short(orientation)
    wide = Photo(pixels=np.zeros((96, 128, 3), np.uint8), metadata=Metadata(exif=serialise(block)))
    made = ifd.parse(capture.metadata_for_output(wide, NEW, "dualzoom").exif)
    exif = made.main.children[EXIF_IFD]
    return {
        "main": made.main.entries,
        "exif": exif.entries,
        "interoperability": exif.children[INTEROP_IFD].entries,
    }


CASES = [(name, tag, action) for name, rules in TABLE.items() for tag, action in rules.items()]


@pytest.mark.parametrize(("name", "tag", "action"), CASES)
def test_every_tag_of_the_table(name, tag, action):
    entry = result(full())[name].get(tag)
    expected = {
        "orientation": (1,), "width": (256,), "height": (192,), "subject": (40, 60), "drop": None,
        "software": b"dualzoom\0", "version": b"0221", "density": struct.pack("<II", 600, 1),
    }[action]  # fmt: skip
    if entry is None or isinstance(expected, bytes):
        assert (entry and entry.data) == expected
    elif action == "subject":
        assert [abs(a - b) <= 1 for a, b in zip(ifd.integers(entry, "<"), expected, strict=True)] == [
            True,
            True,
        ]
    else:
        assert ifd.integers(entry, "<") == expected


@pytest.mark.parametrize("name", PATHS)
def test_other_tags_stay(name):
    assert result(full())[name][60_000].data == full().main.entries[60_000].data


def test_no_number_of_the_old_size_is_left():
    for entries in result(full()).values():
        for tag, entry in entries.items():
            assert not {128, 96} & set(ifd.integers(entry, "<")), tag


def test_only_required_tags_are_added():
    made = capture.metadata_for_output(Photo(pixels=np.zeros((96, 128, 3), np.uint8)), NEW, "s").exif
    block = ifd.parse(made)
    assert set(block.main.entries) | set(block.main.children[EXIF_IFD].entries) == exif_table.REQUIRED


def test_tags_are_listed_once():
    dropped = [tag for tag, _ in exif_table._DROPPED]
    assert len(dropped) == len(set(dropped))


@pytest.mark.parametrize("orientation", [1, 6])
def test_sizes_are_those_of_the_upright_result(orientation):
    made = result(full(), orientation)
    assert ifd.integers(made["main"][256], "<") == (256,)
    assert ifd.integers(made["interoperability"][0x1002], "<") == (192,)
    assert ifd.integers(made["main"][274], "<") == (1,)


@pytest.mark.parametrize(("width", "height"), [(0, 96), (128, None)])
def test_an_old_size_that_is_not_said_scales_nothing(width, height):
    block = full()
    exif = block.main.children[EXIF_IFD].entries
    exif[0xA002] = block.short(width)
    if height is None:
        del exif[0xA003]
    made = result(block)["exif"]
    assert made[0xA20E].data == struct.pack("<II", 300, 1)
    assert 0x9214 not in made
    assert ifd.integers(made[0xA003], "<") == (192,)


@pytest.mark.parametrize("block", [None, serialise(full())])
def test_the_resolution_of_a_print_is_written_and_nothing_else(block):
    found = ifd.parse(exif_table.with_resolution(block, 299.5))
    expected = (ifd.parse(block) if block else Block()).main.entries
    assert {tag: found.main.entries[tag].data for tag in (282, 283, 296)} == {
        282: struct.pack("<II", 599, 2),
        283: struct.pack("<II", 599, 2),
        296: struct.pack("<H", 2),
    }
    for tag, entry in expected.items():
        assert found.main.entries[tag].data == entry.data

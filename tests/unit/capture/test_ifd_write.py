"""Serialised blocks: nothing removed stays behind, and a maker note stays where it was."""

import struct

import pytest

from dualzoom.capture import ifd
from dualzoom.capture.ifd import EXIF_IFD, MAKER_NOTE, Block, Directory, Entry, parse
from dualzoom.capture.ifd_write import serialise


def values(directory):
    """What a directory says, whatever its layout."""
    said = {tag: (entry.kind, entry.count, entry.data) for tag, entry in directory.entries.items()}
    return said, {tag: values(child) for tag, child in directory.children.items()}


@pytest.mark.parametrize("offset", [200, 201, 1000, 40000])
@pytest.mark.parametrize("tags", [3, 60])
def test_a_maker_note_keeps_its_offset(offset, tags):
    """Makers count from the start of the block; whatever grows around the note must not move it."""
    note = Entry(7, 500, bytes(range(250)) * 2, offset)
    main = {300 + number: ifd.text("some text") for number in range(tags)}
    block = Block("<", Directory(main, {EXIF_IFD: Directory({MAKER_NOTE: note})}), b"\xff\xd8thumbnail")
    data = serialise(block)
    assert data[offset : offset + 500] == note.data
    again = parse(data)
    assert values(again.main) == values(block.main)
    assert again.main.children[EXIF_IFD].entries[MAKER_NOTE].offset == offset
    assert again.thumbnail == block.thumbnail


def test_nothing_that_was_taken_out_stays_behind():
    block = Block("<", Directory({315: ifd.text("A secret person"), 316: ifd.text("something else")}))
    again = parse(serialise(block))
    del again.main.entries[315]
    assert b"secret" not in serialise(again)


def test_entries_are_sorted_and_values_lie_at_even_offsets():
    entries = {tag: Entry(7, 5 + tag % 2, bytes(5 + tag % 2)) for tag in (900, 300, 700, 500)}
    data = serialise(Block("<", Directory(entries)))
    start = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[start : start + 2])[0]
    rows = [struct.unpack("<HHII", data[start + 2 + 12 * n :][:12]) for n in range(count)]
    assert [row[0] for row in rows] == [300, 500, 700, 900]
    assert all(row[3] % 2 == 0 for row in rows)
    assert len({row[3] for row in rows}) == 4


@pytest.mark.parametrize("offset", [None, 4, 70_000, 8])
def test_a_maker_note_that_cannot_keep_its_offset_is_still_whole(offset):
    note = Entry(7, 500, bytes(range(250)) * 2, offset)
    block = Block("<", Directory({}, {EXIF_IFD: Directory({MAKER_NOTE: note})}))
    again = parse(serialise(Block("<", Directory({272: ifd.text("a")}, block.main.children))))
    assert again.main.children[EXIF_IFD].entries[MAKER_NOTE].data == note.data

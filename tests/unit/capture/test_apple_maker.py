"""Apple's maker note: headroom by Apple's formula, and tags of the old picture taken out in place."""

import struct
from dataclasses import replace

import pytest
from hdr_files import apple_note

from dualzoom import capture
from dualzoom.capture import apple_maker, ifd
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Photo


def ratio(numerator: int, denominator: int, order: str = ">") -> bytes:
    return struct.pack(f"{order}ii", numerator, denominator)


def exif_with(note: bytes) -> bytes:
    block = ifd.Block()
    block.main.children[ifd.EXIF_IFD] = ifd.Directory({ifd.MAKER_NOTE: ifd.Entry(7, len(note), note)})
    return serialise(block)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize(
    ("first", "second", "stops"),
    [
        ((1, 2), (0, 1), 1.8),
        ((1, 2), (1, 100), 1.6),
        ((1, 2), (1, 1), 1.5),
        ((3, 2), (0, 1), 3.0),
        ((3, 2), (1, 100), 2.3),
        ((3, 2), (1, 1), 2.0),
        ((3, 2), (90, 1), 0.0),  # never darker
    ],
)
def test_headroom_by_the_formula(first, second, stops, order):
    note = apple_note(
        (0x01, 9, 1, struct.pack(f"{order}i", 14)),
        (0x21, 10, 1, ratio(*first, order)),
        (0x30, 10, 1, ratio(*second, order)),
        order=order,
    )
    assert apple_maker.headroom(exif_with(note)) == pytest.approx(2.0**stops)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"Apple iOS\0\0\1MM",
        b"Apple iOS\0\0\1MM\0\x40" + bytes(100),  # 64 entries are not there
        b"OPPO" + bytes(60),
        apple_note((0x21, 10, 1, ratio(1, 2))),  # the other one is missing
        apple_note((0x21, 10, 1, ratio(1, 0)), (0x30, 10, 1, ratio(1, 1))),
        apple_note((0x21, 9, 1, b"\0\0\0\1"), (0x30, 10, 1, ratio(1, 1))),
    ],
)
def test_a_note_that_does_not_say_gives_none(note):
    assert apple_maker.headroom(exif_with(note)) is None
    if len(note) != len(apple_note((0x21, 10, 1, ratio(1, 2)))):
        assert apple_maker.headroom(None) is None


def test_what_is_wrong_goes_and_the_rest_stays_where_it_is():
    text, uuid = b"q750n\0", b"B1C5A9DE-0000-4F7E-8D6F-6E7A5B4C3D2E\0"
    note = apple_note(
        (0x01, 9, 1, struct.pack(">i", 14)),
        (0x0B, 2, len(uuid), uuid),
        (0x11, 2, len(uuid), uuid),
        (0x17, 16, 1, bytes(8)),
        (0x1A, 2, len(text), text),
        (0x21, 10, 1, ratio(1, 2)),
    )
    made, lost = apple_maker.corrected(note)
    assert lost == ("burst", "Live Photo link")
    assert len(made) == len(note)
    assert made[14:16] == b"\0\2"
    first, second, after = made[16:28], made[28:40], made[40:44]
    assert first == note[16:28]
    tag, _, count, offset = struct.unpack(">HHII", second)
    assert (tag, made[offset : offset + count]) == (0x1A, text)
    assert after == bytes(4)
    assert apple_maker.corrected(made) == (made, ())
    assert apple_maker.headroom(exif_with(made)) is None


@pytest.mark.parametrize(
    "note", [b"", b"Apple iOS\0\0\1MM\0\x40" + bytes(100), b"SONY DSC \0\0\0" + bytes(40)]
)
def test_other_notes_stay_as_they_are(note):
    assert apple_maker.corrected(note) == (note, ())


def test_reference_photos_say_how_bright(shared):

    for name, stops in (("apple_gainmap_old.jpg", 3.0), ("apple_gainmap_new.jpg", 2.18)):
        photo = capture.read(shared / "phones" / name)
        assert photo.gain_map.hdr_headroom == pytest.approx(stops, abs=0.01)
        made = capture.metadata_for_output(photo, photo.size.scale(2), "test")
        assert apple_maker.headroom(made.exif) is None


def test_losses_are_told_and_the_result_is_free_of_them(rgb8):
    uuid = b"B1C5A9DE-0000-4F7E-8D6F-6E7A5B4C3D2E\0"
    note = apple_note((0x0B, 2, len(uuid), uuid), (0x11, 2, len(uuid), uuid))
    photo = Photo(pixels=rgb8, metadata=Metadata(exif=exif_with(note)))
    assert capture.output_notes(photo) == ("left out of the result: burst, Live Photo link",)
    made = replace(photo, metadata=capture.metadata_for_output(photo, photo.size, "test"))
    assert capture.output_notes(made) == ()
    held = ifd.parse(made.metadata.exif).main.children[ifd.EXIF_IFD].entries[ifd.MAKER_NOTE].data
    assert held[14:16] == b"\0\0"
    assert len(held) == len(note)

import io
import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from dualzoom.capture import ifd
from dualzoom.capture.ifd import EXIF_IFD, GPS_IFD, INTEROP_IFD, Block, Directory, Entry, parse
from dualzoom.capture.ifd_write import serialise

POINTERS = {EXIF_IFD, GPS_IFD, INTEROP_IFD, ifd.SUB_IFDS}


@st.composite
def entries(draw):
    kind = draw(st.sampled_from([1, 2, 3, 4, 5, 7, 9, 10, 12]))
    count = draw(st.integers(1, 9))
    size = count * ifd.TYPE_BYTES[kind]
    return Entry(kind, count, draw(st.binary(min_size=size, max_size=size)))


tags = st.integers(1, 65535).filter(lambda tag: tag not in POINTERS)
directories = st.dictionaries(tags, entries(), min_size=1, max_size=12)
orders = st.sampled_from(["<", ">"])


def values(directory):
    """What a directory says, whatever its layout."""
    said = {tag: (entry.kind, entry.count, entry.data) for tag, entry in directory.entries.items()}
    return said, {tag: values(child) for tag, child in directory.children.items()}


@settings(max_examples=30)
@given(orders, directories, directories, directories, directories, st.binary(min_size=1, max_size=50))
def test_what_is_written_is_read_back(order, main, exif, gps, interop, thumbnail):
    family = {EXIF_IFD: Directory(exif, {INTEROP_IFD: Directory(interop)}), GPS_IFD: Directory(gps)}
    block = Block(order, Directory(main, family), thumbnail)
    again = parse(serialise(block))
    assert again is not None
    assert again.order == order
    assert values(again.main) == values(block.main)
    assert again.thumbnail == thumbnail


@settings(max_examples=50)
@given(orders, directories)
def test_writing_twice_changes_nothing(order, main):
    once = serialise(Block(order, Directory(main)))
    assert serialise(parse(once)) == once


@given(st.binary(max_size=300))
def test_no_bytes_at_all_lead_astray(data):
    for head in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"):
        block = parse(head + data)
        if block is not None:
            serialise(block)
        list(ifd.walk(head + data))


def test_directories_that_point_in_a_circle_end():
    loop = b"II*\0" + struct.pack("<IH", 8, 0) + struct.pack("<I", 8)
    assert len(list(ifd.walk(loop))) == 1


def test_a_directory_of_65535_entries_is_not_believed():
    assert parse(b"II*\0" + struct.pack("<IH", 8, 65535) + bytes(12 * 65535)) is None


def test_another_program_reads_what_is_written(make_exif):
    written = make_exif(6).tobytes()[6:]
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + serialise(parse(written)))
    before = Image.Exif()
    before.load(make_exif(6).tobytes())
    assert dict(exif) == {**before, EXIF_IFD: exif[EXIF_IFD], GPS_IFD: exif[GPS_IFD]}  # pointers may move
    for pointer in (EXIF_IFD, GPS_IFD):
        assert exif.get_ifd(pointer) == before.get_ifd(pointer)
        assert len(exif.get_ifd(pointer)) > 10


def test_damaged_entries_are_left_out():
    data = bytearray(
        serialise(Block("<", Directory({315: ifd.text("A long enough text"), 274: Block().short(6)})))
    )
    at = data.index(struct.pack("<HH", 315, 2)) + 8
    data[at : at + 4] = struct.pack("<I", 1 << 30)
    assert set(parse(bytes(data)).main.entries) == {274}


def test_an_embedded_thumbnail_is_found(make_exif, rgb8):
    jpeg = io.BytesIO()
    Image.fromarray(rgb8).save(jpeg, "JPEG")
    block = parse(make_exif().tobytes()[6:])
    block.thumbnail = jpeg.getvalue()
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + serialise(block))
    second = exif.get_ifd(ExifTags.IFD.IFD1)
    assert second[514] == len(jpeg.getvalue())
    start = second[513]
    assert serialise(block)[start : start + len(jpeg.getvalue())] == jpeg.getvalue()

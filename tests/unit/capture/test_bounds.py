"""Law: what a file asks for grows with its bytes, in counted calls and in memory, for every construct."""

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from growth import assert_linear, chunk, segment
from PIL import Image

from dualzoom import capture
from dualzoom.capture import dng_opcodes, dng_tags, ifd, iptc, jpeg, raw, xmp
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError
from dualzoom.geometry import Size

HEAD = b"II*\0\x08\0\0\0"


def shared_exif(n: int) -> bytes:
    """n entries that share one value of 8 n bytes."""
    at, size = 8 + 2 + 12 * n + 4, 8 * n
    rows = b"".join(struct.pack("<HHII", 1000 + i, 7, size, at) for i in range(n))
    return HEAD + struct.pack("<H", n) + rows + bytes(4) + bytes(size)


def many_entries(n: int) -> bytes:
    """n entries with values of their own, more than a JPEG holds."""
    at = 8 + 2 + 12 * n + 4
    rows = b"".join(struct.pack("<HHII", 1000 + i, 7, 40, at + 40 * i) for i in range(n))
    return HEAD + struct.pack("<H", n) + rows + bytes(4) + bytes(40 * n)


def packet(inside: str, declared: str = "") -> bytes:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return f'<rdf:RDF xmlns:rdf="{rdf}" {declared}>{inside}</rdf:RDF>'.encode()


PACKETS: dict[str, Callable[[int], bytes]] = {
    "open descriptions": lambda n: b"<rdf:Description " * n,
    "notes": lambda n: packet('<rdf:Description xmlns:dualzoom="a"/>' * n),
    "elements": lambda n: packet("<tiff:ImageWidth>3</tiff:ImageWidth>" * n),
    "dropped elements": lambda n: packet("<hdrgm:a><b/></hdrgm:a>" * n),
    "attributes": lambda n: packet("<a " + " ".join(f'b{i}="1"' for i in range(n)) + "/>"),
    "nested": lambda n: packet("<a>" * n + "</a>" * n),
    "declarations": lambda n: packet(
        "".join(f'<a xmlns:p{i}="http://ns.adobe.com/hdr-gain-map/1.0/" p{i}:v="1"/>' for i in range(n))
    ),
    "long namespace": lambda n: packet("<p:a/>" * n, f'xmlns:p="{"u" * n}"'),
    "many prefixes": lambda n: packet("<a/>" * n, " ".join(f'xmlns:p{i}="u{i}"' for i in range(n))),
    "spaces": lambda n: packet("<a" + " " * n + "/>"),
}


def revise(data: bytes) -> None:
    xmp.update(data, xmp.Change(size=Size(8, 6), before=Size(4, 3), software="s"))
    xmp.with_provenance(data, {"a": "b"})
    xmp.provenance_of(data)


@pytest.mark.parametrize("name", PACKETS)
def test_xmp(name):
    assert_linear(PACKETS[name], revise)


@pytest.mark.parametrize("make", [shared_exif, many_entries])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_exif_read_and_written(make, suffix, rgb8, tmp_path):
    def work(block: bytes) -> None:
        photo = Photo(pixels=rgb8, metadata=Metadata(exif=block))
        metadata = capture.metadata_for_output(photo, photo.size.scale(2), "test")
        path = tmp_path / f"out{suffix}"
        path.unlink(missing_ok=True)
        capture.read(capture.write(Photo(pixels=rgb8, metadata=metadata), path))

    assert_linear(make, work)


def test_an_exif_block_that_lies_over_itself_is_left_out_with_a_note(rgb8, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(rgb8).save(path, exif=b"Exif\0\0" + shared_exif(400))
    photo = capture.read(path)
    assert photo.notes == ("the EXIF block is damaged and left out",)
    assert len(capture.metadata_for_output(photo, photo.size.scale(2), "test").exif) < 500


def sub_ifds(n: int) -> bytes:
    """A grey TIFF whose list of n further directories is all zeros, before a strip of 16 × 16 px."""
    rows = [(256, 4, 1, 16), (257, 4, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 0),
            (277, 3, 1, 1), (278, 4, 1, 16), (279, 4, 1, 256), (330, 4, n, 0)]  # fmt: skip
    start = 8 + 2 + 12 * len(rows) + 4
    rows[5], rows[9] = (273, 4, 1, start), (330, 4, n, start + 256)
    table = b"".join(struct.pack("<HHII", *row) for row in rows)
    return HEAD + struct.pack("<H", len(rows)) + table + bytes(4) + bytes(256) + bytes(4 * n)


def strips(n: int) -> bytes:
    """A grey TIFF of n rows, each a strip, all at one place."""
    rows = [(256, 4, 1, 16), (257, 4, 1, n), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, n, 0),
            (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, n, 0)]  # fmt: skip
    start = 8 + 2 + 12 * len(rows) + 4
    rows[5], rows[8] = (273, 4, n, start), (279, 4, n, start + 4 * n)
    table = b"".join(struct.pack("<HHII", *row) for row in rows)
    lists = struct.pack(f"<{n}I", *[start + 8 * n] * n) + struct.pack(f"<{n}I", *[16] * n)
    return HEAD + struct.pack("<H", len(rows)) + table + bytes(4) + lists + bytes(16)


def directories(n: int) -> bytes:
    """n directories in a chain, each of 40 entries, each over most of the one before."""
    return HEAD + struct.pack("<H", 40) * 4 + b"".join(struct.pack("<HHI", 300, 3, 1) for _ in range(n))


@pytest.mark.parametrize("make", [sub_ifds, strips, directories, shared_exif, many_entries])
def test_tiff(make, tmp_path):
    def work(data: bytes) -> None:
        (tmp_path / "a.tif").write_bytes(data)
        with contextlib.suppress(CaptureError):
            capture.read(tmp_path / "a.tif")

    assert_linear(make, work)


def jpeg_with(make: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """A whole JPEG of 16 × 16 pixels with n segments after its first marker."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, "JPEG")
    return lambda n: file.getvalue()[:2] + make(n) + file.getvalue()[2:]


def png_with(make: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """A whole PNG of 16 × 16 pixels with n chunks after its header."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, "PNG")
    return lambda n: file.getvalue()[:33] + make(n) + file.getvalue()[33:]


EXTENDED = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", 1 << 30, 0)
RESOURCE = b"8BIM\4\x0c\0\0" + struct.pack(">I", 4) + b"abcd"
SEGMENTS: dict[str, Callable[[int], bytes]] = {
    "empty application segments": lambda n: segment(0xEA, b"") * n,
    "application segments of 60 kB": lambda n: segment(0xEB, bytes(60_000)) * (n // 25),
    "comments": lambda n: segment(0xFE, b"hello") * n,
    "EXIF blocks": lambda n: segment(0xE1, jpeg.EXIF_ID + many_entries(40)) * n,
    "XMP packets": lambda n: segment(0xE1, jpeg.XMP_ID + packet("<a/>" * 99)) * n,
    "extended XMP of 60 kB": lambda n: segment(0xE1, EXTENDED + bytes(60_000)) * (n // 25),
    "ICC chunks": lambda n: segment(0xE2, jpeg.ICC_ID + b"\1\xff" + bytes(300)) * n,
    "ICC chunks in any order": lambda n: b"".join(
        segment(0xE2, jpeg.ICC_ID + bytes((number * 7 % 256, 255)) + bytes(300)) for number in range(n)
    ),
    "Photoshop segments": lambda n: segment(0xED, iptc.PHOTOSHOP_ID + RESOURCE * 20) * n,
    "multi-picture indices": lambda n: segment(0xE2, b"MPF\0" + bytes(80)) * n,
    "fill bytes": lambda n: b"\xff" * 100 * n,
    "quantisation tables": lambda n: segment(0xDB, b"\0" + bytes(range(1, 65))) * n,
}
CHUNKS: dict[str, Callable[[int], bytes]] = {
    "empty chunks": lambda n: chunk(b"abCd", b"") * n,
    "chunks of 60 kB": lambda n: chunk(b"abCd", bytes(60_000)) * (n // 25),
    "texts": lambda n: chunk(b"tEXt", b"Comment\0hello") * n,
    "XMP texts": lambda n: chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet("<a/>")) * n,
    "texts without an end": lambda n: chunk(b"iTXt", b"X" * 200) * n,
    "profiles": lambda n: chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(300))) * n,
    "EXIF blocks": lambda n: chunk(b"eXIf", many_entries(40)) * n,
    "long raw profile": lambda n: chunk(b"tEXt", b"Raw profile type iptc\0\niptc\n  9\n" + b"41 " * 20 * n),
}


def read_whole(tmp_path: Path) -> Callable[[bytes], object]:
    def work(data: bytes) -> None:
        (tmp_path / "a").write_bytes(data)
        with contextlib.suppress(CaptureError):
            photo = capture.read(tmp_path / "a")
            capture.metadata_for_output(photo, photo.size.scale(2), "test")
            capture.output_notes(photo)

    return work


@pytest.mark.parametrize("name", SEGMENTS)
def test_jpeg_segments(name, tmp_path):
    assert_linear(jpeg_with(SEGMENTS[name]), read_whole(tmp_path))


@pytest.mark.parametrize("name", CHUNKS)
def test_png_chunks(name, tmp_path):
    assert_linear(png_with(CHUNKS[name]), read_whole(tmp_path))


@pytest.mark.parametrize("size", [4 << 20, (4 << 20) + 1])
def test_a_profile_longer_than_any_is_left_out_with_a_note(size, p3, tmp_path):
    """4 MB for a profile, in every format; one byte more is no profile."""
    long = p3 + bytes(size - len(p3))
    pieces = [long[at : at + 65_000] for at in range(0, size, 65_000)]
    data = b"".join(
        segment(0xE2, jpeg.ICC_ID + bytes((n, len(pieces))) + piece) for n, piece in enumerate(pieces, 1)
    )
    (tmp_path / "a.jpg").write_bytes(jpeg_with(lambda _: data)(1))
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((16, 16, 3), np.uint8), photometric="rgb", iccprofile=long)
    for name in ("a.jpg", "a.tif"):
        photo = capture.read(tmp_path / name)
        assert (photo.metadata.icc == long) == (size == 4 << 20)
        assert any("longer than 4 MB" in note for note in photo.notes) == (photo.metadata.icc is None)


def test_the_measure_sees_what_is_not_linear():
    """Calls that grow with the square, and memory that grows while calls do not."""
    with pytest.raises(AssertionError):
        assert_linear(bytes, lambda data: [len(data) for _ in data for _ in data], 60)
    with pytest.raises(AssertionError):
        assert_linear(bytes, lambda data: bytes(len(data) ** 2))


def opcodes(n: int) -> bytes:
    """A DNG's list of n empty lens corrections."""
    return struct.pack(">I", n) + struct.pack(">4I", 9, 0x01030000, 1, 0) * n


def test_dng_opcodes():
    def work(data: bytes) -> None:
        entries = {tag: ifd.Entry(7, len(data), data) for tag in dng_opcodes.LISTS}
        dng_opcodes.corrections(dng_tags.RawDirectory(">", {}, entries))

    assert_linear(opcodes, work)


def raw_extents(n: int) -> bytes:
    """A DNG of n strips, all at one place."""
    rows = [(254, 4, 1, 0), (256, 4, 1, 16), (257, 4, 1, n), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 32803),
            (273, 4, n, 0), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, n, 0), (50706, 1, 4, 0x0401)]  # fmt: skip
    start = 8 + 2 + 12 * len(rows) + 4
    rows[6], rows[9] = (273, 4, n, start), (279, 4, n, start + 4 * n)
    table = b"".join(struct.pack("<HHII", *row) for row in rows)
    lists = struct.pack(f"<{n}I", *[start + 8 * n] * n) + struct.pack(f"<{n}I", *[32] * n)
    return HEAD + struct.pack("<H", len(rows)) + table + bytes(4) + lists + bytes(32)


def test_dng_strips_are_refused_before_libraw_sees_them(tmp_path, monkeypatch):
    developed: list[float] = []

    def refuse(path: Path, megapixels: float, *_: str) -> None:
        developed.append(megapixels)
        raise CaptureError(path, "developed")

    monkeypatch.setattr(raw, "develop", refuse)
    assert_linear(raw_extents, read_whole(tmp_path))
    assert max(developed, default=0.0) < 0.1
    developed.clear()
    read_whole(tmp_path)(raw_extents(200_000))  # more than the file has, many times
    assert developed == []

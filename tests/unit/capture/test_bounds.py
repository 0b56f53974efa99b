"""Law: what a file asks for grows with its bytes, in counted calls and in memory, for every construct."""

import contextlib
import struct
from collections.abc import Callable

import pytest
from growth import assert_linear
from PIL import Image

from dualzoom import capture
from dualzoom.capture import xmp
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

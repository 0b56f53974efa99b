"""BigTIFF: numbers beyond 4 GiB in a small file are refused by name, or left out; no other error escapes."""

import contextlib
import struct

import pytest
from growth import cost

from dualzoom import capture
from dualzoom.capture import ifd
from dualzoom.capture.header import read_header
from dualzoom.errors import CaptureError
from dualzoom.geometry import Size

#: Beyond what 32 bits hold, beyond a signed and at the end of an unsigned 64-bit number.
FAR = [(1 << 32) + 8, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]


def big_tiff(
    width: int = 16, strip: int | None = None, length: int = 256, extra=(), first: int = 16
) -> bytes:
    """A grey BigTIFF of some hundred bytes, 16 × 16 pixels, with these numbers instead."""
    rows = [(256, 16, 1, width), (257, 16, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 16, 1, 0),
            (277, 3, 1, 1), (278, 16, 1, 16), (279, 16, 1, length)]  # fmt: skip
    rows += [row for row in extra if row[0] not in {tag for tag, *_ in rows}]
    rows = [next((new for new in extra if new[0] == row[0]), row) for row in rows]
    start = 16 + 8 + 20 * len(rows) + 8
    rows = [
        (*row[:3], start if strip is None else strip) if row[0] == 273 and row[2] == 1 else row
        for row in rows
    ]
    table = b"".join(struct.pack("<HHQQ", *row) for row in sorted(rows))
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", first, len(rows)) + table + bytes(8) + bytes(256)


def test_the_crafted_bigtiff_is_a_picture(tmp_path):
    (tmp_path / "a.tif").write_bytes(big_tiff())
    assert capture.read(tmp_path / "a.tif").size == Size(16, 16)


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("where", ["first", "width", "strip", "length", "height", "rows", "strips", "tile"])
def test_numbers_beyond_4_gb_in_a_small_file_are_refused(where, far, tmp_path):
    made = {
        "first": lambda: big_tiff(first=far),
        "width": lambda: big_tiff(width=far),
        "strip": lambda: big_tiff(strip=far),
        "length": lambda: big_tiff(length=far),
        "height": lambda: big_tiff(extra=[(257, 16, 1, far)]),
        "rows": lambda: big_tiff(extra=[(278, 16, 1, far), (257, 16, 1, far)]),
        "strips": lambda: big_tiff(extra=[(273, 16, far, 64)]),
        "tile": lambda: big_tiff(
            extra=[(322, 16, 1, far), (323, 16, 1, far), (324, 16, 1, 64), (325, 16, 1, far)]
        ),
    }[where]()
    path = tmp_path / "big.tif"
    path.write_bytes(made)
    assert len(made) < 700
    caught: list[CaptureError] = []

    def work() -> None:
        with pytest.raises(CaptureError) as error:
            capture.read(path)
        caught.append(error.value)

    assert cost(work)[1] < 10_000_000
    assert caught[0].exit_code == 4
    assert str(path) in str(caught[0])


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("tag", [272, 330, 700, 34675, 34665, 34853, 37500, 320, 50706])
@pytest.mark.parametrize("kind", [1, 2, 3, 4, 7, 12, 13, 16, 18])
def test_metadata_beyond_4_gb_is_left_out_or_refused(tag, kind, far, tmp_path):
    """As a count and as an offset: whatever the reader makes of it, no other error escapes."""
    for row in ((tag, kind, far, 64), (tag, kind, 99, far), (tag, kind, 1, far)):
        path = tmp_path / "big.tif"
        path.write_bytes(big_tiff(extra=[row]))
        with contextlib.suppress(CaptureError):
            photo = capture.read(path)
            capture.metadata_for_output(photo, photo.size.scale(2), "test")
            capture.output_notes(photo)
        read_header(path)


def test_no_64_bit_value_comes_into_a_classic_block(tmp_path):
    """Its readers do not know such types."""
    (tmp_path / "a.tif").write_bytes(big_tiff(extra=[(282, 16, 1, 72), (274, 3, 1, 1)]))
    block = ifd.parse(capture.read(tmp_path / "a.tif").metadata.exif)
    assert 282 not in block.main.entries
    assert 274 in block.main.entries

"""Marks of bursts, by blocks as cameras write them; damage is no mark."""

import struct

import pytest

from dualzoom.capture.burst_mark import BurstMark, burst_mark
from dualzoom.capture.photo import Metadata

UUID = b"5A1E6F1C-0000-4B7D-9F5A-0123456789AB\0"


def _apple(order: str, *, count: int = len(UUID), offset: int | None = None, tag: int = 0x0B) -> bytes:
    """An EXIF block with a maker note of two tags."""
    head = b"Apple iOS\0\0\1" + (b"MM" if order == ">" else b"II")
    at = 14 + 2 + 2 * 12 + 4
    entries = struct.pack(f"{order}HHII", 1, 9, 1, 14)
    entries += struct.pack(f"{order}HHII", tag, 2, count, at if offset is None else offset)
    note = head + struct.pack(f"{order}H", 2) + entries + bytes(4) + UUID
    inner = struct.pack("<HHHII", 1, 0x927C, 7, len(note), 44) + bytes(4)
    main = struct.pack("<HHHII", 1, 0x8769, 4, 1, 26) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + main + inner + note


@pytest.mark.parametrize("order", ["<", ">"])
def test_apples_number_is_found(order):
    assert burst_mark(Metadata(exif=_apple(order))) == BurstMark(UUID[:-1].decode())


@pytest.mark.parametrize("wrong", [{"count": 2}, {"count": 1 << 30}, {"offset": 1 << 30}, {"tag": 0x0C}])
def test_what_leads_nowhere_is_no_mark(wrong):
    assert burst_mark(Metadata(exif=_apple("<", **wrong))) is None
    assert burst_mark(Metadata(exif=b"II*\0nonsense", xmp=b"<x BurstID=''/>")) is None
    assert burst_mark(Metadata()) is None


@pytest.mark.parametrize(
    ("xmp", "mark"),
    [
        (b'<d GCamera:BurstID="12-ab" GCamera:BurstPrimary="1"/>', BurstMark("12-ab", True)),
        (b"<d GCamera:BurstID='12-ab' GCamera:BurstPrimary='0'/>", BurstMark("12-ab")),
        (b"<GCamera:BurstID>12-ab</GCamera:BurstID>", BurstMark("12-ab")),
        (b'<d GCreations:CameraBurstID="12-ab"/>', BurstMark("12-ab")),
        (b'<d GCamera:NoBurst="12-ab"/>', None),
    ],
)
def test_googles_too(xmp, mark):
    assert burst_mark(Metadata(xmp=xmp)) == mark

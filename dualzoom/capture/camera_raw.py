"""Reads cameras' own raw files (CR2, CR3, NEF, ARW, RAF, RW2, ORF, PEF …) by LibRaw and the rules of `raw`.

Most are TIFF structures, some with a number of their own in the header; CR3 is built of boxes, RAF begins with a JPEG.
Only metadata is read here; the pixels are LibRaw's, in the guarded child process.

Source: TIFF/EP (ISO 12234-2); ISO/IEC 14496-12 (boxes); for headers and places of metadata LibRaw's and exiftool's
descriptions.
"""

import struct
from dataclasses import replace
from pathlib import Path

from dualzoom.capture import camera, heic_boxes, ifd, jpeg, raw, tiff
from dualzoom.capture.decoded import COPY_AGAIN, Decoded, check_size
from dualzoom.capture.dng_tags import HEIGHT, PHOTOMETRIC, RAW_KINDS, WIDTH, Entries
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

_CONVERT = "convert it to DNG or TIFF first"
_PIXELS_PER_BYTE = 8.0  # no camera compresses further
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")  # the box of its metadata
_RAF, _RAF_JPEG, _RAF_RAW = b"FUJIFILMCCD-RAW", slice(84, 92), slice(100, 108)
_JPEG_HEAD = 1 << 18  # holds the first segments, EXIF among them
_TIFF_NUMBERS = {b"IIU\0": b"II*\0", b"IIRO": b"II*\0", b"IIRS": b"II*\0", b"MMOR": b"MM\0*"}
_TRUNCATED = "the file is truncated: picture data lies beyond its end"


def is_one(directories: list[tuple[ifd.Order, Entries]]) -> bool:
    """Return whether a TIFF structure that is no DNG holds a mosaic: its first directory is then only a preview."""
    return any(
        RAW_KINDS[0] in ifd.integers(entries.get(PHOTOMETRIC), order) for order, entries in directories
    )


def decode(path: Path, data: ifd.Buffer, settings: CaptureSettings) -> Decoded:
    """Develop a camera's raw file to uint16 sRGB.

    Raises:
        CaptureError: the file is truncated, damaged or too large, or LibRaw does not know its camera.
    """
    _check(path, data, settings)
    most = min(settings.max_megapixels, _PIXELS_PER_BYTE * len(data) / 1e6 + 1.0)
    found = raw.develop(path, most, "camera raw", _CONVERT)
    check_size(path, found.pixels.shape[1], found.pixels.shape[0], settings)
    described = replace(metadata(data), icc=None, camera=camera.of_other(found.colours))
    return Decoded(pixels=found.pixels, colour="rgb", metadata=described, notes=found.notes)


def metadata(data: ifd.Buffer) -> Metadata:
    """Return the metadata blocks; without them where the file's kind hides them elsewhere."""
    head = bytes(data[0:16])
    if head.startswith(_RAF):
        at, length = struct.unpack(">2I", bytes(data[_RAF_JPEG]).ljust(8, b"\0"))
        return jpeg.metadata(jpeg.segments(bytes(data[at : at + min(length, _JPEG_HEAD)])))
    if head[4:8] == b"ftyp":
        return Metadata(exif=_canon(data))
    return tiff.metadata(_tiff(data))


class _Renumbered:
    """A file as if its header had TIFF's own number."""

    def __init__(self, data: ifd.Buffer, head: bytes) -> None:
        self.data, self.head = data, head

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, key: slice) -> bytes:
        found = bytes(self.data[key])
        return self.head[: len(found)] + found[len(self.head) :] if key.start in (None, 0) else found


def _tiff(data: ifd.Buffer) -> ifd.Buffer:
    head = _TIFF_NUMBERS.get(bytes(data[0:4]))
    return data if head is None else _Renumbered(data, head)


def _check(path: Path, data: ifd.Buffer, settings: CaptureSettings) -> None:
    """Reject truncated files, which LibRaw would develop with a black rest, and sizes beyond the limits."""
    head = bytes(data[0:16])
    if head.startswith(_RAF):
        at, length = struct.unpack(">2I", bytes(data[_RAF_RAW]).ljust(8, b"\0"))
        if at + length > len(data):
            raise CaptureError(path, _TRUNCATED, COPY_AGAIN)
        return
    if head[4:8] == b"ftyp":
        end = max((stop for _, _, stop in heic_boxes.boxes(data, 0, len(data))), default=0)
        if end != len(data):
            raise CaptureError(path, _TRUNCATED, COPY_AGAIN)
        return
    if not head.startswith(b"IIU\0"):  # whose raw data has no length
        tiff.check_complete(path, _tiff(data))
    for order, entries in tiff.directories(path, _tiff(data)):
        if RAW_KINDS[0] in ifd.integers(entries.get(PHOTOMETRIC), order):
            sides = [next(iter(ifd.integers(entries.get(tag), order)), 1) for tag in (WIDTH, HEIGHT)]
            check_size(path, sides[0], sides[1], settings)


def _canon(data: ifd.Buffer) -> bytes | None:
    """Join the EXIF block of a CR3, whose directories are four TIFF structures in boxes of their own."""
    parts: dict[bytes, bytes] = {}
    for kind, start, end in heic_boxes.boxes(data, 0, len(data)):
        if kind != b"moov":
            continue
        for inner, at, stop in heic_boxes.boxes(data, start, end):
            if inner == b"uuid" and bytes(data[at : at + 16]) == _CANON:
                boxes = heic_boxes.boxes(data, at + 16, stop)
                parts |= {name: bytes(data[a:b]) for name, a, b in boxes if name.startswith(b"CMT")}
    block = ifd.parse(parts.get(b"CMT1", b""))
    if block is None:
        return None
    block.main.entries = {tag: one for tag, one in block.main.entries.items() if tag in tiff.DESCRIPTIVE}
    block.thumbnail = None
    for name, pointer in ((b"CMT2", ifd.EXIF_IFD), (b"CMT4", ifd.GPS_IFD)):
        part = ifd.parse(parts.get(name, b""))
        if part is not None and part.order == block.order:
            block.main.children[pointer] = ifd.Directory(part.main.entries)
    return serialise(block)

"""Encodes pixels and metadata as the parts of a JPEG or PNG file, in file order (TIFF: `tiff_write`).

The encoder returns a file without metadata; the metadata goes between its head and its body, so that nothing large
is copied.

Source: ITU-T T.81 annex B; Exif 3.0 section 4.7; ICC.1 annex B.4; PNG, third edition (W3C).
"""

import struct
import zlib
from typing import cast

import numpy as np

from dualzoom.capture import ifd, iptc, jpeg, png, png_density
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Metadata, Pixels

Parts = list[bytes | memoryview]
FULL_CHROMA_QUALITY = 92
_SEGMENT_BYTES = 65_533
_PNG_LEVEL = 3  # level 6 takes 2.5 times as long for 6 % fewer bytes


def jpeg_parts(pixels: Pixels, metadata: Metadata, quality: int) -> Parts:
    """Encode (H, W, 3) uint8 RGB as a JPEG file; quality 92 and above keeps chroma at full resolution."""
    import imagecodecs  # here, so that importing the package stays quick

    sampling = "444" if quality >= FULL_CHROMA_QUALITY else "420"
    data = imagecodecs.jpeg8_encode(
        pixels, level=quality, colorspace="RGB", outcolorspace="YCBCR", subsampling=sampling
    )
    head = 4 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 2  # after the JFIF segment
    return [bytes(data[:head]), b"".join(_segments(metadata)), memoryview(data)[head:]]


def _segments(metadata: Metadata) -> list[bytes]:
    out = []
    if metadata.exif:
        out.append(_segment(0xE1, jpeg.EXIF_ID + fit_exif(metadata.exif, _SEGMENT_BYTES - len(jpeg.EXIF_ID))))
    if metadata.xmp:
        out.append(_segment(0xE1, jpeg.XMP_ID + metadata.xmp))
    if metadata.iptc:
        out.append(_segment(0xED, iptc.PHOTOSHOP_ID + iptc.to_resources(metadata.iptc)))
    if metadata.icc:
        room = _SEGMENT_BYTES - len(jpeg.ICC_ID) - 2
        pieces = [metadata.icc[at : at + room] for at in range(0, len(metadata.icc), room)]
        for number, piece in enumerate(pieces, 1):
            out.append(_segment(0xE2, jpeg.ICC_ID + bytes((number, len(pieces))) + piece))
    return out


def _segment(marker: int, payload: bytes) -> bytes:
    """Build one segment; return nothing if the payload is too long for one (`jpeg_notes` says so beforehand)."""
    if len(payload) > _SEGMENT_BYTES:
        return b""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpeg_notes(metadata: Metadata) -> tuple[str, ...]:
    """Return a note for each block of metadata that is too long for a JPEG."""
    room = _SEGMENT_BYTES - 64
    notes = []
    if len(metadata.exif or b"") > room:
        notes.append(
            "the EXIF block is longer than a JPEG can hold; a JPEG result keeps all but its largest entries"
        )
    if len(metadata.xmp or b"") > room:
        notes.append("the XMP packet is longer than a JPEG can hold; a JPEG result goes without it")
    if len(metadata.iptc or b"") > room:
        notes.append("the IPTC records are longer than a JPEG can hold; a JPEG result goes without them")
    return tuple(notes)


def fit_exif(exif: bytes, room: int) -> bytes:
    """Shorten an EXIF block to at most `room` bytes: drop the thumbnail first, then the largest entries.

    Each round drops twice as many bytes as the last, so that even a block of many small entries needs few rounds.
    """
    block = ifd.parse(exif) if len(exif) > room else None
    if block is None:
        return exif
    block.thumbnail = None
    exif = serialise(block)
    directories = [block.main, *block.main.children.values()]
    entries = sorted(
        (len(entry.data), index, tag)
        for index, directory in enumerate(directories)
        for tag, entry in directory.entries.items()
    )  # ascending, so that pop() takes the largest
    excess = len(exif) - room
    while len(exif) > room and entries:
        dropped = 0
        while dropped < excess and entries:
            size, index, tag = entries.pop()
            del directories[index].entries[tag]
            dropped += size
        excess *= 2
        exif = serialise(block)
    return exif


def jpeg_bytes(pixels: Pixels, metadata: Metadata, quality: int) -> bytes:
    """Encode (H, W, 3) uint8 RGB as a whole JPEG file in memory, for pictures inside pages."""
    return b"".join(jpeg_parts(pixels, metadata, quality))


def png_bytes(pixels: Pixels) -> bytes:
    """Encode (H, W, 3) or grey (H, W) pixels, uint8 or uint16, as a whole PNG file without metadata."""
    return b"".join(png_parts(cast(Pixels, np.ascontiguousarray(pixels)), Metadata()))


def png_parts(pixels: Pixels, metadata: Metadata, alpha: Pixels | None = None) -> Parts:
    """Encode (H, W, 3) or grey (H, W) pixels as a PNG file of their own depth, 8 or 16 bits per channel.

    `alpha`: the opacity (H, W) of (H, W, 3).
    """
    import imagecodecs

    stored = pixels if alpha is None else np.dstack([pixels, alpha])
    data = imagecodecs.png_encode(stored, level=_PNG_LEVEL)
    head = len(png.SIGNATURE) + 25  # after IHDR
    out = []
    if metadata.icc:
        out.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)))
    if (density := png_density.content(metadata.exif)) is not None:
        out.append(_chunk(b"pHYs", density))
    if metadata.exif:
        out.append(_chunk(b"eXIf", metadata.exif))
    if metadata.xmp:
        out.append(_chunk(b"iTXt", png.XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp))
    if metadata.iptc:
        resources = iptc.to_resources(metadata.iptc)
        lines = f"\niptc\n{len(resources):8d}\n{resources.hex(chr(10), 36)}\n".encode()
        out.append(_chunk(b"zTXt", png.IPTC_KEYWORD + b"\0\0" + zlib.compress(lines)))
    return [bytes(data[:head]), b"".join(out), memoryview(data)[head:]]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

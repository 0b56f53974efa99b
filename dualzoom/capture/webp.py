"""Reads WebP pictures, 8 bits per channel; of an animation, the first frame.

The decoder gets only the chunks that make up one frame, after their own sizes have been checked.

Source: RFC 9649 (WebP); RFC 6386, section 9.1 (VP8 frame header).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dualzoom.capture.decoded import COPY_AGAIN, FIRST_OF_ANIMATION, Decoded, check_size, decoding
from dualzoom.capture.photo import Metadata
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

MAX_SIDE = 16_383  # 14 bits
_FRAMES = (b"VP8 ", b"VP8L")
PICTURE = (b"ALPH", *_FRAMES)
_TRUNCATED = "the WebP file is truncated"
Chunk = tuple[bytes, memoryview]


def chunks(data: memoryview) -> Iterator[Chunk]:
    """Yield name and content of every chunk; stop at the first that does not fit in."""
    at = 0
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > len(data):
            return
        yield bytes(name), data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def riff(length: int) -> bytes:
    """Return the head of a file whose chunks have this length together."""
    return struct.pack("<4sI4s", b"RIFF", 4 + length, b"WEBP")


def chunk(name: bytes, content: bytes | memoryview) -> bytes:
    """Return one chunk, padded to an even length."""
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode a WebP file.

    Raises:
        CaptureError: the file is truncated, damaged or too large.
    """
    if 8 + int.from_bytes(data[4:8], "little") > len(data):
        raise CaptureError(path, _TRUNCATED, COPY_AGAIN)
    parts = list(chunks(memoryview(data)[12 : 8 + int.from_bytes(data[4:8], "little")]))
    first = dict(reversed(parts))
    frames = [content for name, content in parts if name == b"ANMF"]
    pixels = _on_canvas(path, first, frames[0], settings) if frames else _frame(path, parts, settings)
    notes = (FIRST_OF_ANIMATION,) if len(frames) > 1 else ()
    return Decoded(pixels=pixels, colour="rgb", metadata=_metadata(first), notes=notes)


def metadata(data: bytes) -> Metadata:
    """Return the metadata blocks of a file, however damaged its pictures are."""
    return _metadata(dict(reversed(list(chunks(memoryview(data)[12:])))))


def size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of the picture, or of an animation's canvas; None: the file is damaged."""
    first = dict(reversed(list(chunks(memoryview(data)[12:]))))
    extended = first.get(b"VP8X", memoryview(b""))
    if len(extended) >= 10:
        width, height = (int.from_bytes(extended[at : at + 3], "little") + 1 for at in (4, 7))
        return width, height
    name = next((name for name in _FRAMES if name in first), None)
    return None if name is None else _stored_size(name, first[name])


def _metadata(first: dict[bytes, memoryview]) -> Metadata:
    exif, icc, xmp = (bytes(first.get(name, b"")) or None for name in (b"EXIF", b"ICCP", b"XMP "))
    return Metadata(exif=exif.removeprefix(b"Exif\0\0") if exif else None, icc=icc, xmp=xmp)


def _frame(path: Path, parts: list[Chunk], settings: CaptureSettings) -> Any:
    """Decode the bitstream among these chunks, with its alpha plane: (H, W, 3 or 4)."""
    import imagecodecs  # here, so that importing the package stays quick

    found = dict(reversed(parts))
    name = next((name for name in _FRAMES if name in found), None)
    size = None if name is None else _stored_size(name, found[name])
    if name is None or size is None:
        raise CaptureError(path, "the WebP file is truncated or damaged: it has no picture", COPY_AGAIN)
    check_size(path, *size, settings)
    body = chunk(name, found[name])
    if name == b"VP8 " and b"ALPH" in found:
        sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
        body = chunk(b"VP8X", b"\x10\0\0\0" + sides) + chunk(b"ALPH", found[b"ALPH"]) + body
    with decoding(path, "WebP"):
        pixels = imagecodecs.webp_decode(riff(len(body)) + body)
    if pixels.ndim != 3 or pixels.shape[1::-1] != size:
        raise CaptureError(path, "the WebP file contradicts itself about its size", COPY_AGAIN)
    return pixels


def _stored_size(name: bytes, content: memoryview) -> tuple[int, int] | None:
    """Return width and height as the bitstream itself gives them; None: it is damaged."""
    if name == b"VP8L":
        if len(content) < 5 or content[0] != 0x2F:
            return None
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(content) < 10 or bytes(content[3:6]) != b"\x9d\x01\x2a":
        return None
    width, height = struct.unpack_from("<HH", content, 6)
    return width & 0x3FFF, height & 0x3FFF


def _on_canvas(
    path: Path, first: dict[bytes, memoryview], frame: memoryview, settings: CaptureSettings
) -> Any:
    """Decode an animation's frame, and lay it on its transparent canvas if it is smaller."""
    extended = first.get(b"VP8X", memoryview(b""))
    if len(frame) < 16 or len(extended) < 10:
        raise CaptureError(path, "the WebP file is damaged: its animation has no canvas", COPY_AGAIN)
    width, height = (int.from_bytes(extended[at : at + 3], "little") + 1 for at in (4, 7))
    check_size(path, width, height, settings)
    x, y = (2 * int.from_bytes(frame[at : at + 3], "little") for at in (0, 3))
    pixels = _frame(path, list(chunks(frame[16:])), settings)
    rows, columns = pixels.shape[:2]
    if x + columns > width or y + rows > height:
        raise CaptureError(path, "the WebP file is damaged: a frame lies outside its canvas", COPY_AGAIN)
    if (rows, columns) == (height, width):
        return pixels
    canvas = np.zeros((height, width, 4), np.uint8)
    part = canvas[y : y + rows, x : x + columns]
    part[..., :3], part[..., 3] = pixels[..., :3], pixels[..., 3] if pixels.shape[2] == 4 else 255
    return canvas

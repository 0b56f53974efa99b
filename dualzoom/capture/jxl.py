"""Reads JPEG XL pictures, bare or in their container; of an animation, the first frame.

The decoder gets the codestream alone and turns the picture upright itself. A picture of several frames is decoded in a
process of its own, within limits.

Source: ISO/IEC 18181-1:2024 (codestream), 18181-2:2024 (container: jxlc, jxlp, Exif, xml, brob).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dualzoom.capture import jxl_apart, jxl_colours, jxl_frame, jxl_header
from dualzoom.capture.decoded import (
    COPY_AGAIN,
    FIRST_OF_ANIMATION,
    Colour,
    Decoded,
    check_size,
    decoding,
    full_scale,
)
from dualzoom.capture.heic_boxes import boxes
from dualzoom.capture.jxl_header import Header
from dualzoom.capture.photo import Metadata
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
_MAX_METADATA = 16 << 20  # limit of a decompressed block, too


@dataclass
class Contents:
    """The codestream of a file, its metadata, and notes on blocks that cannot be read."""

    stream: bytes = b""
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode a JPEG XL file, 8 or 16 bits per channel.

    Raises:
        CaptureError: the file is truncated, damaged, too large, HDR (PQ, HLG), or holds floating-point samples.
    """
    contents = unpacked(data)
    if not contents.stream:
        raise CaptureError(path, "the JPEG XL file is truncated or damaged: it has no picture", COPY_AGAIN)
    with decoding(path, "JPEG XL"):
        header = jxl_header.parse(contents.stream)
    check_size(path, header.width, header.height, settings)
    if header.floating:
        raise CaptureError(path, "floating-point samples are not supported", "save it with 16 bits first")
    icc, behind = jxl_colours.profile(path, contents.stream, header)
    stream = contents.stream
    converted = header.colours.icc and header.xyb
    if converted:
        with decoding(path, "JPEG XL"):
            stream, behind = jxl_colours.as_seen(stream, header, behind)
    pixels = _pixels(path, stream, header, behind)
    if converted:
        pixels, icc = jxl_colours.in_profile(path, pixels, icc, header)
    size = (header.width, header.height) if header.orientation < 5 else (header.height, header.width)
    if pixels.ndim not in (2, 3) or pixels.shape[1::-1] != size:
        raise CaptureError(path, "the JPEG XL file contradicts itself about its size", COPY_AGAIN)
    colour: Colour = "grey" if header.colours.space == jxl_header.GREY else "rgb"
    return Decoded(
        pixels=pixels,
        colour=colour,
        orientation=1,
        has_alpha=header.alpha,
        premultiplied=header.premultiplied,
        metadata=Metadata(exif=contents.metadata.exif, xmp=contents.metadata.xmp, icc=icc),
        notes=(*contents.notes, *([FIRST_OF_ANIMATION] if header.animated else ())),
    )


def outline(path: Path, data: bytes) -> tuple[int, int, bytes | None]:
    """Return width, height and profile without decoding.

    Raises:
        CaptureError: the header is damaged, or its colours cannot be read.
    """
    with decoding(path, "JPEG XL"):
        stream = unpacked(data).stream
        header = jxl_header.parse(stream)
    return header.width, header.height, jxl_colours.profile(path, stream, header)[0]


def unpacked(data: bytes) -> Contents:
    """Return the codestream (empty: there is none), EXIF and XMP of a file."""
    if not data.startswith(CONTAINER):
        return Contents(stream=data)
    view, parts, blocks, lost = memoryview(data), list[memoryview](), dict[bytes, bytes](), list[str]()
    for kind, start, end in boxes(data, 0, len(data)):
        content = view[start:end]
        if kind == b"jxlc":
            parts.append(content)
        elif kind == b"jxlp":
            parts.append(content[4:])
        elif kind in (b"Exif", b"xml "):
            blocks.setdefault(kind, bytes(content))
        elif kind == b"brob" and bytes(content[:4]) in (b"Exif", b"xml "):
            inner = _expanded(content[4:])
            if inner is None:
                lost.append("a compressed block of metadata is damaged or far too long and is left out")
            else:
                blocks.setdefault(bytes(content[:4]), inner)
    exif = blocks.get(b"Exif", b"")
    exif = exif[4 + int.from_bytes(exif[:4], "big") :].removeprefix(b"Exif\0\0")
    metadata = Metadata(exif=exif or None, xmp=blocks.get(b"xml ") or None)
    return Contents(stream=b"".join(parts), metadata=metadata, notes=tuple(dict.fromkeys(lost)))


def _pixels(path: Path, stream: bytes, header: Header, behind: int) -> Any:
    """Decode the first picture, (H, W[, C]), full scale of its type; `behind`: the bit where the header ends."""
    import imagecodecs  # here, so that importing the package stays quick

    with decoding(path, "JPEG XL"):
        if jxl_frame.is_whole(stream, (behind + 7) // 8, header):
            pixels = imagecodecs.jpegxl_decode(stream, index=0)
        else:
            pixels = jxl_apart.decode(path, stream, header.width * header.height / 1e6)
        return full_scale(pixels, jxl_header.parse(stream).bits)


def _expanded(content: memoryview) -> bytes | None:
    """Decompress a Brotli stream; None: it is damaged, or longer than `_MAX_METADATA`."""
    import imagecodecs

    out = bytearray(_MAX_METADATA)
    try:
        return bytes(imagecodecs.brotli_decode(bytes(content), out=out))
    except imagecodecs.BrotliError:
        return None

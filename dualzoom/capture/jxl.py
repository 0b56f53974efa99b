"""Reads JPEG XL pictures, bare or in their container; of an animation, the first frame.

The decoder gets the codestream alone and turns the picture upright itself. Colours come as the header names them, as
an ICC profile.

Source: ISO/IEC 18181-1:2024 (codestream), 18181-2:2024 (container: jxlc, jxlp, Exif, xml, brob).
"""

from dataclasses import dataclass, field
from pathlib import Path

from dualzoom.capture import colour_tag, jxl_header
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
from dualzoom.capture.jxl_header import Colours
from dualzoom.capture.photo import Metadata
from dualzoom.capture.picture_colours import refuse_hdr
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
_MAX_METADATA = 16 << 20  # limit of a decompressed block, too
_SAVE_AGAIN = "export it again as JPEG XL with sRGB or Display P3 colours, or as TIFF"
HEADER_PRIMARIES = {
    1: colour_tag.SRGB,
    9: colour_tag.BT2020,
    11: colour_tag.P3_D65,
}  # header's number → H.273's
_WHITES = {
    jxl_header.D65: (0.3127, 0.3290),
    jxl_header.EQUAL_ENERGY: (1 / 3, 1 / 3),
    jxl_header.DCI: (0.314, 0.351),
}


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
    import imagecodecs  # here, so that importing the package stays quick

    contents = unpacked(data)
    if not contents.stream:
        raise CaptureError(path, "the JPEG XL file is truncated or damaged: it has no picture", COPY_AGAIN)
    with decoding(path, "JPEG XL"):
        header = jxl_header.parse(contents.stream)
    check_size(path, header.width, header.height, settings)
    if header.floating:
        raise CaptureError(path, "floating-point samples are not supported", "save it with 16 bits first")
    icc = _icc(path, header.colours)
    with decoding(path, "JPEG XL"):
        pixels = imagecodecs.jpegxl_decode(contents.stream, index=0)
        pixels = full_scale(pixels, header.bits)
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
        header = jxl_header.parse(unpacked(data).stream)
    return header.width, header.height, _icc(path, header.colours)


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


def _expanded(content: memoryview) -> bytes | None:
    """Decompress a Brotli stream; None: it is damaged, or longer than `_MAX_METADATA`."""
    import imagecodecs

    out = bytearray(_MAX_METADATA)
    try:
        return bytes(imagecodecs.brotli_decode(bytes(content), out=out))
    except imagecodecs.BrotliError:
        return None


def _icc(path: Path, colours: Colours) -> bytes | None:
    """Return the profile of a colour encoding; None: sRGB.

    Raises:
        CaptureError: the curve is PQ or HLG, or the encoding is one that cannot be read.
    """
    if colours.icc:
        raise CaptureError(path, "its embedded colour profile cannot be read from JPEG XL yet", _SAVE_AGAIN)
    refuse_hdr(path, colour_tag.HDR_CURVES.get(colours.curve))
    gamma = 1.0 if colours.curve == jxl_header.CURVE_LINEAR else None
    if colours.gamma is not None:
        gamma = round(1 / max(colours.gamma, 1e-3), 4)
    number = colours.primaries if isinstance(colours.primaries, int) else 0
    if gamma is None and colours.white == jxl_header.D65 and number in HEADER_PRIMARIES:
        return colour_tag.profile(HEADER_PRIMARIES[number], jxl_header.CURVE_SRGB)
    primaries = colours.primaries
    if isinstance(primaries, int):
        primaries = colour_tag.PRIMARIES[HEADER_PRIMARIES[primaries]]
    white = colours.white if isinstance(colours.white, tuple) else _WHITES[colours.white]
    with decoding(path, "JPEG XL"):
        return colour_tag.matrix_profile("JPEG XL colours", primaries, white, gamma)

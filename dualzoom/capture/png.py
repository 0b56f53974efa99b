"""Reads PNG files of 8 and 16 bits; decodes pixels only if every checksum is right.

Source: PNG, third edition (W3C); XMP part 3; "Raw profile type" texts as ImageMagick writes them.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from dualzoom.capture import iptc, profiles
from dualzoom.capture.decoded import COPY_AGAIN, FIRST_OF_ANIMATION, Colour, Decoded, check_size, decoding
from dualzoom.capture.photo import Metadata
from dualzoom.capture.picture_colours import from_tag
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
IPTC_KEYWORD = b"Raw profile type iptc"
_PICTURE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MAX_CHUNKS = 4096  # looked at without decoding
_MAX_METADATA = profiles.MAX_BYTES  # limit of a decompressed profile or text, too


def chunks(path: Path, data: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Yield name, content and all bytes of every chunk up to IEND.

    Raises:
        CaptureError: the file is truncated, or a checksum is wrong.
    """
    view, at, name = memoryview(data), len(SIGNATURE), b""
    while name != b"IEND":
        if at + 12 > len(data):
            raise CaptureError(path, "the PNG file is truncated", COPY_AGAIN)
        length, name = struct.unpack(">I4s", view[at : at + 8])
        if at + 12 + length > len(data):
            raise CaptureError(path, "the PNG file is truncated", COPY_AGAIN)
        checksum = struct.unpack(">I", view[at + 8 + length : at + 12 + length])[0]
        if zlib.crc32(view[at + 4 : at + 8 + length]) != checksum:
            raise CaptureError(path, "the PNG file is damaged: a checksum is wrong", COPY_AGAIN)
        yield name, view[at + 8 : at + 8 + length], view[at : at + 12 + length]
        at += 12 + length


def chunk_heads(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield name and length of each chunk of an open file, up to a limit; reads nothing that the caller does not.

    The caller may read any part of a chunk's content in between. Checksums are not looked at. Ends with the file.
    """
    at = len(SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        length, name = struct.unpack(">I4s", head)
        yield name, length
        at += length + 12


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode the picture of a PNG file; expands palettes.

    Raises:
        CaptureError: the file is truncated, damaged or too large.
    """
    kept: dict[bytes, list[bytes]] = {}
    picture: list[bytes | memoryview] = [SIGNATURE]  # no other chunks: libpng prints warnings about them
    for name, content, whole in chunks(path, data):
        if (name == b"IHDR") != (len(picture) == 1) or (name == b"IHDR" and len(content) != 13):
            raise CaptureError(path, "the PNG file is damaged: its header is not in its place", COPY_AGAIN)
        if name == b"IHDR":
            width, height = struct.unpack(">II", content[:8])
            check_size(path, width, height, settings)
        if name in _PICTURE:
            picture.append(whole)
        else:
            kept.setdefault(name, []).append(bytes(content))
    import imagecodecs  # here, so that importing the package stays quick

    with decoding(path, "PNG") as warnings:
        pixels = imagecodecs.png_decode(b"".join(picture))
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    tagged: bytes | None = None
    notes: tuple[str, ...] = (FIRST_OF_ANIMATION,) if b"acTL" in kept else ()
    if b"cICP" in kept and b"iCCP" not in kept:
        primaries, transfer = kept[b"cICP"][0][:2].ljust(2, b"\0")
        tagged, noted = from_tag(path, primaries, transfer, "PNG")
        notes = (*notes, *noted)
    if warnings:
        notes = (*notes, f"{path.name} may be damaged ({'; '.join(warnings)}): look at the result")
    colour: Colour = "grey" if channels < 3 else "rgb"
    metadata, lost = _metadata(kept)
    if tagged is not None:
        metadata = replace(metadata, icc=tagged)
    return Decoded(pixels=pixels, colour=colour, metadata=metadata, notes=(*notes, *lost))


def _metadata(kept: dict[bytes, list[bytes]]) -> tuple[Metadata, tuple[str, ...]]:
    """Return each metadata block from the first chunk that holds one, and notes on those that cannot be read."""
    texts: dict[bytes, bytes] = {}
    for content in (*kept.get(b"iTXt", ()), *kept.get(b"zTXt", ()), *kept.get(b"tEXt", ())):
        keyword = content[:80].partition(b"\0")[0]
        if keyword in (XMP_KEYWORD, IPTC_KEYWORD) and keyword not in texts:
            texts[keyword] = _text(keyword, content[len(keyword) + 1 :])
    exif = kept.get(b"eXIf", [None])[0]
    resources = _raw_profile(texts.get(IPTC_KEYWORD, b""))
    found = Metadata(
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        icc=profile(kept.get(b"iCCP", [b""])[0]),
        xmp=texts.get(XMP_KEYWORD) or None,
        iptc=iptc.from_resources(resources) if resources else None,
    )
    kinds = (
        ("colour profile", b"iCCP" in kept and found.icc is None),
        ("XMP packet", XMP_KEYWORD in texts and found.xmp is None),
        ("IPTC block", IPTC_KEYWORD in texts and found.iptc is None),
    )
    lost = (name for name, gone in kinds if gone)
    return found, tuple(f"the {name} of the PNG is damaged or far too long and is left out" for name in lost)


def profile(content: bytes) -> bytes | None:
    """Return the profile of an iCCP chunk; None: it is damaged, or far too long."""
    return _inflate(content.partition(b"\0")[2][1:]) or None


def _inflate(data: bytes) -> bytes:
    """Decompress a zlib stream; return nothing if it is damaged or longer than `_MAX_METADATA`."""
    try:
        inflater = zlib.decompressobj()
        out = inflater.decompress(data, _MAX_METADATA)
    except zlib.error:
        return b""
    return out if inflater.eof else b""


def _text(keyword: bytes, rest: bytes) -> bytes:
    """Return the text after the keyword of an iTXt (XMP), zTXt or tEXt (IPTC) chunk; empty if damaged."""
    if keyword == IPTC_KEYWORD:
        return _inflate(rest[1:]) if rest[:1] == b"\0" else rest
    value = rest[2:].split(b"\0", 2)[-1]  # after flag, method, language\0, translated\0
    return _inflate(value) if rest[:1] == b"\1" else value


def _raw_profile(value: bytes) -> bytes:
    """Decode a "Raw profile" text: a name, a length and hexadecimal lines."""
    words = value.split()
    try:
        return bytes.fromhex(b"".join(words[2:]).decode("ascii"))
    except ValueError:
        return b""

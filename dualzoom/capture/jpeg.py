"""Reads JPEG files: their segments, and pixels without silent damage.

A decoder fills missing data with grey and reports success. So this module follows the markers first and rejects a file
whose base picture has no end; then it evaluates libjpeg's warnings. Limit: JPEG has no checksums, so damage that leaves
a readable stream with the right number of blocks goes undetected. `jpeg_extras` reads what lies behind the picture.

Source: ITU-T T.81 annex B; Exif 3.0 section 4.7; XMP part 3; ICC.1 annex B.4.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dualzoom.capture import iptc
from dualzoom.capture.decoded import COPY_AGAIN, Colour, Decoded, check_size, decoding
from dualzoom.capture.photo import Metadata
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

EXIF_ID, XMP_ID, ICC_ID = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_EXTENDED_XMP_ID = b"http://ns.adobe.com/xmp/extension/\0"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_COLOURS: dict[int, Colour] = {1: "grey", 3: "rgb", 4: "cmyk"}
_SPACES = {1: "GRAY", 3: "RGB", 4: "CMYK"}
#: libjpeg invents pixels after these warnings; the others concern stray bytes and version numbers.
_DAMAGE = re.compile("premature end|bad Huffman|bad arithmetic|instead of RST|Inconsistent progression", re.I)
_EXTENDED_XMP = "extended XMP (a depth map or the like) is left out"
_MAX_SCANS = 100  # honest progressive files have about ten; each scan of a bomb costs a whole frame of work


@dataclass
class Segments:
    """The structure of the base picture, as its markers give it."""

    width: int = 0
    height: int = 0
    channels: int = 0
    scans: int = 0
    end: int = 0  # offset of the first byte after the base picture; 0: the picture has no end
    app: list[tuple[int, bytes]] = field(default_factory=list)  # application segments: marker, payload

    def payloads(self, marker: int, identifier: bytes) -> list[bytes]:
        """Return the payloads of the application segments with this marker and identifier, without the identifier."""
        return [
            data[len(identifier) :]
            for number, data in self.app
            if number == marker and data.startswith(identifier)
        ]


def segments(data: bytes) -> Segments:
    """Follow the markers from the start of the base picture to its end, or as far as they go."""
    found = Segments()
    at = 2
    while match := _MARKER.search(data, at):
        marker, at = data[match.end() - 1], match.end()
        if marker == 0xD9:
            found.end = at
            break
        if marker in (0x01, 0xD8):
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        payload = data[at + 2 : at + length]
        at += max(length, 2)
        if marker == 0xDA:
            found.scans += 1
        elif marker in _FRAMES and not found.channels and len(payload) >= 6:
            found.height, found.width = (
                int.from_bytes(payload[1:3], "big"),
                int.from_bytes(payload[3:5], "big"),
            )
            found.channels = payload[5]
        elif 0xE0 <= marker <= 0xEF:
            found.app.append((marker, payload))
    return found


def decode(path: Path, data: bytes, settings: CaptureSettings) -> Decoded:
    """Decode the base picture of a JPEG file, 8 bits per channel.

    Raises:
        CaptureError: the file is truncated, damaged, too large, or of a kind that the decoder does not support.
    """
    found = segments(data)
    if not found.end:
        raise CaptureError(path, "the JPEG file is truncated: its picture has no end", COPY_AGAIN)
    check_size(path, found.width, found.height, settings)
    if found.scans > _MAX_SCANS:
        raise CaptureError(
            path, f"the JPEG file has {found.scans} scans, more than any camera writes", COPY_AGAIN
        )
    pixels, warnings = _pixels(path, data, found.channels)
    colour = _COLOURS.get(1 if pixels.ndim == 2 else pixels.shape[2])
    if colour is None or pixels.shape[:2] != (found.height, found.width):
        raise CaptureError(path, "the JPEG file contradicts itself about its channels or size", COPY_AGAIN)
    if colour == "cmyk" and found.payloads(0xEE, b"Adobe"):
        pixels = 255 - pixels  # Adobe stores paper as 255
    extended = (_EXTENDED_XMP,) if found.payloads(0xE1, _EXTENDED_XMP_ID) else ()
    notes = (*extended, *warnings)
    return Decoded(pixels=pixels, colour=colour, metadata=metadata(found), notes=notes)


def _pixels(path: Path, data: bytes, channels: int) -> tuple[Any, tuple[str, ...]]:
    """Return the picture (H, W[, C]), and a note if the decoder warned of something that may be harmless."""
    import imagecodecs  # here, so that importing the package stays quick
    import simplejpeg

    warning = ""
    with decoding(path, "JPEG"):
        if channels in _SPACES:
            try:
                return simplejpeg.decode_jpeg(data, colorspace=_SPACES[channels], strict=True), ()
            except ValueError as error:
                warning = str(error)
        pixels = imagecodecs.jpeg8_decode(data)  # supports more: odd subsampling, lossless
    if _DAMAGE.search(warning):
        raise CaptureError(path, f"the JPEG file is damaged ({warning})", COPY_AGAIN)
    if "extraneous" in warning:
        return pixels, (f"{path.name} may be damaged ({warning}): look at the result",)
    return pixels, ()


def metadata(found: Segments) -> Metadata:
    """Join the metadata blocks of the result from their segments."""
    exif = found.payloads(0xE1, EXIF_ID)
    xmp = found.payloads(0xE1, XMP_ID)
    parts = sorted((p for p in found.payloads(0xE2, ICC_ID) if len(p) > 2), key=lambda part: part[0])
    resources = b"".join(found.payloads(0xED, iptc.PHOTOSHOP_ID))
    return Metadata(
        exif=exif[0] if exif else None,
        icc=b"".join(part[2:] for part in parts) or None,
        xmp=xmp[0] if xmp else None,
        iptc=iptc.from_resources(resources),
    )

"""Encodes pixels and metadata as the parts of a WebP file.

Source: RFC 9649 (WebP), section 2.7 (extended file format).
"""

import numpy as np

from dualzoom.capture import webp
from dualzoom.capture.photo import Metadata, Pixels

LOSSLESS = 100
_LOSSLESS_EFFORT = 20  # of 100; 70 takes 2.5 times as long for as many bytes
_PROFILE, _ALPHA, _EXIF, _XMP = 0x20, 0x10, 0x08, 0x04  # what the file holds


def webp_parts(
    pixels: Pixels, alpha: Pixels | None, metadata: Metadata, quality: int
) -> list[bytes | memoryview]:
    """Encode (H, W, 3) uint8 RGB and its opacity (H, W) as a WebP file; quality 100 loses nothing.

    Lossy WebP always halves the resolution of chroma.
    """
    import imagecodecs  # here, so that importing the package stays quick

    lossless = quality == LOSSLESS
    stored = np.ascontiguousarray(pixels if alpha is None else np.dstack([pixels, alpha]))
    data = imagecodecs.webp_encode(stored, level=_LOSSLESS_EFFORT if lossless else quality, lossless=lossless)
    frame = [(name, content) for name, content in webp.chunks(memoryview(data)[12:]) if name in webp.PICTURE]
    profile, exif, xmp = metadata.icc or b"", metadata.exif or b"", metadata.xmp or b""
    flags = _PROFILE * bool(profile) | _EXIF * bool(exif) | _XMP * bool(xmp) | _ALPHA * (alpha is not None)
    sides = b"".join((side - 1).to_bytes(3, "little") for side in pixels.shape[1::-1])
    parts: list[bytes | memoryview] = [webp.chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)]
    parts += [webp.chunk(b"ICCP", profile)] if profile else []
    parts += [webp.chunk(name, content) for name, content in frame]
    parts += [webp.chunk(b"EXIF", exif)] if exif else []
    parts += [webp.chunk(b"XMP ", xmp)] if xmp else []
    return [webp.riff(sum(map(len, parts))), *parts]

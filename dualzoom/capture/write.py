"""Writes a photo: the only way from a `Photo` to a file.

Laws: a result is complete or absent; an existing file is replaced only on request; an input is never replaced; the
file's orientation, sizes and thumbnail match its pixels whatever the photo's metadata says.
"""

import struct
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import formats, output_path, sidecar
from dualzoom.capture.metadata import match_frame
from dualzoom.capture.photo import Metadata, Photo, Pixels
from dualzoom.capture.suffixes import WRITTEN
from dualzoom.errors import UsageError, WriteError
from dualzoom.settings import Format, OnExists, WriteSettings

_BLOCK_ROWS = 256


def destination(
    path: str | Path, settings: WriteSettings | None = None, *, inputs: Iterable[str | Path | None] = ()
) -> Path | None:
    """Return the path that a result requested as `path` will get, before the work is done; None: skip it.

    Raises:
        WriteError: the path exists (`on_exists="error"`), is one of `inputs` or a folder, or its folder is missing.
        UsageError: the format is unknown, or cannot hold the requested bit depth.
    """
    path, settings = Path(path), settings or WriteSettings()
    output_format(path, settings)
    return output_path.resolve(path, settings.on_exists, inputs)


def write(
    photo: Photo,
    path: str | Path,
    settings: WriteSettings | None = None,
    *,
    inputs: Iterable[str | Path | None] = (),
) -> Path:
    """Write `photo` and return its actual path (another one with `on_exists="rename"`).

    With `on_exists="skip"` an existing file stays unchanged and its path is returned. The photo's own source counts
    as an input. Its sidecar goes beside the file, unless one is there already that may not be replaced.

    Raises:
        WriteError: as `destination`, and if the file system refuses; no partial file remains.
        UsageError: as `destination`.
    """
    path, settings = Path(path), settings or WriteSettings()
    inputs = (photo.source, *inputs)
    if destination(path, settings, inputs=inputs) is None:
        return path
    written = output_path.write_parts(path, encoded(photo, path, settings), settings.on_exists, inputs)
    if photo.sidecar is not None:
        sidecar.write(photo.sidecar, written, settings.on_exists)
    return written


def write_grey(
    pixels: NDArray[np.uint8],
    path: str | Path,
    on_exists: OnExists = "error",
    *,
    inputs: Iterable[str | Path | None] = (),
) -> Path:
    """Write a map, (H, W) uint8, as a grey PNG without metadata. Same laws and errors as `write`."""
    from dualzoom.capture import encode

    return output_path.write_parts(
        Path(path), encode.png_parts(np.ascontiguousarray(pixels), Metadata()), on_exists, inputs
    )


def write_text(
    data: bytes, path: str | Path, on_exists: OnExists = "error", *, inputs: Iterable[str | Path | None] = ()
) -> Path:
    """Write the bytes of a page or a table. Same laws and errors as `write`."""
    return output_path.write_parts(Path(path), [data], on_exists, inputs)


def output_format(path: Path, settings: WriteSettings) -> Format:
    """Return the requested format, or that of the suffix.

    Raises:
        UsageError: neither is known, it cannot hold this many bits, or linear light is not for a 16-bit TIFF.
    """
    named = WRITTEN.get(path.suffix.lower())
    found = named if settings.format is None or settings.format == "same" else settings.format
    if found is None:
        raise UsageError(
            path, f"no format is known by the suffix {path.suffix!r}", "use .jpg, .png, .tif or .dng"
        )
    if settings.linear and (found not in ("tiff", "dng") or settings.bit_depth == 8):
        raise UsageError(
            path, "linear light is written as TIFF or DNG of 16 bits only", "end its name in .tif"
        )
    formats.check_depth(path, found, settings.bit_depth)
    return found


def losses(photo: Photo, path: str | Path, settings: WriteSettings | None = None) -> tuple[str, ...]:
    """Return a note for each thing of `photo` that its file at `path` will not hold: bits, transparency.

    Raises:
        UsageError: as `destination`.
    """
    settings = settings or WriteSettings()
    return formats.losses_of(photo, output_format(Path(path), settings), settings.bit_depth)


def at_depth(pixels: Pixels, bits: int) -> Pixels:
    """Convert `pixels` to 8 or 16 bits: full scale stays full scale, values round to the nearest."""
    if pixels.dtype.itemsize * 8 == bits:
        return pixels
    if bits == 16:
        return cast(Pixels, np.multiply(pixels, np.uint16(257), dtype=np.uint16))
    out = np.empty(pixels.shape, np.uint8)
    for y in range(
        0, len(pixels), _BLOCK_ROWS
    ):  # blocks of rows, so that no second frame at 32 bits is needed
        rows = pixels[y : y + _BLOCK_ROWS].astype(np.uint32)
        out[y : y + _BLOCK_ROWS] = (rows + 128) // 257
    return out


def encoded(photo: Photo, path: Path, settings: WriteSettings) -> list[bytes | memoryview]:
    """Encode a photo as the parts of the file that `write` would make of it.

    Raises:
        WriteError: the format cannot hold its size, or the encoder fails.
        CaptureError: the format needs another kind of colour profile.
        UsageError: as `destination`.
    """
    from dualzoom.capture import (
        avif_write,
        dng_write,
        encode,
        jxl_write,
        linear_light,
        tiff_write,
        transparency,
        ultra_hdr,
        webp_write,
    )

    chosen, quality = output_format(path, settings), settings.quality
    if settings.linear and chosen != "dng":  # which always is
        photo = linear_light.to_linear(photo)
    bits = formats.bits_of(photo, chosen, settings.bit_depth)
    formats.check_size(path, chosen, photo.size)
    metadata = match_frame(photo.metadata, photo.size, photo.pixels)
    pixels, alpha = (
        None if plane is None else cast(Pixels, np.ascontiguousarray(at_depth(plane, 8 if bits == 8 else 16)))
        for plane in (photo.pixels, photo.alpha)
    )
    assert pixels is not None
    if alpha is not None and not formats.LIMITS[chosen].alpha:
        pixels = transparency.on_white(pixels, alpha)
    encoders = {"jpeg": lambda: ultra_hdr.jpeg_parts(photo, pixels, metadata, quality),
                "png": lambda: encode.png_parts(pixels, metadata, alpha),
                "tiff": lambda: tiff_write.tiff_parts(pixels, metadata, alpha),
                "webp": lambda: webp_write.webp_parts(pixels, alpha, metadata, quality),
                "avif": lambda: avif_write.avif_parts(pixels, alpha, metadata, quality, bits),
                "jxl": lambda: jxl_write.jxl_parts(pixels, alpha, metadata, quality, photo.name),
                "dng": lambda: dng_write.dng_parts(replace(photo, pixels=pixels, alpha=None), metadata)}  # fmt: skip
    try:
        return encoders[chosen]()
    except (RuntimeError, ValueError, struct.error, OverflowError) as error:
        name = formats.LIMITS[chosen].name
        raise WriteError(path, f"the {name} encoder failed ({error})", "choose another format") from error

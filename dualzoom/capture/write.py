"""From a photo to a file: the one way out.

Laws: a result is complete or absent; what exists is replaced only when asked; an input is never replaced; the
file says the truth about its orientation, size and thumbnail whatever the photo's metadata says.
"""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import numpy as np

from dualzoom.capture.atomic import publish
from dualzoom.capture.metadata import settle
from dualzoom.capture.photo import Photo, Pixels
from dualzoom.errors import UsageError, WriteError
from dualzoom.settings import Format, WriteSettings

SUFFIXES: dict[str, Format] = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff",
}  # fmt: skip
_BLOCK_ROWS = 256
_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room or choose another folder"),
    errno.EDQUOT: ("the disk quota is used up", "make room or choose another folder"),
    errno.EROFS: ("the file system is read-only", "choose another folder"),
    errno.EACCES: ("the folder may not be written to", "choose another folder"),
    errno.EPERM: ("the folder may not be written to", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ENOENT: ("the folder does not exist", "create it first"),
    errno.ENOTDIR: ("the folder is not a folder", "check the path"),
    errno.EFBIG: ("the file is larger than allowed here", "choose another folder or format"),
}


def destination(
    path: str | Path, settings: WriteSettings | None = None, *, inputs: Iterable[str | Path | None] = ()
) -> Path | None:
    """Where a result asked for as `path` will go, decided before the work is done; None: skip it.

    Raises:
        WriteError: it exists (`on_exists="error"`), it is one of `inputs` or a folder, or its folder is
            missing. UsageError: the format is unknown, or cannot hold the bit depth asked for.
    """
    path, settings = Path(path), settings or WriteSettings()
    output_format(path, settings)
    if "\0" in str(path):
        raise WriteError(path, "cannot be written: the name holds a zero byte", "choose another name")
    try:
        if not path.parent.is_dir():
            raise WriteError(path, "its folder does not exist", "create it first")
        if path.is_dir():
            raise WriteError(path, "this is a folder", "name a file")
        taken = os.path.lexists(path)
        if taken and any(_same(path, other) for other in inputs):
            raise WriteError(
                path, "this is one of the photos read", "choose another name: originals never change"
            )
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error
    if not taken or settings.on_exists == "overwrite":
        return path
    if settings.on_exists == "skip":
        return None
    if settings.on_exists == "rename":
        return _free_name(path)
    raise WriteError(path, "it exists already", "choose another name, or --on-exists rename or overwrite")


def write(
    photo: Photo,
    path: str | Path,
    settings: WriteSettings | None = None,
    *,
    inputs: Iterable[str | Path | None] = (),
) -> Path:
    """Write `photo` and return the path really written (another one with `on_exists="rename"`).

    With `on_exists="skip"` an existing file stays as it is and its path is returned. The photo's own source
    counts as an input.

    Raises:
        WriteError: as `destination`, and when the file system refuses; nothing is left behind.
        UsageError: as `destination`.
    """
    path, settings = Path(path), settings or WriteSettings()
    inputs = (photo.source, *inputs)
    target = destination(path, settings, inputs=inputs)
    if target is None:
        return path
    parts = _parts(photo, path, settings)
    while True:
        try:
            publish(target, parts, overwrite=settings.on_exists == "overwrite")
        except FileExistsError:  # it came into being since we looked
            target = destination(path, settings, inputs=inputs)
            if target is None:
                return path
        except OSError as error:
            raise _refused(target, error) from error
        else:
            return target


def output_format(path: Path, settings: WriteSettings) -> Format:
    """The format asked for, or that of the suffix.

    Raises:
        UsageError: neither is known, or JPEG is to hold 16 bits.
    """
    found = settings.format or SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise UsageError(path, f"no format is known by the suffix {path.suffix!r}", "use .jpg, .png or .tif")
    if settings.bit_depth not in (None, 8, 16):
        raise UsageError(path, f"{settings.bit_depth} bits per channel cannot be written", "choose 8 or 16")
    if found == "jpeg" and settings.bit_depth == 16:
        raise UsageError(path, "JPEG holds 8 bits per channel, not 16", "choose PNG or TIFF")
    return found


def at_depth(pixels: Pixels, bits: int) -> Pixels:
    """`pixels` at 8 or 16 bits: full scale stays full scale, values are rounded to the nearest."""
    if pixels.dtype.itemsize * 8 == bits:
        return pixels
    if bits == 16:
        return cast(Pixels, np.multiply(pixels, np.uint16(257), dtype=np.uint16))
    out = np.empty(pixels.shape, np.uint8)
    for y in range(0, len(pixels), _BLOCK_ROWS):  # in blocks: no second frame at 32 bits
        rows = pixels[y : y + _BLOCK_ROWS].astype(np.uint32)
        out[y : y + _BLOCK_ROWS] = (rows + 128) // 257
    return out


def _parts(photo: Photo, path: Path, settings: WriteSettings) -> list[bytes | memoryview]:
    from dualzoom.capture import encode, tiff_write  # here: they load the codecs

    chosen = output_format(path, settings)
    bits = settings.bit_depth or (8 if chosen == "jpeg" else photo.bit_depth)
    if chosen == "jpeg" and max(photo.size.width, photo.size.height) > encode.JPEG_MAX_SIDE:
        raise WriteError(
            path, f"JPEG cannot hold a side of more than {encode.JPEG_MAX_SIDE} pixels", "choose PNG"
        )
    metadata = settle(photo.metadata, photo.size, photo.pixels)
    pixels = cast(Pixels, np.ascontiguousarray(at_depth(photo.pixels, bits)))
    encoders = {"jpeg": lambda: encode.jpeg_parts(pixels, metadata, settings.quality),
                "png": lambda: encode.png_parts(pixels, metadata),
                "tiff": lambda: tiff_write.tiff_parts(pixels, metadata)}  # fmt: skip
    try:
        return encoders[chosen]()
    except (RuntimeError, ValueError) as error:
        raise WriteError(
            path, f"the {chosen.upper()} encoder failed ({error})", "choose another format"
        ) from error


def _same(path: Path, other: str | Path | None) -> bool:
    try:
        return other is not None and path.samefile(other)
    except OSError:
        return False


def _free_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(free := path.with_name(f"{path.stem}-{number}{path.suffix}")):
        number += 1
    return free


def _refused(path: Path, error: OSError | ValueError) -> WriteError:
    code = getattr(error, "errno", None)
    reason, step = _REASONS.get(
        code or 0, (getattr(error, "strerror", None) or str(error), "choose another place")
    )
    return WriteError(path, f"cannot be written: {reason}", step)

"""Reads a photo file: the only way from a file to a `Photo`.

    sniff → (JPEG | PNG | TIFF | DNG | camera raw | HEIC | AVIF | WebP | JPEG XL) decode → channels → upright → Photo

Law: `read` returns a photo or raises CaptureError (MemoryExhaustedError if a good file is too large for this
machine); no file, however damaged, makes it raise anything else.
"""

import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import (
    avif,
    camera_raw,
    colour_tag,
    encode,
    exif,
    heic_extras,
    ifd,
    jpeg_extras,
    jxl,
    orientation,
    picture_colours,
    png,
    raw,
    sidecar,
    sniff,
    tiff,
    to_rgb,
    webp,
)
from dualzoom.capture.decoded import Decoded
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, about, reason_of
from dualzoom.settings import CaptureSettings

_NO_EXIF = "the EXIF block is damaged and left out"
_MAX_FILE_BYTES = 2 << 30  # a 220-megapixel 16-bit TIFF has 1.3 GB


def read(path: str | Path, settings: CaptureSettings | None = None) -> Photo:
    """Read a JPEG, PNG, TIFF, DNG, camera raw, HEIC, AVIF, WebP or JPEG XL file as an upright RGB photo.

    Finds the format by content, and checks the size before it allocates memory for pixels.

    Raises:
        CaptureError: the file is missing, unreadable, of another format, truncated, damaged, HDR or too large.
        MemoryExhaustedError: the photo needs more memory than this machine has.
    """
    path = Path(path)
    with about(path):
        return _read(path, settings or CaptureSettings())


def _read(path: Path, settings: CaptureSettings) -> Photo:
    decoded = _decode(path, settings)
    picture_colours.refuse_hdr(path, colour_tag.hdr_curve(decoded.metadata.icc))
    stored = to_rgb.to_rgb(path, decoded)
    block = exif.sanitised(stored.metadata.exif)
    lens, turned = exif.describe(block)
    turn = stored.orientation or turned or 1
    beside, left = sidecar.find(path)
    damaged = bool(stored.metadata.exif) and block is None
    return Photo(
        pixels=orientation.upright(stored.pixels, turn),
        alpha=None if stored.alpha is None else orientation.upright(stored.alpha, turn),
        source=path,
        lens=lens,
        metadata=stored.metadata,
        gain_map=_turned(stored.gain_map, turn),
        motion=stored.motion,
        sidecar=beside,
        notes=(
            *stored.notes,
            *([_NO_EXIF] if damaged else ()),
            *encode.jpeg_notes(stored.metadata),
            *([left] if left else ()),
        ),
    )


def _turned(gain_map: GainMap | None, turn: int) -> GainMap | None:
    if gain_map is None:
        return None
    return gain_map.with_pixels(cast(NDArray[np.uint8], orientation.upright(gain_map.pixels, turn)))


def read_pair(
    wide: str | Path, tele: str | Path, settings: CaptureSettings | None = None
) -> tuple[Photo, Photo]:
    """Read both photos of a pair. Raw files are developed by fixed rules, so both get the same treatment.

    Raises:
        CaptureError: as `read`.
    """
    return read(wide, settings), read(tele, settings)


def _decode(path: Path, settings: CaptureSettings) -> Decoded:
    with _opened(path) as file:
        kind = sniff.identify(path, file.read(sniff.HEAD_BYTES))
        file.seek(0)
        if kind not in ("TIFF", "RAW"):
            return _DECODERS[kind](path, file.read(), settings)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return (camera_raw.decode if kind == "RAW" else _tiff)(path, view, settings)


def _tiff(path: Path, data: ifd.Buffer, settings: CaptureSettings) -> Decoded:
    """Decode a TIFF structure: a DNG, another raw file, or a TIFF picture."""
    tiff.check_complete(path, data)
    if tiff.is_dng(path, data):
        return raw.decode(path, data, settings)
    if camera_raw.is_one(tiff.directories(path, data)):
        return camera_raw.decode(path, data, settings)
    return tiff.decode(path, data, settings)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open the file; errors of opening and reading it become CaptureErrors."""
    try:
        if not path.exists():
            raise CaptureError(path, "there is no such file", "check the name")
        if not path.is_file():
            raise CaptureError(path, "this is not a file", "name a photo")
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise CaptureError(path, "the file is larger than any photo (2 GB)", "name a photo")
        file = path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise _unopened(path, error) from error
    with file:
        try:
            yield file
        except OSError as error:
            raise _unopened(path, error) from error


def _unopened(path: Path, error: OSError | ValueError) -> CaptureError:
    return CaptureError(path, f"cannot be read ({reason_of(error)})", "check the name and its permissions")


_DECODERS: dict[str, Callable[[Path, bytes, CaptureSettings], Decoded]] = {
    "JPEG": jpeg_extras.decode,
    "PNG": png.decode,
    "HEIC": heic_extras.decode,
    "AVIF": avif.decode,
    "WebP": webp.decode,
    "JPEG XL": jxl.decode,
}

"""Reads lens, time and software of a photo without decoding a pixel, for pairing and naming thousands of files.

Law: damaged metadata never makes `read_header` fail (the fields are then None); it fails only on a file that it
cannot open or that is no photo. It does not check the pixels.

Source: Exif 3.0 (CIPA DC-008), section 4.6; PNG, third edition (W3C), "eXIf".
"""

import mmap
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from dualzoom.capture import (
    camera_raw,
    exif,
    heic_boxes,
    heif_items,
    heif_metadata,
    ifd,
    jpeg,
    jxl,
    png,
    sniff,
    tiff,
    webp,
)
from dualzoom.capture.burst_mark import BurstMark, burst_mark
from dualzoom.capture.photo import Lens, Metadata
from dualzoom.errors import CaptureError, reason_of

_HEAD_BYTES = 1 << 18  # holds the first segments of up to 64 kB each; EXIF is one of them
_TAKEN, _DIGITISED, _SUBSECONDS = 0x9003, 0x9004, {0x9003: 0x9291, 0x9004: 0x9292}
_SOFTWARE, _BIAS = 305, 0x9204
_EXPOSURE_TIME, _APERTURE, _SENSITIVITY = 0x829A, 0x829D, 0x8827
_OUR_NAME = "dualzoom"  # as `provenance` writes it


@dataclass(frozen=True, kw_only=True)
class Header:
    """Lens, time and software of a photo.

    `taken` is the time by the camera's clock, without time zone; `software` is the program that wrote the file. `burst`
    says that it is of one. `bias` is the exposure compensation, `exposure` time, sensitivity and aperture (empty where
    the lens has but one), both as they are written. None: the file does not say.
    """

    path: Path
    lens: Lens
    taken: datetime | None
    software: str | None
    burst: BurstMark | None = None
    bias: bytes | None = None
    exposure: tuple[bytes, ...] | None = None

    @property
    def focal(self) -> float | None:
        """35 mm equivalent, or the real focal length in mm if missing: enough to order the lenses of one phone."""
        return self.lens.focal_35mm or self.lens.focal_mm

    @property
    def is_result(self) -> bool:
        """Whether this tool wrote it: a result carries its wide's lens and moment, but is no photo of a camera."""
        return self.software is not None and self.software.startswith(_OUR_NAME)


def read_header(path: Path) -> Header:
    """Read the metadata of a photo in any of the formats that `read` reads.

    Raises:
        CaptureError: the file cannot be opened, or is not a picture of a known format.
    """
    try:
        with path.open("rb") as file:
            found = _metadata(path, file)
            block = exif.sanitised(found.exif)
    except (OSError, ValueError) as error:
        step = "check the name and its permissions"
        raise CaptureError(path, f"cannot be read ({reason_of(error)})", step) from error
    lens, _ = exif.describe(block)
    burst = burst_mark(found)
    parsed = ifd.parse(block) if block else None
    if parsed is None:
        return Header(path=path, lens=lens, taken=None, software=None, burst=burst)
    inner = parsed.main.children.get(ifd.EXIF_IFD, ifd.Directory())
    bias = inner.entries.get(_BIAS)
    return Header(
        path=path,
        lens=lens,
        taken=_taken(inner),
        software=_text(parsed.main, _SOFTWARE) or None,
        burst=burst,
        bias=None if bias is None else bias.data,
        exposure=_exposure(inner),
    )


def _metadata(path: Path, file: BinaryIO) -> Metadata:
    head = file.read(_HEAD_BYTES)
    kind = sniff.identify(path, head[: sniff.HEAD_BYTES])
    if kind == "JPEG":
        return jpeg.metadata(jpeg.segments(head))
    if kind == "PNG":
        return Metadata(exif=_png_exif(file))
    if kind == "TIFF":
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return tiff.metadata(view)
    if kind == "RAW":
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return camera_raw.metadata(view)
    if kind in ("WebP", "JPEG XL"):
        file.seek(0)
        data = file.read()
        return webp.metadata(data) if kind == "WebP" else jxl.unpacked(data).metadata
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return _heif_metadata(path, view)


def _png_exif(file: BinaryIO) -> bytes | None:
    """Return the eXIf chunk; seeks past all others."""
    for name, length in png.chunk_heads(file):
        if name == b"eXIf":
            return file.read(min(length, _HEAD_BYTES)).removeprefix(b"Exif\0\0")
    return None


def _heif_metadata(path: Path, view: ifd.Buffer) -> Metadata:
    """Return the metadata of a HEIC or AVIF file; none if the file is damaged: reading the photo reports that."""
    try:
        heic_boxes.check(path, view)
        return heif_metadata.of(heif_items.parse(view))
    except (CaptureError, struct.error, IndexError, ValueError):
        return Metadata()


def _taken(directory: ifd.Directory) -> datetime | None:
    for tag in (_TAKEN, _DIGITISED):
        try:
            time = datetime.strptime(_text(directory, tag), "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        digits = _text(directory, _SUBSECONDS[tag])
        return (
            time + timedelta(seconds=float(f"0.{digits}")) if digits.isascii() and digits.isdigit() else time
        )
    return None


def _exposure(directory: ifd.Directory) -> tuple[bytes, ...] | None:
    """Time, sensitivity and aperture as bytes: equal for shots of one camera that were exposed alike."""
    tags = (_EXPOSURE_TIME, _SENSITIVITY, _APERTURE)
    time, sensitivity, aperture = (directory.entries.get(tag) for tag in tags)
    if time is None or sensitivity is None:
        return None
    return time.data, sensitivity.data, b"" if aperture is None else aperture.data


def _text(directory: ifd.Directory, tag: int) -> str:
    entry = directory.entries.get(tag)
    if entry is None or entry.kind != ifd.ASCII:
        return ""
    return entry.data.partition(b"\0")[0].decode("ascii", "replace").strip()

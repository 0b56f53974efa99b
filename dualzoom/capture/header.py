"""What a photo's file says about how it was taken, without decoding a pixel: for pairing and naming thousands.

Law: a glance never fails over damaged metadata (it is then silent), only over a file that is no photo or cannot
be opened. The pixels may still turn out to be damaged.
"""

import mmap
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from dualzoom.capture import exif, ifd, jpeg, png, sniff, tiff
from dualzoom.capture.photo import Lens
from dualzoom.errors import CaptureError, reason_of

_HEAD_BYTES = 1 << 18  # EXIF is among the first segments, 64 kB each
_TAKEN, _DIGITISED, _SUBSECONDS = 0x9003, 0x9004, {0x9003: 0x9291, 0x9004: 0x9292}
_SOFTWARE = 305
_MAX_CHUNKS = 4096


@dataclass(frozen=True, kw_only=True)
class Glance:
    """Lens, moment (the camera's own clock, no time zone; None: not said) and the program that wrote the file."""

    path: Path
    lens: Lens
    taken: datetime | None
    software: str | None

    @property
    def focal(self) -> float | None:
        """35 mm equivalent where it is said, else millimetres: enough to order the lenses of one phone."""
        return self.lens.focal_35mm or self.lens.focal_mm


def glance(path: Path) -> Glance:
    """Look at the metadata of a JPEG, PNG, TIFF, DNG or HEIC file.

    Raises:
        CaptureError: it cannot be opened, or is not a picture of a known format.
    """
    try:
        with path.open("rb") as file:
            block = exif.sane(_exif(path, file))
    except (OSError, ValueError) as error:
        step = "check the name and its permissions"
        raise CaptureError(path, f"cannot be read ({reason_of(error)})", step) from error
    lens, _ = exif.describe(block)
    parsed = ifd.parse(block) if block else None
    if parsed is None:
        return Glance(path=path, lens=lens, taken=None, software=None)
    inner = parsed.main.children.get(ifd.EXIF_IFD, ifd.Directory())
    return Glance(path=path, lens=lens, taken=_taken(inner), software=_text(parsed.main, _SOFTWARE) or None)


def _exif(path: Path, file: BinaryIO) -> bytes | None:
    head = file.read(_HEAD_BYTES)
    kind = sniff.identify(path, head[: sniff.HEAD_BYTES])
    if kind == "JPEG":
        return jpeg.metadata(jpeg.segments(head)).exif
    if kind == "PNG":
        return _png_exif(file)
    if kind == "TIFF":
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return tiff.metadata(view).exif
    return _heic_exif(path)


def _png_exif(file: BinaryIO) -> bytes | None:
    """The eXIf chunk, stepping over the others."""
    file.seek(len(png.SIGNATURE))
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return None
        length, name = struct.unpack(">I4s", head)
        if name == b"eXIf":
            return file.read(min(length, _HEAD_BYTES)).removeprefix(b"Exif\0\0")
        file.seek(length + 4, 1)
    return None


def _heic_exif(path: Path) -> bytes | None:
    """Silent where the extra is missing or the file damaged: reading the photo will say so."""
    try:
        import pillow_heif

        file = pillow_heif.open_heif(path)
        block = file[file.primary_index].info.get("exif")
    except Exception:  # noqa: BLE001 - the library raises almost anything on damaged files
        return None
    return cast(bytes, block).removeprefix(b"Exif\0\0") if block else None


def _taken(directory: ifd.Directory) -> datetime | None:
    for tag in (_TAKEN, _DIGITISED):
        try:
            moment = datetime.strptime(_text(directory, tag), "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        digits = _text(directory, _SUBSECONDS[tag])
        return (
            moment + timedelta(seconds=float(f"0.{digits}"))
            if digits.isascii() and digits.isdigit()
            else moment
        )
    return None


def _text(directory: ifd.Directory, tag: int) -> str:
    entry = directory.entries.get(tag)
    if entry is None or entry.kind != ifd.ASCII:
        return ""
    return entry.data.partition(b"\0")[0].decode("ascii", "replace").strip()

"""What each format that is written can hold: bits per channel, opacity, the longest side."""

from dataclasses import dataclass, replace
from pathlib import Path

from dualzoom.capture import sniff
from dualzoom.capture.photo import Photo
from dualzoom.capture.suffixes import CAMERA_SUFFIXES, WRITTEN
from dualzoom.errors import UsageError, WriteError
from dualzoom.geometry import Size
from dualzoom.settings import AskedFormat, Format, WriteSettings


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`name`: as users know it; `depths`: bits per channel; `deep`: those that a 16-bit photo gets unless asked."""

    name: str
    depths: tuple[int, ...]
    deep: int
    alpha: bool = True
    iptc: bool = False
    max_side: int | None = None
    quality: bool = False  # whether a quality decides its size


LIMITS: dict[Format, Limits] = {
    "jpeg": Limits(
        name="JPEG", depths=(8,), deep=8, alpha=False, iptc=True, max_side=65_500, quality=True
    ),  # libjpeg's limit
    "png": Limits(name="PNG", depths=(8, 16), deep=16, iptc=True),
    "tiff": Limits(name="TIFF", depths=(8, 16), deep=16, iptc=True),
    "webp": Limits(name="WebP", depths=(8,), deep=8, max_side=16_383, quality=True),
    "avif": Limits(
        name="AVIF", depths=(8, 10, 12), deep=10, max_side=65_535, quality=True
    ),  # what cameras write
    "jxl": Limits(name="JPEG XL", depths=(8, 16), deep=16, quality=True),
    "dng": Limits(name="DNG", depths=(16,), deep=16, alpha=False, iptc=True),
}
_DEPTHS = (8, 10, 12, 16)
_BY_KIND: dict[sniff.Kind, Format] = {
    "JPEG": "jpeg", "PNG": "png", "TIFF": "tiff", "WebP": "webp", "AVIF": "avif", "JPEG XL": "jxl",
}  # fmt: skip


def format_for(wide: Path, asked: AskedFormat | None) -> Format | None:
    """Return the format asked for; for "same" that of the file `wide`, by its content.

    Raises:
        UsageError: "same", but the wide's format is one that is only read.
        CaptureError: the wide cannot be opened, or is no photo.
    """
    if asked != "same":
        return asked
    kind = sniff.kind_of(wide)
    if kind == "HEIC":
        raise UsageError(
            wide, "HEIC is only read: its encoders are not free to use", "choose AVIF, JPEG XL or JPEG"
        )
    if kind == "RAW" or (kind == "TIFF" and wide.suffix.lower() in CAMERA_SUFFIXES):
        raise UsageError(wide, "a camera's own raw file is only read", "choose DNG, which is linear, or TIFF")
    if kind == "TIFF" and wide.suffix.lower() == ".dng":
        return "dng"
    return _BY_KIND[kind]


def settled(wide: Path | None, output: Path, settings: WriteSettings) -> WriteSettings:
    """Return the settings with the wide's own format in the place of "same"; `wide` is None for a photo of no file.

    Raises:
        UsageError: there is no file, the wide's format is only read, or the name of `output` says another one.
        CaptureError: as `format_for`.
    """
    if settings.format != "same":
        return settings
    if wide is None:
        raise UsageError(output, "the wide comes from no file whose format it could have", "name a format")
    chosen, named = format_for(wide, "same"), WRITTEN.get(output.suffix.lower())
    if named is not None and named != chosen:
        raise UsageError(output, f"the name says {named}, the wide is {chosen}", "make them agree")
    return replace(settings, format=chosen)


def check_depth(path: Path, wanted: Format, bit_depth: int | None) -> None:
    """Reject a bit depth that the format cannot hold.

    Raises:
        UsageError: names the depths that it can.
    """
    if bit_depth is None or bit_depth in LIMITS[wanted].depths:
        return
    if bit_depth not in _DEPTHS:
        raise UsageError(path, f"{bit_depth} bits per channel cannot be written", "choose 8 or 16")
    name, held = LIMITS[wanted].name, " or ".join(map(str, LIMITS[wanted].depths))
    steps = {8: "choose JPEG, PNG or TIFF", 16: "choose PNG or TIFF"}
    step = steps.get(bit_depth, "choose AVIF for 10 or 12 bits")
    raise UsageError(path, f"{name} holds {held} bits per channel, not {bit_depth}", step)


def check_size(path: Path, wanted: Format, size: Size) -> None:
    """Reject a picture with a side that the format cannot hold.

    Raises:
        WriteError: names the longest side.
    """
    longest = LIMITS[wanted].max_side
    if longest is not None and max(size.width, size.height) > longest:
        reason = f"{size.width}×{size.height} px: {LIMITS[wanted].name} holds no side of more than {longest} pixels"
        raise WriteError(path, reason, "choose PNG")


def bits_of(photo: Photo, wanted: Format, bit_depth: int | None) -> int:
    """Return the bits per channel that the file of `photo` gets."""
    return bit_depth or (8 if photo.bit_depth == 8 else LIMITS[wanted].deep)


def losses_of(photo: Photo, wanted: Format, bit_depth: int | None) -> tuple[str, ...]:
    """Return a note for each thing of `photo` that its file will not hold, unless that was asked for."""
    notes, name = [], LIMITS[wanted].name
    if photo.bit_depth == 16 and bit_depth is None and LIMITS[wanted].deep < 16:
        kept = LIMITS[wanted].deep
        notes.append(
            f"the result is rounded to {kept} bits per channel for {name}; PNG, TIFF, JPEG XL and DNG keep 16"
        )
    if photo.alpha is not None and not LIMITS[wanted].alpha:
        notes.append(f"transparent parts are laid on white: {name} has no transparency")
    if photo.metadata.iptc and not LIMITS[wanted].iptc:
        notes.append(f"the IPTC records are left out: {name} has no place for them (XMP is kept)")
    return tuple(notes)

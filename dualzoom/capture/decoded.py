"""What a decoder hands over: the stored frame, before orientation and channels are put right."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dualzoom.capture.photo import Metadata, Pixels
from dualzoom.errors import CaptureError, DualzoomError
from dualzoom.settings import CaptureSettings

Colour = Literal["grey", "rgb", "cmyk"]
COPY_AGAIN = "copy it again from the camera or phone"


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A stored frame: (H, W) or (H, W, C) uint8 or uint16, the channels of `colour` first, then any alpha.

    CMYK counts ink: 0 is paper. `orientation`: EXIF 1..8; None: what the EXIF block says.
    """

    pixels: Pixels
    colour: Colour
    metadata: Metadata = field(default_factory=Metadata)
    orientation: int | None = None
    notes: tuple[str, ...] = ()


def check_size(path: Path, width: int, height: int, settings: CaptureSettings) -> None:
    """Refuse a frame that is empty or beyond the limits, before its memory is taken.

    Raises:
        CaptureError: with the size and the limit that it breaks.
    """
    if width < 1 or height < 1:
        raise CaptureError(path, "the picture is empty", COPY_AGAIN)
    if width * height > settings.max_megapixels * 1e6:
        reason = f"{width}×{height} pixels are more than the limit of {settings.max_megapixels:g} megapixels"
        raise CaptureError(path, reason, "make it smaller first")
    if max(width, height) > settings.max_side_px:
        reason = f"{width}×{height} pixels have a side beyond the limit of {settings.max_side_px} pixels"
        raise CaptureError(path, reason, "make it smaller first")


@contextmanager
def decoding(path: Path, kind: str) -> Iterator[None]:
    """Turn whatever a decoding library raises on a damaged file into a CaptureError; drop its warnings.

    Only calls into such libraries belong inside: on hostile files they raise almost every kind of exception.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DualzoomError:
        raise
    except MemoryError as error:
        raise CaptureError(
            path, f"this {kind} file asks for more memory than there is", COPY_AGAIN
        ) from error
    except Exception as error:
        detail = str(error)[:120] or type(error).__name__
        raise CaptureError(path, f"damaged or unsupported {kind} file ({detail})", COPY_AGAIN) from error

"""The result of a decoder: the stored frame, before orientation is applied and channels become RGB."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import numpy as np

from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Metadata, Pixels
from dualzoom.errors import CaptureError, DualzoomError
from dualzoom.settings import CaptureSettings

Colour = Literal["grey", "rgb", "cmyk"]
COPY_AGAIN = "copy it again from the camera or phone"
MOTION_DROPPED = "the motion video behind the picture is left out"
EXPORT_SDR = "export it as an SDR picture first, as JPEG or HEIC"
FIRST_OF_ANIMATION = "the first picture of an animation is used"
_LOGGERS = ("imagecodecs", "tifffile")  # they forward the warnings of C libraries
_MAX_MESSAGES = 3


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A stored frame: (H, W) or (H, W, C) uint8 or uint16; the channels of `colour` come first, then any alpha.

    CMYK counts ink: 0 is paper. `orientation` is the EXIF value 1..8; None means that the EXIF block decides.
    `has_alpha`: the channel behind the colours is opacity; `premultiplied`: the colours were multiplied by it. `to_rgb`
    moves it to `alpha`, (H, W) of the pixels' type, with full scale as opaque.
    """

    pixels: Pixels
    colour: Colour
    metadata: Metadata = field(default_factory=Metadata)
    orientation: int | None = None
    gain_map: GainMap | None = None  # turned as the pixels are
    motion: Motion | None = None
    notes: tuple[str, ...] = ()
    has_alpha: bool = True
    premultiplied: bool = False
    alpha: Pixels | None = None


def full_scale(pixels: Pixels, bits: int) -> Pixels:
    """Stretch samples of `bits` (1..16), kept in the low bits, to the whole of their type, so that white is full."""
    width = 8 * pixels.itemsize
    if bits == width:
        return pixels
    if 2 * bits >= width:
        return cast(Pixels, pixels << (width - bits) | pixels >> (2 * bits - width))
    peak = np.iinfo(pixels.dtype).max
    table = np.arange(1 << bits) * peak // ((1 << bits) - 1)
    return cast(Pixels, table.astype(pixels.dtype)[np.minimum(pixels, len(table) - 1)])


def check_size(path: Path, width: int, height: int, settings: CaptureSettings) -> None:
    """Reject an empty frame or one beyond the limits before anything allocates memory for it.

    Raises:
        CaptureError: names the size and the limit that it exceeds.
    """
    if width < 1 or height < 1:
        raise CaptureError(path, "the picture is empty", COPY_AGAIN)
    if width * height > settings.max_megapixels * 1e6:
        reason = f"{width}×{height} pixels are more than the limit of {settings.max_megapixels:g} megapixels"
        raise CaptureError(path, reason, "make it smaller first")
    if max(width, height) > settings.max_side_px:
        reason = f"{width}×{height} pixels have a side beyond the limit of {settings.max_side_px} pixels"
        raise CaptureError(path, reason, "make it smaller first")


class _LogCollector(logging.Filter):
    """Collects the first messages that a library logs in this thread and hides all of them from stderr."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self.thread:
            return True
        if len(self.messages) < _MAX_MESSAGES:
            self.messages.append(record.getMessage().removeprefix("PNG warning: "))
        return False


@contextmanager
def decoding(path: Path, kind: str) -> Iterator[list[str]]:
    """Turn every exception of a decoding library into a CaptureError and drop the library's warnings.

    Yields the list of the first messages that libpng and others log meanwhile; none reaches stderr. Put only calls
    into decoding libraries inside: hostile files make them raise almost every kind of exception.
    """
    collector, loggers = _LogCollector(), [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(collector)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield collector.messages
    except DualzoomError:
        raise
    except MemoryError as error:
        raise CaptureError(
            path, f"this {kind} file asks for more memory than there is", COPY_AGAIN
        ) from error
    except Exception as error:
        detail = str(error)[:120] or type(error).__name__
        raise CaptureError(path, f"damaged or unsupported {kind} file ({detail})", COPY_AGAIN) from error
    finally:
        for logger in loggers:
            logger.removeFilter(collector)

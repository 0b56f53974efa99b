"""What a decoder hands over: the stored frame, before orientation and channels are put right."""

import logging
import threading
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
_TALKATIVE = ("imagecodecs", "tifffile")  # loggers of libraries that pass on what C libraries say
_MAX_WORDS = 3


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


class _Overheard(logging.Filter):
    """Keeps what a library logs in this thread, and keeps it from stderr."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self.thread:
            return True
        if len(self.words) < _MAX_WORDS:
            self.words.append(record.getMessage().removeprefix("PNG warning: "))
        return False


@contextmanager
def decoding(path: Path, kind: str) -> Iterator[list[str]]:
    """Turn whatever a decoding library raises on a damaged file into a CaptureError; drop its warnings.

    Gives what libpng and the like say meanwhile (the first few lines), for a note: nothing of it reaches stderr. Only
    calls into such libraries belong inside: on hostile files they raise almost every kind of exception.
    """
    overheard, loggers = _Overheard(), [logging.getLogger(name) for name in _TALKATIVE]
    for logger in loggers:
        logger.addFilter(overheard)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield overheard.words
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
            logger.removeFilter(overheard)

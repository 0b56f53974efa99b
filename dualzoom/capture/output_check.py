"""Finds out what a file cannot hold before the work that fills it: the longest side, a colour profile, a depth.

Law: what `check_output` lets through, `write` does not refuse for its size, its profile or its depth. It asks the
encoder itself, with a corner of the wide in the wide's own colours.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from dualzoom.capture import formats
from dualzoom.capture.outline import Outline
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.capture.write import encoded, output_format
from dualzoom.geometry import Size
from dualzoom.settings import CaptureSettings, Format, WriteSettings

OutputCheck = Callable[[Photo, Size], None]
_CORNER_PX = 16
_BY_PROFILE: frozenset[Format] = frozenset({"dng", "jxl"})  # formats that keep colours as numbers


def output_check(path: Path, settings: WriteSettings) -> OutputCheck:
    """Return a function of the wide and the result's size: `check_output` for the file `path`."""
    return lambda wide, size: check_output(wide, size, path, settings)


def check_output(wide: Photo, size: Size, path: Path, settings: WriteSettings) -> None:
    """Reject a result of this size in the wide's colours that its file at `path` cannot hold.

    Raises:
        WriteError: a side is too long, or the encoder refuses the wide's profile.
        CaptureError: the format needs a profile of another kind, or the profile is damaged.
        UsageError: as `destination`.
    """
    formats.check_size(path, output_format(path, settings), size)
    corner = (slice(0, _CORNER_PX), slice(0, _CORNER_PX))
    sample = Photo(
        pixels=wide.pixels[corner],
        alpha=None if wide.alpha is None else wide.alpha[corner],
        source=wide.source,
        metadata=Metadata(icc=wide.metadata.icc, camera=wide.metadata.camera),
    )
    encoded(sample, path, settings)


def check_outline(found: Outline, size: Size, path: Path, settings: WriteSettings) -> None:
    """Do the same with what is known of a wide that has not been decoded. Same errors."""
    blank = np.zeros((_CORNER_PX, _CORNER_PX, 3), np.uint8)
    photo = Photo(pixels=blank, source=found.path, metadata=Metadata(icc=found.icc))
    check_output(photo, size, path, replace(settings, bit_depth=None))


def is_open(chosen: Format, settings: WriteSettings, times: float) -> bool:
    """Return whether a format may refuse a photo that can be read and is enlarged at most so many times."""
    longest = formats.LIMITS[chosen].max_side
    too_long = longest is not None and longest < times * CaptureSettings.max_side_px
    return too_long or settings.linear or chosen in _BY_PROFILE

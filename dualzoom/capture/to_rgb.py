"""Converts a decoded frame to three RGB channels: grey, alpha, CMYK, profiles of another colour space."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from dualzoom.capture import profiles, transparency
from dualzoom.capture.decoded import COPY_AGAIN, Decoded
from dualzoom.capture.photo import Pixels
from dualzoom.errors import CaptureError

_COUNT = {"grey": 1, "rgb": 3, "cmyk": 4}


def to_rgb(path: Path, decoded: Decoded) -> Decoded:
    """Return `decoded` with (H, W, 3) RGB pixels, alpha by itself, an RGB profile or none, and notes on the conversion.

    Raises:
        CaptureError: CMYK has no profile or a damaged one, or the frame has fewer channels than its colours need.
    """
    pixels, icc = decoded.pixels, decoded.metadata.icc
    notes = list(decoded.notes)
    colours = _COUNT[decoded.colour]
    stored = 1 if pixels.ndim == 2 else pixels.shape[2]
    if pixels.ndim not in (2, 3) or stored < colours or pixels.dtype not in (np.uint8, np.uint16):
        raise CaptureError(path, "the file contradicts itself about its channels", COPY_AGAIN)
    alpha = None
    if stored > colours:
        pixels, alpha, noted = transparency.separated(pixels, colours, decoded)
        notes += noted
    if pixels.ndim == 3 and colours == 1:
        pixels = pixels[:, :, 0]
    space = "gray" if decoded.colour == "grey" else decoded.colour
    fits = profiles.space_of(icc) == space
    if icc and not fits and space != "gray":
        notes.append(
            "the colour profile is damaged, longer than 4 MB or of another kind of picture; it is left out"
        )
    if decoded.colour == "cmyk":
        pixels, icc = _cmyk(path, pixels, icc if fits else None), None
        notes.append("CMYK is converted to sRGB through its profile")
    elif decoded.colour == "grey":
        pixels, icc = _grey(path, pixels, icc, fits)
    metadata = replace(decoded.metadata, icc=icc if decoded.colour != "rgb" or fits else None)
    contiguous = cast(Pixels, np.ascontiguousarray(pixels))
    return replace(
        decoded, pixels=contiguous, colour="rgb", metadata=metadata, notes=tuple(notes), alpha=alpha
    )


def _cmyk(path: Path, pixels: Pixels, icc: bytes | None) -> Pixels:
    if icc is None:
        raise CaptureError(
            path, "CMYK without a colour profile has no certain colours", "convert it to RGB first"
        )
    return profiles.transform(pixels, icc, profiles.srgb(), "cmyk", path=path)


def _grey(path: Path, pixels: Pixels, icc: bytes | None, fits: bool) -> tuple[Pixels, bytes | None]:
    """Repeat grey in three channels; apply a grey profile's curve, since an RGB file cannot carry that profile."""
    if fits and icc is not None:
        return profiles.transform(pixels, icc, profiles.srgb(), "gray", path=path), None
    kept = icc if profiles.space_of(icc) == "rgb" else None
    return cast(Pixels, np.repeat(pixels[:, :, np.newaxis], 3, axis=2)), kept

"""Separates opacity from colours when a photo is read, and lays a photo on white where a format has no opacity.

Colours are kept unmultiplied: a half transparent red is red. Where a file's colours were multiplied by opacity they
are divided by it, except where nothing shows.

Source: Porter and Duff, Compositing Digital Images (1984), section 4; TIFF 6.0, ExtraSamples.
"""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.decoded import Decoded
from dualzoom.capture.photo import Pixels

_BLOCK_ROWS = 256


def separated(pixels: Pixels, colours: int, decoded: Decoded) -> tuple[Pixels, Pixels | None, list[str]]:
    """Split (H, W, C) at channel `colours`: the colours, unmultiplied; the opacity; notes on what is dropped.

    The opacity is None where the file has none, or is opaque everywhere.
    """
    plane = pixels[:, :, colours]
    kept = pixels[:, :, :colours]
    notes = []
    if not decoded.has_alpha or pixels.shape[2] > colours + 1:
        notes.append("extra channels that are neither colour nor transparency are dropped")
    if not decoded.has_alpha:
        return kept, None, notes
    peak = np.iinfo(pixels.dtype).max
    if plane.min() == peak:
        return kept, None, notes
    alpha = cast(Pixels, np.ascontiguousarray(plane))
    return (_unmultiplied(kept, alpha) if decoded.premultiplied else kept), alpha, notes


def on_white(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Lay (H, W, 3) colours of this opacity (H, W) on white, in their own encoding as viewers do it; same type."""
    peak, out = int(np.iinfo(pixels.dtype).max), np.empty_like(pixels)
    for y in range(0, len(pixels), _BLOCK_ROWS):
        colours, shares = _wide(pixels[y : y + _BLOCK_ROWS]), _wide(alpha[y : y + _BLOCK_ROWS])[..., None]
        out[y : y + _BLOCK_ROWS] = peak - (shares * (peak - colours) + peak // 2) // peak
    return out


def _unmultiplied(pixels: Pixels, alpha: Pixels) -> Pixels:
    peak, out = int(np.iinfo(pixels.dtype).max), np.empty_like(pixels)
    for y in range(0, len(pixels), _BLOCK_ROWS):
        colours, shares = _wide(pixels[y : y + _BLOCK_ROWS]), _wide(alpha[y : y + _BLOCK_ROWS])[..., None]
        out[y : y + _BLOCK_ROWS] = np.minimum((colours * peak + shares // 2) // np.maximum(shares, 1), peak)
    return out


def _wide(values: Pixels) -> NDArray[Any]:
    return values.astype(np.uint64 if values.dtype == np.uint16 else np.uint32)

"""The overlap at reduced size, for the fit of colours: small patches of both photos at the same places.

A patch is averaged from the 2× grid, where the tele is warped anyway. Patches are as small as they are so
that each shows one thing, and between them rows are left out: warping all of a 12-megapixel pair's overlap
for a few thousand colours would take longer than all the rest of the fit.
"""

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.colour import ColourMap, fit
from dualzoom.geometry import Region
from dualzoom.registration import Registration, Warper
from dualzoom.settings import ColourSettings

#: Patches along the window's longer side, and the greatest side of one on the 2× grid.
PATCHES, PATCH_PX = 192, 8

Rgb = NDArray[np.float32]


def fit_colour(
    wide: Pixels, warper: Warper, registration: Registration, settings: ColourSettings
) -> ColourMap:
    """The map from the tele's colours to the wide's, fitted over the overlap.

    `wide`: (H, W, 3) integer pixels of the registered wide. Raises RegistrationError where no sane map fits.
    """
    wide_low, tele_low, weight = patches(wide, warper, registration.window)
    return fit(wide_low, tele_low, weight, settings)


def patches(wide: Pixels, warper: Warper, window: Region) -> tuple[Rgb, Rgb, Rgb]:
    """Patches of the wide (h, w, 3) and the warped tele (h, w, 3), 0..1, and the confidence (h, w) there."""
    stride = max(2, 2 * round(max(window.width, window.height) / PATCHES))
    side = min(PATCH_PX, stride)
    rows, columns = (2 * length // stride for length in (window.height, window.width))
    scale = np.float32(1 / np.iinfo(wide.dtype).max)
    wide_low = np.empty((rows, columns, 3), np.float32)
    tele_low, weight = np.empty_like(wide_low), np.empty((rows, columns), np.float32)
    for row in range(rows):
        band = Region(2 * window.x, 2 * window.y + row * stride, columns * stride, side)
        rgb, confidence = warper.tile(band)
        tele_low[row] = _means(rgb, stride, side)
        weight[row] = _means(confidence[..., None], stride, side)[:, 0]
        own = wide[band.y // 2 : (band.y + side) // 2, window.x : window.x + columns * stride // 2]
        wide_low[row] = _means(own * scale, stride // 2, side // 2)
    return wide_low, tele_low, weight


def _means(band: Rgb, stride: int, side: int) -> Rgb:
    """Means of the patches side × side that start every `stride` columns of a band (side, columns·stride,
    C)."""
    parts = band.reshape(side, -1, stride, band.shape[-1])[:, :, :side]
    return np.asarray(parts.mean(axis=(0, 2)), np.float32)

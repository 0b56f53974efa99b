"""Draws a registration: where the tele lies in the wide, and the confidence in it.

On the wide's grid. Outside the overlap the wide in grey; inside a chessboard of wide and warped tele,
so that edges which do not meet show a bad match; red where confidence is low (occluded, defocused);
the tele's outline in yellow.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.geometry import Region
from dualzoom.registration import Registration, Warper
from dualzoom.resampling import halve_area

_OUTLINE = (255, 210, 0)
_DOUBT = np.array([255, 40, 40], np.float32)
_BAND_PX = 128  # rows of the wide warped at a time: the whole overlap at 2× would take gigabytes


def draw(wide: Photo, warper: Warper, registration: Registration) -> NDArray[np.uint8]:
    """Draws (H, W, 3) uint8 RGB of the wide's size; `warper` holds the tele in the wide's colour space."""
    picture = _bytes(wide)
    colour = picture.copy()
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None] // 2 + 40
    picture[:] = grey
    window = registration.window
    for top in range(window.y, window.bottom, _BAND_PX):
        band = Region(window.x, top, window.width, min(_BAND_PX, window.bottom - top))
        rgb, confidence = (halve_area(part) for part in warper.tile(band.scale(2)))
        picture[band.slices] = _band(band, colour[band.slices], rgb * 255, confidence, wide.size.width)
    corners = np.round(registration.overlap).astype(np.int32).reshape(-1, 1, 2)
    thickness = max(1, wide.size.width // 500)
    cv2.polylines(
        picture, [corners], isClosed=True, color=_OUTLINE, thickness=thickness, lineType=cv2.LINE_AA
    )
    return picture


def _band(
    band: Region,
    wide: NDArray[np.uint8],
    tele: NDArray[np.float32],
    confidence: NDArray[np.float32],
    frame_width: int,
) -> NDArray[np.uint8]:
    """Draws one band of the overlap: the chessboard, reddened where confidence is low."""
    cell = max(8, frame_width // 40)
    rows, columns = np.arange(band.y, band.bottom) // cell, np.arange(band.x, band.right) // cell
    tele_turn = ((rows[:, None] + columns[None, :]) % 2 == 0)[..., None]
    mixed = np.where(tele_turn & (confidence[..., None] > 0), tele, wide)
    doubt = 0.6 * (1 - confidence[..., None])
    band_rgb: NDArray[np.uint8] = np.clip(mixed * (1 - doubt) + _DOUBT * doubt, 0, 255).astype(np.uint8)
    return band_rgb


def _bytes(photo: Photo) -> NDArray[np.uint8]:
    """Copies the photo's pixels at 8 bits."""
    shift = photo.bit_depth - 8
    high: NDArray[np.uint8] = np.right_shift(photo.pixels, shift).astype(np.uint8)
    return high

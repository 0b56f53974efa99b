"""What earlier frames showed, mixed into each result: less noise, less flicker, and aliasing averaged out.

The last result is moved onto the present frame and mixed with what that frame alone gives: a running mean, weighed as a
Kalman filter weighs. A place's error has a variance, in units of that of a frame enlarged by itself; where results
differ by more than noise makes, what was moved is that much less certain. No weight of the past exceeds 1 − _LEAST, so
errors fade in a few frames instead of piling up, and a kernel that is applied again and again does not blur.

Where low bands differ (things that moved, were hidden, or came into view), and where the displacement is not believed,
the frame stands alone. Tones are the frame's own everywhere: below _LOW_PX nothing is carried.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.atomic import publish
from dualzoom.frames.belief import Compared, compared, likeness, noise_variance
from dualzoom.geometry import Size
from dualzoom.registration.between import Between
from dualzoom.resampling import halve_area

Float = NDArray[np.float32]

#: Least share of the frame itself: as if three were averaged. Less makes results no better, and flat places lag.
_LEAST = np.float32(1 / 3)
_LOW_PX = 6.0  # σ, wide px, of the band that is the frame's own
_LOW_CELL_PX = 3  # wide px of the cells that it is found on
_EDGE_PX = 3.0  # of the frame's border over which what came into view gains weight
_SOME = 4  # every fourth place of both directions tells how certain the past is
_BAND_ROWS = 128  # of the wide, mixed at once


@dataclass(frozen=True)
class Earlier:
    """What a frame leaves to the next: its result, (2H, 2W, 3), and the variance of that result's error.

    `variance`: (H, W) float32, 1: as a frame enlarged by itself; less where earlier frames had a part in it.
    """

    pixels: NDArray[Any]
    variance: Float

    @classmethod
    def alone(cls, pixels: NDArray[Any]) -> "Earlier":
        """Of a frame that stands alone."""
        return cls(pixels, np.ones((pixels.shape[0] // 2, pixels.shape[1] // 2), np.float32))

    def save(self, path: Path) -> None:
        """Writes a file, uncompressed; replaces one that is there. Raises OSError."""
        data = io.BytesIO()
        np.savez(data, pixels=self.pixels, variance=self.variance)
        publish(path, [data.getbuffer()], overwrite=True)

    @classmethod
    def load(cls, path: Path) -> "Earlier":
        """Reads the file. Raises OSError, ValueError where it is none."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
                return cls(held["pixels"], held["variance"])
        except (EOFError, KeyError, BadZipFile) as error:
            raise ValueError(f"{path} is damaged") from error


def mixed(pixels: NDArray[Any], earlier: Earlier, way: Between, decided: Float | None = None) -> Earlier:
    """The frame's result, (2H, 2W, 3), with what earlier frames showed.

    `way`: from this frame back to that of `earlier`. `decided`: (H, W) 0..1, how far the result is settled already,
    because the tele was seen there; None: nowhere.
    """
    size = Size.of(earlier.variance)
    shift, confidence = (_spread(part, size) for part in (way.shift, way.confidence))
    moved = _moved(earlier.pixels, shift)
    found = _compared(pixels, moved)
    believed = likeness(found) * confidence * _inside(shift)
    if decided is not None:
        believed *= 1 - decided
    own = 1 - (1 - _gain(found, _sampled(earlier.variance, shift))) * believed
    low = _spread(_low(pixels, moved), size)
    return Earlier(_mean(pixels, moved, own, low), own)


def _gain(found: Compared, variance: Float) -> Float:
    """What the frame itself weighs against what was moved, whose error had a `variance`, by a Kalman filter's rule."""
    usual = 1 + np.float32(np.median(variance[::_SOME, ::_SOME]))
    single = 2 * noise_variance(found) / usual  # of a frame by itself: results differ by both errors
    grown = np.maximum(found.fine / single - 1, variance)
    return np.asarray(np.maximum(grown / (1 + grown), _LEAST), np.float32)


def _compared(pixels: NDArray[Any], moved: NDArray[Any]) -> Compared:
    peak = np.float32(np.iinfo(pixels.dtype).max)

    def rows(first: int, last: int) -> tuple[Float, Float]:
        own, other = (
            halve_area(part[2 * first : 2 * last]).astype(np.float32) / peak for part in (pixels, moved)
        )
        return own, other

    return compared(Size(pixels.shape[1] // 2, pixels.shape[0] // 2), rows)


def _low(pixels: NDArray[Any], moved: NDArray[Any]) -> Float:
    """What is missing in the low band of what was moved, in levels, on cells that cover the frame."""
    height, width = (-(-side // (2 * _LOW_CELL_PX)) for side in pixels.shape[:2])
    own, other = (cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA) for part in (pixels, moved))
    missing = own.astype(np.float32) - other
    return np.asarray(cv2.GaussianBlur(missing, (0, 0), _LOW_PX / _LOW_CELL_PX), np.float32)


def _mean(pixels: NDArray[Any], moved: NDArray[Any], own: Float, low: Float) -> NDArray[Any]:
    """The weighted mean, `own` (H, W) being the frame's share; `low` (H, W, 3) is added to what was moved."""
    out, peak = np.empty_like(pixels), np.float32(np.iinfo(pixels.dtype).max)
    for top in range(0, own.shape[0], _BAND_ROWS):
        rows = slice(2 * top, 2 * min(top + _BAND_ROWS, own.shape[0]))
        share = own[_around(top, own)]
        parts = np.dstack([share, (1 - share)[..., None] * low[_around(top, own)]])
        fine = _doubled(parts, top)[: rows.stop - rows.start]
        past = moved[rows].astype(np.float32)
        mean = past + (pixels[rows] - past) * fine[..., :1] + fine[..., 1:]
        out[rows] = np.rint(np.clip(mean, 0, peak))
    return out


def _moved(pixels: NDArray[Any], shift: Float) -> NDArray[Any]:
    """A result on the next frame's grid. `shift`: (H, W, 2), wide px."""
    out = np.empty_like(pixels)
    across = np.arange(pixels.shape[1], dtype=np.float32)[None, :]
    for top in range(0, shift.shape[0], _BAND_ROWS):
        rows = slice(2 * top, 2 * min(top + _BAND_ROWS, shift.shape[0]))
        away = 2 * _doubled(shift[_around(top, shift)], top)[: rows.stop - rows.start]
        down = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        out[rows] = cv2.remap(
            pixels,
            away[..., 0] + across,
            away[..., 1] + down,
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return out


def _around(top: int, field: NDArray[Any]) -> slice:
    """A band's rows of a field (H, W[, C]) with one more on either side, which `_doubled` looks at."""
    return slice(max(0, top - 1), min(top + _BAND_ROWS + 1, field.shape[0]))


def _doubled(rows: Float, top: int) -> Float:
    """A band at twice its density, linearly, from the row `top` on; `rows`: what `_around` gives."""
    fine = cv2.resize(rows, (2 * rows.shape[1], 2 * rows.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine[2 if top else 0 :], np.float32)


def _spread(field: Float, size: Size) -> Float:
    """A field on cells that cover a frame, at each of its pixels."""
    return np.asarray(
        cv2.resize(field, (size.width, size.height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def _sampled(field: Float, shift: Float) -> Float:
    """A field (H, W) of the frame before, on this frame's pixels."""
    x, y = _places(shift)
    return np.asarray(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _inside(shift: Float) -> Float:
    """1 where the frame before saw a place, falling to 0 along its border: (H, W)."""
    height, width = shift.shape[:2]
    x, y = _places(shift)
    edge = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    return np.asarray(np.clip((edge + 0.5) / _EDGE_PX, 0, 1), np.float32)


def _places(shift: Float) -> tuple[Float, Float]:
    height, width = shift.shape[:2]
    x = shift[..., 0] + np.arange(width, dtype=np.float32)[None, :]
    return x, shift[..., 1] + np.arange(height, dtype=np.float32)[:, None]

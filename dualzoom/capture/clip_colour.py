"""Between a clip's planes Y, Cb, Cr and RGB, as ITU-T H.273 writes it down (section 8.3, matrix coefficients).

Planes hold 8 or 10 bits, in limited range (Y 16..235, C 16..240 at 8 bits) or full range. RGB has full scale at 255,
of 10 bits at 65535. Chroma of 4:2:0 and 4:2:2 lies on the left column of the two that share it (H.273, location 0, what
cameras write) or between them; of rows always between. It is enlarged bilinearly and reduced by 1-2-1 or by means.
"""

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels

Planes = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
_Float = NDArray[np.float32]

#: Matrix coefficients' number -> weights of red and blue in luma.
WEIGHTS = {
    1: (0.2126, 0.0722),  # BT.709
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601, 625 lines
    6: (0.299, 0.114),  # BT.601, 525 lines
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020, non-constant luminance
}


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How planes hold colours. Numbers are those of H.273; 2 is "unspecified".

    `across`, `down`: pixels that share one chroma sample. `left`: chroma on the left of these columns, else between.
    `matrix`: always known here, a guess by the frame's height where the file says nothing.
    """

    bits: int = 8
    full: bool = False
    across: int = 2
    down: int = 2
    left: bool = True
    matrix: int = 1
    primaries: int = 2
    transfer: int = 2

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the planar format."""
        chroma = {(2, 2): "420", (2, 1): "422", (1, 1): "444"}[self.across, self.down]
        return f"yuv{chroma}p{'' if self.bits == 8 else '10le'}"


def to_rgb(planes: Planes, encoding: Encoding) -> Pixels:
    """RGB (H, W, 3), uint8 of 8 bits, else uint16, rounded to the nearest and cut at black and white."""
    height, width = planes[0].shape
    chroma = [_enlarged(plane, width, height, encoding) for plane in planes[1:]]
    stacked = cv2.merge([planes[0].astype(np.float32), *chroma])
    peak = 255.0 if encoding.bits == 8 else 65535.0
    matrix, offset = _from_planes(encoding)
    rgb = cv2.transform(stacked, np.column_stack([matrix, offset]) * peak)
    kind = np.uint8 if encoding.bits == 8 else np.uint16
    return cast(Pixels, np.rint(np.clip(rgb, 0, peak)).astype(kind))


def from_rgb(pixels: Pixels, encoding: Encoding) -> Planes:
    """Planes of RGB (H, W, 3) uint8 or uint16; sides must be whole numbers of chroma samples."""
    peak = float(np.iinfo(pixels.dtype).max)
    matrix, offset = _from_planes(encoding)
    inverse = np.linalg.inv(matrix)
    ycc = cv2.transform(pixels.astype(np.float32), np.column_stack([inverse / peak, -inverse @ offset]))
    luma, *chroma = cv2.split(ycc)
    reduced = [_reduced(np.asarray(plane, np.float32), encoding) for plane in chroma]
    first, second, third = (_whole(plane, encoding) for plane in (luma, *reduced))
    return first, second, third


def _from_planes(encoding: Encoding) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Matrix (3, 3) and offset (3,): RGB 0..1 = matrix · (Y, Cb, Cr) + offset, of the planes' integers."""
    red, blue = WEIGHTS[encoding.matrix]
    green = 1 - red - blue
    normal = np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * (1 - blue) * blue / green, -2 * (1 - red) * red / green],
            [1, 2 * (1 - blue), 0],
        ]
    )
    step = float(1 << (encoding.bits - 8))
    top = float((1 << encoding.bits) - 1)
    black, middle = (0.0, 128 * step) if encoding.full else (16 * step, 128 * step)
    luma, chroma = (top, top) if encoding.full else (219 * step, 224 * step)
    matrix = normal / np.array([luma, chroma, chroma])
    return matrix, -matrix @ np.array([black, middle, middle])


def _enlarged(plane: NDArray[Any], width: int, height: int, encoding: Encoding) -> _Float:
    """A chroma plane at luma's size."""
    values = plane.astype(np.float32)
    if (encoding.across, encoding.down) == (1, 1):
        return values
    # OpenCV rounds places to 1/32 px: halves and quarters are exact.
    x = 0.0 if encoding.left or encoding.across == 1 else 0.5 / encoding.across - 0.5
    y = 0.5 / encoding.down - 0.5
    onto = np.array([[1 / encoding.across, 0, x], [0, 1 / encoding.down, y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(values, onto, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _reduced(plane: _Float, encoding: Encoding) -> _Float:
    """Chroma of luma's size at its own size."""
    half = np.float32(0.5)
    if encoding.down == 2:
        plane = (plane[0::2] + plane[1::2]) * half
    if encoding.across == 2:
        left, right = plane[:, 0::2], plane[:, 1::2]
        if encoding.left:
            before = np.concatenate([plane[:, :1], right[:, :-1]], axis=1)
            plane = left * half + (before + right) * np.float32(0.25)
        else:
            plane = (left + right) * half
    return plane


def _whole(plane: NDArray[Any], encoding: Encoding) -> NDArray[Any]:
    """Rounded to what the format holds: everything but the codes kept for synchronisation."""
    top = (1 << encoding.bits) - 1
    spare = 0 if encoding.full else 1 << (encoding.bits - 8)
    kind = np.uint8 if encoding.bits == 8 else np.uint16
    whole: NDArray[Any] = np.rint(np.clip(plane, spare, top - spare)).astype(kind)
    return whole

"""Scores a full-size result without a truth: does it show the tele's detail, and keep the wide's picture?

`tele_blocks` lays the tele over the 2× grid by the homography and dense flow. Both pictures are split into a low
band (what the wide can show: halved by area and enlarged again) and a high band (the rest). Only blocks whose low
bands correlate count, for there the alignment is certain. `score` measures

- `detail`: mean correlation of the result's high band with the tele's, best within ±3 px (1: the tele's own
  detail);
- `energy`: median ratio of that band's deviation to the tele's (below 1: too soft);
- `consistency_db`: PSNR of the low band of the whole result against the wide's, whose picture must stay. The
  result is reduced by area, and both go through a Gaussian of 3 wide px, which keeps tones, colours and the place of
  things, and drops the noise, halos and JPEG of single pixels, which a good result does not have;
- `pixels_db`: the same without the Gaussian, pixel by pixel.

Pictures are (H, W, 3) uint8 RGB; rows and columns are those of the frame the homography belongs to.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import TO_2X, Region, Size
from dualzoom.metrics.image_quality import psnr
from dualzoom.resampling import enlarge_bicubic, halve_area

Grey: TypeAlias = NDArray[np.float32]

BLOCK_PX = 64
REACH_PX = 3
_GRID_PX = (
    128  # the compared window starts and ends on this grid, so that it hardly moves with the homography
)
_TONES_PX = 3.0  # σ on the wide's grid: below it lie single pixels' noise and halos
_MIN_LOW_CORRELATION, _MIN_LOW_DEVIATION, _MIN_HIGH_DEVIATION = 0.85, 6.0, 2.0


@dataclass(frozen=True, kw_only=True)
class TeleBlocks:
    """The blocks of the tele that a result is compared with, on the wide's 2× grid.

    `grey`: (h, w) luma of the aligned tele in `window`; `blocks`: (n, 2), top left corner (row, column) in it of each
    block of `BLOCK_PX` whose alignment is certain.
    """

    window: Region
    grey: NDArray[np.uint8]
    blocks: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class FullSizeScores:
    """Scores of one result; `detail` and `energy` rest on so many `blocks`, and are nan where there is none."""

    detail: float
    energy: float
    consistency_db: float
    pixels_db: float
    blocks: int


def tele_blocks(
    wide: NDArray[np.uint8], tele: NDArray[np.uint8], homography: NDArray[np.float64]
) -> TeleBlocks:
    """Lays the tele over the wide's 2× grid and keeps the blocks that surely lie right, once per pair.

    `homography`: tele px -> wide px. Raises ValueError where the tele lies outside the wide.
    """
    frame = Size.of(wide).scale(2)
    window = _window(Size.of(tele), TO_2X @ homography, frame)
    onto = np.array([[1, 0, -window.x], [0, 1, -window.y], [0, 0, 1.0]]) @ TO_2X @ homography
    size = (window.width, window.height)
    border = cv2.BORDER_REPLICATE
    warped = grey(cv2.warpPerspective(tele, onto, size, flags=cv2.INTER_CUBIC, borderMode=border))
    inside = cv2.warpPerspective(np.ones(tele.shape[:2], np.uint8), onto, size) > 0
    enlarged = enlarge_bicubic(wide)
    base = grey(enlarged[window.slices])
    aligned = _follow(base, warped)
    return TeleBlocks(window=window, grey=aligned, blocks=_sure_blocks(base, aligned, inside))


def score(result: NDArray[np.uint8], wide: NDArray[np.uint8], tele: TeleBlocks) -> FullSizeScores:
    """Scores a result. Raises ValueError where it is not twice the wide's size."""
    if Size.of(result) != Size.of(wide).scale(2):
        raise ValueError(f"the result must be twice the wide: {Size.of(result)} for {Size.of(wide)}")
    ours = bands(grey(result[tele.window.slices]))[1]
    theirs = bands(tele.grey)[1]
    details, energies = [], []
    for row, column in tele.blocks:
        wanted = theirs[row : row + BLOCK_PX, column : column + BLOCK_PX]
        rows = slice(row - REACH_PX, row + BLOCK_PX + REACH_PX)
        around = ours[rows, column - REACH_PX : column + BLOCK_PX + REACH_PX]
        details.append(float(cv2.matchTemplate(around, wanted, cv2.TM_CCOEFF_NORMED).max()))
        energies.append(float(around.std() / wanted.std()))
    reduced = halve_area(result)
    return FullSizeScores(
        detail=float(np.mean(details)) if details else float("nan"),
        energy=float(np.median(energies)) if energies else float("nan"),
        consistency_db=tones_db(reduced, wide),
        pixels_db=psnr(reduced, wide),
        blocks=len(details),
    )


def tones_db(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Measures PSNR (dB, over RGB) of two pictures (H, W, 3) on the wide's grid after a Gaussian; inf where equal."""
    difference = np.subtract(a, b, dtype=np.float32)  # blurred once: a Gaussian is linear
    cv2.GaussianBlur(difference, (0, 0), _TONES_PX, dst=difference)
    error = float(np.mean(np.square(difference), dtype=np.float64)) / 255**2
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def grey(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Returns the luma (h, w) uint8 of RGB."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def bands(picture: NDArray[np.uint8]) -> tuple[Grey, Grey]:
    """Splits a picture (h, w) on the 2× grid; returns its low band less the slow part (σ 6 px), and its high band."""
    full = picture.astype(np.float32)
    low = enlarge_bicubic(halve_area(full))
    slow = cv2.GaussianBlur(low, (0, 0), 6)
    return np.asarray(low - slow, np.float32), np.asarray(full - low, np.float32)


def _window(tele: Size, onto_2x: NDArray[np.float64], frame: Size) -> Region:
    corners = np.array([[(0, 0), (tele.width, 0), (tele.width, tele.height), (0, tele.height)]], np.float64)
    seen = np.asarray(cv2.perspectiveTransform(corners, onto_2x), np.float64)[0]
    low = np.floor(seen.min(0) / _GRID_PX).astype(int) * _GRID_PX
    high = np.ceil(seen.max(0) / _GRID_PX).astype(int) * _GRID_PX
    found = Region(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])).clip(frame)
    if found.empty:
        raise ValueError("the tele lies outside the wide")
    return found


def _follow(base: NDArray[np.uint8], warped: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Moves the warped tele onto the base by dense flow, estimated at half size on contrast-equalised pictures."""
    equalise = cv2.createCLAHE(2.0, (16, 16))
    height, width = base.shape
    half = (round(width * 0.5), round(height * 0.5))
    small = [equalise.apply(cv2.resize(n, half, interpolation=cv2.INTER_AREA)) for n in (base, warped)]
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setFinestScale(0)
    nothing: Any = None  # no flow to start from; OpenCV's stubs know only arrays
    flow = 2 * np.asarray(cv2.resize(finder.calc(small[0], small[1], nothing), (width, height)))
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(
        warped, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


def _sure_blocks(
    base: NDArray[np.uint8], aligned: NDArray[np.uint8], inside: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Keeps blocks inside the tele that have structure in both bands and whose low bands correlate."""
    base_low, (low, high) = bands(base)[0], bands(aligned)
    kept = []
    for row in range(BLOCK_PX, base.shape[0] - 2 * BLOCK_PX, BLOCK_PX):
        for column in range(BLOCK_PX, base.shape[1] - 2 * BLOCK_PX, BLOCK_PX):
            at = np.s_[row : row + BLOCK_PX, column : column + BLOCK_PX]
            if (
                not inside[at].all()
                or low[at].std() <= _MIN_LOW_DEVIATION
                or high[at].std() <= _MIN_HIGH_DEVIATION
            ):
                continue
            if np.corrcoef(base_low[at].ravel(), low[at].ravel())[0, 1] > _MIN_LOW_CORRELATION:
                kept.append((row, column))
    return np.array(kept, np.int64).reshape(-1, 2)

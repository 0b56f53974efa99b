"""How this camera makes its wide from what the tele saw: a linear filter, fitted to the pairs' own tiles.

Area means reduce a picture as a sensor of twice the pitch would, without lens or processing. Where the wide itself errs
(a soft lens, sharpening that leaves halos, smear) and is to be corrected, a result cannot be asked to show the wide
that way. What can be asked is that this camera, given the result, would have made this wide.

Real-image super-resolution calls this the degradation. DASR ("Unsupervised Real-World Image Super Resolution via
Domain-Distance Aware Training", CVPR 2021) learns one against a discriminator, for want of registered pairs; with them
least squares find it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.adapt.tiles import Tile, TileSet, in_turn

TAPS = 12  # of the 2× grid, along each axis: what a lens and a phone's sharpening reach
_TILES = 64  # two hundred thousand pixels of the wide
_TRUSTED = 0.95  # mean validity of what a pixel of the wide is made of
_RIDGE = 1e-3  # of the mean variance: where tiles say nothing, it stays the area mean

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Degradation:
    """A filter of the 2× grid, `kernel` TAPS TAPS float32 with sum 1, the same for all colours and in all turns."""

    kernel: Tensor

    def __call__(self, picture: Tensor) -> Tensor:
        """B C 2H 2W -> B C H W; beyond the frame its edge goes on."""
        batch, channels, height, width = picture.shape
        margin = TAPS // 2 - 1
        wider = F.pad(picture.float(), (margin,) * 4, mode="replicate").flatten(0, 1)[:, None]
        with torch.autocast(picture.device.type, enabled=False):  # bfloat16 is off by grey levels
            reduced = F.conv2d(wider, self.kernel.to(picture.device)[None, None], stride=2)
        return reduced.reshape(batch, channels, height // 2, width // 2)


def area_mean(picture: Tensor) -> Tensor:
    """B C 2H 2W -> B C H W: means of 2 × 2 pixels, as a sensor of twice the pitch sees."""
    return F.avg_pool2d(picture, 2)


def fit(tiles: TileSet) -> Degradation:
    """The filter that best turns the tele into the wide, by least squares over tiles that are trained on."""
    normal, right = np.zeros((TAPS**2, TAPS**2)), np.zeros(TAPS**2)
    for place in in_turn(tiles.inside, _TILES):
        patches, values = _equations(tiles.tile(place))
        normal += patches.T @ patches
        right += patches.T @ values
    middle = slice(TAPS // 2 - 1, TAPS // 2 + 1)
    plain = np.zeros((TAPS, TAPS))
    plain[middle, middle] = 0.25
    turned = [np.ascontiguousarray(turn).ravel() for turn in _orientations()]
    normal = np.mean([normal[np.ix_(order, order)] for order in turned], 0)
    right = np.mean([right[order] for order in turned], 0)
    ridge = _RIDGE * np.trace(normal) / len(normal) + 1e-9
    change = np.linalg.solve(normal + ridge * np.eye(len(normal)), right - normal @ plain.ravel())
    kernel = plain.ravel() + change
    kernel += (1 - kernel.sum()) / len(kernel)  # the part that patches without their means leave open
    return Degradation(torch.from_numpy(kernel.reshape(TAPS, TAPS)).float())


def _equations(tile: Tile) -> tuple[Float, Float]:
    """For every trusted pixel and colour: the 2× pixels around it, and its value in the wide, both less their mean."""
    margin = TAPS // 2 - 1
    inner = slice(margin // 2 + 1, -(margin // 2 + 1))  # pixels of the wide whose patches lie inside the tile
    window = np.lib.stride_tricks.sliding_window_view
    start = 2 * (margin // 2 + 1) - margin
    steps = (slice(start, start + 2 * (tile.wide.shape[0] - 2 * (margin // 2 + 1)), 2),) * 2
    patches = window(tile.truth(), (TAPS, TAPS), axis=(0, 1))[steps]  # h w 3 T T
    seen = window(tile.validity, (TAPS, TAPS))[steps].mean((2, 3)) >= _TRUSTED  # h w
    chosen = patches[seen].reshape(-1, TAPS**2).astype(np.float64)
    values = tile.wide[inner, inner][seen].reshape(-1).astype(np.float64)
    mean = chosen.mean(1)
    return chosen - mean[:, None], values - mean


def _orientations() -> list[NDArray[np.intp]]:
    """Numbers of the taps as the eight turns and mirrorings order them: results are turned at random in training."""
    taps = np.arange(TAPS**2).reshape(TAPS, TAPS)
    return [np.rot90(side, turns) for side in (taps, taps[:, ::-1]) for turns in range(4)]

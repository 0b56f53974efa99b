"""Draws held-out places before adaptation, after it, and in the tele."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dualzoom.geometry import Region, Size
from dualzoom.network.contract import RestorationNetwork
from dualzoom.report.contact_sheet import column, crop, label, row
from dualzoom.training.adapt.tiles import Float
from dualzoom.training.adapt.validation import Judge

_TILES, _ZOOM, _BORDER_PX = 6, 3, 8


def sheet(
    judge: Judge, before: RestorationNetwork, after: RestorationNetwork, device: torch.device
) -> NDArray[np.uint8]:
    """Draws one row for each of the busiest held-out tiles: before | after | tele, RGB uint8.

    The networks are in eval mode on `device`; the reference is the tele itself, as in use.
    """
    rows = []
    old, new = (judge.pictures(network, device, _TILES) for network in (before, after))
    for (first, item), (second, _) in zip(old, new, strict=True):
        pictures = {"before": _codes(first), "after": _codes(second), "tele": _bytes(item.truth)}
        rows.append(row([label(_inner(picture), name) for name, picture in pictures.items()]))
    return column(rows)


def _inner(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return crop(picture, Region.full(Size.of(picture)).pad(-_BORDER_PX), _ZOOM)


def _codes(picture: Tensor) -> NDArray[np.uint8]:
    return _bytes(picture.permute(1, 2, 0).numpy())


def _bytes(picture: Float) -> NDArray[np.uint8]:
    return np.asarray(np.rint(np.clip(picture, 0, 1) * 255), np.uint8)

"""Coarse search: which window of a large reference looks like the wide's tile, compared at 1/8 of the LR grid.

Notation: H W the LR tile, Hr Wr the reference, sampled at twice the wide's rate; one pixel of the small
pictures is 16 reference pixels.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

STEP_PX = 16  # the search's step in reference pixels: 8 LR pixels


class Window(NamedTuple):
    """Upper left corner in reference pixels, and the mean absolute difference there (0..1)."""

    row: int
    column: int
    difference: float


def best_windows(lr: Tensor, ref: Tensor) -> list[Window]:
    """The best 2H×2W window of `ref` for each tile: lr B 3 H W, ref B 3 Hr Wr -> B windows.

    Raises ValueError where the tile is below 8 px or no window fits into the reference.
    """
    rows, columns = lr.shape[-2] // 8, lr.shape[-1] // 8
    fits = rows <= ref.shape[-2] // STEP_PX and columns <= ref.shape[-1] // STEP_PX
    if min(rows, columns) < 1 or not fits:
        raise ValueError(f"no window for {tuple(lr.shape[-2:])} in a reference of {tuple(ref.shape[-2:])}")
    small = F.interpolate(lr, scale_factor=1 / 8, mode="bicubic")  # B 3 H/8 W/8
    place = F.interpolate(ref, scale_factor=1 / STEP_PX, mode="bicubic")  # B 3 Hr/16 Wr/16
    found = []
    for tile, picture in zip(small, place, strict=True):  # each item has a window of its own
        views = picture.unfold(1, rows, 1).unfold(2, columns, 1)  # 3 p q rows columns
        differences = torch.stack([(row - tile[:, None]).abs().mean((0, 2, 3)) for row in views.unbind(1)])
        best = int(differences.argmin())
        row, column = divmod(best, differences.shape[1])
        found.append(Window(row * STEP_PX, column * STEP_PX, float(differences.flatten()[best])))
    return found


def crop_to_windows(lr: Tensor, ref: Tensor) -> Tensor:
    """The best window of each item: lr B 3 H W, ref B 3 Hr Wr -> B 3 2H 2W.

    A window that reaches beyond the reference by a fraction of a step is cut there, as in the release.
    """
    windows = best_windows(lr, ref)
    height = min(2 * lr.shape[-2], ref.shape[-2] - max(window.row for window in windows))
    width = min(2 * lr.shape[-1], ref.shape[-1] - max(window.column for window in windows))
    parts = [
        picture[:, window.row : window.row + height, window.column : window.column + width]
        for picture, window in zip(ref, windows, strict=True)
    ]
    return torch.stack(parts)

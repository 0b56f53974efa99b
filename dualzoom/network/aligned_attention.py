"""Aligned attention: each matched cell is sampled again through its own transform A (paper, Section 3.1).

Convention: pixel centres at integers, (row, column). The map is reflect-padded by 1. A pixel at offset (r,
c) from its cell's centre is read at

    centre + R(angle)·(row_scale·r, column_scale·c) + shift,    R: row' = r·cos - c·sin, col' = r·sin + c·cos

bilinearly; beyond the padded frame its border is repeated. The released network weighs that border twice (per
axis); `border="release"` does so too and exists for its checkpoints only.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.local_transformer import CellTransform, LocalTransformer

Border = Literal["repeat", "release"]


class AlignedAttention(nn.Module):
    """T and the sampling it steers, for one map."""

    def __init__(
        self, cell: int, channels: int = 32, max_shift_px: float = 0.0, border: Border = "repeat"
    ) -> None:
        super().__init__()
        self.cell, self.border = cell, border
        self.transformer = LocalTransformer(cell, channels, max_shift_px)

    def forward(self, matched: Tensor, enlarged: Tensor, matched_rgb: Tensor) -> Tensor:
        """Align `matched` B C n·cell m·cell by what T sees in the pictures, B 3 n·cell m·cell each."""
        transform = self.transformer(enlarged, matched_rgb)
        return sample_cells(matched, transform, self.cell, self.border)


def sample_cells(x: Tensor, transform: CellTransform, cell: int, border: Border = "repeat") -> Tensor:
    """Read every cell of x (B C n·cell m·cell) through its transform (B n m) -> the same shape and dtype."""
    row, column = positions(transform, cell)  # B n·cell m·cell
    padded = F.pad(x.float(), (1, 1, 1, 1), mode="reflect")
    with torch.autocast(x.device.type, enabled=False):
        sample = _bilinear if border == "repeat" else _bilinear_release
        return sample(padded, row + 1, column + 1).to(x.dtype)


def positions(transform: CellTransform, cell: int) -> tuple[Tensor, Tensor]:
    """Where each pixel is read, rows and columns in the unpadded map: B n·cell m·cell each."""

    def spread(value: Tensor) -> Tensor:
        return value[:, :, None, :, None]  # B n 1 m 1

    batch, n, m = transform.angle.shape
    device = transform.angle.device
    offset = torch.arange(cell, device=device, dtype=torch.float32) - (cell - 1) / 2
    r = spread(transform.row_scale) * offset[:, None, None]  # B n cell m 1
    c = spread(transform.column_scale) * offset  # B n 1 m cell
    cos, sin = spread(transform.angle.cos()), spread(transform.angle.sin())
    centre = (cell - 1) / 2
    row = torch.arange(n, device=device)[:, None, None, None] * cell + centre + (r * cos - c * sin)
    column = torch.arange(m, device=device)[:, None] * cell + centre + (r * sin + c * cos)
    if transform.row_shift is not None and transform.column_shift is not None:
        row, column = row + spread(transform.row_shift), column + spread(transform.column_shift)
    size = (batch, n * cell, m * cell)
    return row.reshape(size), column.reshape(size)


def _bilinear(x: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """B C H W read at B h w -> B C h w; beyond the frame its border is repeated."""
    height, width = x.shape[-2:]
    grid = torch.stack([column * (2 / (width - 1)) - 1, row * (2 / (height - 1)) - 1], -1)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=True)


def _bilinear_release(x: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """As `_bilinear`, but beyond the frame both taps of an axis fall on the border with weight 1 each."""
    batch, channels, height, width = x.shape
    flat = x.flatten(2)
    result = x.new_zeros(batch, channels, *row.shape[1:])
    for y, row_weight in _taps(row, height):
        for x_, column_weight in _taps(column, width):
            pixel = (y * width + x_).flatten(1)[:, None].expand(-1, channels, -1)
            result = result + flat.gather(2, pixel).view_as(result) * (row_weight * column_weight)[:, None]
    return result


def _taps(position: Tensor, size: int) -> list[tuple[Tensor, Tensor]]:
    """Both taps of an axis with their weights; outside the frame they coincide."""
    first = position.detach().floor()
    low, high = first.clamp(0, size - 1), (first + 1).clamp(0, size - 1)
    inside = position.clamp(0, size - 1)
    return [(low.long(), 1 + low - inside), (high.long(), 1 - high + inside)]

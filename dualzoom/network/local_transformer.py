"""T (Eq. 2): how each matched cell must be scaled, turned and shifted to fit the wide.

    A = T(concat(matched reference, enlarged wide))

Per cell A holds: row scale and column scale (1: as it is; clamped to ±3), an angle (radians, turning rows
towards columns: row' = r·cos - c·sin, col' = r·sin + c·cos), and for our own networks a shift (rows,
columns; pixels of the map). The released network has no shift. A raw output of zero is the identity.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from dualzoom.network.blocks import start_normal
from dualzoom.network.features import SLOPE, PaperResidualBlock

RADIANS_PER_UNIT = 1.0472  # 60°, as the release rounds it
LIMIT = 3.0  # of the scales and of the angle's code: ±3 times, -240°..120°


class CellTransform(NamedTuple):
    """A of Eq. 2, each B n m: scales (1: none), angle in radians, shift in pixels."""

    row_scale: Tensor
    column_scale: Tensor
    angle: Tensor
    row_shift: Tensor | None = None
    column_shift: Tensor | None = None


def decode(raw: Tensor, max_shift_px: float = 0.0) -> CellTransform:
    """Decode T's output: raw B 3 n m, or B 5 n m with shifts -> CellTransform.

    raw + 1 is clamped to ±3: row scale, column scale, angle code; the two shifts are max_shift_px·tanh(raw).
    """
    raw = raw.float()  # positions need more than bfloat16's 8 bits
    row_scale, column_scale, turn = (raw[:, :3] + 1).clamp(-LIMIT, LIMIT).unbind(1)
    angle = (turn - 1) * RADIANS_PER_UNIT
    if not max_shift_px:
        return CellTransform(row_scale, column_scale, angle)
    row_shift, column_shift = (max_shift_px * torch.tanh(raw[:, 3:5])).unbind(1)
    return CellTransform(row_scale, column_scale, angle, row_shift, column_shift)


class LocalTransformer(nn.Module):
    """The network T. `cell` is the size of a matching cell in the pictures' pixels."""

    def __init__(self, cell: int, channels: int = 32, max_shift_px: float = 0.0) -> None:
        super().__init__()
        self.max_shift_px = max_shift_px
        outputs = 5 if max_shift_px else 3
        act = nn.LeakyReLU(SLOPE)
        self.look = nn.Sequential(
            nn.Conv2d(3, channels, 5, padding=2), act, PaperResidualBlock(channels), act
        )
        self.compare = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 5, stride=cell, padding=2),
            act,
            PaperResidualBlock(channels),
            act,
            nn.Conv2d(channels, outputs, 1),
        )
        last = self.compare[-1]
        assert isinstance(last, nn.Conv2d)
        start_normal(last.weight, 1e-3)  # start at the identity
        assert last.bias is not None
        nn.init.zeros_(last.bias)

    def forward(self, enlarged: Tensor, matched: Tensor) -> CellTransform:
        """Enlarged wide and matched reference, both B 3 n·cell m·cell -> A per cell (n, m)."""
        seen = torch.cat([self.look(matched), self.look(enlarged)], 1)  # B 2c n·cell m·cell
        return decode(self.compare(seen), self.max_shift_px)  # n m

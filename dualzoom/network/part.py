"""A part of the LR grid that stands for all of it, where only a part of a tile has a reference."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Part:
    """A rectangle of the LR grid that stands for all of it where nothing else changes."""

    rows: slice
    columns: slice

    @classmethod
    def full(cls, picture: Tensor) -> "Part":
        """All of a B C H W."""
        return cls(slice(0, picture.shape[2]), slice(0, picture.shape[3]))

    @classmethod
    def around(cls, mask: Tensor, margin: int) -> "Part":
        """What lies within `margin` of values other than 0 in a B C H W; a single cell where there is none."""
        there = (mask != 0).any(0).any(0)
        sides = []
        for axis in (1, 0):
            found = torch.nonzero(there.any(axis))[:, 0]
            first, last = (int(found[0]), int(found[-1])) if len(found) else (0, 0)
            sides.append(slice(max(0, first - margin), min(there.shape[1 - axis], last + 1 + margin)))
        return cls(*sides)

    def __call__(self, picture: Tensor) -> Tensor:
        """The rectangle out of a B C H W, as a view."""
        return picture[:, :, self.rows, self.columns]

    def add(self, picture: Tensor, change: Tensor) -> Tensor:
        """A B C H W with the change, B C h w, added in the rectangle."""
        if change.shape[2:] == picture.shape[2:]:
            return picture + change
        changed = picture.clone()
        self(changed).add_(change)
        return changed

"""Coarse search finds the window a tile was cut from."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.coarse import best_windows, crop_to_windows


def scene(seed: int, height: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(1, 3, height // 16, width // 16, generator=generator)
    return F.interpolate(small, (height, width), mode="bilinear", align_corners=False)


@pytest.mark.parametrize("place", [(0, 0), (32, 48), (64, 96)])
def test_finds_the_window_of_each_item(place: tuple[int, int]) -> None:
    row, column = place
    ref = torch.cat([scene(1, 128, 160), scene(2, 128, 160)])
    lr = torch.cat([F.avg_pool2d(ref[:1, :, row : row + 64, column : column + 64], 2),
                    F.avg_pool2d(ref[1:, :, 16:80, 32:96], 2)])  # fmt: skip
    found = best_windows(lr, ref)
    assert [(window.row, window.column) for window in found] == [place, (16, 32)]
    cut = crop_to_windows(lr, ref)
    assert torch.equal(cut[0], ref[0, :, row : row + 64, column : column + 64])
    assert torch.equal(cut[1], ref[1, :, 16:80, 32:96])


def test_a_reference_smaller_than_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="no window"):
        best_windows(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 64))
    with pytest.raises(ValueError, match="no window"):
        best_windows(torch.rand(1, 3, 4, 32), torch.rand(1, 3, 64, 64))

"""Blended tiles are those of the host, wherever the canvas lies; garbage is refused."""

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device.blend import BlenderOnDevice
from dualzoom.errors import DualzoomError
from dualzoom.geometry import Size
from dualzoom.tiling.blend import Blender
from dualzoom.tiling.plan import plan

CPU = torch.device("cpu")


def canvas_of(size: Size, dtype: type) -> torch.Tensor:
    kind = torch.uint8 if dtype == np.uint8 else torch.int16
    return torch.zeros(2 * size.height, 2 * size.width, 3, dtype=kind)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("size", "side", "feather"), [(Size(70, 50), 24, 8), (Size(64, 31), 17, 6), (Size(40, 40), 9, 16)]
)
def test_any_plan_blends_as_on_the_host(dtype: type, size: Size, side: int, feather: int) -> None:
    """Even where thin tiles let three feathers meet."""
    tiles = plan(size, side, 4, feather)
    canvas, rng = canvas_of(size, dtype), np.random.default_rng(side)
    on_host, there = Blender(size, tiles, 2, dtype), BlenderOnDevice(size, tiles, dtype, canvas, CPU)
    for tile in tiles:
        pixels = rng.uniform(-0.1, 1.1, (2 * tile.padded.height, 2 * tile.padded.width, 3)).astype(np.float32)
        on_host.fill(tile, pixels)
        on_host.add(tile, pixels)
        there.add(tile, torch.from_numpy(pixels).permute(2, 0, 1))
    there.finish()
    assert np.array_equal(canvas.numpy().view(dtype), on_host.finish())


def test_what_is_not_finite_is_refused_where_it_counts() -> None:
    size = Size(40, 40)
    tiles = plan(size, 20, 6)
    for at, refused in ((0, False), (20, True)):
        there = BlenderOnDevice(size, tiles, np.uint8, canvas_of(size, np.uint8), CPU)
        for number, tile in enumerate(tiles):
            pixels = torch.zeros(3, 2 * tile.padded.height, 2 * tile.padded.width)
            if number == 3:
                pixels[1, at, at] = float("nan")
            there.add(tile, pixels)
        if refused:
            with pytest.raises(DualzoomError, match="at 20, 20 is not finite"):
                there.finish()
        else:
            there.finish()

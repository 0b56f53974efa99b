"""The tiles of a frame on a GPU: several at once through the network, those with a reference apart from those without.

Photos are copied to the device once and the finished frame back once; in between nothing waits for the device. Where it
has no room for the finished frame, rows of that go to the host as they are done, which gives back the tones then.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dualzoom.colour.tones import give_back_tones as give_back_tones_on_host
from dualzoom.engine.on_device.blend import BlenderOnDevice
from dualzoom.engine.on_device.picture import Picture
from dualzoom.engine.on_device.reference import Twin
from dualzoom.engine.on_device.tones import give_back_tones
from dualzoom.engine.walk import Frame
from dualzoom.tiling.plan import Tile

#: The network for one wide: lr B 3 h w, ref B 3 2h 2w and validity B 1 2h 2w or None -> B 3 2h 2w, float32.
Forward = Callable[[Tensor, Tensor | None, Tensor | None], Tensor]


def walk_on_device(
    frame: Frame, wide: Picture, reference: Twin | None, forward: Forward, batch: int, held: bool
) -> NDArray[Any]:
    """The frame at twice its size, (2H, 2W, 3), in the wide's tones.

    `wide`: the frame's on the device. `batch`: tiles that go through the network at once. `held`: whether the device
    has room for the finished frame.
    """
    size, device = wide.size.scale(2), wide.device
    kind = torch.uint8 if np.dtype(frame.dtype) == np.uint8 else torch.int16
    canvas = torch.empty(size.height, size.width, 3, dtype=kind, device=device if held else "cpu")
    blender = BlenderOnDevice(wide.size, frame.tiles, frame.dtype, canvas, device)
    done = 0
    for row in _rows(frame.tiles):
        for tiles, inputs in _batches(row, wide, reference, frame.strength, batch):
            for tile, pixels in zip(tiles, forward(*inputs), strict=True):
                blender.add(tile, pixels)
            done += len(tiles)
            if frame.progress:
                frame.progress(done / len(frame.tiles))
    blender.finish()
    if held:
        give_back_tones(canvas, wide, frame.dtype)
    pixels = _fetched(canvas).view(frame.dtype)
    if not held:
        give_back_tones_on_host(pixels, frame.wide)
    if reference is not None:
        reference.finish()
    return pixels


def _rows(tiles: tuple[Tile, ...]) -> list[list[Tile]]:
    """The tiles of a plan by their rows, from the top."""
    rows: dict[int, list[Tile]] = {}
    for tile in tiles:
        rows.setdefault(tile.core.y, []).append(tile)
    return [rows[y] for y in sorted(rows)]


def _batches(row: list[Tile], wide: Picture, reference: Twin | None, strength: float, most: int) -> Any:
    """Yields tiles with the network's inputs, `most` at once: those with a reference, then those without."""
    alone: list[Tile] = []
    seen: list[tuple[Tile, Tensor, Tensor]] = []
    for tile in row:
        found = None if reference is None or strength == 0 else reference.tile(tile.padded.scale(2))
        if found is None:
            alone.append(tile)
            continue
        seen.append((tile, found[0], found[1] * strength))
        if len(seen) == most:
            yield _with_reference(seen, wide)
            seen = []
    if seen:
        yield _with_reference(seen, wide)
    for start in range(0, len(alone), most):
        tiles = alone[start : start + most]
        yield tiles, (_stacked([wide.part(tile.padded) for tile in tiles]), None, None)


def _with_reference(
    seen: list[tuple[Tile, Tensor, Tensor]], wide: Picture
) -> tuple[list[Tile], tuple[Tensor, ...]]:
    tiles, rgb, validity = (list(part) for part in zip(*seen, strict=True))
    return tiles, (
        _stacked([wide.part(tile.padded) for tile in tiles]),
        torch.stack(rgb),
        torch.stack(validity),
    )


def _stacked(pictures: list[Tensor]) -> Tensor:
    """A batch of pictures 3 h w, channels last: the layout in which convolutions are fastest."""
    return torch.stack(pictures).contiguous(memory_format=torch.channels_last)


def _fetched(canvas: Tensor) -> NDArray[Any]:
    """The canvas on the host, in one copy; through pinned memory where that is faster."""
    if canvas.device.type != "cuda":
        return canvas.cpu().numpy()
    try:
        host = torch.empty(canvas.shape, dtype=canvas.dtype, pin_memory=True)
    except RuntimeError:  # the system pins only so much
        return canvas.cpu().numpy()
    host.copy_(canvas)
    return host.numpy()

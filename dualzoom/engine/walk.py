"""The tiles of a frame, enlarged by processors: several threads each take a whole tile, from the reference to the
network's result. Threads that share one convolution wait for each other, on busy cores most of the time.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Region, Size
from dualzoom.tiling.ahead import in_order
from dualzoom.tiling.blend import Blender
from dualzoom.tiling.plan import Tile, pad_reflect

Float = NDArray[np.float32]
#: Told what share of the work is done, 0..1.
Fraction = Callable[[float], None]
#: Enlarges a tile: lr h w 3; reference 2h 2w 3 and validity 2h 2w, or None; of a burst also 2h 2w 5 -> 2h 2w 3, not
#: clamped.
Run = Callable[..., Float]
#: Threads that prepare tiles for a GPU.
_MOST_PREPARING = 8


class ReferenceSource(Protocol):
    """Renders the reference for any region of the 2× grid."""

    def tile(self, region: Region) -> tuple[Float, Float]:
        """RGB (h, w, 3) 0..1 in the wide's colours, validity (h, w) 0..1."""
        ...


class BurstSource(Protocol):
    """What a burst saw beyond the wide, for any region of the LR grid, mirrored beyond the frame."""

    def tile(self, region: Region) -> Float:
        """(2h, 2w, 5), see `network.frames`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A frame to enlarge. `wide`: (H, W, 3) integer pixels. `tiles`: what cuts it. `dtype`: of the result."""

    wide: Pixels
    reference: ReferenceSource | None
    tiles: tuple[Tile, ...]
    strength: float = 1.0
    dtype: DTypeLike = np.uint8
    progress: Fraction | None = None
    burst: BurstSource | None = None


def walk(frame: Frame, run: Run, device: torch.device) -> NDArray[Any]:
    """The frame at twice its size, (2H, 2W, 3), tones as the network gives them."""
    blender = Blender(Size.of(frame.wide), frame.tiles, 2, frame.dtype)
    scale = np.float32(1 / np.iinfo(frame.wide.dtype).max)

    def enlarge(tile: Tile) -> tuple[Tile, Float]:
        ref, validity = _reference_of(tile, frame.reference, frame.strength)
        lr = pad_reflect(frame.wide, tile.padded).astype(np.float32) * scale
        beside = () if frame.burst is None else (frame.burst.tile(tile.padded),)
        pixels = run(lr, ref, validity, *beside)
        blender.fill(tile, pixels)
        return tile, pixels

    with (
        _workers(len(frame.tiles), device) as workers,
        closing(in_order(enlarge, frame.tiles, workers, _alone)) as made,
    ):
        for number, (tile, pixels) in enumerate(made):
            blender.add(tile, pixels)
            if frame.progress:
                frame.progress((number + 1) / len(frame.tiles))
    return blender.finish()


@contextmanager
def _workers(most: int, device: torch.device) -> Iterator[int]:
    """How many tiles to work on at once: on CPUs one for each thread that torch would use."""
    threads = torch.get_num_threads()
    wanted = threads if device.type == "cpu" else min(os.cpu_count() or 1, _MOST_PREPARING)
    try:
        yield min(wanted, most)
    finally:
        torch.set_num_threads(threads)  # `_alone` changed what threads of torch's own would find


def _reference_of(
    tile: Tile, reference: ReferenceSource | None, strength: float
) -> tuple[Float | None, Float | None]:
    """Reference and validity of a tile; None where none of it is valid: the single-image branch is cheaper."""
    if reference is None or strength == 0:
        return None, None
    ref, validity = reference.tile(tile.padded.scale(2))
    if not validity.any():
        return None, None
    return ref, validity * np.float32(strength)


def _alone() -> None:
    """In a worker: let its convolutions run in this thread alone."""
    torch.set_num_threads(1)

"""The photographs that training draws from, decoded once and shared by all workers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dualzoom.errors import CaptureError, UsageError

#: Not `capture.suffixes`: importing capture takes readers of raw and metadata, which training machines may lack.
SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}
MIN_SIDE_PX = 256


class PhotoPool(Sequence[NDArray[np.uint8]]):
    """Decoded photographs (uint8 RGB) in memory that worker processes share."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        self._tensors = [_shared(path) for path in self.paths]

    def __len__(self) -> int:
        return len(self._tensors)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        """Returns the photograph at `index`, H W 3."""
        return self._tensors[index].numpy()

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        return (tensor.numpy() for tensor in self._tensors)


def _shared(path: Path) -> Tensor:
    return torch.from_numpy(decode(path)).share_memory_()  # type: ignore[no-untyped-call, no-any-return]


def find_photos(sources: Sequence[Path]) -> list[Path]:
    """Finds photographs in files and folders (deeply), sorted; raises UsageError where there are none."""
    found: set[Path] = set()
    for source in sources:
        inside = source.rglob("*") if source.is_dir() else [source]
        found.update(path for path in inside if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        places = ", ".join(str(source) for source in sources)
        raise UsageError(
            places, "no photographs found", "name a folder of sharp JPEG, PNG or TIFF photographs"
        )
    return sorted(found)


def split(paths: Sequence[Path], held_out_every: int) -> tuple[list[Path], list[Path]]:
    """Splits photographs for training and validation: holds out every n-th."""
    held_out = list(paths[held_out_every - 1 :: held_out_every])
    kept = [path for path in paths if path not in set(held_out)]
    return kept, held_out or kept[:1]


def decode(path: Path, *, upright: bool = True) -> NDArray[np.uint8]:
    """Decodes a photograph, upright or as stored: uint8 RGB H W 3; raises CaptureError."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB | (0 if upright else cv2.IMREAD_IGNORE_ORIENTATION))
    if pixels is None:
        raise CaptureError(path, "cannot be decoded", "leave it out")
    if min(pixels.shape[:2]) < MIN_SIDE_PX:
        raise CaptureError(path, f"smaller than {MIN_SIDE_PX} px", "leave it out")
    return np.ascontiguousarray(pixels, dtype=np.uint8)

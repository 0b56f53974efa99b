"""The numpy ⇄ torch seam: device, number format, tiles, threads, and smaller tiles when memory runs out.

One object prepares a network's inputs: float32 RGB 0..1 in the wide's encoding, B 3 H W on the device, channels last on
CPUs, margins with all the context that shows. It chooses the tile side; `tiling` plans and blends the tiles.

Several threads each take a whole tile, from the reference to the network's result: threads that share one convolution
wait for each other, on busy cores most of the time. On a GPU they prepare tiles, and take turns at the network.
"""

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from dualzoom.capture.photo import Pixels
from dualzoom.colour.tones import give_back_tones
from dualzoom.errors import MemoryExhaustedError, UsageError
from dualzoom.geometry import Region, Size
from dualzoom.network.blocks import folded
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import PATCH_PX, SIZE
from dualzoom.network.ensemble import SelfEnsemble
from dualzoom.network.precision import bf16_pays, channels_last
from dualzoom.settings import EngineSettings, TilingSettings
from dualzoom.tiling.ahead import in_order
from dualzoom.tiling.blend import Blender
from dualzoom.tiling.plan import Tile, pad_reflect, plan

Fraction = Callable[[float], None]
DEGRADATION_PATCHES = 48
MIN_TILE_PX = 32
#: Threads that prepare tiles for a GPU.
MOST_PREPARING = 8
#: Tile sides by device: on CPUs what stays in the caches, on GPUs what keeps them busy.
DEFAULT_TILE_PX = {"cpu": 320, "cuda": 512, "mps": 256}


class ReferenceSource(Protocol):
    """Renders the reference for any region of the 2× grid."""

    def tile(self, region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """RGB (h, w, 3) 0..1 in the wide's colours, validity (h, w) 0..1."""
        ...


@dataclass(frozen=True)
class Upscaled:
    """A finished frame: pixels (2H, 2W, 3), the tile side used, and what the user should know."""

    pixels: NDArray[Any]
    tile_px: int
    notes: tuple[str, ...]


class Engine:
    """A network on a device, in eval mode."""

    def __init__(self, network: RestorationNetwork, settings: EngineSettings) -> None:
        self.device = choose_device(settings.device)
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self.bf16 = bf16_pays(self.device)
        self.network = channels_last(network, self.device).eval()
        self.default_tile_px = network.preferred_tile_px or DEFAULT_TILE_PX[self.device.type]
        self.margin_px = network.context_px
        self._turn = Lock()

    def with_network(self, network: RestorationNetwork) -> "Engine":
        """The same device and format with other weights of the same architecture."""
        other = copy.copy(self)
        other.network = channels_last(network, self.device).eval()
        return other

    @property
    def description(self) -> str:
        """Device and number format, for people."""
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else str(self.device)
        return f"{name}, {'bfloat16' if self.bf16 else 'float32'}"

    @torch.inference_mode()
    def degradation(
        self, wide: Pixels, *, assume_native: bool = False, beside_refs: bool = False
    ) -> NDArray[np.float32] | None:
        """Estimate the wide's degradation (`network.degradation`) from patches with structure; K float32.

        None where the network has no estimator. `assume_native`: an undecided wide counts as a native photo.
        `beside_refs`: it counts as a halved one, unless it is a camera's beyond doubt.
        """
        estimator = self.network.estimator
        if estimator is None:
            return None
        patches = _structured_patches(wide)
        if not patches:
            return np.zeros(SIZE, np.float32)
        estimates = estimator(self._tensor(np.stack(patches))).float()
        settled: NDArray[np.float32] = estimator.settle(estimates, assume_native, beside_refs).cpu().numpy()
        return settled

    @torch.inference_mode()
    def surely_halved(self, wide: Pixels) -> bool:
        """Whether the network takes the wide for a halved photo with certainty; never if it has no estimator."""
        estimator = self.network.estimator
        patches = _structured_patches(wide)
        if estimator is None or not patches:
            return False
        return estimator.surely_halved(estimator(self._tensor(np.stack(patches))).float())

    def upscale(
        self,
        wide: Pixels,
        reference: ReferenceSource | None,
        settings: TilingSettings,
        *,
        degradation: NDArray[np.float32] | None = None,
        strength: float = 1.0,
        tta: bool = False,
        dtype: DTypeLike = np.uint8,
        progress: Fraction | None = None,
    ) -> Upscaled:
        """Enlarge the whole frame to twice its size, in the wide's tones; halves the tile when memory runs out and
        notes it.

        `tta`: the mean over eight orientations of each tile (`network.ensemble`), in eight times the time.
        Raises MemoryExhaustedError when even the smallest tile does not fit.
        """
        side = settings.tile_px or self.default_tile_px
        notes: list[str] = []
        while True:
            try:
                network = self._prepared(degradation, tta)
                pixels = self._walk(
                    network, wide, reference, side, settings, degradation, strength, dtype, progress
                )
                give_back_tones(pixels, wide)
                return Upscaled(pixels, side, tuple(notes))
            except (MemoryError, torch.OutOfMemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
            if side // 2 < MIN_TILE_PX:
                raise MemoryExhaustedError(
                    "photo",
                    f"there is not enough memory even for tiles of {side} px",
                    "close other programs, or make the photo smaller",
                )
            notes.append(f"out of memory with tiles of {side} px, went on with {side // 2} px")
            side //= 2
            if self.device.type == "cuda":
                torch.cuda.empty_cache()

    def _walk(
        self,
        network: RestorationNetwork,
        wide: Pixels,
        reference: ReferenceSource | None,
        side: int,
        settings: TilingSettings,
        degradation: NDArray[np.float32] | None,
        strength: float,
        dtype: DTypeLike,
        progress: Fraction | None,
    ) -> NDArray[Any]:
        size = Size.of(wide)
        tiles = plan(size, side, self.margin_px, settings.feather_px)
        blender = Blender(size, tiles, 2, dtype)
        scale = np.float32(1 / np.iinfo(wide.dtype).max)

        def enlarge(tile: Tile) -> tuple[Tile, NDArray[np.float32]]:
            ref, validity = self._reference_of(tile, reference, strength)
            lr = pad_reflect(wide, tile.padded).astype(np.float32) * scale
            pixels = self.run(lr, ref, validity, degradation, network)
            blender.fill(tile, pixels)
            return tile, pixels

        with self._workers(len(tiles)) as workers, closing(in_order(enlarge, tiles, workers, _alone)) as made:
            for number, (tile, pixels) in enumerate(made):
                blender.add(tile, pixels)
                if progress:
                    progress((number + 1) / len(tiles))
        return blender.finish()

    @contextmanager
    def _workers(self, most: int) -> Iterator[int]:
        """How many tiles to work on at once: on CPUs one for each thread that torch would use."""
        threads = torch.get_num_threads()
        wanted = threads if self.device.type == "cpu" else min(os.cpu_count() or 1, MOST_PREPARING)
        try:
            yield min(wanted, most)
        finally:
            torch.set_num_threads(threads)  # `_alone` changed what threads of torch's own would find

    def _reference_of(
        self, tile: Tile, reference: ReferenceSource | None, strength: float
    ) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
        """Reference and validity of a tile; None where none of it is valid: the single-image branch is cheaper."""
        if reference is None or strength == 0:
            return None, None
        ref, validity = reference.tile(tile.padded.scale(2))
        if not validity.any():
            return None, None
        return ref, validity * np.float32(strength)

    def _prepared(self, degradation: NDArray[np.float32] | None, tta: bool) -> RestorationNetwork:
        """The network for one wide: its degradation folded into the weights, in one or all orientations."""
        network = self.network
        if degradation is not None:
            network = folded(network, torch.from_numpy(degradation).to(self.device))
        return SelfEnsemble(network) if tta else network

    @torch.inference_mode()
    def run(
        self,
        lr: NDArray[np.float32],
        ref: NDArray[np.float32] | None,
        validity: NDArray[np.float32] | None,
        degradation: NDArray[np.float32] | None,
        network: RestorationNetwork | None = None,
    ) -> NDArray[np.float32]:
        """Run the network on one tile: lr h w 3, ref 2h 2w 3, validity 2h 2w, degradation K -> 2h 2w 3, not clamped."""
        if self.device.type != "cpu":
            with self._turn:
                return self._run(lr, ref, validity, degradation, network or self.network)
        return self._run(lr, ref, validity, degradation, network or self.network)

    def _run(
        self,
        lr: NDArray[np.float32],
        ref: NDArray[np.float32] | None,
        validity: NDArray[np.float32] | None,
        degradation: NDArray[np.float32] | None,
        network: RestorationNetwork,
    ) -> NDArray[np.float32]:
        inputs = (
            self._tensor(lr[None]).contiguous(memory_format=torch.channels_last),
            None if ref is None else self._tensor(ref[None]),
            None if validity is None else self._tensor(validity[None, ..., None]),
            None if degradation is None else torch.from_numpy(degradation[None]).to(self.device),
        )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            picture = network(*inputs)
        return picture[0].float().permute(1, 2, 0).cpu().numpy()

    def _tensor(self, pictures: NDArray[np.float32]) -> Tensor:
        """B h w C -> B C h w on the device."""
        return (
            torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).contiguous().to(self.device)
        )


def _alone() -> None:
    """In a worker: let its convolutions run in this thread alone."""
    torch.set_num_threads(1)


def choose_device(name: str) -> torch.device:
    """The torch device for "auto", "cpu", "cuda", "cuda:N" or "mps"; raises UsageError where there is none such."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(name, "is not a device", "use auto, cpu, cuda, cuda:N or mps") from error
    count = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if (device.index or 0) >= count.get(device.type, 0):
        raise UsageError(
            name, "there is no such device on this machine", "choose another, or let dualzoom choose"
        )
    return device


def out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out; torch on CPUs says it only in the message."""
    words = ("can't allocate memory", "out of memory", "not enough memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        word in str(error).lower() for word in words
    )


def _structured_patches(wide: Pixels) -> list[NDArray[np.float32]]:
    """Patches on a regular grid, the busier half of them: a flat sky shows no blur."""
    size, side = Size.of(wide), PATCH_PX
    if min(size.width, size.height) < side:
        return []
    columns = min(size.width // side, 12)
    rows = min(size.height // side, 8)
    peak = np.float32(np.iinfo(wide.dtype).max)
    corners = [
        (int(y), int(x))
        for y in np.linspace(0, size.height - side, rows)
        for x in np.linspace(0, size.width - side, columns)
    ]
    patches = [wide[y : y + side, x : x + side].astype(np.float32) / peak for y, x in corners]
    busy = [float(np.abs(np.diff(patch, axis=1)).mean()) for patch in patches]
    order = np.argsort(busy)[::-1][: min(DEGRADATION_PATCHES, max(1, len(patches) // 2))]
    return [patches[i] for i in order]

"""One network on one device.

It prepares the network's inputs: float32 RGB 0..1 in the wide's encoding, B 3 H W on the device, channels last on CPUs,
margins with all the context that shows. It chooses the tile's side, and a smaller one when memory runs out; `tiling`
plans and blends the tiles.
"""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from dualzoom.capture.photo import Pixels
from dualzoom.colour.tones import give_back_tones
from dualzoom.engine import on_device
from dualzoom.engine.devices import DEFAULT_TILE_PX, choose_device, out_of_memory, release
from dualzoom.engine.load import Load
from dualzoom.engine.one_thread import one_thread
from dualzoom.engine.patches import patches_of, structured
from dualzoom.engine.room import Room
from dualzoom.engine.walk import BurstSource, Fraction, Frame, ReferenceSource, walk
from dualzoom.errors import MemoryExhaustedError
from dualzoom.geometry import Size
from dualzoom.heap import hand_back
from dualzoom.network.blocks import folded
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import SIZE
from dualzoom.network.ensemble import SelfEnsemble
from dualzoom.network.learner import Learner
from dualzoom.network.precision import channels_last, in_short_format, name_of, number_format, using
from dualzoom.settings import EngineSettings, TilingSettings
from dualzoom.tiling.plan import plan

_BY_THE_PROCESSOR = "{what} cannot be read on {device}: the processor reads it, which is slower"


@dataclass(frozen=True)
class Upscaled:
    """A finished frame: pixels (2H, 2W, 3), the tile side used, and what the user should know."""

    pixels: NDArray[Any]
    tile_px: int
    notes: tuple[str, ...]


class Engine:
    """A network on a device, in eval mode. `learner`: what calibration fits; None: a copy of the network itself."""

    def __init__(
        self, network: RestorationNetwork, settings: EngineSettings, learner: Learner | None = None
    ) -> None:
        self.device = choose_device(settings.device)
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self._threads = torch.get_num_threads()
        with using(settings.precision):
            self.format = number_format(self.device)
        self.network = channels_last(network, self.device).eval()
        self.default_tile_px = network.preferred_tile_px or DEFAULT_TILE_PX[self.device.type]
        self.margin_px = network.context_px
        self.learner = learner
        self.by_twins = self.device.type != "cpu"  # tests also ask CPUs for it
        self._turn = Lock()
        self._room = Room()

    def with_network(self, network: RestorationNetwork) -> "Engine":
        """The same device and format with another network, of the same tiles and estimator."""
        other = copy.copy(self)
        other.network = channels_last(network, self.device).eval()
        return other

    def use_threads(self) -> None:
        """From now on this thread computes with as many threads as the one that made the engine.

        A thread that nobody has told takes the number that was asked for last in any, and `one_thread` asks for one.
        """
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)

    @property
    def description(self) -> str:
        """Device and number format, for people."""
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else str(self.device)
        return f"{name}, {str(self.format).removeprefix('torch.')}"

    def learning(self) -> AbstractContextManager[None]:
        """Inside, frames that other threads enlarge leave a core to this one."""
        return self._room.learning()

    def in_format(self) -> AbstractContextManager[None]:
        """Inside, training computes in this engine's format, too."""
        return using(name_of(self.format))

    @torch.inference_mode()
    @one_thread()
    def degradation(
        self, wide: Pixels, *, assume_native: bool = False, beside_refs: bool = False
    ) -> NDArray[np.float32] | None:
        """Estimate the wide's degradation (`network.degradation`) from patches of it; K float32.

        None where the network has no estimator. `assume_native`: an undecided wide counts as a native photo.
        `beside_refs`: it counts as a halved one, unless it is a camera's beyond doubt.
        """
        estimator = self.network.estimator
        if estimator is None:
            return None
        patches = patches_of(wide)
        if not patches:
            return np.zeros(SIZE, np.float32)
        estimates = estimator(self._tensor(np.stack(structured(patches)))).float()
        every = self._tensor(np.stack(patches))
        settled: NDArray[np.float32] = (
            estimator.settle(estimates, every, assume_native, beside_refs).cpu().numpy()
        )
        return settled

    @torch.inference_mode()
    def surely_halved(self, wide: Pixels) -> bool:
        """Whether the network takes the wide for a halved photo with certainty; never if it has no estimator."""
        estimator = self.network.estimator
        patches = structured(patches_of(wide))
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
        burst: BurstSource | None = None,
    ) -> Upscaled:
        """Enlarge the whole frame to twice its size, in the wide's tones; halves the tile when memory runs out and
        notes it.

        `tta`: the mean over eight orientations of each tile (`network.ensemble`), in eight times the time. `burst`: for
        networks that take one.
        Raises MemoryExhaustedError when even the smallest tile does not fit.
        """
        size = Size.of(wide)
        side = settings.tile_px or self.default_tile_px
        load = Load.usual(self.device, side, size.scale(2).area * 3 * np.dtype(dtype).itemsize)
        notes: list[str] = []
        while True:
            tiles = plan(size, load.tile_px, self.margin_px, settings.feather_px)
            frame = Frame(
                wide=wide,
                reference=reference,
                tiles=tiles,
                strength=strength,
                dtype=dtype,
                progress=progress,
                burst=burst,
            )
            try:
                pixels, told = self._enlarge(frame, load, degradation, tta)
                return Upscaled(pixels, load.tile_px, (*notes, *told))
            except (MemoryError, torch.OutOfMemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
            lighter = load.lighter()
            if lighter is None:
                raise MemoryExhaustedError(
                    "photo",
                    f"there is not enough memory even for tiles of {load.tile_px} px",
                    "close other programs, or make the photo smaller",
                )
            load, note = lighter
            notes.append(note)
            release(self.device)

    def _enlarge(
        self, frame: Frame, load: Load, degradation: NDArray[np.float32] | None, tta: bool
    ) -> tuple[NDArray[Any], tuple[str, ...]]:
        """A frame at twice its size, in its own tones, and a note where a GPU cannot do all of it."""
        network = self._prepared(degradation, tta)
        told: tuple[str, ...] = ()
        if self.by_twins:
            forward = partial(self._forward, network, degradation)
            with self._turn, torch.inference_mode():
                pixels = self._by_twins(frame, load, forward)
            if pixels is not None:
                return pixels, ()
            what = "this kind of reference" if frame.burst is None else "a burst"
            told = (_BY_THE_PROCESSOR.format(what=what, device=self.device),)
        threads = torch.get_num_threads()

        def run(*tile: Any) -> NDArray[np.float32]:
            with self._room.for_tile(threads):
                return self.run(*tile, degradation=degradation, network=network)

        pixels = walk(frame, run, self.device)
        hand_back()
        give_back_tones(pixels, frame.wide)
        return pixels, told

    def _by_twins(self, frame: Frame, load: Load, forward: Callable[..., Tensor]) -> NDArray[Any] | None:
        """The frame, made on the device; None where something of it can be read by processors only."""
        if frame.burst is not None:
            return None
        wide = on_device.Picture(frame.wide, self.device)
        source = None if frame.reference is None or frame.strength == 0 else frame.reference
        reference = None if source is None else on_device.twin(source, wide)
        if source is not None and reference is None:
            return None
        return on_device.walk_on_device(frame, wide, reference, forward, load.batch, load.held)

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
        burst: NDArray[np.float32] | None = None,
        *,
        degradation: NDArray[np.float32] | None,
        network: RestorationNetwork | None = None,
    ) -> NDArray[np.float32]:
        """Run the network on one tile: lr h w 3, ref 2h 2w 3, validity 2h 2w, burst 2h 2w 5, degradation K -> 2h 2w 3,
        not clamped."""
        if self.device.type != "cpu":
            with self._turn:
                return self._run(lr, ref, validity, burst, degradation, network or self.network)
        return self._run(lr, ref, validity, burst, degradation, network or self.network)

    def _run(
        self,
        lr: NDArray[np.float32],
        ref: NDArray[np.float32] | None,
        validity: NDArray[np.float32] | None,
        burst: NDArray[np.float32] | None,
        degradation: NDArray[np.float32] | None,
        network: RestorationNetwork,
    ) -> NDArray[np.float32]:
        picture = self._forward(
            network,
            degradation,
            self._tensor(lr[None]).contiguous(memory_format=torch.channels_last),
            None if ref is None else self._tensor(ref[None]),
            None if validity is None else self._tensor(validity[None, ..., None]),
            None if burst is None else self._tensor(burst[None]),
        )
        return picture[0].permute(1, 2, 0).cpu().numpy()

    def _forward(
        self,
        network: RestorationNetwork,
        degradation: NDArray[np.float32] | None,
        lr: Tensor,
        ref: Tensor | None,
        validity: Tensor | None,
        burst: Tensor | None = None,
    ) -> Tensor:
        """The network on a batch on the device: B 3 h w, B 3 2h 2w, B 1 2h 2w, B 5 2h 2w -> B 3 2h 2w float32."""
        told = None
        if degradation is not None:
            told = torch.from_numpy(degradation).to(self.device).expand(len(lr), -1)
        with in_short_format(self.device, self.format):
            picture: Tensor = network(lr, ref, validity, told, *(() if burst is None else (burst,)))
        return picture.float()

    def _tensor(self, pictures: NDArray[np.float32]) -> Tensor:
        """B h w C -> B C h w on the device."""
        return (
            torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).contiguous().to(self.device)
        )

"""A prepared pair's frame at twice its size, checked and framed, once it is decided which network sees what of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom import second_pass
from dualzoom.burst_use import Shown
from dualzoom.capture.photo import Photo
from dualzoom.detail import adjust_detail
from dualzoom.engine import Engine, Upscaled
from dualzoom.errors import about
from dualzoom.frames import restore_moved
from dualzoom.framing import Framing
from dualzoom.geometry import Region
from dualzoom.prepare import Prepared
from dualzoom.reference import Contribution
from dualzoom.reference.part import Part
from dualzoom.reference.several import Source
from dualzoom.result_check import check_result
from dualzoom.settings import ZoomSettings
from dualzoom.stopwatch import Stopwatch


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How a pair is enlarged.

    `engine`: holds the network for this wide. `whole`: the burst as a network of its own is shown it, with it.
    `reference`: what the photos beside the wide show; `contribution`: the same, noting where it was let through.
    `degradation`: what the network is told of the picture.
    """

    engine: Engine
    whole: Shown | None
    reference: Source | None
    contribution: Contribution | None
    strength: float
    degradation: NDArray[np.float32] | None


def enlarge(prepared: Prepared, decided: Decided, settings: ZoomSettings, clock: Stopwatch) -> Upscaled:
    """The whole frame at twice its size; times "enlarge", "burst" and "check", and raises as those do."""
    wide, whole = prepared.wide, decided.whole
    engine, pixels, _ = (decided.engine, prepared.merged.pixels, None) if whole is None else whole.source
    with clock("enlarge"), about(wide.name):
        upscaled = engine.upscale(
            pixels,
            decided.contribution,
            settings.tiling,
            degradation=decided.degradation,
            strength=decided.strength,
            tta=settings.tta,
            dtype=_dtype(wide, settings.bit_depth),
            progress=lambda fraction: clock.report("enlarge", fraction),
            burst=None if whole is None else whole.beyond,
        )
    if prepared.burst is not None:
        with clock("burst"), about(wide.name):
            burst = prepared.burst if whole is None else whole.burst
            restore_moved(upscaled.pixels, burst, _alone(prepared, decided, settings))
    with clock("check"), about(wide.name):
        check_result(upscaled.pixels, wide)
    return upscaled


def finish(
    engine: Engine,
    wide: Photo,
    pixels: NDArray[Any],
    shown: Framing | None,
    settings: ZoomSettings,
    clock: Stopwatch,
) -> NDArray[Any]:
    """The frame with its detail adjusted, in place, and what is to be `shown` of it.

    `engine`: with the weights as they were trained, see `second_pass`.
    """
    if settings.detail != 1:
        with clock("detail"):
            adjust_detail(pixels, settings.detail)
    with clock("frame"):
        return (
            pixels if shown is None else second_pass.shown(engine, pixels, wide.size, shown, settings.tiling)
        )


def _alone(prepared: Prepared, decided: Decided, settings: ZoomSettings) -> Callable[[Region], NDArray[Any]]:
    """Enlarges regions of the wide as the whole frame is made without other frames: with tele, calibration and tta.

    So the contribution map is true there as well.
    """
    wide, reference = prepared.wide, decided.reference

    def enlarge_part(region: Region) -> NDArray[Any]:
        return decided.engine.upscale(
            wide.pixels[region.slices],
            None if reference is None else Part(reference, region),
            settings.tiling,
            degradation=prepared.own,
            strength=decided.strength,
            tta=settings.tta,
            dtype=_dtype(wide, settings.bit_depth),
        ).pixels

    return enlarge_part


def _dtype(wide: Photo, bit_depth: int | None) -> type[np.uint8] | type[np.uint16]:
    return np.uint16 if (bit_depth or wide.bit_depth) > 8 else np.uint8

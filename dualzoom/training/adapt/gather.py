"""Pairs of photos → registered, colour-matched tiles; pairs that do not match are left out and named.

    pair ─► register ─► colour ─► validity ─► cut the overlap into tiles ─► keep the busier ones as integers

One pair is in memory at a time; only its tiles stay.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import CaptureError, DualzoomError, RegistrationError, about
from dualzoom.geometry import Region, Size
from dualzoom.registration import Registration
from dualzoom.tiling.overlay import overlay
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tiles import PairTiles

_FLAT_SHARE = 0.3  # of a pair's tiles: skies and walls, which every camera shows alike
_OUTSIDE_SHARE = 0.35  # outside tiles for each inside one: they only hold the network to the wide


@dataclass(frozen=True, kw_only=True)
class PairSource:
    """A pair by name, read when its turn comes. `read` raises CaptureError."""

    name: str
    read: Callable[[], tuple[Photo, Photo]]


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Tiles of the pairs that match, and (name, reason) of those left out."""

    pairs: tuple[PairTiles, ...]
    left_out: tuple[tuple[str, str], ...]


def gather(
    sources: Sequence[PairSource],
    engine: Engine,
    config: AdaptConfig,
    progress: Callable[[float], None] | None = None,
) -> Gathered:
    """Tiles of all pairs. `engine` holds the network to adapt: it says each wide's condition.

    Raises the first pair's error (RegistrationError, or CaptureError where all are unreadable) if none is left.
    """
    found: list[PairTiles] = []
    refused: list[tuple[str, DualzoomError]] = []
    most = min(config.pair_tiles, max(config.min_tiles, config.max_tiles // max(1, len(sources))))
    for number, source in enumerate(sources):
        try:
            wide, tele = source.read()
            found.append(pair_tiles(source.name, wide, tele, engine, config, most))
        except (CaptureError, RegistrationError) as error:
            refused.append((source.name, error))
        if progress:
            progress((number + 1) / len(sources))
    if not found:
        _raise_none(refused)
    return Gathered(pairs=tuple(found), left_out=tuple((name, str(error)) for name, error in refused))


def pair_tiles(
    name: str, wide: Photo, tele: Photo, engine: Engine, config: AdaptConfig, most: int
) -> PairTiles:
    """The tiles of one pair, at most `most` inside ones; raises RegistrationError, CaptureError."""
    with about(tele.name):
        laid = overlay(wide, tele)
    reference, window = laid.reference, laid.registration.window
    digest = pixel_digest(wide, tele)
    rng = np.random.Generator(np.random.PCG64([config.seed, int(digest[:12], 16)]))
    # All cells of the overlap are looked at once, and only those kept are held.
    kept: list[tuple[float, Region, NDArray[np.uint8], NDArray[Any]]] = []
    peak = np.iinfo(wide.pixels.dtype).max
    for cell in cells(window, config.tile_px):
        rgb, validity = reference.tile(cell.scale(2))
        if validity.mean() < config.min_validity:
            continue
        busy = float(
            np.abs(np.diff(rgb[..., 1], axis=1)).mean() + np.abs(np.diff(rgb[..., 1], axis=0)).mean()
        )
        codes = np.rint(np.clip(rgb, 0, 1) * peak).astype(wide.pixels.dtype)
        kept.append((busy, cell, np.rint(validity * 255).astype(np.uint8), codes))
    if len(kept) < config.min_tiles:
        reason = f"only {len(kept)} places of {config.tile_px} px are shown alike by both photos"
        raise RegistrationError(name, reason, "use photos of more megapixels, or of the same moment")
    kept.sort(key=lambda item: -item[0])
    kept = kept[: max(config.min_tiles, round(len(kept) * (1 - _FLAT_SHARE)))]
    chosen = [kept[i] for i in rng.permutation(len(kept))[:most]]
    elsewhere = outside_cells(
        wide.size, laid.registration, config.tile_px, round(_OUTSIDE_SHARE * len(chosen)), rng
    )
    regions = [item[1] for item in chosen] + elsewhere
    return PairTiles(
        name=name,
        wide=np.stack([wide.pixels[region.slices] for region in regions]),
        tele=np.stack([item[3] for item in chosen]),
        validity=np.stack([item[2] for item in chosen]),
        condition=engine.condition(wide.pixels),
        presumed=engine.condition(wide.pixels, presume_real=True),
        digest=digest,
    )


def cells(window: Region, side: int) -> list[Region]:
    """Squares of `side` px that lie in `window`, side by side, centred."""
    columns, rows = window.width // side, window.height // side
    x, y = window.x + (window.width - columns * side) // 2, window.y + (window.height - rows * side) // 2
    return [Region(x + c * side, y + r * side, side, side) for r in range(rows) for c in range(columns)]


def outside_cells(
    frame: Size, registration: Registration, side: int, count: int, rng: np.random.Generator
) -> list[Region]:
    """Up to `count` squares of a grid over the frame that the tele does not see."""
    free = [cell for cell in cells(Region.full(frame), side) if cell.intersect(registration.window).empty]
    return [free[i] for i in rng.permutation(len(free))[:count]]


def pixel_digest(wide: Photo, tele: Photo) -> str:
    """sha256 over both photos' sizes and pixels: the same pair, however its files are called."""
    digest = hashlib.sha256()
    for photo in (wide, tele):
        digest.update(repr((photo.pixels.shape, str(photo.pixels.dtype))).encode())
        digest.update(np.ascontiguousarray(photo.pixels).data)
    return digest.hexdigest()


def _raise_none(refused: Sequence[tuple[str, DualzoomError]]) -> None:
    """No pair is left: say why, with the exit code of what kept most of them out."""
    if not refused:
        raise RegistrationError("pairs", "there are none", "name a folder of pairs")
    errors = [error for _, error in refused]
    first = next((error for error in errors if isinstance(error, RegistrationError)), errors[0])
    if len(refused) == 1:
        raise first
    reason = f"none of {len(refused)} pairs can be used; the first: {first.reason}"
    raise type(first)(first.subject, reason, first.next_step)

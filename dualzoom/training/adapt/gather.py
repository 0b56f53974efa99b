"""Pairs of photos → registered, colour-matched tiles; leaves out pairs that do not match, and names them.

    pair ─► register ─► colour ─► validity ─► cut the overlap into tiles ─► keep the busier ones as integers

One pair is in memory at a time; only its tiles stay.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo, Pixels
from dualzoom.engine import BurstSource, Engine, ReferenceSource
from dualzoom.errors import CaptureError, DualzoomError, RegistrationError, none_left
from dualzoom.geometry import Region, Size
from dualzoom.reference.build import build
from dualzoom.registration import Registration
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.likeness import likeness
from dualzoom.training.adapt.tiles import Float, PairTiles

_FLAT_SHARE = 0.3  # of a pair's tiles: skies and walls, which look alike in every camera
_SPARE = 1.25  # places looked at for each tile wanted: some turn out to be hidden from the tele
_OUTSIDE_SHARE = 0.35  # outside tiles for each inside one: they only judge the tones


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
    """Cuts the tiles of all pairs. `engine` holds the network to adapt and estimates each wide's degradation.

    Raises the first pair's error (RegistrationError, or CaptureError where all are unreadable) if no pair is left.
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
        if not refused:
            raise RegistrationError("pairs", "there are none", "name a folder of pairs")
        raise none_left([error for _, error in refused], "pairs")
    return Gathered(pairs=tuple(found), left_out=tuple((name, str(error)) for name, error in refused))


def pair_tiles(
    name: str, wide: Photo, tele: Photo, engine: Engine, config: AdaptConfig, most: int
) -> PairTiles:
    """Cuts the tiles of one pair, at most `most` inside ones; raises RegistrationError, CaptureError."""
    aligned = build(wide, tele)
    return cut(
        name,
        wide.pixels,
        aligned,
        aligned.registration,
        degradations=(engine.degradation(wide.pixels), engine.degradation(wide.pixels, assume_native=True)),
        config=config,
        most=most,
        digest=pixel_digest(wide, tele),
    )


def cut(
    name: str,
    wide: Pixels,
    reference: ReferenceSource,
    registration: Registration,
    *,
    degradations: tuple[Float | None, Float | None],
    config: AdaptConfig,
    most: int,
    digest: str,
    burst: BurstSource | None = None,
) -> PairTiles:
    """Cuts the tiles of a registered pair: the busier places of the overlap, at most `most`, and some outside.

    `wide`: (H, W, 3) integer pixels. `degradations`: of the whole wide, as estimated and if undecided wides count
    as native. `digest`: of the pair; seeds the random choice. `burst`: where `wide` is a merged burst. Raises
    RegistrationError where both photos show too few places.
    """
    side, frame = config.tile_px, Size.of(wide)
    rng = np.random.Generator(np.random.PCG64([config.seed, int(digest[:12], 16)]))
    places = cells(registration.window, side)
    weights = likeness(wide, places, cells(Region.full(frame), side)) if places else np.ones(0, np.float32)
    order = _drawn(wide, places, weights, round(_SPARE * most), rng)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # OpenCV leaves other threads free while it works
        seen = list(pool.map(lambda i: reference.tile(places[i].scale(2)), order))
    kept = [(i, *tile) for i, tile in zip(order, seen, strict=True) if tile[1].mean() >= config.min_validity]
    kept = kept[:most]
    if len(kept) < config.min_tiles:
        reason = f"only {len(kept)} places of {side} px are shown alike by both photos"
        raise RegistrationError(name, reason, "use photos of more megapixels, or of the same moment")
    elsewhere = outside_cells(frame, registration, side, round(_OUTSIDE_SHARE * len(kept)), rng)
    regions = [places[i] for i, _, _ in kept] + elsewhere
    peak = np.iinfo(wide.dtype).max
    return PairTiles(
        name=name,
        wide=np.stack([wide[region.slices] for region in regions]),  # type: ignore[arg-type]
        tele=np.stack([np.rint(np.clip(rgb, 0, 1) * peak).astype(wide.dtype) for _, rgb, _ in kept]),
        validity=np.stack([np.rint(validity * 255).astype(np.uint8) for _, _, validity in kept]),
        weight=np.array([weights[i] for i, _, _ in kept], np.float32),
        degradation=degradations[0],
        degradation_if_native=degradations[1],
        digest=digest,
        burst=None if burst is None else np.stack([burst.tile(r).astype(np.float16) for r in regions]),
    )


def _drawn(
    wide: Pixels, places: Sequence[Region], weights: NDArray[np.float32], count: int, rng: np.random.Generator
) -> list[int]:
    """Draws numbers of at most `count` of the busier places by their weights, in random order."""
    busy = np.array([_busy(wide[place.slices]) for place in places])
    kept = np.argsort(-busy, kind="stable")[: max(1, round(len(places) * (1 - _FLAT_SHARE)))]
    if not len(places):
        return []
    chance = weights[kept].astype(np.float64)
    drawn = rng.choice(kept, min(count, len(kept)), replace=False, p=chance / chance.sum())
    return [int(i) for i in rng.permutation(drawn)]


def _busy(pixels: Pixels) -> float:
    """Measures a place's structure with little of its noise: differences of means of 2 × 2 pixels."""
    green = pixels[..., 1].astype(np.float32)
    low = (green[0::2, 0::2] + green[1::2, 0::2] + green[0::2, 1::2] + green[1::2, 1::2]) / 4
    return float(np.abs(np.diff(low, axis=0)).mean() + np.abs(np.diff(low, axis=1)).mean())


def cells(window: Region, side: int) -> list[Region]:
    """Lists squares of `side` px that lie in `window`, side by side, centred."""
    columns, rows = window.width // side, window.height // side
    x, y = window.x + (window.width - columns * side) // 2, window.y + (window.height - rows * side) // 2
    return [Region(x + c * side, y + r * side, side, side) for r in range(rows) for c in range(columns)]


def outside_cells(
    frame: Size, registration: Registration, side: int, count: int, rng: np.random.Generator
) -> list[Region]:
    """Draws up to `count` squares of a grid over the frame that the tele does not see."""
    free = [cell for cell in cells(Region.full(frame), side) if cell.intersect(registration.window).empty]
    return [free[i] for i in rng.permutation(len(free))[:count]]


def pixel_digest(wide: Photo, tele: Photo) -> str:
    """Returns the sha256 over both photos' sizes and pixels: the same for a pair whatever its files' names."""
    digest = hashlib.sha256()
    for photo in (wide, tele):
        digest.update(repr((photo.pixels.shape, str(photo.pixels.dtype))).encode())
        digest.update(np.ascontiguousarray(photo.pixels).data)
    return digest.hexdigest()

"""A frame by twins is the frame by numpy within a grey level, however many tiles go at once and wherever it is held."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from dualzoom.engine import Engine
from dualzoom.engine.on_device import Picture, twin, walk_on_device
from dualzoom.engine.walk import Frame
from dualzoom.geometry import Size
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.reference.contribution import Contribution
from dualzoom.settings import EngineSettings, TilingSettings
from dualzoom.tiling.plan import plan

CPU = torch.device("cpu")
TOLD = np.zeros(5, np.float32)


class Paste(RestorationNetwork):
    """The reference where it is valid, else the wide: nothing of the reference's errors is hidden."""

    receptive_radius_px = 3

    def forward(
        self, lr: Tensor, ref: Tensor | None, validity: Tensor | None, degradation: Tensor | None
    ) -> Tensor:
        alone = lr.repeat_interleave(2, 2).repeat_interleave(2, 3)
        return alone if ref is None else torch.lerp(alone, ref, validity)


@pytest.fixture(scope="module")
def engine() -> Engine:
    made = Engine(Paste(NetworkConfig()), EngineSettings(device="cpu"))
    made.format = torch.float32
    return made


def by_twins(engine: Engine, pair, batch: int, held: bool, dtype: type) -> np.ndarray:
    tiles = plan(Size.of(pair.wide), 60, engine.margin_px)
    wide, seen = Picture(pair.wide, CPU), []
    frame = Frame(
        wide=pair.wide, reference=None, tiles=tiles, dtype=dtype, strength=0.9, progress=seen.append
    )
    forward = partial(engine._forward, engine._prepared(TOLD, False), TOLD)
    with torch.inference_mode():
        made = walk_on_device(frame, wide, twin(pair.aligned, wide), forward, batch, held)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    return made


@pytest.mark.parametrize(("batch", "held"), [(1, True), (3, True), (2, False)])
@pytest.mark.parametrize(("which", "dtype"), [("pair", np.uint8), ("deep_pair", np.uint16)])
def test_it_is_the_hosts_within_a_grey_level(
    request, engine, which: str, dtype: type, batch: int, held: bool
) -> None:
    pair = request.getfixturevalue(which)
    asked = {"degradation": TOLD, "strength": 0.9, "dtype": dtype}
    expected = engine.upscale(pair.wide, pair.aligned, TilingSettings(tile_px=60), **asked).pixels
    alone = engine.upscale(pair.wide, None, TilingSettings(tile_px=60), **asked).pixels
    made = by_twins(engine, pair, batch, held, dtype)
    level = np.iinfo(dtype).max / 255
    assert made.dtype == dtype
    off = np.abs(made.astype(float) - expected) / level
    assert np.abs(alone.astype(float) - expected).max() / level > 20  # the reference shows
    assert off.max() <= 1.5
    assert off.mean() < 0.05


def test_batches_and_places_change_nothing_that_shows(engine, pair) -> None:
    one, other = (
        by_twins(engine, pair, batch, held, np.uint8).astype(int) for batch, held in ((1, True), (4, False))
    )
    assert np.abs(one - other).max() <= 1
    assert (one != other).mean() < 0.002


def test_the_engine_walks_by_twins_and_fills_in_the_contribution(engine, pair) -> None:
    results = []
    for by in (False, True):
        engine.by_twins = by
        source = Contribution(pair.aligned, Size.of(pair.wide), 1.0)
        made = engine.upscale(pair.wide, source, TilingSettings(tile_px=80), degradation=TOLD)
        results.append((made.pixels.astype(int), source.map.astype(int)))
    engine.by_twins = False
    for one, other in zip(*results, strict=True):
        assert one.max() > 200
        assert np.abs(one - other).max() <= 3
        assert np.abs(one - other).mean() < 0.05


def test_references_and_tiles_without_are_never_in_one_batch(engine, pair) -> None:
    batches: list[tuple[int, bool]] = []

    def forward(lr: Tensor, ref: Tensor | None, validity: Tensor | None) -> Tensor:
        batches.append((len(lr), ref is not None))
        assert (ref is None) == (validity is None)
        return lr.repeat_interleave(2, 2).repeat_interleave(2, 3)

    wide = Picture(pair.wide, CPU)
    tiles = plan(wide.size, 32, 4)
    frame = Frame(wide=pair.wide, reference=None, tiles=tiles)
    made = walk_on_device(frame, wide, twin(pair.aligned, wide), forward, 3, True)
    assert np.array_equal(made, pair.wide.repeat(2, 0).repeat(2, 1))
    assert sum(count for count, _ in batches) == len(tiles)
    assert max(count for count, _ in batches) == 3
    assert {seen for _, seen in batches} == {False, True}

"""Frames by a device's twins of the reference: what happens where memory, a twin or finite numbers lack."""

import numpy as np
import pytest
import torch
from small_networks import CPU, Broken, Everywhere, Hungry, photo, small_network

from dualzoom.engine import Engine
from dualzoom.engine.load import Load
from dualzoom.errors import DualzoomError
from dualzoom.geometry import Region
from dualzoom.network.registry import build_network
from dualzoom.settings import TilingSettings


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_by_twins_memory_that_runs_out_costs_batches_then_the_held_frame_then_tiles(
    monkeypatch: pytest.MonkeyPatch, dtype: type
) -> None:
    monkeypatch.setattr(Load, "usual", lambda _device, tile_px, _bytes: Load(tile_px, 3, True))
    wide = photo(300, 200, dtype)
    engine = Engine(Hungry(100, torch.OutOfMemoryError), CPU)
    engine.by_twins = True
    told: list[float] = []
    made = engine.upscale(wide, None, TilingSettings(tile_px=128), dtype=dtype, progress=told.append)
    assert np.array_equal(made.pixels, wide.repeat(2, 0).repeat(2, 1))
    assert made.tile_px == 64
    assert [note.rpartition("went on with ")[2] for note in made.notes] == ["one", "parts of it", "64 px"]
    assert told[-1] == 1


def test_by_twins_a_picture_that_is_not_finite_is_never_returned() -> None:
    engine = Engine(Broken(), CPU)
    engine.by_twins = True
    with pytest.raises(DualzoomError, match="not finite"):
        engine.upscale(photo(32, 32), None, TilingSettings())


def test_a_reference_without_a_twin_is_walked_by_numpy_and_a_note_says_so() -> None:
    wide, reference = photo(90, 70), Everywhere(Region(60, 40, 70, 90))
    engine = Engine(small_network(), CPU)
    expected = engine.upscale(wide, reference, TilingSettings(tile_px=48))
    engine.by_twins = True
    made = engine.upscale(wide, reference, TilingSettings(tile_px=48))
    assert np.array_equal(made.pixels, expected.pixels)
    assert [*expected.notes, *(note.partition(":")[2] for note in made.notes)] == [
        " the processor reads it, which is slower"
    ]
    assert engine.upscale(wide, reference, TilingSettings(tile_px=48), strength=0).notes == (), "not asked"
    assert engine.upscale(wide, None, TilingSettings(tile_px=48)).notes == ()


class Nothing:
    """A burst that saw nothing beyond the wide."""

    def tile(self, region: Region) -> np.ndarray:
        return np.zeros((2 * region.height, 2 * region.width, 5), np.float32)


def test_a_burst_goes_by_the_processor_and_a_note_says_so() -> None:
    network = build_network(
        {"architecture": "dcsr-frames", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}
    )
    engine, wide = Engine(network, CPU), photo(90, 70)
    expected = engine.upscale(wide, None, TilingSettings(tile_px=48), burst=Nothing())
    engine.by_twins = True
    made = engine.upscale(wide, None, TilingSettings(tile_px=48), burst=Nothing())
    assert np.array_equal(made.pixels, expected.pixels)
    assert expected.notes == ()
    assert made.notes == ("a burst cannot be read on cpu: the processor reads it, which is slower",)

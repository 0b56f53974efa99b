"""What is larger than the enlarged frame is made by the network again, and lies where it should."""

import numpy as np
import pytest
import torch

from dualzoom import second_pass
from dualzoom.engine import Engine
from dualzoom.framing import Aim, framing
from dualzoom.geometry import Size
from dualzoom.scene import render
from dualzoom.settings import EngineSettings, FramingSettings, TilingSettings

TILES = TilingSettings(tile_px=64)


@pytest.fixture(scope="module")
def frame() -> np.ndarray:
    """A finished frame: 2× a wide of 96×72."""
    return np.ascontiguousarray(render(0).truth[200:344, 300:492])


@pytest.fixture
def engine(lite_network) -> Engine:
    return Engine(lite_network, EngineSettings(device="cpu"))


def test_what_the_frame_holds_is_only_resampled(engine: Engine, frame: np.ndarray) -> None:
    wide = Size(96, 72)
    view = framing(FramingSettings(at=1.7, long_side_px=120), wide, None)
    assert view is not None
    engine.network = None  # type: ignore[assignment]  # must not be asked
    assert np.array_equal(second_pass.shown(engine, frame, wide, view, TILES), view.of(frame, wide))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_four_times_is_the_network_again_on_the_whole_frame(
    engine: Engine, frame: np.ndarray, dtype: type
) -> None:
    pixels = frame.astype(dtype) * (257 if dtype is np.uint16 else 1)
    view = framing(FramingSettings(scale=4), Size(96, 72), None)
    assert view is not None
    found = second_pass.shown(engine, pixels, Size(96, 72), view, TILES)
    again = engine.upscale(pixels, None, TILES, degradation=engine.degradation(pixels), dtype=dtype).pixels
    assert found.shape == (288, 384, 3)
    assert np.array_equal(found, again)


@pytest.mark.parametrize(
    "settings", [FramingSettings(long_side_px=301), FramingSettings(at=1.4, long_side_px=270)]
)
def test_other_sizes_show_the_same_place_as_resampling_does(
    engine: Engine, frame: np.ndarray, settings: FramingSettings
) -> None:
    """A network that only interpolates agrees with Lanczos: nothing is shifted by even a fifth of a pixel."""
    torch.nn.init.zeros_(engine.network.tail.weight)  # type: ignore[union-attr]
    torch.nn.init.zeros_(engine.network.tail.bias)  # type: ignore[union-attr]
    wide = Size(96, 72)
    view = framing(settings, wide, Aim(60.0, 30.0, 2.0))
    assert view is not None
    assert view.doubled
    twice = second_pass.shown(engine, frame, wide, view, TILES).astype(float)
    once = view.of(frame, wide).astype(float)
    off = np.abs(twice - once).mean()
    assert off < 0.2 * np.abs(np.roll(once, 1, axis=1) - once).mean()
    assert off < 0.2 * np.abs(np.roll(once, 1, axis=0) - once).mean()

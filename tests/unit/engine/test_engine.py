"""The engine with small networks whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_networks import CPU, Broken, Everywhere, Hungry, Nearest, photo, small_network
from torch import Tensor

from dualzoom.engine import Engine
from dualzoom.errors import DualzoomError, MemoryExhaustedError
from dualzoom.geometry import Region
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.network.degradation import HALVED_AREA, is_native
from dualzoom.network.precision import bf16_pays
from dualzoom.settings import TilingSettings


@given(st.integers(16, 75), st.integers(16, 75), st.integers(32, 64), st.sampled_from([np.uint8, np.uint16]))
@settings(max_examples=25)
def test_an_identity_network_returns_the_input_at_exactly_twice_its_size(
    height: int, width: int, tile: int, dtype: type
) -> None:
    wide = photo(height, width, dtype)
    result = Engine(Nearest(), CPU).upscale(wide, None, TilingSettings(tile_px=tile), dtype=dtype)
    assert np.array_equal(result.pixels, wide.repeat(2, 0).repeat(2, 1))


def test_all_orientations_of_an_identity_network_give_the_input() -> None:
    wide = photo(50, 75)
    result = Engine(Nearest(), CPU).upscale(wide, None, TilingSettings(tile_px=32), tta=True)
    assert np.array_equal(result.pixels, wide.repeat(2, 0).repeat(2, 1))


@pytest.mark.parametrize("error", [MemoryError, torch.OutOfMemoryError, RuntimeError])
def test_out_of_memory_halves_the_tile_and_says_so(error: type[BaseException]) -> None:
    wide = photo(300, 200)
    result = Engine(Hungry(100, error), CPU).upscale(wide, None, TilingSettings(tile_px=256))
    assert result.tile_px == 64
    assert len(result.notes) == 2
    assert "64" in result.notes[-1]
    assert np.array_equal(result.pixels, wide.repeat(2, 0).repeat(2, 1))


def test_no_tile_small_enough_is_exit_6() -> None:
    with pytest.raises(MemoryExhaustedError):
        Engine(Hungry(8, MemoryError), CPU).upscale(photo(64, 64), None, TilingSettings())


def test_a_picture_that_is_not_finite_is_never_returned() -> None:
    with pytest.raises(DualzoomError, match="not finite"):
        Engine(Broken(), CPU).upscale(photo(32, 32), None, TilingSettings())


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(np.square(a.astype(np.float64) - b).mean() / 65535**2 + 1e-12))


def test_two_tile_sizes_agree_and_no_seam_shows() -> None:
    wide, reference = photo(150, 170), Everywhere(Region(60, 40, 150, 170))
    engine = Engine(small_network(), CPU)
    one, other = (
        engine.upscale(wide, reference, TilingSettings(tile_px=tile), dtype=np.uint16).pixels
        for tile in (48, 170)
    )
    assert psnr(one, other) >= 50


def test_orientations_commute_with_the_photos_own_and_tiles_still_agree() -> None:
    wide, reference = photo(90, 70), Everywhere(Region(60, 40, 70, 90))
    engine = Engine(small_network(), CPU)
    whole, tiled = (
        engine.upscale(wide, reference, TilingSettings(tile_px=tile), tta=True, dtype=np.uint16).pixels
        for tile in (90, 48)
    )
    plain = engine.upscale(wide, reference, TilingSettings(tile_px=90), dtype=np.uint16).pixels
    assert psnr(whole, tiled) >= 50 > psnr(whole, plain)
    alone, mirrored = (
        engine.upscale(part, None, TilingSettings(tile_px=90), tta=True, dtype=np.uint16).pixels
        for part in (wide, np.ascontiguousarray(wide[:, ::-1]))
    )
    assert psnr(alone, mirrored[:, ::-1]) >= 50


def test_results_get_the_wides_tones_back_whatever_the_network_did() -> None:
    class Redder(Nearest):
        def forward(self, lr: Tensor, *rest: Tensor | None) -> Tensor:
            return super().forward(lr, *rest) + torch.tensor([0.1, 0.0, -0.05])[:, None, None]

    wide = photo(60, 70) // 2 + 60  # nothing is clipped
    for dtype, level in ((np.uint8, 1), (np.uint16, 257)):
        made = Engine(Redder(), CPU).upscale(wide, None, TilingSettings(), dtype=dtype).pixels
        expected = wide.repeat(2, 0).repeat(2, 1).astype(int) * level
        assert np.abs(made.astype(int) - expected).max() <= level


def test_other_weights_on_the_same_device_leave_the_engine_as_it_is() -> None:
    wide = photo(64, 64)
    first, second = small_network(), small_network()
    second.tail.weight.data.mul_(-1)
    engine = Engine(first, replace(CPU, threads=1))
    before = engine.upscale(wide, None, TilingSettings()).pixels
    other = engine.with_network(second.train())
    assert not other.network.training
    assert (other.device, other.format, other.margin_px) == (engine.device, engine.format, engine.margin_px)
    assert not np.array_equal(other.upscale(wide, None, TilingSettings()).pixels, before)
    assert np.array_equal(engine.upscale(wide, None, TilingSettings()).pixels, before)


def test_strength_zero_does_not_even_ask_for_the_tele() -> None:
    wide, reference = photo(64, 64), Everywhere(Region(0, 0, 128, 128))
    engine = Engine(small_network(), CPU)
    without = engine.upscale(wide, None, TilingSettings()).pixels
    assert np.array_equal(engine.upscale(wide, reference, TilingSettings(), strength=0).pixels, without)
    assert reference.asked == 0
    full = engine.upscale(wide, reference, TilingSettings(), strength=1).pixels.astype(int)
    half = engine.upscale(wide, reference, TilingSettings(), strength=0.5).pixels.astype(int)
    assert np.abs(full - without).mean() > np.abs(half - without).mean() > 0


def test_condition_is_the_median_over_structure_and_flat_pictures_have_none() -> None:
    engine = Engine(small_network(), CPU)
    estimate = engine.degradation(photo(200, 300))
    assert estimate is not None
    assert estimate.shape == (5,)
    assert (estimate >= 0).all() or np.array_equal(estimate, np.float32(HALVED_AREA))
    tiny = engine.degradation(photo(20, 20))
    assert tiny is not None
    assert not tiny.any()
    assert Engine(Nearest(), CPU).degradation(photo(200, 300)) is None


def test_an_undecided_wide_is_native_where_network_or_caller_assume_it() -> None:
    """An estimator that always finds native a little more likely than halved by bicubic."""
    wide = photo(200, 300)
    engine = Engine(small_network(), CPU)
    last = engine.network.estimator.regression[-1]
    torch.nn.init.zeros_(last.weight)
    last.bias.data = torch.tensor([*[0.4] * 5, 0.5, 0.0, -9.0])
    for assumed in (False, True):
        if assumed:
            engine = engine.with_network(engine.network.with_config(assume_native=True))
        for asked in (False, True):
            told = np.full(5, 0.4 if asked or assumed else 0.0, np.float32)
            assert np.array_equal(engine.degradation(wide, assume_native=asked), told)
        of = engine.network.estimator.of_batch(torch.rand(1, 3, 64, 64))[0]
        assert is_native(of) is assumed


def test_progress_ends_at_one() -> None:
    seen: list[float] = []
    Engine(Nearest(), CPU).upscale(photo(100, 100), None, TilingSettings(tile_px=40), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) == 9


def test_only_what_looks_halved_beyond_doubt_is_surely_halved() -> None:
    engine = Engine(DcsrLite(DcsrLiteConfig(channels=8)), CPU)
    wide = np.random.default_rng(2).integers(0, 256, (96, 128, 3), np.uint8)
    last = engine.network.estimator.regression[-1]
    for lead, sure in ((0.0, False), (-9.0, False), (-11.0, True)):
        with torch.no_grad():
            last.weight.zero_()
            last.bias.zero_()
            last.bias[:5], last.bias[5] = 0.4, lead
        assert engine.surely_halved(wide) is sure
    assert not Engine(Nearest(), CPU).surely_halved(wide)


def test_the_format_that_is_asked_for_is_used_and_told_in_training_too() -> None:
    wide, network = photo(64, 64), small_network()
    seen: list[torch.dtype] = []
    network.tail.register_forward_hook(lambda _module, _inputs, out: seen.append(out.dtype))
    for asked, name in (("fp32", "cpu, float32"), ("bf16", "cpu, bfloat16")):
        engine = Engine(network, replace(CPU, precision=asked))
        assert engine.description == name
        with engine.in_format():
            assert bf16_pays(torch.device("cpu")) is (asked == "bf16")
        seen.clear()
        engine.upscale(wide, None, TilingSettings())
        assert set(seen) == {getattr(torch, name.split()[1])}

"""How many threads an engine computes with, and the room that its frames leave to what learns beside them."""

import threading
from dataclasses import replace

import numpy as np
import torch
from small_networks import CPU, Nearest
from torch import Tensor

from dualzoom.engine import Engine
from dualzoom.settings import TilingSettings


def test_threads_are_taken_over() -> None:
    before = torch.get_num_threads()
    try:
        Engine(Nearest(), replace(CPU, threads=1))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_any_thread_can_compute_with_as_many_threads_as_the_one_that_made_the_engine() -> None:
    """Whatever number another thread has asked for in between."""
    before, found = torch.get_num_threads(), []

    def elsewhere(engine: Engine) -> None:
        found.append(torch.get_num_threads())
        engine.use_threads()
        found.append(torch.get_num_threads())

    try:
        torch.set_num_threads(2)
        engine = Engine(Nearest(), CPU)
        torch.set_num_threads(1)
        thread = threading.Thread(target=elsewhere, args=(engine.with_network(Nearest()),))
        thread.start()
        thread.join()
        assert found == [1, 2]
    finally:
        torch.set_num_threads(before)


def test_frames_leave_a_core_to_what_learns_by_a_copy_of_their_engine() -> None:
    """The picture is the same."""
    before, guard, inside, seen = torch.get_num_threads(), threading.Lock(), [0], []

    class Watched(Nearest):
        def forward(self, lr: Tensor, *rest: Tensor | None) -> Tensor:
            with guard:
                inside[0] += 1
                seen.append(inside[0])
            threading.Event().wait(0.02)
            with guard:
                inside[0] -= 1
            return super().forward(lr, None, None, None)

    wide = np.random.default_rng(4).integers(0, 255, (96, 160, 3), np.uint8)
    try:
        torch.set_num_threads(2)
        engine = Engine(Watched(), CPU)
        alone = engine.upscale(wide, None, TilingSettings(tile_px=32)).pixels
        assert max(seen) == 2
        seen.clear()
        with engine.learning():
            beside = (
                engine.with_network(engine.network).upscale(wide, None, TilingSettings(tile_px=32)).pixels
            )
        assert max(seen) == 1
        assert np.array_equal(alone, beside)
    finally:
        torch.set_num_threads(before)

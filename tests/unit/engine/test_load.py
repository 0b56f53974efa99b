"""What is tried next when memory runs out."""

import pytest
import torch

from dualzoom.engine.load import Load


def test_first_fewer_tiles_at_once_then_no_whole_frame_then_smaller_tiles() -> None:
    seen, now = [], Load(128, 4, True)
    while (after := now.lighter()) is not None:
        now, note = after
        seen.append((now.tile_px, now.batch, now.held))
        assert note.startswith("out of memory")
    assert seen == [(128, 1, True), (128, 1, False), (64, 1, False), (32, 1, False)]


def test_on_processors_only_tiles_become_smaller() -> None:
    usual = Load.usual(torch.device("cpu"), 320, 10**9)
    assert usual == Load(320)
    assert usual.lighter()[0] == Load(160)


@pytest.mark.parametrize(("free", "held"), [(3 * 10**9, False), (5 * 10**9, True)])
def test_on_gpus_the_frame_is_held_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, free: int, held: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (free, 0))
    usual = Load.usual(torch.device("cuda"), 512, 10**9)
    assert usual.batch > 1
    assert usual.held is held
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: free + 5)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 5)
    assert Load.usual(torch.device("mps"), 256, 10**9).held is held

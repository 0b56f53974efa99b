"""The walk by processors: every tile once, its reference only where one is valid, threads as they were."""

import numpy as np
import pytest
import torch

from dualzoom.engine.walk import Frame, walk
from dualzoom.geometry import Region, Size
from dualzoom.tiling.plan import plan

CPU = torch.device("cpu")


class Corner:
    """Valid in the upper left corner of the 2× grid alone."""

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        validity = np.zeros((region.height, region.width), np.float32)
        validity[max(0, -region.y) : max(0, 30 - region.y), max(0, -region.x) : max(0, 30 - region.x)] = 1
        return np.ones((*validity.shape, 3), np.float32), validity


@pytest.mark.parametrize("threads", [1, 2])
def test_a_tile_gets_its_reference_times_the_strength_or_none(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    wide = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    tiles, seen, told = plan(Size(120, 90), 40, 4), [], []

    def run(lr: np.ndarray, ref: np.ndarray | None, validity: np.ndarray | None) -> np.ndarray:
        seen.append(None if validity is None else float(validity.max()))
        return lr.repeat(2, 0).repeat(2, 1)

    try:
        frame = Frame(wide=wide, reference=Corner(), tiles=tiles, strength=0.25, progress=told.append)
        made = walk(frame, run, CPU)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(made, wide.repeat(2, 0).repeat(2, 1))
    assert sorted(seen, key=str) == [0.25, *[None] * (len(tiles) - 1)]
    assert told == [(number + 1) / len(tiles) for number in range(len(tiles))]


def test_a_tile_of_a_burst_gets_what_the_frames_saw_of_all_it_is_shown() -> None:
    wide, places = np.zeros((60, 70, 3), np.uint8), []
    tiles = plan(Size(70, 60), 40, 4)

    class Numbered:
        def tile(self, region: Region) -> np.ndarray:
            places.append(region)
            return np.full((2 * region.height, 2 * region.width, 5), 0.25, np.float32)

    def run(lr: np.ndarray, ref: None, validity: None, burst: np.ndarray) -> np.ndarray:
        assert ref is None
        assert validity is None
        assert burst.shape[:2] == (2 * lr.shape[0], 2 * lr.shape[1])
        return burst[..., :3]

    made = walk(Frame(wide=wide, reference=None, tiles=tiles, burst=Numbered(), dtype=np.float32), run, CPU)
    assert np.array_equal(made, np.full((120, 140, 3), 0.25))
    assert sorted(places, key=str) == sorted((tile.padded for tile in tiles), key=str)

"""What moved comes from the wide alone; all else stays as the merged wide gave it."""

import numpy as np
from burst_files import SIZE, burst

from dualzoom.frames.burst import merge
from dualzoom.frames.moved import movement, restore_moved
from dualzoom.geometry import Region


def test_only_what_moved_is_taken_from_the_wide_alone() -> None:
    frames, _, _ = burst(6, noise=3.0, mover=True)
    found = merge(frames[0], frames[1:])
    made = np.zeros((2 * SIZE.height, 2 * SIZE.width, 3), np.uint8)
    asked: list[Region] = []

    def alone(region: Region) -> np.ndarray:
        asked.append(region)
        return np.full((2 * region.height, 2 * region.width, 3), 200, np.uint8)

    restore_moved(made, found, alone)
    assert asked
    assert (made[160:280, 102:118] > 150).mean() > 0.9  # the mover, where no other frame shows it as well
    still = made[300:440, 300:600]
    assert (still == 0).mean() > 0.95
    whole = movement(found, Region.full(SIZE))
    assert whole[:8].max() == whole[:, -8:].max() == 0


def test_a_burst_without_a_mover_asks_for_nothing() -> None:
    frames, _, _ = burst(6, noise=3.0)
    made = np.zeros((2 * SIZE.height, 2 * SIZE.width, 3), np.uint8)

    def never(region: Region) -> np.ndarray:
        raise AssertionError(region)

    restore_moved(made, merge(frames[0], frames[1:]), never)
    restore_moved(made, merge(frames[0], [frames[0]]), never)  # none used
    assert not made.any()

"""Eight orientations of a sample: all different, and displacements still point at what they pointed at."""

import numpy as np
import pytest

from dualzoom.training.simulate import ORIENTATIONS, Sample, turned


def marked(side: int = 6) -> Sample:
    """Each LR cell shows its own number; the reference's cells, too; the shift leads to the cell below right."""
    lr = np.arange(side * side, dtype=np.float32).reshape(side, side, 1).repeat(3, 2)
    ref = lr.repeat(2, 0).repeat(2, 1)
    return Sample(
        lr=lr, ref=ref, validity=ref[..., 0], truth=ref, degradation=np.zeros(5, np.float32),
        shift=np.broadcast_to(np.float32([1, 2]), (side, side, 2)),
    )  # fmt: skip


def test_zero_is_the_sample_itself_and_the_eight_differ() -> None:
    sample = marked()
    assert turned(sample, 0) is sample
    seen = {turned(sample, way).lr.tobytes() for way in range(ORIENTATIONS)}
    assert len(seen) == 8


@pytest.mark.parametrize("way", range(8))
def test_the_parts_turn_together(way: int) -> None:
    made = turned(marked(), way)
    for part in (made.ref, made.truth, made.validity[..., None].repeat(3, 2)):
        assert np.array_equal(part[::2, ::2], made.lr)


@pytest.mark.parametrize("way", range(8))
def test_shifts_lead_to_what_they_led_to(way: int) -> None:
    """Cell (y, x) led to that with the number 6·(y + 1) + x + 2; so it does wherever both lie now."""
    made = turned(marked(), way)
    followed = 0
    for y in range(6):
        for x in range(6):
            dy, dx = made.shift[y, x].astype(int)
            number = int(made.lr[y, x, 0])
            if number // 6 < 5 and number % 6 < 4:
                assert made.lr[y + dy, x + dx, 0] == number + 8
                followed += 1
    assert followed == 20

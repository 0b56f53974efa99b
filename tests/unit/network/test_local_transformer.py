"""T and what its output means."""

import math

import pytest
import torch

from dualzoom.network.local_transformer import LocalTransformer, decode


def test_zero_means_identity() -> None:
    for raw, shift in ((torch.zeros(1, 3, 2, 2), 0.0), (torch.zeros(1, 5, 2, 2), 2.0)):
        transform = decode(raw, shift)
        assert bool((transform.row_scale == 1).all())
        assert bool((transform.column_scale == 1).all())
        assert bool((transform.angle == 0).all())
        assert transform.row_shift is None or bool((transform.row_shift == 0).all())


def test_range_of_the_decoded_values() -> None:
    transform = decode(torch.linspace(-50, 50, 5 * 9).reshape(1, 5, 3, 3), max_shift_px=2.0)
    far = decode(torch.full((1, 5, 1, 1), 50.0), max_shift_px=2.0)
    assert float(far.row_scale) == float(far.column_scale) == 3
    assert math.degrees(float(far.angle)) == pytest.approx(120, abs=0.01)
    assert float(far.row_shift) == pytest.approx(2)
    near = decode(torch.full((1, 3, 1, 1), -50.0))
    assert float(near.row_scale) == -3
    assert math.degrees(float(near.angle)) == pytest.approx(-240, abs=0.01)
    assert float(transform.column_shift.abs().max()) <= 2


@pytest.mark.parametrize("cell", [1, 2, 4])
@torch.no_grad()
def test_one_transform_per_cell_and_identity_at_the_start(cell: int) -> None:
    torch.manual_seed(0)
    network = LocalTransformer(cell, channels=8, max_shift_px=2.0)
    transform = network(torch.rand(2, 3, 3 * cell, 5 * cell), torch.rand(2, 3, 3 * cell, 5 * cell))
    assert transform.angle.shape == (2, 3, 5)
    assert float((transform.row_scale - 1).abs().max()) < 0.1
    assert float(transform.row_shift.abs().max()) < 0.1
    assert LocalTransformer(cell, channels=8)(*torch.rand(2, 1, 3, cell, cell)).row_shift is None

"""Sampling through per-cell transforms: against a slow version, and its laws."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dualzoom.network.aligned_attention import AlignedAttention, Border, positions, sample_cells
from dualzoom.network.local_transformer import CellTransform, decode


def constant(n: int, m: int, row=1.0, column=1.0, angle=0.0, shift=None) -> CellTransform:
    values = [torch.full((1, n, m), value) for value in (row, column, angle)]
    moved = [torch.full((1, n, m), value) for value in shift] if shift else [None, None]
    return CellTransform(*values, *moved)


def slow(x: np.ndarray, raw: np.ndarray, cell: int, max_shift_px: float) -> np.ndarray:
    """C H W sampled pixel by pixel in float64, border repeated; raw 5 n m as T gives it."""
    _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="reflect")
    out = np.empty(x.shape)
    for v in range(height):
        for u in range(width):
            a = raw[:, v // cell, u // cell]
            row_scale, column_scale, code = np.clip(a[:3] + 1, -3, 3)
            angle = (code - 1) * 1.0472
            centre_v, centre_u = (v // cell + 0.5) * cell - 0.5, (u // cell + 0.5) * cell - 0.5
            r, c = row_scale * (v - centre_v), column_scale * (u - centre_u)
            row = centre_v + r * math.cos(angle) - c * math.sin(angle) + max_shift_px * math.tanh(a[3])
            column = centre_u + r * math.sin(angle) + c * math.cos(angle) + max_shift_px * math.tanh(a[4])
            row, column = min(max(row + 1, 0), height + 1), min(max(column + 1, 0), width + 1)
            y, z = min(int(row), height), min(int(column), width)
            p, q = row - y, column - z
            out[:, v, u] = (
                (1 - p) * ((1 - q) * padded[:, y, z] + q * padded[:, y, z + 1])
                + p * ((1 - q) * padded[:, y + 1, z] + q * padded[:, y + 1, z + 1])
            )  # fmt: skip
    return out


@settings(max_examples=30)
@given(st.integers(0, 1000), st.sampled_from([1, 2, 4]), st.sampled_from([0.1, 1.0, 3.0]))
def test_equals_the_slow_version(seed: int, cell: int, spread: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(1, 2, 3 * cell + (cell == 1), 4 * cell, generator=generator)
    n, m = x.shape[-2] // cell, 4
    raw = spread * torch.randn(1, 5, n, m, generator=generator)
    ours = sample_cells(x, decode(raw, 2.0), cell)
    expected = slow(x[0].double().numpy(), raw[0].double().numpy(), cell, 2.0)
    np.testing.assert_allclose(ours[0], expected, atol=2e-5)


@pytest.mark.parametrize("border", ["repeat", "release"])
@pytest.mark.parametrize("cell", [1, 2, 4])
def test_identity_returns_the_input(cell: int, border: Border) -> None:
    x = torch.rand(2, 3, 4 * cell, 6 * cell)
    transform = decode(torch.zeros(2, 3, 4, 6))
    torch.testing.assert_close(sample_cells(x, transform, cell, border), x, atol=1e-5, rtol=0)


def test_translation_shifts_the_picture() -> None:
    x = torch.rand(1, 3, 16, 20)
    ours = sample_cells(x, constant(8, 10, shift=(2.0, -3.0)), 2)
    torch.testing.assert_close(ours[..., :13, 4:], x[..., 2:15, 1:17], atol=1e-5, rtol=0)


def test_half_turn_and_mirroring_of_a_cell() -> None:
    x = torch.rand(1, 1, 4, 4)
    turned = sample_cells(x, constant(1, 1, angle=math.pi), 4)
    torch.testing.assert_close(turned, x.flip(2, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(sample_cells(x, constant(1, 1, row=-1.0), 4), x.flip(2), atol=1e-5, rtol=0)
    quarter = sample_cells(x, constant(1, 1, angle=math.pi / 2), 4)  # reads row' = -c, column' = r
    torch.testing.assert_close(quarter, x.transpose(2, 3).flip(3), atol=1e-5, rtol=0)


def test_intensity_is_kept_anywhere() -> None:
    """A constant picture stays constant however far a cell reads; the release's border doubles it."""
    grey = torch.full((1, 1, 8, 8), 0.5)
    for raw in (torch.randn(20, 3, 4, 4) * 4).split(1):
        torch.testing.assert_close(sample_cells(grey, decode(raw), 2), grey, atol=1e-5, rtol=0)
    away = constant(4, 4, shift=(30.0, 0.0))
    assert float(sample_cells(grey, away, 2, "release").max()) == pytest.approx(1.0)
    assert float(sample_cells(grey, away, 2).max()) == pytest.approx(0.5)


def test_the_borders_agree_inside_the_frame() -> None:
    x = torch.rand(1, 4, 12, 12)
    transform = constant(6, 6, row=1.2, column=0.7, angle=0.4)
    row, column = positions(transform, 2)
    assert float(row.min()) > -1
    assert float(column.max()) < 12
    ours, theirs = sample_cells(x, transform, 2), sample_cells(x, transform, 2, "release")
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_gradients_are_those_of_finite_differences() -> None:
    torch.manual_seed(1)
    x = torch.rand(1, 1, 8, 8)
    raw = 0.2 * torch.randn(1, 5, 4, 4)

    def total(raw: Tensor) -> Tensor:
        weights = torch.linspace(-1, 1, 64).reshape(1, 1, 8, 8)
        return (sample_cells(x, decode(raw, 2.0), 2) * weights).sum()

    raw.requires_grad_()
    total(raw).backward()
    step = 1e-3
    with torch.no_grad():
        for place in [(0, 0, 1, 1), (0, 1, 2, 2), (0, 2, 1, 2), (0, 3, 2, 1), (0, 4, 1, 1)]:
            bump = torch.zeros_like(raw)
            bump[place] = step
            slope = float(total(raw + bump) - total(raw - bump)) / (2 * step)
            assert float(raw.grad[place]) == pytest.approx(slope, abs=0.02, rel=0.1)


def test_the_module_keeps_the_dtype_of_its_features() -> None:
    module = AlignedAttention(2, channels=8, max_shift_px=2.0)
    pictures = torch.rand(1, 3, 8, 8)
    assert module(torch.rand(1, 4, 8, 8).bfloat16(), pictures, pictures).dtype == torch.bfloat16

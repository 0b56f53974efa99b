"""Warping by an index map: equal to laying cells one by one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dualzoom.network.warping import move_cells


@settings(max_examples=30)
@given(
    key_grid=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    grid=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    cell=st.sampled_from([1, 2, 4]),
    rest=st.integers(0, 3),  # rows and columns that belong to no cell
    seed=st.integers(0, 100),
)
def test_equals_laying_cells_one_by_one(key_grid, grid, cell, rest, seed) -> None:
    generator = torch.Generator().manual_seed(seed)
    (k, l), (n, m) = key_grid, grid  # noqa: E741
    source = torch.rand(2, 3, k * cell + rest, l * cell + rest, generator=generator)
    index = torch.randint(k * l, (2, n * m), generator=generator)
    moved = move_cells(source, index, cell=cell, key_grid=key_grid, grid=grid)
    assert moved.shape == (2, 3, n * cell, m * cell)
    for item in range(2):
        for i in range(n * m):
            y, x = (i // m) * cell, (i % m) * cell
            key = int(index[item, i])
            v, u = (key // l) * cell, (key % l) * cell
            laid = moved[item, :, y : y + cell, x : x + cell]
            assert torch.equal(laid, source[item, :, v : v + cell, u : u + cell])


def test_the_identity_index_returns_the_input() -> None:
    source, index = torch.rand(1, 2, 8, 12), torch.arange(24)[None]
    assert torch.equal(move_cells(source, index, cell=2, key_grid=(4, 6), grid=(4, 6)), source)


@pytest.mark.parametrize(
    ("shape", "count", "key_grid", "grid"),
    [((8, 8), 16, (4, 5), (4, 4)), ((8, 8), 15, (4, 4), (4, 4)), ((7, 8), 16, (4, 4), (4, 4))],
)
def test_grids_that_do_not_fit_are_refused(shape, count, key_grid, grid) -> None:
    source, index = torch.zeros(1, 1, *shape), torch.zeros(1, count, dtype=torch.long)
    with pytest.raises(ValueError, match="cannot move"):
        move_cells(source, index, cell=2, key_grid=key_grid, grid=grid)

"""Matching: equal to a naive double loop, whatever the block size; the window never leaves the frame."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dualzoom.network.matching import match_global, match_window


def features(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def naive_patches(x: np.ndarray) -> np.ndarray:
    """D n m -> n m 9D unit vectors, one place at a time."""
    depth, rows, columns = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="reflect")
    out = np.empty((rows, columns, 9 * depth))
    for y in range(rows):
        for x_ in range(columns):
            patch = padded[:, y : y + 3, x_ : x_ + 3].reshape(-1)
            out[y, x_] = patch / np.linalg.norm(patch)
    return out


def naive(query: Tensor, key: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 1 by a double loop in float64: index and confidence of one item."""
    queries = naive_patches(query.double().numpy()).reshape(-1, 9 * len(query))
    keys = naive_patches(key.double().numpy()).reshape(-1, 9 * len(key))
    index = np.empty(len(queries), np.int64)
    confidence = np.empty(len(queries))
    for i, q in enumerate(queries):
        best = -2.0
        for j, k in enumerate(keys):
            similarity = float(q @ k)
            if similarity > best:
                best, index[i], confidence[i] = similarity, j, similarity
    return index, confidence


@settings(max_examples=30)
@given(
    seed=st.integers(0, 1000),
    grid=st.tuples(st.integers(2, 6), st.integers(2, 6)),
    key_grid=st.tuples(st.integers(2, 6), st.integers(2, 6)),
    block=st.integers(1, 40),
)
def test_global_matching_equals_the_double_loop(seed, grid, key_grid, block) -> None:
    query, key = features(seed, 2, 3, *grid), features(seed + 1, 2, 3, *key_grid)
    match = match_global(query, key, block=block)
    assert match.confidence.shape == (2, 1, *grid)
    for item in range(2):
        index, confidence = naive(query[item], key[item])
        assert np.array_equal(match.index[item].numpy(), index)
        np.testing.assert_allclose(match.confidence[item].flatten(), confidence, atol=1e-6)


def test_blocks_of_any_size_give_equal_indices() -> None:
    query, key = features(3, 1, 16, 23, 17), features(4, 1, 16, 19, 29)
    whole = match_global(query, key, block=10**6)
    for block in (1, 7, 64, 256, 391):
        match = match_global(query, key, block=block)
        assert torch.equal(match.index, whole.index)
        torch.testing.assert_close(match.confidence, whole.confidence, atol=1e-6, rtol=0)


def test_a_moved_picture_is_found_where_it_went() -> None:
    key = features(5, 1, 8, 12, 15)
    query = key[..., 2:9, 3:11]  # its cell (0, 0) is the key's (2, 3)
    match = match_global(query, key)
    inner = match.index.view(7, 8)[1:-1, 1:-1]
    rows, columns = torch.meshgrid(torch.arange(1, 6), torch.arange(1, 7), indexing="ij")
    assert torch.equal(inner, (rows + 2) * 15 + columns + 3)
    assert bool((match.confidence[..., 1:-1, 1:-1] > 0.9999).all())


def test_confidence_carries_the_gradient_of_the_full_matrix() -> None:
    query, key = (features(seed, 1, 4, 5, 6).requires_grad_() for seed in (1, 2))
    match = match_global(query, key, block=7)
    match.confidence.square().sum().backward()
    ours = query.grad.clone(), key.grad.clone()
    query.grad = key.grad = None

    def unit(x: Tensor) -> Tensor:
        padded = torch.nn.functional.pad(x, (1,) * 4, mode="reflect")
        return torch.nn.functional.normalize(torch.nn.functional.unfold(padded, 3), dim=1)[0]

    (unit(query).T @ unit(key)).amax(1).square().sum().backward()
    torch.testing.assert_close(ours[0], query.grad)
    torch.testing.assert_close(ours[1], key.grad)


def test_float32_under_autocast() -> None:
    query, key = features(1, 1, 16, 9, 9), features(2, 1, 16, 9, 9)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        match = match_global(query, key)
        window = match_window(query, key, 2)
    assert match.confidence.dtype == window.confidence.dtype == torch.float32
    assert torch.equal(match.index, match_global(query, key).index)
    assert torch.equal(window.index, match_window(query, key, 2).index)


@pytest.mark.parametrize("shift", [(0, 0), (1, -2), (-2, 2), (2, 1)])
def test_the_window_finds_a_shift_within_its_reach(shift: tuple[int, int]) -> None:
    dy, dx = shift
    key = features(7, 2, 8, 11, 13)
    query = key.roll((-dy, -dx), (2, 3))  # query (y, x) shows key (y + dy, x + dx)
    match = match_window(query, key, 2)
    rows, columns = torch.meshgrid(torch.arange(3, 8), torch.arange(3, 10), indexing="ij")
    expected = (rows + dy) * 13 + columns + dx
    for item in match.index.view(2, 11, 13):
        assert torch.equal(item[3:8, 3:10], expected)


@settings(max_examples=30)
@given(st.integers(0, 500), st.integers(1, 4))
def test_the_window_stays_in_the_frame_and_in_reach(seed: int, radius: int) -> None:
    match = match_window(-features(seed, 1, 2, 5, 7).abs(), features(seed + 1, 1, 2, 5, 7).abs(), radius)
    index = match.index.view(5, 7)
    rows, columns = torch.meshgrid(torch.arange(5), torch.arange(7), indexing="ij")
    assert bool(((index >= 0) & (index < 35)).all())
    assert int((index // 7 - rows).abs().max()) <= radius
    assert int((index % 7 - columns).abs().max()) <= radius
    assert bool((match.confidence >= -1.001).all())
    assert bool((match.confidence < 0).all())  # opposite features: beyond the frame nothing "better" is taken


def test_flat_regions_stay_where_they_are() -> None:
    key = 1 + 1e-3 * features(1, 1, 4, 8, 8)
    query = 1 + 1e-3 * features(2, 1, 4, 8, 8)
    still = match_window(query, key, 2, centre_margin=0.02).index
    assert torch.equal(still, torch.arange(64)[None])
    assert not torch.equal(match_window(query, key, 2).index, still)

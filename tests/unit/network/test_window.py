"""Window matching against double loops."""

import numpy as np
import pytest
import torch

from dualzoom.network.window import shifts, window_gather, window_similarity


def slow_similarity(query: np.ndarray, key: np.ndarray, radius: int) -> np.ndarray:
    """Cosine of zero-padded 3×3 patches, one pair at a time: D H W each -> n H W."""
    _, h, w = query.shape
    q, k = (np.pad(x, ((0, 0), (1, 1), (1, 1))) for x in (query, key))
    out = np.zeros((len(shifts(radius)), h, w))
    for i, (dy, dx) in enumerate(shifts(radius)):
        for y in range(h):
            for x in range(w):
                v, u = y + dy, x + dx
                if 0 <= v < h and 0 <= u < w:
                    a, b = q[:, y : y + 3, x : x + 3], k[:, v : v + 3, u : u + 3]
                    # The dot product runs over shifted cells inside the frame on both sides.
                    inside = np.array(
                        [[0 <= y + j < h and 0 <= x + i < w for i in (-1, 0, 1)] for j in (-1, 0, 1)]
                    )
                    dot = (a * b * inside).sum()
                    out[i, y, x] = dot / np.sqrt((a**2).sum() * (b**2).sum())
    return out


@pytest.mark.parametrize("radius", [1, 2])
def test_similarity_equals_double_loop(radius: int) -> None:
    g = torch.Generator().manual_seed(3)
    query, key = torch.randn(1, 4, 7, 6, generator=g), torch.randn(1, 4, 7, 6, generator=g)
    fast = window_similarity(query, key, radius)[0].numpy()
    np.testing.assert_allclose(fast, slow_similarity(query[0].numpy(), key[0].numpy(), radius), atol=2e-4)


def test_similarity_finds_a_known_shift() -> None:
    g = torch.Generator().manual_seed(5)
    key = torch.randn(1, 8, 20, 20, generator=g)
    query = torch.roll(key, (-1, 2), (2, 3))  # query(y, x) = key(y + 1, x - 2)
    best = window_similarity(query, key, 2)[0].argmax(0)[4:-4, 4:-4]
    assert (best == shifts(2).index((1, -2))).all()


def test_one_hot_weights_move_cells_and_edges_repeat() -> None:
    values = torch.arange(25.0).reshape(1, 1, 5, 5)
    weights = torch.zeros(1, 9, 5, 5)
    weights[:, shifts(1).index((0, 1))] = 1
    moved = window_gather(values, weights, 1)[0, 0]
    assert torch.equal(moved[:, :-1], values[0, 0, :, 1:])
    assert torch.equal(moved[:, -1], values[0, 0, :, -1])


def test_gradients_agree_with_finite_differences() -> None:
    g = torch.Generator().manual_seed(1)
    from dualzoom.network.window import _Correlate, _Gather

    query = torch.randn(2, 3, 5, 4, dtype=torch.float64, generator=g, requires_grad=True)
    padded = torch.randn(2, 3, 7, 6, dtype=torch.float64, generator=g, requires_grad=True)
    volume = torch.randn(2, 9, 5, 4, dtype=torch.float64, generator=g, requires_grad=True)
    assert torch.autograd.gradcheck(lambda q, p: _Correlate.apply(q, p, 1), (query, padded))
    assert torch.autograd.gradcheck(lambda p, v: _Gather.apply(p, v, 1), (padded, volume))

"""The contextual form against its definition, one pair at a time."""

import math

import numpy as np
import pytest
import torch

from dualzoom.training.losses.contextual import contextual, distances


def features(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def slow(x: np.ndarray, y: np.ndarray, h: float) -> float:
    """B C N and B C M in float64, by loops."""
    mean = y.mean((0, 2))[:, None]
    losses = []
    for a, b in zip(x, y, strict=True):
        a, b = a - mean, b - mean
        n, m = a.shape[1], b.shape[1]
        d = np.empty((n, m))
        for i in range(n):
            for j in range(m):
                d[i, j] = 1 - a[:, i] @ b[:, j] / (np.linalg.norm(a[:, i]) * np.linalg.norm(b[:, j]))
        w = np.array(
            [[math.exp((1 - d[i, j] / (d[i].min() + 1e-5)) / h) for j in range(m)] for i in range(n)]
        )
        affinity = w / w.sum(1, keepdims=True)
        best = affinity.argmax(0)
        peaks = affinity[best, range(m)]
        confidence = np.exp((1 - d[best, range(m)]) / 0.5)
        losses.append(-math.log((peaks * confidence).sum() / confidence.sum() + 1e-5))
    return float(np.mean(losses))


@pytest.mark.parametrize("h", [0.1, 0.5, 2.0])
def test_equals_the_slow_version(h: float) -> None:
    x, y = features(1, 2, 6, 4, 5), features(2, 2, 6, 3, 7)
    expected = slow(x.flatten(2).numpy(), y.flatten(2).numpy(), h)
    assert float(contextual(x, y, h)) == pytest.approx(expected, rel=1e-9)


def test_order_of_places_does_not_matter_and_equal_sets_are_nearest() -> None:
    x, y = features(1, 1, 6, 5, 5), features(2, 1, 6, 5, 5)
    shuffled = x.flatten(2)[..., torch.randperm(25)].view_as(x)
    assert float(contextual(shuffled, y)) == pytest.approx(float(contextual(x, y)), rel=1e-9)
    assert float(contextual(shuffled, x, 0.1)) == pytest.approx(0, abs=1e-4)
    assert float(contextual(y, x, 0.1)) > 0.1


def test_gradients_are_those_of_finite_differences() -> None:
    x, y = features(3, 1, 4, 3, 3).requires_grad_(), features(4, 1, 4, 3, 3)
    assert torch.autograd.gradcheck(lambda x: contextual(x, y), (x,))


def test_distances_are_cosine_distances() -> None:
    d = distances(features(1, 1, 6, 4, 4), features(2, 1, 6, 4, 4))
    assert d.shape == (1, 16, 16)
    assert 0 <= float(d.min()) <= float(d.max()) <= 2

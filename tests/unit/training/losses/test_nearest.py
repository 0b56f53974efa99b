"""δ: equal to a double loop, and its gradient is that of the minimum."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dualzoom.training.losses import nearest
from dualzoom.training.losses.nearest import nearest_distance


def picture(seed: int, height: int, width: int, batch: int = 1) -> Tensor:
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(seed))


def slow(
    x: np.ndarray, y: np.ndarray, size: int, stride: int, spatial: float
) -> tuple[list[float], list[int]]:
    """3 H W and 3 h w: for each place of x the least D over all places of y."""
    found, where = [], []
    for i in range(0, x.shape[1] - size + 1, stride):
        for j in range(0, x.shape[2] - size + 1, stride):
            best, index = np.inf, -1
            columns = y.shape[2] - size + 1
            for k in range(y.shape[1] - size + 1):
                for l in range(columns):  # noqa: E741
                    difference = x[:, i : i + size, j : j + size] - y[:, k : k + size, l : l + size]
                    d = np.sqrt((difference**2).mean() + 1e-8) + spatial * np.hypot(i - k, j - l)
                    if d < best:
                        best, index = d, k * columns + l
            found.append(float(best))
            where.append(index)
    return found, where


@settings(max_examples=25)
@given(
    seed=st.integers(0, 999),
    sides=st.tuples(*[st.integers(4, 7)] * 4),
    size=st.sampled_from([1, 3]),
    stride=st.integers(1, 2),
    spatial=st.sampled_from([0.0, 0.05]),
)
def test_equals_the_double_loop(seed, sides, size, stride, spatial) -> None:
    x, y = picture(seed, *sides[:2]), picture(seed + 1, *sides[2:])
    distance, index = nearest_distance(x, y, size=size, stride=stride, spatial=spatial)
    expected, where = slow(x[0].double().numpy(), y[0].double().numpy(), size, stride, spatial)
    np.testing.assert_allclose(distance[0], expected, atol=1e-5)
    assert index[0].tolist() == where


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = picture(1, 12, 13, 2), picture(2, 9, 14, 2)
    whole = nearest_distance(x, y, spatial=0.01)
    monkeypatch.setattr(nearest, "QUERIES_PER_BLOCK", 7)
    for a, b in zip(whole, nearest_distance(x, y, spatial=0.01), strict=True):
        torch.testing.assert_close(a, b)


def test_a_picture_lies_within_itself() -> None:
    x = picture(3, 10, 10)
    distance, index = nearest_distance(x[..., 2:8, 1:9], x)
    assert float(distance.max()) == pytest.approx(1e-4)  # the floor
    rows, columns = torch.meshgrid(torch.arange(2, 6), torch.arange(1, 7), indexing="ij")
    assert torch.equal(index[0], (rows * 8 + columns).flatten())


def test_the_gradient_is_that_of_the_full_minimum() -> None:
    x, y = picture(4, 6, 7).requires_grad_(), picture(5, 8, 6).requires_grad_()
    nearest_distance(x, y)[0].sum().backward()
    ours = x.grad.clone(), y.grad.clone()
    x.grad = y.grad = None
    a, b = (torch.nn.functional.unfold(z, 3)[0].T for z in (x, y))
    full = ((a[:, None] - b[None]).square().mean(-1) + 1e-8).sqrt()
    full.amin(1).sum().backward()
    torch.testing.assert_close(ours[0], x.grad)
    torch.testing.assert_close(ours[1], y.grad)


def test_pictures_without_patches_are_refused() -> None:
    with pytest.raises(ValueError, match="below 3 px"):
        nearest_distance(picture(1, 2, 9), picture(2, 9, 9))

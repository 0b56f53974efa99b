"""Sliced Wasserstein distance of detail, against loops; what it sees, and what it is blind to."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.texture import high_band, random_filters, sliced_wasserstein

FILTERS = random_filters(6, 5, 1)


def random(seed: int, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def slow(x: Tensor, y: Tensor, filters: Tensor, cell: int) -> float:
    """Pads, filters, cuts cells, sorts and compares one by one."""
    inner = filters.shape[-1] // 2
    high = [F.pad(high_band(z[None]), (inner,) * 4, mode="reflect")[0, 0] for z in (x, y)]
    height, width = x.shape[-2:]
    distances = []
    for f in filters[:, 0]:
        for top in range(0, height - cell + 1, cell):
            for left in range(0, width - cell + 1, cell):
                answers = [
                    sorted(
                        float((z[r : r + 2 * inner + 1, c : c + 2 * inner + 1] * f).sum())
                        for r in range(top, top + cell)
                        for c in range(left, left + cell)
                    )
                    for z in high
                ]
                distances += [abs(a - b) for a, b in zip(*answers, strict=True)]
    return sum(distances) / len(distances)


def test_it_is_the_loops() -> None:
    x, y = random(1, 2, 3, 17, 24), random(2, 2, 3, 17, 24)
    found = sliced_wasserstein(x, y, FILTERS, cell=8)
    for item in range(2):
        assert float(found[item]) == pytest.approx(slow(x[item], y[item], FILTERS, 8), rel=1e-4)


def test_tones_count_for_nothing_and_detail_for_something() -> None:
    x = random(3, 1, 3, 64, 64)
    assert float(sliced_wasserstein(x, x, FILTERS)) == 0
    assert float(sliced_wasserstein(x, x + 0.2, FILTERS)) < 1e-5
    soft = [x.lerp(x.mean((2, 3), keepdim=True), share) for share in (0.2, 0.5, 1.0)]
    distances = [float(sliced_wasserstein(x, y, FILTERS)) for y in soft]
    assert 0 < distances[0] < distances[1] < distances[2]


def test_a_displaced_texture_is_the_same_texture() -> None:
    """Where pixel by pixel it is another: random grain, moved by three pixels."""
    x = random(4, 1, 3, 128, 128)
    moved, blurred = x.roll((3, 3), (2, 3)), F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3, 1)
    far = [float((x - y).abs().mean()) for y in (moved, blurred)]
    near = [float(sliced_wasserstein(x, y, FILTERS)) for y in (moved, blurred)]
    assert far[0] > far[1]
    assert near[0] < 0.2 * near[1]


def test_textures_keep_their_place() -> None:
    x = 0.5 * torch.ones(1, 3, 64, 64)
    x[..., :32] += 0.3 * (random(5, 1, 1, 64, 32) - 0.5)
    assert float(sliced_wasserstein(x, x.flip(3), FILTERS)) > 0.02


def test_filters_have_unit_norm_and_hang_on_the_seed_alone() -> None:
    assert torch.allclose(FILTERS.flatten(1).norm(dim=1), torch.ones(6))
    assert torch.equal(FILTERS, random_filters(6, 5, 1))
    assert not torch.equal(FILTERS, random_filters(6, 5, 2))
    with pytest.raises(ValueError, match="32 px"):
        sliced_wasserstein(random(1, 1, 3, 31, 40), random(2, 1, 3, 31, 40), FILTERS)

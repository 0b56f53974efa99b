"""Texture of a reference's kind: Gram matrices against loops, what they see, and whom the loss pulls at."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.training.losses.reference_texture import features, gram_distance, reference_texture, swap


def random(seed: int, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def slow(x: Tensor, y: Tensor, weights: Tensor, cell: int) -> float:
    """Sums products pixel by pixel, cell by cell."""
    channels, height, width = x.shape
    found = []
    for top in range(0, height - cell + 1, cell):
        for left in range(0, width - cell + 1, cell):
            here = [(r, c) for r in range(top, top + cell) for c in range(left, left + cell)]
            grams = []
            for picture in (x * weights, y * weights):
                gram = torch.zeros(channels, channels)
                for r, c in here:
                    gram += torch.outer(picture[:, r, c], picture[:, r, c]) / cell**2
                grams.append(gram)
            worth = sum(float(weights[0, r, c]) for r, c in here) / cell**2
            found.append(worth * float((grams[0] - grams[1]).norm() / grams[1].norm()))
    return sum(found) / len(found)


def test_it_is_the_loops() -> None:
    x, y, weights = random(1, 2, 5, 9, 13), random(2, 2, 5, 9, 13), random(3, 2, 1, 9, 13)
    found = gram_distance(x, y, weights, cell=4)
    for item in range(2):
        assert float(found[item]) == pytest.approx(slow(x[item], y[item], weights[item], 4), rel=1e-4)
    with pytest.raises(ValueError, match="10 px"):
        gram_distance(x, y, weights, cell=10)


@torch.no_grad()
def test_a_displaced_texture_is_the_same_and_a_soft_one_is_another(lite_network: DcsrLite) -> None:
    x = random(4, 1, 3, 128, 128)
    moved, soft = x.roll((3, 3), (2, 3)), F.avg_pool2d(F.pad(x, (1,) * 4, mode="reflect"), 3, 1)
    ones = torch.ones(1, 1, 128, 128)
    same, near, far = (
        float(gram_distance(features(lite_network, one), features(lite_network, x), ones, cell=32))
        for one in (x, moved, soft)
    )
    assert same < 1e-4
    assert near < 0.3 * far


@torch.no_grad()
def test_places_are_taken_from_where_they_match(lite_network: DcsrLite) -> None:
    """A reference that lies a cell off is put back, but for the frame's edge, which it does not show."""
    truth = random(5, 1, 3, 48, 64)
    lr, ref = F.avg_pool2d(truth, 2), truth.roll((2, -2), (2, 3))
    moved, sure = swap(lite_network, lr, ref, torch.ones(1, 1, 48, 64))
    inner = (..., slice(8, -8), slice(8, -8))
    assert float((moved[inner] - truth[inner]).abs().mean()) < 0.01
    assert float((ref[inner] - truth[inner]).abs().mean()) > 0.2
    assert float(sure[inner].min()) > 0.9


def test_what_is_not_valid_pulls_at_nothing(lite_network: DcsrLite) -> None:
    picture = random(6, 1, 3, 48, 64).requires_grad_()
    lr, ref = random(7, 1, 3, 24, 32), random(8, 1, 3, 48, 64)
    validity = torch.ones(1, 1, 48, 64)
    validity[..., :32] = 0
    reference_texture(lite_network, picture, lr, ref, validity).sum().backward()
    assert picture.grad is not None
    # Features are without their mean over the frame, by which a far pixel pulls a little at every other.
    near, far = picture.grad[..., 40:].abs().mean(), picture.grad[..., :24].abs().mean()
    assert float(far) < 0.05 * float(near)
    assert all(one.grad is None for one in lite_network.parameters())

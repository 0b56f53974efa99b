"""Eq. 6: only confident places ask for the reference, each by its weight."""

import pytest
import torch

from dualzoom.training.losses.fidelity import fidelity, place_weights
from dualzoom.training.losses.nearest import nearest_distance


def picture(seed: int, height: int = 10, width: int = 12) -> torch.Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(seed))


def test_is_the_weighted_mean_over_places() -> None:
    sr, ref, confidence = picture(1), picture(2, 9, 8), picture(3)[:, :1]
    distance, _ = nearest_distance(sr, ref)
    total = weight = 0.0
    for item in range(2):
        for place in range(8 * 10):
            c = float(confidence[item, 0, place // 10 + 1, place % 10 + 1])  # the patch's centre
            total += c * float(distance[item, place])
            weight += c
    assert float(fidelity(sr, ref, confidence)) == pytest.approx(total / weight, rel=1e-5)


def test_equal_confidence_is_a_plain_mean_and_its_scale_cancels() -> None:
    sr, ref = picture(1), picture(2)
    plain = float(nearest_distance(sr, ref)[0].mean())
    for level in (0.1, 1.0):
        assert float(fidelity(sr, ref, torch.full((2, 1, 5, 6), level))) == pytest.approx(plain, rel=1e-5)


def test_without_confidence_nothing_is_asked() -> None:
    sr, ref = picture(1).requires_grad_(), picture(2)
    confidence = torch.zeros(2, 1, 10, 12)
    assert float(fidelity(sr, ref, confidence).detach()) == 0
    confidence[..., 6:] = 1
    fidelity(sr, ref, confidence).backward()
    assert bool((sr.grad[..., :5] == 0).all())  # a patch reaches one pixel beyond its centre
    assert bool((sr.grad[..., 6:-1] != 0).any())


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_weights_follow_the_places(stride: int) -> None:
    sr, ref, confidence = picture(1), picture(2), picture(3)[:, :1]
    distance, _ = nearest_distance(sr, ref, stride=stride)
    assert place_weights(confidence, (10, 12), 3, stride).shape == distance.shape
    assert float(fidelity(sr, ref, confidence, stride=stride)) > 0

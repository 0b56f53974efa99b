"""What is read off many patches together does not depend on their order, nor on how often they were seen."""

import torch

from dualzoom.network.pooled import PooledNumbers, with_brightness


def test_order_and_repetition_change_nothing_and_a_batch_is_its_items() -> None:
    torch.manual_seed(1)
    network, sets = PooledNumbers(7, 3).eval(), torch.randn(2, 9, 7)
    both = network(sets)
    assert both.shape == (2, 3)
    torch.testing.assert_close(network(sets[1]), both[1])
    torch.testing.assert_close(network(sets[:, torch.randperm(9)]), both)
    torch.testing.assert_close(network(sets.repeat(1, 2, 1)), both)
    assert not torch.allclose(network(sets[:, :5]), both)


def test_measurements_are_brought_to_one_scale() -> None:
    torch.manual_seed(1)
    network, scaled = PooledNumbers(4, 2).eval(), PooledNumbers(4, 2).eval()
    scaled.load_state_dict(network.state_dict())
    scaled.centre.fill_(3)
    scaled.spread.fill_(10)
    measured = torch.randn(6, 4)
    torch.testing.assert_close(scaled(10 * measured + 3), network(measured), atol=1e-5, rtol=1e-5)


def test_brightness_follows_what_was_measured() -> None:
    patches = torch.stack([torch.full((3, 8, 8), 0.2), torch.rand(3, 8, 8)])
    found = with_brightness(torch.ones(2, 5), patches)
    assert found.shape == (2, 7)
    torch.testing.assert_close(found[0, 5:], torch.tensor([0.2, 0.0]))
    torch.testing.assert_close(found[1, 5], patches[1].mean())

"""The critic of wavelet bands: what it sees, what it learns, and what it leaves alone."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from dualzoom.training.losses.critic import Critic, critic_loss, haar_bands, realism_loss


def picture(seed: int, side: int = 32, count: int = 4) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


def test_bands_with_the_low_band_keep_all_energy_and_hold_no_tones() -> None:
    x = picture(1)
    low = 2 * F.avg_pool2d(x, 2)
    assert float(haar_bands(x).square().sum() + low.square().sum()) == pytest.approx(float(x.square().sum()))
    assert torch.allclose(haar_bands(x + 0.25), haar_bands(x), atol=1e-6)
    assert torch.equal(haar_bands(F.interpolate(low, scale_factor=2)), torch.zeros(4, 9, 16, 16))


def test_bands_are_named_by_their_direction() -> None:
    columns = torch.zeros(1, 1, 4, 4)
    columns[..., ::2] = 1.0
    assert [float(band.abs().max()) for band in haar_bands(columns)[0]] == [1.0, 0.0, 0.0]
    assert [float(band.abs().max()) for band in haar_bands(columns.mT)[0]] == [0.0, 1.0, 0.0]


def test_an_answer_sees_twenty_pixels() -> None:
    critic = Critic().eval()
    x = picture(2, 64, 1).requires_grad_(True)
    critic(x)[0, 0, 8, 8].backward()
    assert x.grad is not None
    rows = x.grad.abs().sum((0, 1, 3)).nonzero()
    assert int(rows.max() - rows.min()) + 1 == 20


def test_it_learns_to_tell_soft_from_sharp_and_the_network_hears_it() -> None:
    torch.manual_seed(0)
    critic = Critic()
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.99))
    sharp = picture(3)
    soft = F.avg_pool2d(F.pad(sharp, (1, 1, 1, 1), mode="reflect"), 3, 1)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = critic_loss(critic, soft, sharp)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]
    assert realism_loss(critic, sharp).detach() < realism_loss(critic, soft).detach()
    shown = soft.clone().requires_grad_(True)
    realism_loss(critic, shown).backward()
    assert shown.grad is not None
    assert float(((sharp - soft) * -shown.grad).sum()) > 0  # its advice leads towards the sharp picture


def test_neither_loss_reaches_into_the_other_side() -> None:
    critic, x = Critic(), picture(4).requires_grad_(True)
    realism_loss(critic, x).backward()
    assert all(p.grad is None for p in critic.parameters())
    x.grad = None
    critic_loss(critic, x, picture(5)).backward()
    assert x.grad is None
    assert all(p.grad is not None for p in critic.parameters())


def test_its_slope_is_bounded() -> None:
    """By the product of its layers' norms, whatever it has learned: weights blown up change nothing."""
    critic = Critic()
    x = picture(6)
    for _ in range(30):
        critic(x)  # settles the estimates of the norms
    before = critic.eval()(x)
    for layer in critic.layers:
        layer.parametrizations.weight.original.data *= 50
    torch.testing.assert_close(critic(x), before)

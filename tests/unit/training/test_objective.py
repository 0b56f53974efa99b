"""What a step minimises: each term as its own module has it, weighed as the settings say."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.training.batches import Batch
from dualzoom.training.confidence import overheard
from dualzoom.training.config import LossConfig
from dualzoom.training.losses import correspondence_loss, reconstruction
from dualzoom.training.losses.critic import Critic, realism_loss
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.losses.reference_texture import reference_texture
from dualzoom.training.losses.structure import ms_ssim
from dualzoom.training.losses.texture import random_filters, sliced_wasserstein
from dualzoom.training.objective import objective

PLAIN = LossConfig(matching=0.0)


@pytest.fixture(autouse=True)
def _float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["dualzoom.training.objective"], "bf16_pays", lambda _device: False)


@pytest.fixture
def batch(lite_inputs) -> Batch:
    lr, ref, validity, degradation = lite_inputs(20, 24)
    g = torch.Generator().manual_seed(2)
    truth = torch.rand(ref.shape, generator=g)
    return Batch(
        lr, ref, validity, truth, degradation, torch.randint(-1, 2, (2, 2, 20, 24), generator=g).float()
    )


@pytest.fixture
def alone(batch: Batch) -> Batch:
    return replace(batch, ref=None, validity=None, shift=None)


def found(network: DcsrLite, batch: Batch, config: LossConfig, step: int = 0) -> Tensor:
    """The loss; the ℓ1 beside it is always the same."""
    loss, l1, _, _ = objective(network, network, batch, step, config)
    torch.testing.assert_close(l1, (picture_of(network, batch) - batch.truth).abs().mean())
    assert not l1.requires_grad
    assert loss.requires_grad
    return loss.detach()


@torch.no_grad()
def picture_of(network: DcsrLite, batch: Batch) -> Tensor:
    return network(batch.lr, batch.ref, batch.validity, batch.degradation)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("l1", lambda picture, truth: (picture - truth).abs().mean()),
        ("l2", lambda picture, truth: 25 * (picture - truth).square().mean()),
        ("eq5", reconstruction),
    ],
)
def test_each_reconstruction_is_a_configuration(
    lite_network,
    batch: Batch,
    alone: Batch,
    kind: Literal["l1", "l2", "eq5"],
    expected: Callable[..., Tensor],
) -> None:
    for one in (batch, alone):
        loss = found(lite_network, one, replace(PLAIN, reconstruction=kind))
        torch.testing.assert_close(loss, expected(picture_of(lite_network, one), one.truth))


def test_fidelity_asks_where_the_network_is_confident_and_only_with_a_reference(
    lite_network, batch: Batch, alone: Batch
) -> None:
    with torch.no_grad(), overheard(lite_network) as confidence:
        picture = lite_network(batch.lr, batch.ref, batch.validity, batch.degradation)
    look = registered_fidelity(picture, batch.ref, confidence.weights(batch.validity)).mean()
    plain = found(lite_network, batch, PLAIN)
    torch.testing.assert_close(found(lite_network, batch, replace(PLAIN, fidelity=0.5)), plain + 0.5 * look)
    assert torch.equal(
        found(lite_network, alone, replace(PLAIN, fidelity=0.5)), found(lite_network, alone, PLAIN)
    )


def test_matching_is_supervised_every_few_steps_and_only_with_a_reference(
    lite_network, batch: Batch, alone: Batch
) -> None:
    config = LossConfig(matching=0.2, matching_every=3)
    with torch.no_grad():
        _, weights = lite_network.match(batch.lr, F.avg_pool2d(batch.ref, 2))
        away = correspondence_loss(weights, batch.shift, batch.lr, lite_network.config.window_radius)
    plain = found(lite_network, batch, PLAIN)
    for step in range(7):
        expected = plain + 0.2 * away if step % 3 == 0 else plain
        torch.testing.assert_close(found(lite_network, batch, config, step), expected)
    assert torch.equal(found(lite_network, alone, config), found(lite_network, alone, PLAIN))


def test_the_truth_itself_costs_nothing(lite_network, batch: Batch) -> None:
    perfect = replace(batch, truth=picture_of(lite_network, batch))
    assert found(lite_network, perfect, PLAIN) == 0
    assert found(lite_network, perfect, replace(PLAIN, reconstruction="l2")) == 0


def test_the_compiled_network_is_run_unless_the_confidence_is_listened_to(lite_network, batch: Batch) -> None:
    """Hooks are not heard inside a compiled one."""
    run = []

    def compiled(*given: Tensor | None) -> Tensor:
        run.append(given)
        return lite_network(*given)

    objective(lite_network, compiled, batch, 0, PLAIN)
    assert len(run) == 1
    objective(lite_network, compiled, batch, 0, replace(PLAIN, fidelity=0.5))
    assert len(run) == 1


def test_terms_of_appearance_are_their_modules(
    lite_network: DcsrLite, lite_inputs: Callable[..., Tensor]
) -> None:
    lr, ref, validity, degradation = lite_inputs(20, 24)
    truth = torch.rand(ref.shape, generator=torch.Generator().manual_seed(2))
    batch, critic = Batch(lr, ref, validity, truth, degradation), Critic().eval()
    picture = picture_of(lite_network, batch)
    plain = objective(lite_network, lite_network, batch, 3, PLAIN, critic)
    assert plain.terms == {}
    torch.testing.assert_close(plain.picture, picture)
    filters = random_filters(PLAIN.texture_filters, 5, 3)
    expected = {
        "structure": 1 - ms_ssim(picture, truth).mean(),
        "texture": sliced_wasserstein(picture, truth, filters).mean(),
        "adversarial": realism_loss(critic, picture),
        "reference_texture": reference_texture(lite_network, picture, lr, ref, validity).mean(),
    }
    for name, value in expected.items():
        made = objective(lite_network, lite_network, batch, 3, replace(PLAIN, **{name: 0.5}), critic)
        torch.testing.assert_close(made.terms, {name: value})
        torch.testing.assert_close(made.loss, plain.loss + 0.5 * value)
    without = replace(batch, ref=None, validity=None)
    made = objective(lite_network, lite_network, without, 3, replace(PLAIN, reference_texture=0.5), critic)
    assert made.terms == {}
    later = replace(PLAIN, adversarial=0.5, adversarial_from=4)
    made = objective(lite_network, lite_network, batch, 3, later, critic)
    torch.testing.assert_close(made.loss, plain.loss)

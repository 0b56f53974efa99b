"""The loss of a training step, by configuration: ℓ1 alone, the paper's Eq. 5 and Eq. 6, and terms of appearance.

    loss = reconstruction + fidelity·L_fid + matching·L_corr
         + structure·L_ms + texture·L_sw + reference_texture·L_tex + adversarial·L_adv

reconstruction "l1": mean absolute difference; "l2": mean square (25 times), for the last steps of a run that is to be
measured by PSNR; "eq5": the paper's, which forgives small displacements.
L_fid (Eq. 6) asks the result to look like the reference where the network is confident of its match.
L_corr supervises the matching by the simulation's known displacement; the paper has no such term.
L_ms, L_sw and L_adv ask for the look of the truth rather than for its pixels: `losses.structure`, `texture`, `critic`.
L_tex asks for the reference's look where it matches: `losses.reference_texture`.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.network.precision import bf16_pays
from dualzoom.training.batches import Batch
from dualzoom.training.confidence import overheard
from dualzoom.training.config import LossConfig
from dualzoom.training.losses import correspondence_loss, reconstruction
from dualzoom.training.losses.critic import Critic, realism_loss
from dualzoom.training.losses.nearby import registered_fidelity
from dualzoom.training.losses.reference_texture import reference_texture
from dualzoom.training.losses.structure import ms_ssim
from dualzoom.training.losses.texture import random_filters, sliced_wasserstein


class Objective(NamedTuple):
    """The loss of a batch, its ℓ1 alone, by which runs are compared, the network's picture, and terms of appearance by
    name, unweighted; all but the loss are detached."""

    loss: Tensor
    l1: Tensor
    picture: Tensor
    terms: dict[str, Tensor]


def objective(
    network: RestorationNetwork,
    forward: Callable[..., Tensor],
    batch: Batch,
    step: int,
    config: LossConfig,
    critic: Critic | None = None,
) -> Objective:
    """Judges the network on a batch on its device. `forward`: the network, compiled or not."""
    device = batch.lr.device
    listening = config.fidelity > 0 and batch.ref is not None
    with (
        overheard(network) if listening else nullcontext() as confidence,
        torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)),
    ):
        lr = batch.lr.contiguous(memory_format=torch.channels_last)
        picture = (network if listening else forward)(
            lr, batch.ref, batch.validity, batch.degradation, *batch.beside
        ).float()
    l1 = (picture - batch.truth).abs().mean()
    loss = _reconstruction(config.reconstruction, picture, batch.truth, l1)
    if confidence is not None and batch.ref is not None and batch.validity is not None:
        sure = confidence.weights(batch.validity)
        loss = loss + config.fidelity * registered_fidelity(picture, batch.ref, sure).mean()
    if config.matching > 0 and step % config.matching_every == 0:
        loss = loss + config.matching * _matching(network, batch)
    terms = _appearance(picture, batch.truth, step, config, critic)
    if config.reference_texture > 0 and batch.ref is not None and batch.validity is not None:
        borrowed = reference_texture(_lite(network), picture, batch.lr, batch.ref, batch.validity)
        terms["reference_texture"] = borrowed.mean()
    for name, value in terms.items():
        weight = 0.0 if name == "adversarial" and step < config.adversarial_from else getattr(config, name)
        if weight:
            loss = loss + weight * value
    return Objective(loss, l1.detach(), picture.detach(), {name: v.detach() for name, v in terms.items()})


def _appearance(
    picture: Tensor, truth: Tensor, step: int, config: LossConfig, critic: Critic | None
) -> dict[str, Tensor]:
    """Returns the terms of appearance that have a weight, by the names of their weights."""
    terms = {}
    if config.structure > 0:
        terms["structure"] = 1 - ms_ssim(picture, truth).mean()
    if config.texture > 0:
        filters = random_filters(config.texture_filters, 5, step)
        terms["texture"] = sliced_wasserstein(picture, truth, filters).mean()
    if config.adversarial > 0 and critic is not None:
        terms["adversarial"] = realism_loss(critic, picture)
    return terms


def _lite(network: RestorationNetwork) -> DcsrLite:
    if not isinstance(network, DcsrLite):
        raise TypeError(f"reference_texture reads features that {type(network).__name__} lacks")
    return network


def _reconstruction(kind: str, picture: Tensor, truth: Tensor, l1: Tensor) -> Tensor:
    if kind == "l1":
        return l1
    # The weight brings gradients of usual errors (0.02) to the size that ℓ1's have.
    return 25 * (picture - truth).square().mean() if kind == "l2" else reconstruction(picture, truth)


def _matching(network: RestorationNetwork, batch: Batch) -> Tensor | float:
    """L_corr, in float32 as matching always is; 0 for batches without a reference and networks without a window."""
    if batch.ref is None or batch.shift is None or not isinstance(network, DcsrLite):
        return 0.0
    _, weights = network.match(batch.lr, F.avg_pool2d(batch.ref, 2))
    return correspondence_loss(weights, batch.shift, batch.lr, network.config.window_radius)

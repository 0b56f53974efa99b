"""The loss of a training step, by configuration: ℓ1 alone, or the paper's Eq. 5 and Eq. 6.

    loss = reconstruction + fidelity·L_fid + matching·L_corr

reconstruction "l1": mean absolute difference; "l2": mean square (25 times), for the last steps of a run that is to be
measured by PSNR; "eq5": the paper's, which forgives small displacements.
L_fid (Eq. 6) asks the result to look like the reference where the network is confident of its match.
L_corr supervises the matching by the simulation's known displacement; the paper has no such term.
"""

from collections.abc import Callable
from contextlib import nullcontext

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
from dualzoom.training.losses.nearby import registered_fidelity


def objective(
    network: RestorationNetwork, forward: Callable[..., Tensor], batch: Batch, step: int, config: LossConfig
) -> tuple[Tensor, Tensor]:
    """Returns the loss of a batch on its device, and its ℓ1 alone (detached), by which runs are compared.

    `forward`: the network, compiled or not.
    """
    device = batch.lr.device
    listening = config.fidelity > 0 and batch.ref is not None
    with (
        overheard(network) if listening else nullcontext() as confidence,
        torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)),
    ):
        lr = batch.lr.contiguous(memory_format=torch.channels_last)
        picture = (network if listening else forward)(
            lr, batch.ref, batch.validity, batch.degradation
        ).float()
    l1 = (picture - batch.truth).abs().mean()
    loss = _reconstruction(config.reconstruction, picture, batch.truth, l1)
    if confidence is not None and batch.ref is not None and batch.validity is not None:
        sure = confidence.weights(batch.validity)
        loss = loss + config.fidelity * registered_fidelity(picture, batch.ref, sure).mean()
    if config.matching > 0 and step % config.matching_every == 0:
        loss = loss + config.matching * _matching(network, batch)
    return loss, l1.detach()


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

"""The gradient of a batch on processors: each half of it in a thread of its own.

Two threads that share each convolution wait for each other at its end, hundreds of times a step; two that share nothing
wait once. The halves and their sum are the same whatever runs beside them, so results do not depend on threads.
"""

import contextvars
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.precision import bf16_pays
from dualzoom.training.adapt.batches import ExampleBatch
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.objective import objective
from dualzoom.training.confidence import Confidence


def halves(batch: ExampleBatch) -> tuple[ExampleBatch, ...]:
    """Splits a batch into two equal ones; one of an odd number of items stays whole."""
    count = len(batch.wide)
    if count % 2:
        return (batch,)
    return batch.part(slice(0, count // 2)), batch.part(slice(count // 2, count))


def gradients_by_halves(
    network: RestorationNetwork, batch: ExampleBatch, parameters: Mapping[str, Tensor], config: AdaptConfig
) -> tuple[Tensor, dict[str, Tensor]]:
    """Returns the loss of a batch that is not of the kind "fidelity" (detached), and its gradient by parameter.

    The loss is a mean over items, so the means over both halves add up to it.
    """

    def of(part: ExampleBatch) -> tuple[Tensor, tuple[Tensor | None, ...]]:
        enabled = bf16_pays(batch.wide.device)
        # Casts are not kept: both threads would find the other's, and each weight is used once anyway.
        with torch.autocast(batch.wide.device.type, torch.bfloat16, enabled=enabled, cache_enabled=False):
            loss = objective(network, part, Confidence(), config)
        return loss.detach(), torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)

    parts, threads = halves(batch), torch.get_num_threads()
    try:
        with ThreadPoolExecutor(
            min(len(parts), threads), initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            # A context for each: threads do not inherit the number format in use.
            waiting = [pool.submit(contextvars.copy_context().run, of, part) for part in parts]
            found = [future.result() for future in waiting]
    finally:
        torch.set_num_threads(threads)  # new threads of torch's own would find the workers' number
    total = {
        name: torch.stack(both).mean(0)
        for name, both in zip(parameters, map(_known, zip(*(g for _, g in found), strict=True)), strict=True)
        if both
    }
    return torch.stack([loss for loss, _ in found]).mean(), total


def _known(both: tuple[Tensor | None, ...]) -> list[Tensor]:
    return [gradient for gradient in both if gradient is not None]

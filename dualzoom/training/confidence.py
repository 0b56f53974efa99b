"""The network's own confidence in its matching (C of Eq. 1), recorded while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr import Dcsr
from dualzoom.network.dcsr_lite import DcsrLite


class Confidence:
    """C (B 1 H W, already multiplied by the reference's validity, 0 and more) of the last run, or None."""

    def __init__(self) -> None:
        self.last: Tensor | None = None

    def weights(self, validity: Tensor) -> Tensor:
        """Returns the weight of likeness to the reference at each place: B 1 H W.

        A network whose confidence is not recorded counts as confident wherever the reference is valid.
        """
        if self.last is None:
            return validity
        return self.last.detach().float().clamp_min(0)


@contextmanager
def overheard(network: RestorationNetwork) -> Iterator[Confidence]:
    """Record the confidence of `network` until the block ends."""
    found = Confidence()

    def lite(_module: nn.Module, inputs: tuple[Any, ...]) -> None:
        found.last = inputs[0][:, :1]  # the evidence that g reads begins with C·validity

    def paper(_module: nn.Module, inputs: tuple[Any, ...]) -> None:
        found.last = inputs[2]

    handle: torch.utils.hooks.RemovableHandle | None = None
    if isinstance(network, DcsrLite):
        handle = network.g.register_forward_pre_hook(lite)
    elif isinstance(network, Dcsr):
        handle = network.fusion_lr.register_forward_pre_hook(paper)
    try:
        yield found
    finally:
        if handle is not None:
            handle.remove()

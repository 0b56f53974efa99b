"""What every network promises, so that the engine and training need to know no architecture.

A network enlarges a wide by `scale`; a registered reference and an estimate of the wide's degradation help. All that
it was built from stands in its frozen configuration, which `with_config` changes in a copy.
"""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Self, TypeVar

import torch
from torch import Tensor, nn

from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.degradation import DegradationEstimator


class RestorationNetwork(nn.Module, ABC):
    """A network that makes a picture of twice the size.

    `architecture`: its name in files. `preferred_tile_px`: side of the tiles it wants; None: the device decides.
    `estimator`: reads a wide's degradation off its pixels; None: the network asks for none.
    """

    scale: ClassVar[int] = 2
    architecture: ClassVar[str]
    preferred_tile_px: int | None = None
    config: NetworkConfig
    estimator: DegradationEstimator | None
    __call__: Callable[..., Tensor]

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.estimator = None

    @property
    @abstractmethod
    def receptive_radius_px(self) -> int:
        """LR pixels around an output pixel that it depends on."""

    @property
    def context_px(self) -> int:
        """LR pixels around an output pixel that change it visibly: the receptive radius where nothing less is known."""
        return self.receptive_radius_px

    @abstractmethod
    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
    ) -> Tensor:
        """Super-resolve: lr B 3 H W, ref B 3 2H 2W, validity B 1 2H 2W, degradation B K -> B 3 2H 2W.

        Pictures are RGB in [0, 1]; the result is not clamped. Without `ref` the network works from the wide alone;
        without `validity` the reference is valid throughout. Where validity is 0 the reference changes nothing,
        whatever it holds. Without `degradation` a network that has an estimator estimates each item's own.
        """

    def with_config(self, **changes: object) -> Self:
        """A copy with the same weights, device and mode, and a changed configuration.

        Raises TypeError for an unknown field, ValueError for one out of range, RuntimeError where the weights do not
        fit the changed configuration.
        """
        return rebuilt(type(self), self, **changes)


N = TypeVar("N", bound=RestorationNetwork)


def rebuilt(kind: type[N], network: RestorationNetwork, **changes: object) -> N:
    """A network of class `kind` with the weights, device and mode of `network`; raises as `with_config`."""
    config = dataclasses.replace(network.config, **changes)
    with torch.device("meta"):  # neither memory nor random numbers for weights that are replaced at once
        copied = kind(config)
    copied.load_state_dict({name: value.clone() for name, value in network.state_dict().items()}, assign=True)
    for name, parameter in network.named_parameters():
        copied.get_parameter(name).requires_grad_(parameter.requires_grad)
    for name, part in network.named_modules():
        copied.get_submodule(name).training = part.training
    return copied

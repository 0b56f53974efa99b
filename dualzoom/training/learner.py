"""The state of every training run: network, its average, optimizer and step – to disk and back, to the bit."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.precision import channels_last
from dualzoom.training.adam import Adam
from dualzoom.training.parallel import Group


class Learner:
    """A network that Adam trains, with an average (EMA) of its weights; several processes train as one."""

    _ADAM: ClassVar = ("step", "exp_avg", "exp_avg_sq")

    def __init__(
        self,
        network: RestorationNetwork,
        device: torch.device,
        *,
        ema: float,
        group: Group,
    ) -> None:
        self.network = channels_last(network, device).train()
        self.device, self.group, self.step = device, group, 0
        self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        self.parameters = {n: p for n, p in self.network.named_parameters() if p.requires_grad}
        self.optimizer = Adam(self.parameters.values(), betas=(0.9, 0.99))
        self._ema = ema

    def descend(
        self, loss: Tensor, rate: float, clip: float, added: Mapping[str, Tensor] | None = None
    ) -> None:
        """Take one optimizer step by this process's share of the loss, at learning rate `rate`.

        `added`: gradients by parameter, beside the loss's own.
        """
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for name, gradient in (added or {}).items():
            parameter = self.parameters[name]
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        self._step(rate, clip)

    def follow(self, gradients: Mapping[str, Tensor], rate: float, clip: float) -> None:
        """Take one optimizer step by this process's share of the gradients, given by parameter."""
        for name, parameter in self.parameters.items():
            parameter.grad = gradients.get(name)
        self._step(rate, clip)

    def _step(self, rate: float, clip: float) -> None:
        self.group.average_gradients(self.parameters.values())
        nn.utils.clip_grad_norm_(self.parameters.values(), clip)
        self.optimizer.step(rate)
        self.step += 1
        self._average()

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self._ema, (1 + self.step) / (10 + self.step))  # young averages forget faster
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1 - decay)

    def tensors(self) -> dict[str, Tensor]:
        """All of the state except the step."""
        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.items()}
        for name, parameter in self.parameters.items():
            for key, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"adam.{key}.{name}"] = value
        return tensors

    def take_up(self, tensors: dict[str, Tensor], step: int) -> None:
        """Continue from a state that `tensors` gave."""
        self.network.load_state_dict(with_prefix(tensors, "network."))
        self.average = with_prefix(tensors, "average.")
        for name, parameter in self.parameters.items():
            if f"adam.step.{name}" in tensors:
                self.optimizer.state[parameter] = {
                    key: tensors[f"adam.{key}.{name}"].to("cpu" if key == "step" else self.device)
                    for key in self._ADAM
                }
        self.step = step


def with_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

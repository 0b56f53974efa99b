"""Adam (Kingma and Ba, ICLR 2015), as `torch.optim.Adam` computes it.

Making any optimizer of torch loads its compiler: a second of a processor and 100 MB, a tenth of what calibrating a pair
takes in all.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

_EPSILON = 1e-8


class Adam:
    """Adam over some parameters. `state`: of each parameter that had a gradient, named as torch names it."""

    def __init__(self, parameters: Iterable[Tensor], betas: tuple[float, float]) -> None:
        self.parameters = list(parameters)
        self.betas = betas
        self.state: dict[Tensor, dict[str, Tensor]] = {}

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient, at learning rate `rate`."""
        moved = [parameter for parameter in self.parameters if parameter.grad is not None]
        if not moved:
            return
        states = [self.state.setdefault(parameter, _new(parameter)) for parameter in moved]
        gradients: list[Any] = [parameter.grad for parameter in moved]
        first, second = ([state[name] for state in states] for name in ("exp_avg", "exp_avg_sq"))
        beta1, beta2 = self.betas
        torch._foreach_lerp_(first, gradients, 1 - beta1)
        torch._foreach_mul_(second, beta2)
        torch._foreach_addcmul_(second, gradients, gradients, 1 - beta2)
        # Each by its own count of steps: a parameter may have begun later than others.
        counts = [_counted(state) for state in states]
        size = torch._foreach_sqrt(second)
        torch._foreach_div_(size, [(1 - beta2**count) ** 0.5 for count in counts])
        torch._foreach_add_(size, _EPSILON)
        torch._foreach_addcdiv_(moved, first, size, [-rate / (1 - beta1**count) for count in counts])


def _new(parameter: Tensor) -> dict[str, Tensor]:
    return {
        "step": torch.zeros(()),
        "exp_avg": torch.zeros_like(parameter, memory_format=torch.preserve_format),
        "exp_avg_sq": torch.zeros_like(parameter, memory_format=torch.preserve_format),
    }


def _counted(state: dict[str, Tensor]) -> float:
    """One more step."""
    state["step"] += 1
    return float(state["step"])

"""The critic that a network trains against: its own optimizer, its own state, the network's schedule."""

import torch
from torch import Tensor

from dualzoom.training.config import LossConfig
from dualzoom.training.learner import with_prefix
from dualzoom.training.losses.critic import Critic, critic_loss
from dualzoom.training.parallel import Group


class Opponent:
    """A critic and the Adam that trains it; several processes train one."""

    def __init__(self, rate: float, device: torch.device, group: Group) -> None:
        self.critic = Critic().to(device).train()
        self.device, self.group, self._rate = device, group, rate
        self.parameters = dict(self.critic.named_parameters())
        self.optimizer = torch.optim.Adam(self.parameters.values(), lr=rate, betas=(0.5, 0.99))

    @classmethod
    def of(cls, config: LossConfig, device: torch.device, group: Group) -> "Opponent | None":
        """The opponent that a configuration asks for; None where it weighs nothing."""
        return cls(config.critic_rate, device, group) if config.adversarial > 0 else None

    def learn(self, result: Tensor, truth: Tensor, share: float) -> dict[str, Tensor]:
        """Takes one step at `share` of the learning rate; returns the critic's loss by its name."""
        for settings in self.optimizer.param_groups:
            settings["lr"] = self._rate * share
        loss = critic_loss(self.critic, result, truth)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.group.average_gradients(self.parameters.values())
        self.optimizer.step()
        return {"critic": loss.detach()}

    def tensors(self) -> dict[str, Tensor]:
        """All of the state."""
        tensors = {f"critic.{name}": value for name, value in self.critic.state_dict().items()}
        for name, parameter in self.parameters.items():
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"critic_adam.{key}.{name}"] = value
        return tensors

    def take_up(self, tensors: dict[str, Tensor]) -> None:
        """Continue from a state that `tensors` gave; a state without a critic leaves this one new."""
        state = with_prefix(tensors, "critic.")
        if not state:
            return
        self.critic.load_state_dict(state)
        moments = with_prefix(tensors, "critic_adam.")
        for name, parameter in self.parameters.items():
            self.optimizer.state[parameter] = {
                key: moments[f"{key}.{name}"].to("cpu" if key == "step" else self.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"{key}.{name}" in moments
            }


class Means:
    """Means of named values since they were last taken, summed on their device: no step waits for them."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, values: dict[str, Tensor]) -> None:
        """Counts one more value of each name."""
        for name, value in values.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value
            self._counts[name] = self._counts.get(name, 0) + 1

    def taken(self) -> dict[str, float] | None:
        """Returns the means, None where there are none, and begins anew."""
        means = {name: float(value) / self._counts[name] for name, value in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means or None

"""Adam: as torch's own, also where gradients are missing, and without torch's compiler."""

import subprocess
import sys

import pytest
import torch

from dualzoom.training.adam import Adam


def test_it_moves_parameters_as_torch_does() -> None:
    torch.manual_seed(1)
    ours = [torch.randn(4, 3), torch.randn(5), torch.randn(2, 3, 3, 3).to(memory_format=torch.channels_last)]
    theirs = [parameter.clone().requires_grad_() for parameter in ours]
    adam, reference = Adam(ours, (0.9, 0.99)), torch.optim.Adam(theirs, betas=(0.9, 0.99))
    for step in range(12):
        rate = 0.1 / (1 + step)
        reference.param_groups[0]["lr"] = rate
        adam.zero_grad()
        reference.zero_grad()
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if number == 1 and step % 3 == 0:
                continue  # no gradient: neither moves it nor counts the step
            other.grad = torch.randn_like(other)
            one.grad = other.grad.clone()
        adam.step(rate)
        reference.step()
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one, other.detach(), rtol=1e-5, atol=1e-6)
    assert float(adam.state[ours[1]]["step"]) == 8
    assert adam.state[ours[0]].keys() == reference.state[theirs[0]].keys()


def test_without_gradients_nothing_moves() -> None:
    parameter = torch.ones(3)
    adam = Adam([parameter], (0.9, 0.99))
    adam.step(1.0)
    assert torch.equal(parameter, torch.ones(3))
    assert adam.state == {}


@pytest.mark.parametrize("module", ["torch._dynamo", "sympy"])
def test_a_step_does_not_load_torchs_compiler(module: str) -> None:
    code = (
        "import sys, torch\n"
        "from dualzoom.network.registry import build_network\n"
        "from dualzoom.training.learner import Learner\n"
        "from dualzoom.training.parallel import Group\n"
        "small = dict(architecture='dcsr-lite', channels=8, encoder_blocks=1, reference_blocks=1, decoder_blocks=1)\n"
        "learner = Learner(build_network(small), torch.device('cpu'), ema=0.9, group=Group())\n"
        "learner.descend(learner.network(torch.rand(1, 3, 64, 64), torch.rand(1, 3, 128, 128)).mean(), 1e-4, 1.0)\n"
        f"sys.exit({module!r} in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

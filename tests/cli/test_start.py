"""Starting is quick: commands do not load what they do not need."""

import subprocess
import sys

import pytest

LOADED = "import sys; from dualzoom.network import weights; weights.load(weights.resolve('auto')); print(*sys.modules)"


@pytest.mark.parametrize("heavy", ["torch._dynamo", "torch.distributed.fsdp"])
def test_loading_a_model_does_not_load_the_compiler(heavy: str) -> None:
    """It takes as long as torch itself; the start values of a network on `meta` used to load it."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert "torch" in done.stdout.split()
    assert heavy not in done.stdout.split()

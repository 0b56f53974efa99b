"""Two processes are one."""

import subprocess
import sys

import pytest
import torch

from dualzoom.errors import UsageError
from dualzoom.training.adapt import parallel

SCRIPT = """
import sys, torch
sys.path.insert(0, sys.argv[1])
torch.set_num_threads(1)
from conftest import NETWORK, made_pair
from dualzoom.network.registry import build
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt import loop, parallel
from dualzoom.training.adapt.loop import Adapter, adapt
from dualzoom.training.adapt.tiles import TileSet

loop.bf16_pays = lambda device: False  # bfloat16 rounds the two halves of a batch unlike the whole
config = AdaptConfig(
    seed=5, steps=5, batch=4, warmup_steps=1, learning_rate=2e-3, evaluate_every=2,
    tile_px=16, crop_px=12, judged_tiles=4,
)
tiles = TileSet([made_pair(1)], config)
torch.manual_seed(3)
network = build(NETWORK)
group, device = parallel.join(config.batch, torch.device("cpu"))
adapter = Adapter(network, config, device, group)
losses = [float(adapter.train_step(tiles)) for _ in range(5)]
result = adapt(network, tiles, config, device=device, group=group)
parallel.leave()
if group.leads:
    print(group.size, result.stopped, result.steps, *losses)
"""


@pytest.mark.slow  # three interpreters load torch
def test_two_processes_train_as_one(tmp_path):
    """Five steps, each large enough that a gradient of one's own half would show: the same losses to 1e-4."""
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    here = __file__.rsplit("/", 1)[0]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0"]
    torchrun += ["--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0"]
    runs = [
        subprocess.run([*command, str(script), here], capture_output=True, text=True, timeout=300)
        for command in ([sys.executable], torchrun)
    ]
    for done in runs:
        assert done.returncode == 0, done.stderr[-2000:]
    one, two = (done.stdout.split() for done in runs)
    assert (one[0], two[0]) == ("1", "2")
    assert one[1:3] == two[1:3] == ["steps", "5"]
    losses, shared = ([float(value) for value in words[3:8]] for words in (one, two))
    assert shared == pytest.approx(losses, abs=1e-4)
    assert len(set(losses)) == 5


def test_alone_there_is_no_group(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    group, device = parallel.join(3, torch.device("cpu"))
    assert group.leads
    assert device == torch.device("cpu")
    assert group.decided(True, device)
    assert float(group.mean(torch.tensor(2.0))) == 2


def test_a_batch_must_be_shared_evenly(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(UsageError, match="cannot be shared by 3"):
        parallel.join(8, torch.device("cpu"))

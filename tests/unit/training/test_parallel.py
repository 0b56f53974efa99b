"""Two processes are one."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch

from dualzoom.errors import UsageError
from dualzoom.training import parallel
from dualzoom.training.simulate import patterns

SCRIPT = """
import sys, torch
sys.path.insert(0, sys.argv[1])
torch.set_num_threads(1)
from conftest import NETWORK, made_pair
from dualzoom.network.registry import build_network
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training import parallel
from dualzoom.training.adapt import adapter as module
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.tiles import TileSet

module.bf16_pays = lambda device: False  # bfloat16 rounds the two halves of a batch unlike the whole
config = AdaptConfig(
    seed=5, steps=5, batch=4, warmup_steps=1, learning_rate=2e-3, evaluate_every=2,
    tile_px=16, crop_px=12, judged_tiles=4,
)
tiles = TileSet([made_pair(1)], config)
torch.manual_seed(3)
network = build_network(NETWORK)
group, device = parallel.join(config.batch, torch.device("cpu"))
adapter = Adapter(network, config, device, group)
losses = [float(adapter.train_step(tiles)) for _ in range(5)]
result = adapt(network, tiles, config, device=device, group=group)
parallel.leave()
if group.leads:
    print(group.size, result.stopped, result.steps, *losses)
"""


TRAIN = """
import sys, torch
torch.set_num_threads(1)
from pathlib import Path
import dualzoom.training.objective as objective
from dualzoom.training.config import LossConfig, TrainConfig
from dualzoom.training.run_log import read
from dualzoom.training.simulate import SimulationConfig
from dualzoom.training.train import run

objective.bf16_pays = lambda device: False
config = TrainConfig(
    steps=5, batch=4, workers=0, warmup_steps=1, learning_rate=2e-3, validate_every=1, checkpoint_every=5,
    validation_samples=2, held_out_every=2, estimator_samples=64, simulation=SimulationConfig(lr_patch_px=24),
    loss=LossConfig(matching=0), network={"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1,
    "reference_blocks": 1, "decoder_blocks": 1, "matching_channels": 4},
)
photos, output = map(Path, sys.argv[1:])
written = run([photos], config, output)
if written:
    print("losses", *(entry["loss"] for entry in read(output.with_suffix(".run"))))
"""


@pytest.mark.slow  # three interpreters load torch
def test_training_from_photographs_is_the_same_in_two_processes(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    rng = np.random.default_rng(1)
    for i in range(2):
        cv2.imwrite(str(photos / f"{i}.png"), (255 * patterns.draw(300, rng)).astype(np.uint8))
    losses = []
    for name, command in (("one", [sys.executable]), ("two", torchrun())):
        script = tmp_path / "train.py"
        script.write_text(TRAIN)
        arguments = [*command, str(script), str(photos), str(tmp_path / f"{name}.safetensors")]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        told = [line for line in done.stdout.splitlines() if line.startswith("losses")]
        assert len(told) == 1  # one process writes
        losses.append([float(word) for word in told[0].split()[1:]])
    assert len(losses[0]) == 5
    assert losses[1] == pytest.approx(losses[0], abs=1e-4)


def torchrun() -> list[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0"]
    return [*command, "--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0"]


@pytest.mark.slow  # three interpreters load torch
def test_two_processes_train_as_one(tmp_path):
    """Five steps, each large enough that a gradient of one's own half would show: the same losses to 1e-4."""
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    here = __file__.rsplit("/", 1)[0] + "/adapt"
    runs = [
        subprocess.run([*command, str(script), here], capture_output=True, text=True, timeout=300)
        for command in ([sys.executable], torchrun())
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
    assert group.told(0.3, device) == 0.3
    assert float(group.mean(torch.tensor(2.0))) == 2


def test_a_batch_must_be_shared_evenly(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(UsageError, match="cannot be shared by 3"):
        parallel.join(8, torch.device("cpu"))

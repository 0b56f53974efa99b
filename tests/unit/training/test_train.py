"""The trainer: resuming to the bit, learning, and a start from weights of the same network only."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from dualzoom.errors import UsageError
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.training import checkpoint, run_log
from dualzoom.training.batches import batches
from dualzoom.training.config import LossConfig, TrainConfig
from dualzoom.training.losses import correspondence_loss
from dualzoom.training.photos import PhotoPool, find_photos
from dualzoom.training.simulate import SimulationConfig, patterns
from dualzoom.training.train import Trainer, run

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
CONFIG = TrainConfig(
    steps=6, batch=2, workers=0, warmup_steps=2, validate_every=6, checkpoint_every=100, validation_samples=4,
    held_out_every=2, estimator_samples=64, network=NETWORK, simulation=SimulationConfig(lr_patch_px=48),
)  # fmt: skip


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for i in range(3):
        cv2.imwrite(str(folder / f"{i}.png"), (255 * patterns.draw(300, rng)).astype(np.uint8))
    return folder


def trained(photographs: Path, until: int, start: Trainer | None = None) -> Trainer:
    trainer = start or Trainer(CONFIG, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    for batch in batches(pool, CONFIG, trainer.step):
        if trainer.step == until:
            break
        trainer.train_step(batch)
    return trainer


def test_resuming_is_the_same_to_the_bit(photographs: Path, tmp_path: Path) -> None:
    straight = trained(photographs, 6)
    half = trained(photographs, 3)
    half.save(tmp_path / "run")
    newest = checkpoint.latest(tmp_path / "run")
    assert newest is not None
    resumed = Trainer(CONFIG, torch.device("cpu"))
    resumed.restore(newest)
    trained(photographs, 6, resumed)
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
        assert torch.equal(straight.average[name], resumed.average[name]), name


def test_a_run_writes_weights_that_load_and_an_early_stop_resumes(photographs: Path, tmp_path: Path) -> None:
    output = tmp_path / "model.safetensors"
    assert run([photographs], CONFIG, output, minutes=0) is None
    assert not output.exists()
    assert run([photographs], CONFIG, output, resume=True) == output
    provenance = weights.load(output).info["provenance"]
    assert isinstance(provenance, dict)
    assert provenance["training"]["steps"] == 6
    assert "clean.reference" in provenance["validation_psnr"]
    assert len(run_log.read(tmp_path / "model.run")) == 1
    assert (tmp_path / "model.run" / "samples.png").is_file()


def test_training_learns(photographs: Path) -> None:
    """Sixty steps on one batch bring its error well below where it began."""
    config = replace(CONFIG, steps=60, learning_rate=4e-3)
    trainer = Trainer(config, torch.device("cpu"))
    batch = next(batches(PhotoPool(find_photos([photographs])), config, 0))
    losses = [float(trainer.train_step(batch)) for _ in range(60)]
    assert min(losses[-5:]) < 0.85 * losses[0]


def test_weights_of_another_network_are_no_start(tmp_path: Path) -> None:
    """But fields of older files that mean nothing now do not make another network."""
    network = dict(CONFIG.network)
    path = weights.save(build_network(network), tmp_path / "a.safetensors", config=network)
    for same in ({}, {"projection": False, "projection_leeway": 0.5}):
        assert Trainer(replace(CONFIG, start_from=str(path), network=network | same), torch.device("cpu"))
    for other in ({"decoder_blocks": 2}, {"matching_channels": 8}):
        with pytest.raises(UsageError, match="another network"):
            Trainer(replace(CONFIG, start_from=str(path), network=network | other), torch.device("cpu"))


def test_supervision_teaches_the_matching(photographs: Path) -> None:
    """With nothing but the known displacement, the weights of T come to point at it."""
    config = replace(CONFIG, steps=40, learning_rate=1e-2, loss=LossConfig(matching=1.0, matching_every=1))
    trainer = Trainer(config, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    batch = next(b for b in batches(pool, config, 0) if b.ref is not None)
    assert batch.ref is not None
    assert batch.shift is not None

    @torch.no_grad()
    def left() -> float:
        _, found = trainer.network.match(batch.lr, batch.ref)  # type: ignore[operator]
        return float(correspondence_loss(found, batch.shift, batch.lr, 2))

    before = left()
    for _ in range(40):
        trainer.train_step(batch)
    assert left() < 0.8 * before


def test_compiling_without_a_compiler_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(UsageError, match=r"C\+\+ compiler"):
        Trainer(replace(CONFIG, compile=True), torch.device("cpu"))


def test_learning_rate_warms_up_and_ends_at_zero() -> None:
    trainer = Trainer(CONFIG, torch.device("cpu"))
    rates = []
    for trainer.step in range(CONFIG.steps + 1):
        rates.append(trainer.learning_rate())
    assert rates[0] < rates[1]
    assert rates[-1] == pytest.approx(0)
